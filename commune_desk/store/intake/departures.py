"""Records that leave this place: kept until everything of ours about them is sent, then removed, and that is signed.

A visit that is typed and not saved yet keeps them for some days (`unsaved`).

A leave comes only as a signed event. What this desk itself wrote stays, unseen, while no verified backup of the
province has it: a province put back from an older one asks for it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set

import msgspec

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.changes.journal import IS_UNSENT, LEFT, UNDER_WAY
from commune_desk.store.engine import old_log, settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.files import file_queue
from commune_desk.store.intake import handing_on, moved_along, unsaved
from commune_desk.store.lists import import_rows
from commune_desk.store.writing import joined
from commune_desk.store.writing.transaction import Tx
from sync import protocol, purge_wire, seal
from sync.change import Change

KEEPS_STUBS = "keeps_stubs"
"""Whether the province's policy leaves a line about a child that moved: case code, where to, when."""
_LEFT_AGAIN = "left_again"
"""The setting that holds the ids of own changes which are sent a second time though their record has left.

An earlier program put down their numbers.
"""
_BY_US = "desk IN (SELECT value FROM json_each(?))"
IS_KEPT = f"state='{LEFT}' AND length(raw)>0 AND {_BY_US}"
"""Of the names given: written by this register about what has left, and not known to be in a verified backup."""
BETWEEN_CODES = ", "
_PERSON, _ATTACHMENT = "person", "attachment"
_STUBS = "kind=? AND is_gone=1 AND case_number IS NOT NULL"
_SAYS_WHERE = "COALESCE(json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k'), '') IN ('move', 'share', 'unshare')"
"""Verbs of place stay: they name ids and scopes alone, and what came by them may be here still."""
_NAMES_A_FILE = "json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.set.sha256') IS NOT NULL"


class Departed(msgspec.Struct, frozen=True):
    """A child that moved: what may still be told of it here. `case_number` has the code of each record joined."""

    person: str
    case_number: str
    moved_to: str
    at: str


def note(tx: Tx, change: Change, left: Collection[tuple[str, str]], *, instant: str) -> None:
    """Remember which records leave with the change; `settle` removes them.

    Also those of kinds that only a newer program knows: their changes lie here, kept for the update.
    """
    codes = _case_codes(tx.connection, {record for kind, record in left if kind == _PERSON})
    rows = [(record, kind, change.id, change.to, instant, codes.get(record)) for kind, record in left]
    tx.connection.executemany("INSERT OR REPLACE INTO departure VALUES (?,?,?,?,?,?,0)", rows)
    tx.topic("departures")


def come_back(connection: Connection, kind: str, record: str) -> None:
    """The record is here again."""
    connection.execute("DELETE FROM departure WHERE record=? AND kind=?", (record, kind))


def arrive(tx: Tx, kind: str, record: str) -> None:
    """The record comes here, perhaps before it was removed: what left with it goes first, all that stands follows.

    What cannot go yet, because something of ours about it is unsent, stays without its conflicts: who decided them
    meanwhile did so elsewhere, and those that are still open come along. A draft waits for what comes.
    """
    settle(tx, back=record)
    left_with_it = "SELECT change FROM departure WHERE record=? AND kind=? AND is_gone=0"
    tx.connection.execute(
        "DELETE FROM conflict WHERE record IN"  # noqa: S608 - constants only
        f" (SELECT record FROM departure WHERE is_gone=0 AND change IN ({left_with_it}))",
        (record, kind),
    )


def settle(tx: Tx, *, back: str = "") -> None:
    """Remove what has left, as soon as the province has all that this desk wrote about it: words and files.

    What left with `back`, which is here again in a moment, does not stay for a draft, and the draft does not go.
    """
    db = tx.connection
    _hide_again(db)
    for (change,) in db.execute("SELECT DISTINCT change FROM departure WHERE is_gone=0").fetchall():
        rows = db.execute("SELECT kind, record FROM departure WHERE change=? AND is_gone=0", (change,)).fetchall()
        follow = [one for kind, record in rows if kind == _PERSON for one in _belonging_to(db, record)]
        leaving = dict.fromkeys([*((kind, record) for kind, record in rows), *follow])
        if any(_is_unsent(db, record) or file_queue.goes_up(db, record) for _, record in leaving):
            continue
        if _seals_late(tx, change, leaving.keys(), {*rows}):
            continue
        is_back = any(record == back for _, record in rows)
        if not is_back and unsaved.holds(tx, change, [record for _, record in leaving]):
            continue
        removed = sum(_remove(tx, kind, record, keeps_drafts=is_back) for kind, record in leaving)
        tx.scrub()
        db.execute("UPDATE departure SET is_gone=1 WHERE change=?", (change,))
        handing_on.forget(tx, change)
        sign_statement(tx, change, removed)
        if not settings.get(db, KEEPS_STUBS, bool, True):
            db.execute("UPDATE departure SET case_number=NULL WHERE change=?", (change,))


def let_go(tx: Tx) -> None:
    """What stayed for drafts goes, where they were thrown away or their days are over; no event tells of that."""
    if unsaved.is_any(tx.connection):
        settle(tx)
        unsaved.forget_gone(tx.connection)


def _seals_late(tx: Tx, change: str, leaving: Set[tuple[str, str]], named: Set[tuple[str, str]]) -> bool:
    """What was written here after they had left went where they are, and has to open there: not before may it go.

    Of what the change names too, if it was sent after that was heard.
    """
    (to,) = tx.connection.execute("SELECT moved_to FROM departure WHERE change=? LIMIT 1", (change,)).fetchone()
    is_any = handing_on.seal_late(tx, change, to, sorted(leaving - named))
    return handing_on.seal_sent_late(tx, change, to, sorted(named)) or is_any


def send_again(connection: Connection, desk: str, n: int) -> None:
    """The province lacks everything from `n` on, also what is kept for it alone: that waits again, and is unseen again
    once it is signed for."""
    rows = connection.execute(
        "UPDATE change SET state='waiting' WHERE state=? AND desk=? AND n>=? AND length(raw)>0 RETURNING id",
        (LEFT, desk, n),
    )
    note_again(connection, [row[0] for row in rows.fetchall()])


def note_again(connection: Connection, changes: Iterable[str]) -> None:
    """These changes about what has left go up once more: they are unseen again once the province has them."""
    again = dict.fromkeys([*settings.get(connection, _LEFT_AGAIN, list[int | str], []), *changes])
    settings.put(connection, _LEFT_AGAIN, list(again))


def tell_again(tx: Tx) -> None:
    """The province may lack this desk's words for what was removed: they go up once more, in its present name.

    It believes nobody for another, and what is told of a register that has gone on under a new id is told of that one.
    """
    own = settings.identity(tx.connection)
    for change, body in tx.connection.execute("SELECT change, body FROM purge_receipt").fetchall():
        said = protocol.decode(bytes(body), purge_wire.PurgeStatement)
        _keep_statement(tx.connection, own, msgspec.structs.replace(said, change=change, desk=own.desk))


def _hide_again(connection: Connection) -> None:
    """Under whichever name they went: a province that has them from a former one knows them by their ids."""
    again = settings.get(connection, _LEFT_AGAIN, list[int | str], [])
    if not again:
        return
    desk = settings.identity(connection).desk
    hide = (
        "UPDATE change SET state=?, seq=NULL, outcomes=NULL, code=NULL WHERE desk=? AND ? IN (id, n)"
        " AND (state='accepted' OR state='quarantined' AND code='id')"
    )
    hidden = {one for one in again if connection.execute(hide, (LEFT, desk, one)).rowcount}
    settings.put(connection, _LEFT_AGAIN, [one for one in again if one not in hidden])


def forget_durable(connection: Connection, desk: str, durable_n: int) -> None:
    """The words of own changes about what has left go, once a verified backup of the province has them; and files.

    Not of those that say where a record is held: they name nobody, and what came by them may be told of for ever. What
    was written under a former name had been signed for before the present one had written anything.
    """
    file_queue.drop_durable(connection, durable_n)
    words = f"NOT ({_SAYS_WHERE}) AND"
    forget = f"UPDATE change INDEXED BY change_left SET raw=x'', signature=NULL WHERE {words}"  # noqa: S608 - constants only
    of_this_name = f"{forget} state='{LEFT}' AND desk=? AND n<=? AND length(raw)>0"
    forgotten = connection.execute(of_this_name, (desk, durable_n)).rowcount
    former = settings.identity(connection).former
    if durable_n and former:
        forgotten += connection.execute(f"{forget} {IS_KEPT}", (_as_list(former),)).rowcount
    if forgotten:
        old_log.note(connection)


def _as_list(names: Sequence[str]) -> str:
    return msgspec.json.encode(names).decode()


def departed(connection: Connection, *, most: int = 200) -> list[Departed]:
    """The children that moved away, last first; none where the province's policy keeps no line about them."""
    if not settings.get(connection, KEEPS_STUBS, bool, True):
        return []
    rows = connection.execute(
        "SELECT record, case_number, moved_to, at FROM departure"  # noqa: S608 - constants only
        f" WHERE {_STUBS} ORDER BY at DESC, record LIMIT ?",
        (_PERSON, most),
    )
    return [Departed(*row) for row in rows.fetchall()]


def count_departed(connection: Connection) -> int:
    """How many children moved away that something may still be told of."""
    if not settings.get(connection, KEEPS_STUBS, bool, True):
        return 0
    row = connection.execute(f"SELECT count(*) FROM departure WHERE {_STUBS}", (_PERSON,)).fetchone()  # noqa: S608
    return int(row[0])


def _case_codes(db: Connection, people: Set[str]) -> dict[str, str]:
    """By child the case codes of all its records among `people`, that of the record which was kept first."""
    codes: dict[str, list[str]] = {}
    for person in sorted(people, key=lambda one: (joined.end_of(db, one) != one, one)):
        kept = joined.end_of(db, person)
        stands_for_it = kept in people and joined.end_of(db, kept) == kept
        row = db.execute("SELECT case_number FROM child_file WHERE person=? ORDER BY id LIMIT 1", (person,)).fetchone()
        if row and row[0]:
            codes.setdefault(kept if stands_for_it else person, []).append(row[0])
    return {child: BETWEEN_CODES.join(written) for child, written in codes.items()}


def _belonging_to(db: Connection, person: str) -> list[tuple[str, str]]:
    """What was written here about the person after the one who moved them looked: it went where they are.

    What this place's own feed told is not among it. It left with them if the change says so; else it is held here, as
    what a house notes of a child whose record it has handed back.
    """
    found: list[tuple[str, str]] = []
    for name, kind in KINDS.items():
        if kind.belongs_to:
            rows = db.execute(f"SELECT id FROM {name} WHERE {kind.belongs_to}=?", (person,)).fetchall()  # noqa: S608
            theirs = [*(record for (record,) in rows), *joined.parted_records(db, name, kind.belongs_to, person)]
            found += [(name, record) for record in theirs if not _is_told_here(db, record)]
    return found


def _is_told_here(db: Connection, record: str) -> bool:
    return db.execute("SELECT 1 FROM change WHERE record=? AND seq>0 LIMIT 1", (record,)).fetchone() is not None


def _is_unsent(db: Connection, record: str) -> bool:
    """Whether the province may lack something that was written here about the record.

    While all is heard again, to find what a province lacks that was put back, a receipt of before it says nothing.
    """
    hears_all = settings.get(db, settings.HEARS_ALL, bool, False)
    lacking = f"({IS_UNSENT} OR {UNDER_WAY})" if hears_all else IS_UNSENT
    row = db.execute(f"SELECT 1 FROM change WHERE record=? AND {lacking} LIMIT 1", (record,)).fetchone()  # noqa: S608
    return row is not None


def _remove(tx: Tx, kind: str, record: str, *, keeps_drafts: bool) -> int:
    """How many records that were: none where this desk never had it."""
    db = tx.connection
    own = _as_list(settings.names(db))
    if kind == _PERSON:
        import_rows.forget_person(db, record)
    files = file_queue.contents_of(db, record) if kind == _ATTACHMENT else ()
    removed = _remove_row(tx, kind, record)
    for file in files:
        _let_go(db, file, record, own)
    for table in ("shadow", "conflict", "arrival", *(() if keeps_drafts else ("draft",))):
        db.execute(f"DELETE FROM {table} WHERE record=?", (record,))  # noqa: S608 - our own names
    db.execute(f"DELETE FROM change WHERE record=? AND NOT {_BY_US} AND NOT ({_SAYS_WHERE})", (record, own))  # noqa: S608
    moved_along.forget(db, record)
    db.execute(
        "UPDATE change SET state=?, seq=NULL, outcomes=NULL WHERE record=?"
        " AND id NOT IN (SELECT value FROM json_each(?))",
        (LEFT, record, _as_list(moved_along.every_move(db))),
    )
    return removed


def _remove_row(tx: Tx, kind: str, record: str) -> int:
    """Of a kind that only a newer program knows there is none."""
    if kind not in KINDS:
        return 0
    tx.forget(kind, record)
    return int(tx.connection.execute(f"DELETE FROM {kind} WHERE id=?", (record,)).rowcount)  # noqa: S608 - declared names only


def _let_go(db: Connection, file: str, record: str, own: str) -> None:
    """The content of a record that has left: what came from others goes, what was made here as long after as its words.

    Whose it is says who wrote the record: a desk that was enrolled anew has offered everything once more.
    """
    made_here = db.execute(f"SELECT 1 FROM change WHERE record=? AND {_BY_US} AND {_NAMES_A_FILE}", (record, own))  # noqa: S608
    if made_here.fetchone() is None:
        file_queue.drop(db, file)
        return
    file_queue.keep_on(db, file, record, settings.identity(db).desk)


def sign_statement(tx: Tx, change: str, records: int) -> None:
    """This desk's word that it removed so many records; it goes up with the next sync."""
    own = settings.identity(tx.connection)
    at = to_iso(tx.ledger.now())
    said = purge_wire.PurgeStatement(desk=own.desk, change=change, records=records, at=at)
    _keep_statement(tx.connection, own, said)


def _keep_statement(connection: Connection, own: settings.Identity, said: purge_wire.PurgeStatement) -> None:
    body = protocol.encode(said)
    signature = seal.SigningKey.from_bytes(own.signing).sign(seal.PURGE, body)
    connection.execute("INSERT OR REPLACE INTO purge_receipt VALUES (?,?,?,0)", (said.change, body, signature))


def unsent_statements(connection: Connection) -> list[tuple[str, bytes, bytes]]:
    """(change, body, signature) of the statements that the province is not known to keep and that are true by now.

    While the log can still be read none is, but that of a register which goes as a whole.
    """
    only = purge_wire.REMOVED if old_log.holds_removed(connection) else ""
    asked = "SELECT change, body, signature FROM purge_receipt WHERE is_sent=0 AND ?1 IN ('', change)"
    return connection.execute(asked, (only,)).fetchall()


def statements_kept(connection: Connection, changes: Iterable[str]) -> None:
    """The province keeps the statements about these changes."""
    connection.executemany("UPDATE purge_receipt SET is_sent=1 WHERE change=?", [(change,) for change in changes])
