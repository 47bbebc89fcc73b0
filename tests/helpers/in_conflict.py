"""A person whose phone several officers wrote differently, as a page of the province says it."""

from __future__ import annotations

import msgspec

from commune_desk.domain.records.families import Person
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from sync import protocol, seal
from sync.change import Change, FeedPosition, Line, sign
from tests.helpers.builders import make_child, save_all

STRANGER = seal.SigningKey.generate()


def in_conflict(workplace: Workplace, *phones: str, after: int = 0) -> Person:
    """A person whose phone the province holds as the first of `phones`, with a conflict for each other one."""
    person, file = make_child(phone="0987111222")
    workplace.write(save_all(person, file))
    base = workplace.read(
        lambda db: db.execute("SELECT id FROM change WHERE record=? ORDER BY stamp", (person.id,)).fetchone()[0]
    )
    events = []
    for number, phone in enumerate(phones, start=after):
        change = Change(
            id=f"{number + 1:032x}",
            desk="9ZZZZ9",
            n=number + 1,
            officer="2" * 32,
            stamp=1_795_000_000_000_000 + number,
            schema=1,
            scope=person.scope,
            kind="person",
            record=person.id,
            data=1,
            base={"phone": base},
            set={"phone": phone},
        )
        opened = []
        outcomes = {}
        if number > after:
            outcomes = {"phone": "conflict"}
            opened = [
                protocol.OpenedConflict(
                    id=f"{number:032x}", field="phone", base=base, ours=f"{after + 1:032x}", theirs=change.id
                )
            ]
        event = protocol.Event(scope=person.scope, seq=number + 2, outcomes=outcomes, opened=opened)
        events.append((event, sign(change, STRANGER)))
    own = workplace.read(lambda db: db.execute("SELECT raw FROM change WHERE id=?", (base,)).fetchone())
    first = protocol.Event(scope=person.scope, seq=after + 1)

    mine = Line(msgspec.json.decode(own[0], type=Change), bytes(own[0]))

    def apply(tx: Tx) -> None:
        Incoming(tx, {}).apply(
            [(first, mine), *events], {person.scope: FeedPosition(after + len(events) + 1, bytes(32))}
        )

    workplace.write(apply)
    return person
