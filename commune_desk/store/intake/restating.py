"""Bringing records to what the province's standing lines say: a desk that begins, or whose feed was written anew.

What the register holds and the lines lack stays: absence removes nothing. A field that a waiting change of ours speaks
of keeps showing our value; the province's goes to the shadow, as with any page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from commune_desk.domain.model.batches import batched
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.domain.time.pace import Pace
from commune_desk.store.changes import journal
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake import departures, erasing, handing_on, unheard_ends
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.intake.new_rows import NewRows
from commune_desk.store.intake.same_rows import Given, SameRows
from commune_desk.store.intake.standing import Step, fields_of
from commune_desk.store.writing.transaction import Tx
from sync import protocol, seal
from sync.change import WITHOUT_FIELDS, Line, Verb

_COMES_BACK = f"UPDATE change SET seq=NULL WHERE {journal.OPEN} AND state='waiting'"  # noqa: S608
RESTATE_AT_ONCE = 100
"""Standing lines in a transaction: few, so that typing never waits. Where many follow, it is the first that has so
many, and the time that each takes tells how many the next one has."""


def portions(events: Sequence[Step], pace: Pace) -> Iterator[list[list[Step]]]:
    """The lines record by record, about as many in a portion as `pace` says by then.

    Moves and persons first, then what belongs to each of them together: what is derived of a child is then made once,
    not with every portion that holds one of its visits.
    """
    records: dict[tuple[str, str], list[Step]] = {}
    for step in events:
        records.setdefault((step[1].change.kind, step[1].change.record), []).append(step)
    portion: list[list[Step]] = []
    size = 0
    for lines in _by_person(records):
        if portion and size + len(lines) > pace.at_once:
            yield portion
            portion, size = [], 0
        portion.append(lines)
        size += len(lines)
    if portion:
        yield portion


def _by_person(records: Mapping[tuple[str, str], list[Step]]) -> Iterator[list[Step]]:
    owned: dict[str, list[list[Step]]] = {"": []}
    for (kind, _), lines in records.items():
        owned.setdefault(_owner_of(kind, lines), []).append(lines)
    for of_one in owned.values():
        yield from of_one


def _owner_of(kind: str, lines: Sequence[Step]) -> str:
    """The person that the record belongs to; its kind where it belongs to nobody. Empty for what the rest names."""
    if kind == "person" or lines[0][1].change.verb in WITHOUT_FIELDS:
        return ""
    field = KINDS[kind].belongs_to if kind in KINDS else ""
    return next((str(line.change.set[field]) for _, line in lines if line.change.set.get(field)), kind)


def unplace(connection: Connection, scope: str) -> None:
    """The feed of the scope is another one: where its changes stood in it says nothing any more."""
    # What is offered once more comes back by itself, and shows what it says until then.
    connection.execute(_COMES_BACK)
    # What a receipt names is in every feed that comes now: it does not wait to come back by itself any more.
    connection.execute("UPDATE change SET seq=0 WHERE seq IS NULL AND state='accepted'")
    connection.execute(
        "UPDATE change SET seq=0 WHERE seq>0 AND (scope=? OR scope NOT IN (SELECT scope FROM cursor))", (scope,)
    )


class Restating:
    """One portion of standing lines, inside the writer's transaction `tx`."""

    def __init__(self, tx: Tx, boxes: Mapping[str, seal.BoxKey], heard: Collection[str] = ()) -> None:
        """`heard`: changes that the province has though no line names them."""
        self._tx = tx
        self._db = tx.connection
        self._incoming = Incoming(tx, boxes, heard)
        self._new = NewRows(tx, self._incoming)

    def restate(self, records: Iterable[list[Step]]) -> None:
        """Bring each of the records, given by all of its lines, to what they say."""
        given = list(records)
        known = self._known(given)
        same = self._placed(given) if known else set()
        for every in given:
            kind = KINDS.get(every[0][1].change.kind)
            lines = fields_of(every) if kind is not None else []
            if len(lines) < len(every):
                self._keep_aside([step for step in every if kind is None or step[1].change.verb in WITHOUT_FIELDS])
            if kind is None or not lines or (kind.name, lines[0][1].change.record) in same:
                continue
            if known and not known.isdisjoint(_names_in(lines)):
                self._incoming.restate(kind, lines)
            else:
                self._new.add(kind, lines)
        self._new.write(self._db)
        self._incoming.finish()
        if known:  # who knows nothing has ended nothing
            unknown = [step for every in given for step in every if step[1].change.id not in known]
            unheard_ends.note(self._tx, unknown)

    def _placed(self, given: list[list[Step]]) -> set[tuple[str, str]]:
        """Kinds and ids of the records that are here as the lines say; where those lie is written down."""
        named = [(KINDS.get(every[0][1].change.kind), fields_of(every)) for every in given]
        portion = [Given(kind, lines) for kind, lines in named if kind is not None and lines]
        return SameRows(self._tx, self._new).place(portion)

    def _known(self, given: list[list[Step]]) -> set[str]:
        """Ids of the records and changes that are here already, in whatever state."""
        ids = [line.change.id for lines in given for _, line in lines]
        records = [(lines[0][1].change.kind, lines[0][1].change.record) for lines in given]
        found = _present(self._db, "change", "id", ids)
        found |= _present(self._db, "change", "record", [record for _, record in records])
        for kind in {name for name, _ in records if name in KINDS}:
            found |= _present(self._db, kind, "id", [record for name, record in records if name == kind])
        return found

    def _keep_aside(self, lines: list[Step]) -> None:
        """Moves and shares of long ago, and what a newer program writes: kept for the lines that name them."""
        for event, line in lines:
            if self._db.execute("SELECT 1 FROM change WHERE id=?", (line.change.id,)).fetchone() is None:
                journal.keep_received(self._db, [journal.row(line, state="received", place=(event.seq, None))])
            elif line.change.kind in KINDS:
                self._db.execute("UPDATE change SET seq=? WHERE id=?", (event.seq, line.change.id))
            if line.change.kind not in KINDS:
                departures.come_back(self._db, line.change.kind, line.change.record)
            self._remember_guest(event, line)
            if line.change.verb == Verb.ERASE:
                erasing.carry_out(self._tx, line.change, event.left)
            elif event.left:
                instant = to_iso(stamp_instant(line.change.stamp))
                departures.note(self._tx, line.change, self._held(event.left), instant=instant)
                handing_on.seal_again(self._tx, event, line.change)

    def _remember_guest(self, event: protocol.Event, line: Line) -> None:
        """Who is held here for another place; nobody need look at them anew because a desk begins."""
        change = line.change
        if change.verb == Verb.SHARE and change.to == event.scope:
            row = (change.record, change.id, change.scope, to_iso(stamp_instant(change.stamp)))
            self._db.execute("INSERT OR IGNORE INTO arrival VALUES (?,?,?,?,1)", row)

    def _held(self, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of these (kind, id) the records that this register has; of a kind that it does not know, their changes."""
        places = [(("change", "record") if kind not in KINDS else (kind, "id"), kind, record) for kind, record in named]
        return [(kind, record) for place, kind, record in places if _present(self._db, *place, [record])]


def _names_in(lines: Sequence[Step]) -> Iterator[str]:
    """The ids of a record and of its changes."""
    yield lines[0][1].change.record
    yield from (line.change.id for _, line in lines)


def _present(connection: Connection, table: str, column: str, values: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in batched(values):
        marks = ",".join("?" * len(some))
        rows = connection.execute(f"SELECT {column} FROM {table} WHERE {column} IN ({marks})", some)  # noqa: S608
        found |= {row[0] for row in rows.fetchall()}
    return found
