"""The register as the sync session sees it: what waits, what the province acknowledged, what it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeAlias, TypeVar

import msgspec

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.changes import journal
from commune_desk.store.changes.journal import ERASED, OPEN
from commune_desk.store.changes.pending import Waiting, next_waiting
from commune_desk.store.changes.sealing import private_box
from commune_desk.store.desk import audit_mark, versions
from commune_desk.store.desk.lease import hear_time, take_lease
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.pace import Pace
from commune_desk.store.exchange import courier, roots, staged
from commune_desk.store.exchange.repairing import Repair
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing, conflicts, departures, erasing, restating, snapshot_parts
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing import relocating
from commune_desk.store.writing.transaction import Tx
from sync import protocol, report_wire
from sync.change import GENESIS, Change, Line, Place, Verb
from sync.checksums import ScopeSums
from sync.roots import KnownRoot
from sync.seal import BoxKey, SealBroken, SigningKey

T = TypeVar("T")
Written: TypeAlias = "Future[tuple[T, ChangeSet]]"
"""A transaction that waits its turn or is over: its result, and what it changed."""
CERTS_VERSION = "certs_version"
APPLY_AT_ONCE = 300
"""Standing lines in the first transaction; how many follow in the next ones is told by the time that it takes."""


class DeskFacts(msgspec.Struct, frozen=True):
    """Who this desk is to the session."""

    desk: str
    epoch: str
    signing_key: SigningKey
    authority_public: bytes


class EnrolledAnew(Fault):
    """The register goes on as another desk: what an exchange under the former name still brings counts for nothing."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This PC was enrolled anew, so the exchange under its former name was broken off. "
                "Everything is kept here."
            )
        )


class RegisterReplica:
    """Implements `sync.client.replica.Replica` on the open register; `changed` hears of every applied page."""

    def __init__(self, register: Register, changed: Callable[[ChangeSet], None]) -> None:
        self._register = register
        self._changed = changed
        self._desk = register.identity.desk
        self._repair = Repair(register)

    def _write(self, operation: Callable[[Tx], T]) -> T:
        return self._end(self._begin(operation))

    def _begin(self, operation: Callable[[Tx], T]) -> Written[T]:
        def as_the_same_desk(tx: Tx) -> T:
            if tx.ledger.desk != self._desk:
                raise EnrolledAnew
            return operation(tx)

        return self._register.write(as_the_same_desk)

    def _end(self, written: Written[T]) -> T:
        result, changes = written.result()
        if changes:
            self._changed(changes)
        return result

    def identity(self) -> DeskFacts:
        own = self._register.identity
        if own.pins is None:
            raise ValueError("a training register has no province")
        return DeskFacts(own.desk, own.epoch, SigningKey.from_bytes(own.signing), own.pins.authority_public)

    def heard_schema(self, schema: int) -> None:
        self._write(versions.catch_up)
        if self._write(lambda tx: staged.heard_schema(tx, schema)):
            while self._write(staged.release_next):
                pass

    def pending(self, after_n: int, max_changes: int, max_bytes: int) -> Sequence[Waiting]:
        desk = self._register.identity.desk
        return self._write(lambda tx: next_waiting(tx.connection, desk, after_n, max_changes, max_bytes))

    def chain_head(self, n: int) -> bytes:
        if n == 0:
            return GENESIS
        desk = self._register.identity.desk
        asked = "SELECT head FROM change WHERE desk=? AND n=?"
        row = self._write(lambda tx: tx.connection.execute(asked, (desk, n)).fetchone())
        return bytes(row[0]) if row else b""

    def acknowledge(self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes) -> None:
        self._write(lambda tx: self._acknowledge(tx, receipt, up_to, receipt_bytes, signature))

    def _acknowledge(self, tx: Tx, receipt: protocol.Receipt, up_to: int, body: bytes, signature: bytes) -> None:
        db = tx.connection
        refused = [result for result in receipt.results if result.status == "quarantined"]
        set_aside = [(r.code, r.id, receipt.desk, up_to) for r in refused if r.code != ERASED]
        db.executemany(
            "UPDATE change SET state='quarantined', code=? WHERE id=? AND desk=? AND n<=? AND seq IS NULL", set_aside
        )
        for _code, change_id, _desk, _n in set_aside:
            self._open_again(tx, change_id)
        db.execute(
            # By this index: the numbers would lead through everything that was ever accepted.
            "UPDATE change INDEXED BY change_open SET state=CASE WHEN length(raw)>0 THEN 'accepted' ELSE 'erased' END"  # noqa: S608
            f" WHERE {OPEN} AND desk=? AND n<=? AND state IN ('waiting', 'sent')",
            (receipt.desk, up_to),
        )
        db.execute(
            "INSERT OR REPLACE INTO receipt VALUES (?,?,?,?,?)",
            (up_to, receipt.durable_n, to_iso(tx.ledger.now()), body, signature),
        )
        for result in refused:
            if result.code == ERASED:
                self._open_again(tx, result.id, ERASED)
                erasing.drop_refused(tx, result.id, receipt.desk)
                comparing.ask(tx)
        departures.settle(tx)
        departures.forget_durable(db, receipt.desk, receipt.durable_n)
        audit_mark.compare(tx, receipt.audit_head)
        tx.topic("sync")

    def named_up_to(self, receipt: protocol.Receipt) -> int:
        """The last number of the changes that a receipt names and that are all of them this desk's own; else 0."""
        ids = {result.id for result in receipt.results}
        found: tuple[int, int] = self._write(
            lambda tx: tx.connection.execute(
                f"SELECT count(*), COALESCE(max(n), 0) FROM change WHERE desk=? AND id IN ({','.join('?' * len(ids))})",  # noqa: S608
                (self._desk, *ids),
            ).fetchone()
        )
        return found[1] if found[0] == len(ids) else 0

    def audit_mark(self) -> tuple[str, int]:
        return self._write(lambda tx: (audit_mark.mark(tx.connection), audit_mark.first_cut(tx.connection) or 0))

    def last_n(self) -> int:
        desk = self._register.identity.desk
        last = "SELECT max(n) FROM change WHERE desk=? AND n IS NOT NULL"
        return self._write(lambda tx: tx.connection.execute(last, (desk,)).fetchone()[0]) or 0

    def _open_again(self, tx: Tx, change_id: str, code: str = "") -> None:
        """A decision that the province set aside decides nothing: its conflicts wait for a person again.

        And two records that it did not join are two.
        """
        state = "accepted" if code == ERASED else "quarantined"
        row = tx.connection.execute(
            "SELECT raw FROM change WHERE id=? AND state=? AND length(raw)>0", (change_id, state)
        ).fetchone()
        change = msgspec.json.decode(row[0], type=Change) if row else None
        joins = change is not None and change.verb == Verb.ALIAS.value
        if change is None or not (joins or (change.resolves and not code)):
            return
        Incoming(tx, {}).put_back(change)
        ids = [(one,) for conflicts in change.resolves.values() for one in conflicts]
        tx.connection.executemany("UPDATE conflict SET state='open' WHERE id=? AND state='deciding'", ids)
        tx.topic("conflicts")

    def resend_from(self, n: int) -> None:
        self._write(lambda tx: self._resend_from(tx, n))

    def _resend_from(self, tx: Tx, n: int) -> None:
        desk = self._register.identity.desk
        departures.send_again(tx.connection, desk, n)
        tx.connection.execute(
            "UPDATE change SET state='waiting', code=NULL"
            " WHERE desk=? AND n>=? AND state IN ('sent', 'accepted', 'quarantined', 'erased')",
            (desk, n),
        )
        file_queue.offer_again(tx)
        departures.tell_again(tx.connection)
        courier.forget_written(tx)

    def cursors(self) -> Mapping[str, int]:
        return self._write(lambda tx: dict(tx.connection.execute("SELECT scope, seq FROM cursor").fetchall()))

    def feed_chains(self) -> Mapping[str, bytes]:
        rows = self._write(lambda tx: tx.connection.execute("SELECT scope, chain FROM cursor").fetchall())
        return {scope: bytes(chain) for scope, chain in rows}

    def certs_version(self) -> str:
        return self._write(lambda tx: settings.get(tx.connection, CERTS_VERSION, str, ""))

    def directory_version(self) -> str:
        return self._write(lambda tx: settings.get(tx.connection, relocating.DIRECTORY_VERSION, str, ""))

    def unsent_purges(self) -> Sequence[report_wire.SignedPurge]:
        rows = self._write(lambda tx: departures.unsent_receipts(tx.connection))
        return [
            report_wire.SignedPurge(body=protocol.b64(body), signature=protocol.b64(sign)) for _, body, sign in rows
        ]

    def purges_kept(self, changes: Sequence[str]) -> None:
        self._write(lambda tx: departures.receipts_sent(tx.connection, changes))

    def accept_certs(self, header: protocol.PullHeader) -> None:
        self._write(lambda tx: self._accept_certs(tx, header))

    def _accept_certs(self, tx: Tx, header: protocol.PullHeader) -> None:
        db = tx.connection
        courier.keep_key(tx, protocol.unb64(header.courier_public))
        settings.put_scope_keys(
            db, [settings.ScopeKeyPair(k.scope, k.key, protocol.unb64(k.public), None) for k in header.scope_keys]
        )
        settings.put(db, departures.KEEPS_STUBS, not header.drops_stubs)
        take_lease(tx, at=header.at, until=header.lease_until)
        conflicts.note_late(tx, header.late_conflicts)
        if header.directory is not None:
            settings.put(db, relocating.DIRECTORY, header.directory)
            settings.put(db, relocating.DIRECTORY_VERSION, header.directory_version)
        if header.certs is None:
            return
        certs = [protocol.decode(protocol.unb64(c.body), protocol.DeskCert) for c in header.certs]
        db.execute("DELETE FROM desk_cert")
        db.executemany(
            "INSERT OR REPLACE INTO desk_cert VALUES (?,?,?,?,?)",
            [(c.desk, protocol.unb64(c.sign_public), " ".join(c.scopes), c.label, int(c.revoked)) for c in certs],
        )
        settings.put(db, CERTS_VERSION, header.certs_version)

    def apply(self, events: Sequence[tuple[protocol.Event, Line]], places: Mapping[str, Place]) -> None:
        self._write(lambda tx: self._apply(tx, events, places))

    def _apply(self, tx: Tx, events: Sequence[tuple[protocol.Event, Line]], places: Mapping[str, Place]) -> None:
        Incoming(tx, self._boxes(tx.connection)).apply(events, places)
        if any(line.change.verb == Verb.ERASE.value for _event, line in events):
            comparing.ask(tx)  # what was tied here alone to whom it erased stands at the province

    def is_at_work(self) -> bool:
        return self._write(lambda tx: snapshot_parts.is_at_work(tx.connection))

    def snapshot_size(self, token: str) -> int:
        return self._write(lambda tx: snapshot_parts.size(tx.connection, token))

    def keep_snapshot(self, token: str, piece: bytes, *, beside: bool = False) -> None:
        self._write(lambda tx: snapshot_parts.keep(tx.connection, token, piece, beside=beside))

    def snapshot_bytes(self, token: str) -> bytes:
        return self._write(lambda tx: snapshot_parts.content(tx.connection, token))

    def drop_snapshot(self, token: str) -> None:
        self._write(lambda tx: snapshot_parts.drop(tx.connection, token))

    def scope_box(self, key: str) -> BoxKey:
        box = self._write(lambda tx: private_box(tx.connection, key))
        if box is None:
            raise SealBroken
        return box

    def begin_anew(self, scope: str, events: Sequence[tuple[protocol.Event, Line]], place: Place) -> None:
        self._write(lambda tx: restating.unplace(tx.connection, scope))
        self._restate_all(events)
        self._write(lambda tx: self._begun(tx, scope, place))

    def _restate_all(self, events: Sequence[tuple[protocol.Event, Line]]) -> None:
        pace = Pace(APPLY_AT_ONCE)
        begun = (self._begin(partial(self._restate, records)) for records in restating.portions(events, pace))
        pace.keep(begun, self._end)

    def _begun(self, tx: Tx, scope: str, place: Place) -> None:
        Incoming(tx, {}).apply((), {scope: place})
        left = [one for one in settings.get(tx.connection, versions.TO_BEGIN_ANEW, list[str], []) if one != scope]
        settings.put(tx.connection, versions.TO_BEGIN_ANEW, left)
        comparing.ask(tx)

    def _restate(self, records: list[list[tuple[protocol.Event, Line]]], tx: Tx) -> None:
        restating.Restating(tx, self._boxes(tx.connection)).restate(records)
        tx.topic("sync")

    def _boxes(self, db: Connection) -> dict[str, BoxKey]:
        rows = db.execute("SELECT key, private FROM scope_key WHERE private IS NOT NULL").fetchall()
        return {key: BoxKey.from_bytes(bytes(private)) for key, private in rows}

    def heads(self, heads: Mapping[str, protocol.FeedHead], *, at: str = "") -> None:
        self._write(lambda tx: self._heads(tx, heads, at))

    def _heads(self, tx: Tx, heads: Mapping[str, protocol.FeedHead], at: str) -> None:
        """What was carried is of an hour ago or of last week: it neither lowers a head nor sets the contact back."""
        head = "max(head_seq, excluded.head_seq)" if at else "excluded.head_seq"
        tx.connection.executemany(
            f"INSERT INTO cursor (scope, seq, chain, head_seq) VALUES (?,0,?,?)"  # noqa: S608 - constants only
            f" ON CONFLICT(scope) DO UPDATE SET head_seq={head}",
            [(scope, GENESIS, one.seq) for scope, one in heads.items()],
        )
        if at:
            former = settings.get(tx.connection, settings.CONTACT_AT, str, "")
            settings.put(tx.connection, settings.CONTACT_AT, max(at, former))
        tx.topic("sync")

    def last_receipt(self) -> tuple[bytes, bytes]:
        newest = "SELECT body, signature FROM receipt ORDER BY accepted_n DESC LIMIT 1"
        row = self._write(lambda tx: tx.connection.execute(newest).fetchone())
        return (bytes(row[0]), bytes(row[1])) if row else (b"", b"")

    def follow(self, epoch: str) -> None:
        def go_on(tx: Tx) -> None:
            own = settings.identity(tx.connection)
            settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, epoch=epoch))
            journal.free_numbers(tx.connection, protocol.PROVINCE_DESK)
            versions.begin_all_anew(tx)
            tx.audit(AuditAction.FOLLOW_EPOCH, detail={"epoch": epoch})
            tx.topic("identity")

        self._write(go_on)

    def heard(self, at: str) -> None:
        self._write(lambda tx: hear_time(tx, at))

    def begin_all_anew(self) -> None:
        self._write(versions.begin_all_anew)

    def to_begin_anew(self) -> Sequence[str]:
        return self._write(lambda tx: settings.get(tx.connection, versions.TO_BEGIN_ANEW, list[str], []))

    def scope_to_compare(self, now: str) -> str:
        return self._repair.begin(now)

    def held_sums(self, scope: str, at: Place) -> ScopeSums | None:
        return self._repair.held(scope, at)

    def put_right(
        self, scope: str, at: Place, ranges: Sequence[int], events: Sequence[tuple[protocol.Event, Line]]
    ) -> bool:
        return self._repair.put_right(
            scope, at, ranges, events, lambda records: self._write(partial(self._restate, records))
        )

    def compared(self, now: str) -> None:
        self._write(lambda tx: comparing.keep(tx, self._repair.found(now)))

    def known_root(self) -> KnownRoot | None:
        return self._write(lambda tx: roots.known(tx.connection))

    def keep_root(self, root: KnownRoot) -> None:
        self._write(lambda tx: roots.keep(tx, root))

    def keep_contradiction(self, root: KnownRoot, body: bytes, signature: bytes) -> None:
        self._write(lambda tx: roots.keep_contradiction(tx, root, body, signature))

    def freeze(self, code: str) -> None:
        """Keep why the province refuses this desk; empty once it does not any more."""

        def mark(tx: Tx) -> None:
            own = settings.identity(tx.connection)
            settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, frozen=code))
            tx.topic("identity")
            tx.topic("sync")

        self._write(mark)

    def public_of(self, desk: str) -> bytes | None:
        row = self._write(
            lambda tx: tx.connection.execute("SELECT sign_public FROM desk_cert WHERE desk=?", (desk,)).fetchone()
        )
        return bytes(row[0]) if row else None
