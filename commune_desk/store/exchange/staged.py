"""Changes written but not yet numbered: of an import until it is complete, of a restored register until it has a desk.

A change keeps its id when it is numbered, so later changes that name it as their `base` stay right, and one that
reached the province before a restore is known by its id and never sent twice.
"""

from __future__ import annotations

import msgspec

from commune_desk.domain.time.skew import ClockSkew
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes import journal, numbers
from commune_desk.store.desk import versions
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange.sync_history import Heard
from commune_desk.store.files import file_queue
from commune_desk.store.intake import departures
from commune_desk.store.writing.transaction import Tx
from sync.protocol import MAX_RECEIPT, Receipt, decode
from sync.purge_wire import REMOVED

_READY = f"SELECT c.id, c.raw {journal.MAY_GO} ORDER BY c.stamp, c.id LIMIT ?"
_STAGE = "UPDATE change SET state='staged', desk='', n=NULL, head=NULL, signature=NULL, code=NULL, seq=NULL WHERE "
_OFFERED_AGAIN = f"SELECT 1 FROM change WHERE {journal.OPEN} AND state='waiting' AND seq IS NOT NULL LIMIT 1"  # noqa: S608
"""A change that was heard in a feed and waits once more: the province has lost what it had, and has not said so yet."""
_KNOWN_BY_FORMER_NAME = "UPDATE change SET state='accepted', code=NULL WHERE state='quarantined' AND code='id'"
"""What the province had under a former name when it was offered again: it has it, unless it lost it since."""
_SET_ASIDE = "state='quarantined' AND seq IS NULL AND code<>'id'"
"""What the province had set aside under a former name, some of it until its record would come, and may have lost."""
_PROVINCE_LOST_NOTHING = ("restored", "fork", "revoked")
_SHOWN = "receipt_shown"
"""The setting that keeps the last receipt of a former name, until the present one has one."""
_FOR_LACK_OF_RIGHTS = ("revoked", "grant", "role")


def release_next(tx: Tx, limit: int = 200) -> int:
    """Number and sign the next staged changes that may go; returns how many. Small batches: typing never waits."""
    if not tx.ledger.may_number:
        return 0
    rows = tx.connection.execute(_READY, (limit,)).fetchall()
    tx.release(rows)
    if rows:
        tx.topic("sync")
    return len(rows)


def mark_restored(tx: Tx) -> None:
    """Turn a register that came out of a backup into one without a desk: it is enrolled under a new id.

    What no receipt names is staged again; the officer goes on working meanwhile.
    """
    own = settings.identity(tx.connection)
    _take_back(tx, own, lost=False)
    renamed = msgspec.structs.replace(own, desk="", former=_former(own), frozen="restored")
    settings.put(tx.connection, settings.IDENTITY, renamed)
    settings.drop(tx.connection, settings.NUMBER_MARK)  # whoever is put back from the same backup has it too
    tx.audit(AuditAction.RESTORE)
    tx.topic("identity")


def number_behind(tx: Tx, n: int, head: bytes) -> None:
    """What waits has no number any more and gets the ones behind `n`, the desk's chain going on from `head`.

    For a desk out of service whose numbers a copy of this register has given to other changes. Done again, it gives the
    same changes the same numbers.
    """
    desk = tx.ledger.desk
    _stage_waiting(tx, desk)
    settings.put(tx.connection, settings.NUMBERED_BEHIND, (desk, n, head))
    tx.topic("identity")


def receipt_to_show(connection: Connection) -> tuple[bytes, bytes]:
    """The last receipt of whatever name this register wrote under, and its signature: a new enrolment shows them.

    As they came; empty where there is none, or only one that an enrolment has no room for.
    """
    receipt = numbers.last_receipt(connection, longest=MAX_RECEIPT)
    return receipt[1:] if receipt else settings.get(connection, _SHOWN, tuple[bytes, bytes], (b"", b""))


def accept_new_desk(tx: Tx, identity: settings.Identity, keys: list[settings.ScopeKeyPair]) -> None:
    """Go on as the desk of a new enrolment; staged changes wait for one full pull.

    Where the province may have lost what it had, it is heard from the beginning: that alone tells what it lacks. So it
    is where a place was to be begun anew: what stands there does not tell which of the staged ones it has.
    """
    own = settings.identity(tx.connection)
    settings.put(tx.connection, _SHOWN, receipt_to_show(tx.connection))
    _take_back(tx, own, lost=identity.epoch != own.epoch or own.frozen not in _PROVINCE_LOST_NOTHING)
    identity = msgspec.structs.replace(identity, former=_former(own))
    settings.put(tx.connection, settings.IDENTITY, identity)
    settings.drop(tx.connection, settings.NUMBER_MARK)
    settings.put(tx.connection, settings.AWAITS_PULL, True)
    if _is_to_begin(tx.connection):
        versions.hear_all(tx)
    journal.free_numbers(tx.connection, identity.desk)  # a copy of this register may have given them to other changes
    settings.replace_scope_keys(tx.connection, keys)
    file_queue.offer_again(tx)
    settings.put(tx.connection, settings.CONTACT_AT, "")  # it may be another province's
    settings.put(tx.connection, settings.CLOCK_SKEW, ClockSkew())
    settings.put(tx.connection, settings.HEARD, Heard())
    tx.connection.execute("DELETE FROM receipt")  # they speak of the former desk's numbers
    tx.connection.execute("DELETE FROM purge_receipt WHERE change=?", (REMOVED,))  # it stays, under its new id
    departures.tell_again(tx)
    tx.audit(AuditAction.ENROL)
    tx.topic("identity")


def _is_to_begin(connection: Connection) -> bool:
    """Whether a place was to be begun from what stands there."""
    return bool(versions.to_begin_anew(connection))


def follow_other_feeds(tx: Tx) -> None:
    """The feeds are other ones than those that are known here: every place is begun anew.

    Enrolled anew at a province that had been put back without a word, it finds so now: what that signed for under
    former names is looked for too, for no number of the present name asks for it.
    """
    if settings.get(tx.connection, settings.AWAITS_PULL, bool, False) and not versions.is_hearing_all(tx.connection):
        _hear_all_again(tx, settings.identity(tx.connection))
    versions.begin_all_anew(tx)


def pulled_once(tx: Tx) -> None:
    """The first full pull is done: what the province lacks may be sent, also what it once had and lost."""
    scope = settings.identity(tx.connection).scope
    _stage(tx, "state='accepted' AND seq IS NULL AND scope=?", scope)
    settings.put(tx.connection, settings.AWAITS_PULL, False)
    settings.put(tx.connection, settings.HEARS_ALL, False)
    tx.topic("identity")
    tx.topic("sync")


def _take_back(tx: Tx, own: settings.Identity, *, lost: bool) -> None:
    """Nothing waits under the former name any more. `lost`: the province may lack what it signed for."""
    lost = lost or _is_unproven(tx.connection, own) or tx.connection.execute(_OFFERED_AGAIN).fetchone() is not None
    _take_numbers_back(tx, own.desk)
    if lost:
        _hear_all_again(tx, own)


def _is_unproven(connection: Connection, own: settings.Identity) -> bool:
    """Whether what the province signed for before it was put back was not all signed for since: it was followed into
    another epoch, and no more than that."""
    furthest = "SELECT body FROM receipt ORDER BY accepted_n DESC LIMIT 1"
    row = connection.execute(furthest).fetchone() or settings.get(connection, _SHOWN, tuple[bytes, bytes], (b"", b""))
    return bool(row[0]) and decode(bytes(row[0]), Receipt).epoch not in ("", own.epoch)


def _take_numbers_back(tx: Tx, desk: str) -> None:
    """Of what no receipt names, and of what was set aside because the desk had no right to write there any more."""
    _stage_waiting(tx, desk)
    _stage(tx, "desk=? AND seq IS NULL AND state='quarantined' AND code IN (?,?,?)", desk, *_FOR_LACK_OF_RIGHTS)


def _stage_waiting(tx: Tx, desk: str) -> None:
    """Of what was erased nothing is left to be sent: no other chain has a use for a digest in this one."""
    erased = "DELETE FROM change WHERE desk=? AND state='waiting' AND length(raw)=0"
    tx.connection.execute(erased, (desk,))
    _stage(tx, "desk=? AND state='waiting'", desk)


def _hear_all_again(tx: Tx, own: settings.Identity) -> None:
    """Forget what the province's feeds said. What is not heard here is sent again: of what has left, and what was
    written for another place."""
    tx.connection.execute(_KNOWN_BY_FORMER_NAME)
    versions.hear_all(tx)
    _stage(tx, _SET_ASIDE)
    _stage(tx, "state='accepted' AND scope<>?", own.scope)
    departures.note_again(tx.connection, _stage(tx, departures.IS_KEPT, _as_list(settings.names(tx.connection))))


def _as_list(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()


def _stage(tx: Tx, which: str, *values: str) -> list[str]:
    """The changes that have no number and no desk from now on."""
    return [row[0] for row in tx.connection.execute(f"{_STAGE}{which} RETURNING id", values).fetchall()]


def _former(own: settings.Identity) -> tuple[str, ...]:
    return (*own.former, own.desk) if own.desk else own.former
