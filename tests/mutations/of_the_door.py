"""Faults at the province's door and gate: who is let in, and with what."""

from __future__ import annotations

from tests.mutations.fault import Fault

_DOOR, _GATE, _TICKETS = "sync/server/intake/admission.py", "sync/server/door/gate.py", "sync/server/door/tickets.py"
_PUSHES, _GATES = ("sync/server/test_push.py",), ("sync/server/test_gate.py",)

FAULTS = (
    Fault(
        name="a-copied-desk-is-stopped-instead-of-removed",
        file="sync/server/identity/desks.py",
        old="in_service = tables.desk.c.id == desk, tables.desk.c.status == ACTIVE",
        new="in_service = (tables.desk.c.id == desk,)",
        tests=("sync/server/test_at_the_same_moment.py",),
    ),
    Fault(
        name="each-desk-that-finds-it-put-back-begins-an-epoch",
        file="sync/server/intake/push.py",
        old="actor=caller.id, after=header.epoch)",
        new="actor=caller.id)",
        tests=("sync/postgres/test_put_back_at_once.py",),
    ),
    Fault(
        name="gate-takes-a-busy-database-for-a-wrong-signature",
        file=_GATE,
        old='raise callers.fault or Refused(401, "signature") from None',
        new='raise Refused(401, "signature") from None',
        tests=("sync/server/test_no_connection_left.py::test_a_desk_is_asked_to_come_again",),
    ),
    Fault(
        name="door-lets-a-forged-change-in",
        file=_DOOR,
        old='        if line.signature and not line.signed_by(public):\n            return "signature"\n',
        new="",
        tests=("sync/server/test_whose_change.py",),
    ),
    Fault(
        name="door-lets-anothers-change-in",
        file=_DOOR,
        old="if change.desk != desk or change.n != n:",
        new="if change.n != n:",
        tests=("sync/server/test_whose_change.py",),
    ),
    Fault(
        name="door-lets-a-wrong-number-in",
        file=_DOOR,
        old="if change.desk != desk or change.n != n:",
        new="if change.desk != desk:",
        tests=("sync/server/test_whose_change.py",),
    ),
    Fault(
        name="door-ignores-the-form",
        file=_DOOR,
        old='        if not _well_formed(change):\n            return "form"\n',
        new="",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="door-lets-any-scope-in",
        file=_DOOR,
        old='return None if entry.guests & set(grants.values()) else "grant"',
        new="return None",
        tests=("sync/server/test_gate.py::test_no_desk_sees_or_writes_another_place",),
    ),
    Fault(
        name="door-ignores-the-role",
        file=_DOOR,
        old='return None if role in entry.write or role in entry.guests else "role"',
        new="return None",
        tests=("sync/server/test_push.py::test_a_role_that_may_only_read_writes_nothing",),
    ),
    Fault(
        name="door-lets-a-kind-live-anywhere",
        file=_DOOR,
        old="if not is_scope(scope) or not entry.fits_scope(scope):",
        new="if not is_scope(scope):",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="door-lets-abuse-detail-in-open",
        file=_DOOR,
        old='    if change.set:\n        return "plaintext"\n',
        new="",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="door-takes-clear-text-for-sealed",
        file=_DOOR,
        old=' if all(map(is_sealed, change.seal.values())) else "sealed"',
        new="",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="door-ignores-the-class",
        file=_DOOR,
        old="if declared.data is not data:",
        new="if False:",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="sums-of-another-place-told",
        file="sync/server/answers/sums.py",
        old="        _refuse_stranger(caller, request.scope)\n\n        def work",
        new="        def work",
        tests=("sync/server/test_every_route.py",),
    ),
    Fault(
        name="records-of-another-place-told",
        file="sync/server/answers/sums.py",
        old="    _refuse_stranger(caller, request.scope)\n    wanted",
        new="    wanted",
        tests=("sync/server/test_every_route.py",),
    ),
    Fault(
        name="door-ignores-the-values-of-a-known-shape",
        file=_DOOR,
        old="        if check(value) is not None:\n",
        new="        if False:\n",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="door-ignores-the-values",
        file=_DOOR,
        old="elif is_open and checks[name](value) is not None:",
        new="elif False:",
        tests=("sync/server/test_push.py::test_a_change_that_does_not_hold_is_set_aside_whole",),
    ),
    Fault(
        name="gate-lets-a-forged-request-in",
        file=_GATE,
        old='        if not seal.verify(self._public, b"", message, signature):\n',
        new="        if False:\n",
        tests=_GATES,
    ),
    Fault(
        name="gate-ignores-the-ticket",
        file=_GATE,
        old="callers.found is None or not self._tickets.spend(str(keyid), nonce):",
        new="callers.found is None:",
        tests=("sync/server/test_gate.py::test_a_recorded_request_is_worth_nothing_the_second_time",),
    ),
    Fault(
        name="gate-lets-the-doorbell-in-everywhere",
        file=_GATE,
        old="        if key_id.endswith(BELL_SUFFIX) is not self._bell:\n            return None\n",
        new="        desk_id, self._bell = key_id.removesuffix(BELL_SUFFIX), key_id.endswith(BELL_SUFFIX)\n",
        tests=("sync/server/test_gate.py::test_a_doorbell_key_opens_the_doorbells_routes_alone",),
    ),
    Fault(
        name="ticket-spent-twice",
        file=_TICKETS,
        old="if counter <= counters.get(ticket, 0):",
        new="if counter < counters.get(ticket, 0):",
        tests=("sync/server/test_gate.py::test_a_recorded_request_is_worth_nothing_the_second_time",),
    ),
    Fault(
        name="ticket-of-anybody",
        file=_TICKETS,
        old=" and seal.is_mac(proof, self._secret, body)",
        new="",
        tests=("sync/server/test_gate.py::test_tickets_run_out_and_die_with_the_process",),
    ),
    Fault(
        name="ticket-for-ever",
        file=_TICKETS,
        old="if int(self._clock() * 1000) - issued > LIFE_SECONDS * 1000:",
        new="if False:",
        tests=("sync/server/test_gate.py::test_tickets_run_out_and_die_with_the_process",),
    ),
    Fault(
        name="forgotten-ticket-fresh-again",
        file=_TICKETS,
        old="return issued > self._too_old.get(keyid, -1) and self._grows",
        new="return self._grows",
        tests=("sync/server/test_gate.py::test_a_ticket_that_was_forgotten_for_room_is_not_fresh_again",),
    ),
)
