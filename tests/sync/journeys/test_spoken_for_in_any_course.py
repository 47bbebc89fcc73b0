"""Whatever an office did before its province was put back and a PC was lost, all that the colleague has comes back.

A PC that is enrolled later has the same; so have the three if the lost one is found after all, and nothing is missing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Record
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.reports import Report
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing, speaking_for
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from tests.helpers.builders import make_file, make_group, make_person, make_relation, make_report, save_all
from tests.sync.actors.real_province import COMMUNE, OFFICE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller

SHORT, LONG = range(3), range(3, 40)
Rows = dict[tuple[str, str], dict[str, object]]


class Course:
    """What two officers of a commune do, drawn by chance; nobody else is there."""

    def __init__(self, office: TravelledOffice, seed: int) -> None:
        self.office, self.chance = office, random.Random(seed)
        self._count = 0
        self._acts: list[Callable[[Traveller], None]] = [
            *(self._child, self._visit, self._name, self._risk, self._report, self._text, self._photo, self._kin),
            self._sync,
        ]

    def go_on(self, least: int, most: int, *names: str) -> None:
        for _ in range(self.chance.randint(least, most)):
            self._count += 1
            self.chance.choice(self._acts)(self.office.desks[self.chance.choice(names)])

    def _sync(self, desk: Traveller) -> None:
        desk.go()

    def _child(self, desk: Traveller) -> None:
        entry = ChildEntry(person=make_person(f"Bé {self._count}"), file=make_file(RecordId("")))
        desk.register.write(lambda tx: register_child(tx, entry)).result()

    def _visit(self, desk: Traveller) -> None:
        for person in self._one_of(desk, "person"):
            self.office.visit(self._name_of(desk), person, f"Lần {self._count}")

    def _name(self, desk: Traveller) -> None:
        for person in self._one_of(desk, "person"):
            edit(desk, Person, person, full_name=f"Tên {self._count}")

    def _risk(self, desk: Traveller) -> None:
        for file in self._one_of(desk, "child_file"):
            edit(desk, ChildFile, file, risk_level=self.chance.choice(["low", "medium", "high"]))

    def _report(self, desk: Traveller) -> None:
        for person in self._one_of(desk, "person"):
            desk.run(save_all(make_report(person=person, description=f"Tin {self._count}"), make_group(person)))

    def _text(self, desk: Traveller) -> None:
        for report in self._one_of(desk, "report"):
            edit(desk, Report, report, description=f"Sửa {self._count}")

    def _photo(self, desk: Traveller) -> None:
        for person in self._one_of(desk, "person"):
            self.office.photo(self._name_of(desk), person, 4000 + self._count)

    def _kin(self, desk: Traveller) -> None:
        for child, mother in zip(self._one_of(desk, "person"), self._one_of(desk, "person"), strict=True):
            if child != mother:
                desk.run(save_all(make_relation(child, mother)))

    def _one_of(self, desk: Traveller, kind: str) -> list[RecordId]:
        """One record, or none where there is none yet."""
        known = [record for (record,) in desk.ask(f"SELECT id FROM {kind} WHERE scope=? ORDER BY id", COMMUNE)]
        return [self.chance.choice(known)] if known else []

    def _name_of(self, desk: Traveller) -> str:
        return next(name for name, one in self.office.desks.items() if one is desk)


def edit(desk: Traveller, struct: type[Record], record: RecordId, **values: Any) -> None:
    def run(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(struct, record), **values))

    desk.run(run)


def rows_of(desk: Traveller) -> Rows:
    """Every record of the commune in a register; not who wrote it."""
    found: Rows = {}
    for kind in KINDS:
        names = [name for _, name, *_ in desk.ask(f"PRAGMA table_info({kind})") if name != "writers"]
        for row in desk.ask(f"SELECT {', '.join(names)} FROM {kind} WHERE scope=?", COMMUNE):
            found[kind, str(row[0])] = dict(zip(names, row, strict=True))
    return found


def decided(desk: Traveller, rows: Rows) -> Rows:
    """Without the fields of which people are asked: an edit of what is lost meets it once it is there again."""
    asked = {(kind, record, field) for kind, record, field in desk.ask("SELECT kind, record, field FROM conflict")}
    return {
        (kind, record): {name: value for name, value in row.items() if (kind, record, name) not in asked}
        for (kind, record), row in rows.items()
    }


def is_found_alone(desk: Traveller) -> int:
    found = desk.register.write(lambda tx: comparing.last(tx.connection)).result()[0]
    return found.only_here + found.unlike


def fetch_files(desk: Traveller) -> None:
    def ask(tx: Tx) -> None:
        for (record,) in tx.connection.execute("SELECT id FROM attachment").fetchall():
            file_queue.ask_for(tx, tx.existing(Attachment, record))

    desk.run(ask)
    desk.go()


def play(office: TravelledOffice, seed: int) -> None:
    course = Course(office, seed)
    course.go_on(0, 6, "ours", "colleague")
    office.sync("ours", "colleague", "ours", "colleague")
    office.back_up()
    course.go_on(3, 14, "ours", "ours", "colleague")
    office.sync("ours", "colleague")
    if course.chance.random() < 0.5:
        fetch_files(office.colleague)
    office.put_back()
    known = rows_of(office.colleague)
    office.sync("colleague", "colleague")
    course.go_on(0, 3, "colleague")
    stood = rows_of(office.colleague)
    office.colleague.run(speaking_for.ask)
    office.sync(*["colleague"] * 4)
    later = office.join("later", OFFICE)
    office.sync("later", "later", "colleague")
    assert is_found_alone(office.colleague) == 0
    assert rows_of(office.colleague) == rows_of(later)
    assert decided(office.colleague, rows_of(later)) == decided(office.colleague, stood)
    assert office.unrest("colleague", "later") == {}
    office.sync("ours", "ours", "colleague", "later", "ours", "colleague", "later")
    assert rows_of(office.ours) == rows_of(office.colleague) == rows_of(later)
    assert known.keys() <= rows_of(office.ours).keys()
    assert office.unrest("ours", "colleague", "later") == {}


@pytest.mark.parametrize("seed", SHORT)
def test_who_begins_later_has_what_the_colleague_has(office: TravelledOffice, seed: int) -> None:
    play(office, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG)
def test_so_it_is_in_many_courses(office: TravelledOffice, seed: int) -> None:
    play(office, seed)


def test_left_with_the_colleague_the_later_pc_would_lack_it(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(speaking_for, "speak_for", lambda *_, **_there: set())
    with pytest.raises(AssertionError):
        play(office, SHORT[0])
