"""Sync by courier: what waits goes onto a USB stick, and what the province wrote onto it comes into the register.

What travels and how it is proven is `sync.client.courier`; it is loaded with the first bundle, for it knows the line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.lease import lease_of
from commune_desk.store.desk.register import Register
from commune_desk.store.desk.versions import catch_up
from commune_desk.store.engine.settings import Pins
from commune_desk.store.exchange import courier as memory
from commune_desk.store.exchange.courier import Written
from commune_desk.store.exchange.feeds import is_behind
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.exchange.set_aside import count_entries
from commune_desk.store.exchange.sync_history import note_heard
from commune_desk.store.pages.sync_status import StaysHere, stays_here
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.sync import stick
from commune_desk.usecases.sync.around_sync import AroundSync
from commune_desk.usecases.sync.leaving import leave_for_good, sign_if_ordered
from commune_desk.usecases.sync.stick_bundles import ReadIn, StickBundle, first_piece, summed
from sync import bundle
from sync.client.errors import DeskRemoved
from sync.seal import BoxKey

if TYPE_CHECKING:
    from sync.client.brought import Brought
    from sync.client.courier import Outgoing

Progress = Callable[[int, int], object]
"""Told how many bundles are done, and of how many (0: nobody knows yet)."""

_NEEDS_ENROLMENT = ("restored", "fork")
MOST_HANDED_ON = 100
"""Bundles of other PCs at a time."""
_PASSED = ("epoch", "resync")
"""Why sync had stopped, where an answer that brings everything shows that it goes on."""


class CourierStopped(Fault):
    def __init__(self) -> None:
        super().__init__(
            N_("Stopped. The bundles that were finished count; what is missing can be written or read again.")
        )


@dataclass(frozen=True, slots=True)
class WroteOut:
    """What went onto the stick. The numbers are those of this desk's changes, 0 when there were none to send."""

    fingerprints: Sequence[str]
    changes: int
    first_n: int
    last_n: int
    bytes: int
    stays: StaysHere


class Courier:
    """Writes and reads bundles, one at a time, on any thread but the UI's; `stop` from any."""

    def __init__(
        self, register: Register, changed: Callable[[ChangeSet], None], *, room: int = bundle.MAX_INSIDE
    ) -> None:
        """`changed` hears, from that thread, of everything that a bundle changed in the register.

        `room`: how many bytes of changes go into one file.
        """
        self._room = room
        self._register = register
        self._around = AroundSync(register, changed)
        self._replica = RegisterReplica(register, self._hear)
        self._is_stopped = threading.Event()

    def stop(self) -> None:
        """Break off after the step that is under way, or before the first one of what waits for its turn; what was
        written stays."""
        self._is_stopped.set()

    def forget_stop(self) -> None:
        """Something else is asked for: a stop that came too late for what went before says nothing about it."""
        self._is_stopped.clear()

    def _begin(self) -> None:
        """The register may have been enrolled anew since the last bundle."""
        self._go_on()
        self._replica = RegisterReplica(self._register, self._hear)

    def _hear(self, changes: ChangeSet) -> None:
        self._around.hear(changes)
        self._go_on()

    def write_out(self, folder: Path, progress: Progress = lambda _done, _of: None) -> WroteOut:
        """Put everything that waits, and the question what is new, onto the stick.

        Raises Refusal before there is a key to seal to or for a register that must be enrolled anew, StickFull,
        StickGone, CourierStopped; what was written before stays valid.
        """
        from sync.client.courier import outgoing

        self._begin()
        public = self._require_key()
        self._register.write(catch_up).result()  # before it asks: a reply that goes on from here would bring nothing
        self._around.release_staged()
        sign_if_ordered(self._register)
        at = to_iso(self._register.clock.now())
        written: list[Outgoing] = []
        for one in outgoing(self._replica, public, at=at, room=self._room):
            self._go_on()
            self._register.write(lambda tx, one=one: _note_written(tx, one)).result()  # type: ignore[misc]
            stick.put(folder, one.data)
            written.append(one)
            progress(len(written), 0)
        return _written(written, self._register.read_slowly(stays_here).result())

    def _require_key(self) -> bytes:
        own = self._register.identity
        if own.frozen in _NEEDS_ENROLMENT or not own.desk:
            raise Refusal(
                N_(
                    "This PC must be enrolled anew before it can send anything. Everything is kept here; "
                    "nothing was written."
                )
            )
        public = _pins(self._register).courier_public
        if not public:
            raise Refusal(
                N_(
                    "This PC does not know yet how to seal bundles for the province: it learns it with the first sync "
                    "over a line. Everything is kept here; nothing was written."
                )
            )
        return public

    def read_in(self, folder: Path, progress: Progress = lambda _done, _of: None) -> ReadIn:
        """Take in the bundles for this PC that lie in the folder, in whatever order they must be read.

        Raises Refusal when there is none, StickGone, CourierStopped; a SyncFault in a bundle is told in the result.
        """
        self._begin()
        box = BoxKey.from_bytes(self._register.identity.box)
        found, is_cut = stick.bundles_in(folder)
        own, to_hand_on = self._looked_through(found, box.public)
        if not own and to_hand_on:
            return ReadIn(others=len(found), is_cut=is_cut, to_hand_on=to_hand_on)
        if not own:
            raise _none_in(found, is_cut=is_cut)
        bundles = [StickBundle(path) for path in own[: stick.MOST_READ]]
        self._read_all(bundles, box, progress)
        read = summed(bundles, others=len(found) - len(own))
        read.to_hand_on = to_hand_on
        read.is_cut = is_cut or len(own) > len(bundles)
        read.quarantined = self._register.read_slowly(lambda c: count_entries(c, read.set_aside)).result()
        self._catch_up(read, bundles, {path.name for path in found})
        if isinstance(read.refusal, DeskRemoved):
            read.removal = leave_for_good(self._register)
        return read

    def _looked_through(self, found: Sequence[Path], public: bytes) -> tuple[list[Path], list[str]]:
        """Those that may be for this PC, and names of those that another PC wrote for the province.

        What this PC wrote goes over its line by itself. A stick with very many can be broken off.
        """
        own: list[Path] = []
        to_hand_on: list[str] = []
        province = _pins(self._register).courier_public
        written = {bundle.named(one.fingerprint) for one in self._written()}
        for path in found:
            self._go_on()
            head = _head_of(path)
            if head is None or bundle.is_for(head, public):
                own.append(path)
            elif province and path.name not in written and bundle.is_for(head, province):
                to_hand_on.append(path.name)
        return own, to_hand_on[:MOST_HANDED_ON]

    def _read_all(self, bundles: list[StickBundle], box: BoxKey, progress: Progress) -> None:
        """Each once, and again those that lacked another one of the folder, as long as that helps.

        Their names say nothing of their order; once each was opened, it is known.
        """
        waiting = bundles
        while waiting:
            for one in waiting:
                self._go_on()
                self._read(one, box)
                progress(sum(each.is_finished for each in bundles), len(bundles))
            still = [one for one in waiting if not one.is_finished]
            if len(still) == len(waiting):
                return
            waiting = sorted(still, key=lambda one: (one.at, one.place))

    def _read(self, one: StickBundle, box: BoxKey) -> None:
        from sync.client.courier import take_in

        try:
            data = stick.read(one.path)
            one.fingerprint = bundle.fingerprint(data)
            opened = bundle.open_bundle(data, box, self._register.identity.desk)
            one.at, one.answers = opened.header.at, opened.header.answers
            one.place = first_piece(opened)
            brought = one.brought = take_in(self._replica, opened, {w.id: w.before_n for w in self._written()})
        except CourierStopped:
            raise
        except DeskError as fault:
            one.fault = fault
            return
        one.events += brought.events
        one.conflicts += brought.conflicts
        self._register.write(lambda tx: _note_read(tx, opened.header, one.fingerprint, brought)).result()

    def _catch_up(self, read: ReadIn, bundles: Sequence[StickBundle], names: Set[str]) -> None:
        """What follows from all of it: what is signed for, what may leave the stick, what waited for a first pull."""
        first = self._replica.pending(0, 1, 1)
        held = first[0].n - 1 if first else self._replica.last_n()
        if read.signed_for:  # an older bundle may have been read last
            read.signed_for = max(read.signed_for, held)
        read.missing = [(max(start, held + 1), end) for start, end in read.missing if end > held]
        answered = {answer for one in bundles if one.fault is None for answer in one.answers}
        for written in self._written():
            is_done = written.last_n <= held if written.last_n else written.id in answered
            if is_done and bundle.named(written.fingerprint) in names:
                read.done_with.append(written.fingerprint)
                read.others -= 1
        if any(one.brought is not None and one.brought.is_up_to_date for one in bundles):
            read.more = False
            self._around.pulled_everything()
            if self._register.identity.frozen in _PASSED and read.refusal is None:
                self._replica.freeze("")
        else:
            read.to_begin = [one for one in self._replica.to_begin_anew() if one not in read.half]
            if not (read.lacking or read.half or read.to_begin):  # what was brought may be of the past
                read.more &= self._register.read_slowly(is_behind).result()
        self._around.keep_told()

    def _written(self) -> list[Written]:
        return self._register.write(lambda tx: memory.written(tx.connection)).result()[0]

    def wipe(self, folder: Path, fingerprints: Sequence[str]) -> int:
        """Remove what is done with from the stick; how many bundles. Raises StickGone."""
        box = BoxKey.from_bytes(self._register.identity.box)
        return stick.take_away(folder, fingerprints, partial(_may_be_for, public=box.public))

    def _go_on(self) -> None:
        if self._is_stopped.is_set():
            self._is_stopped.clear()
            raise CourierStopped


def _may_be_for(path: Path, public: bytes) -> bool:
    """Also a file that cannot be read now, which may be anybody's: it is told of when it is its turn."""
    head = _head_of(path)
    return head is None or bundle.is_for(head, public)


def _head_of(path: Path) -> bytes | None:
    """The beginning of a bundle, by which one knows whom it is for; None of a file that cannot be read now."""
    try:
        return stick.read(path, bundle.HEAD)
    except stick.StickGone:
        return None


def _none_in(found: Sequence[Path], *, is_cut: bool) -> Refusal:
    if is_cut:
        return Refusal(
            N_(
                "Not all bundles in that folder were looked at, and none of the first {others} is for this PC. Nothing "
                "was changed; have the reply written into an empty folder, then read that one."
            ),
            others=len(found),
        )
    if not found:
        return Refusal(
            N_(
                "No bundle lies in that folder itself. Nothing was changed; choose the folder that the province's "
                "reply was written into."
            )
        )
    return Refusal(
        N_(
            "None of the {others} bundles in that folder is for this PC: they were written here, are another PC's or "
            "were not copied whole. Nothing was changed; have the province's reply written to the stick, or copied "
            "again."
        ),
        others=len(found),
    )


def _pins(register: Register) -> Pins:
    pins = register.identity.pins
    if pins is None:
        raise ValueError("a training register has no province")
    return pins


def _note_written(tx: Tx, one: Outgoing) -> None:
    """Before the file has its name: an answer to a file that exists must be believed."""
    print_of, lease = bundle.fingerprint(one.data), lease_of(tx.connection)
    told_at = lease.told_at if lease is not None else ""
    written = Written(id=one.id, fingerprint=print_of, before_n=one.before_n, last_n=one.last_n, told_at=told_at)
    memory.note_written(tx, written)
    detail = {"bundle": print_of, "changes": one.changes, "first": one.first_n, "last": one.last_n}
    tx.audit(AuditAction.COURIER_OUT, detail=detail)


def _note_read(tx: Tx, header: bundle.Header, fingerprint: str, brought: Brought) -> None:
    if brought.is_answer and brought.is_up_to_date:
        note_heard(tx, header.at, header.held_n)
    detail = {"bundle": fingerprint, "signed_for": brought.accepted_n, "entries": brought.events}
    tx.audit(AuditAction.COURIER_IN, detail=detail)


def _written(files: Sequence[Outgoing], stays: StaysHere) -> WroteOut:
    numbers = [n for one in files for n in (one.first_n, one.last_n) if n]
    return WroteOut(
        fingerprints=[bundle.fingerprint(one.data) for one in files],
        changes=sum(one.changes for one in files),
        first_n=min(numbers, default=0),
        last_n=max(numbers, default=0),
        bytes=sum(len(one.data) for one in files),
        stays=stays,
    )
