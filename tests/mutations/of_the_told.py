"""Faults in what a desk tells of itself and what the province makes of it, and in what it can show of the province."""

from __future__ import annotations

from tests.mutations.fault import Fault

_TOLD = "sync/client/test_health_told.py"
_HEALTH, _KEPT = "commune_desk/store/exchange/health.py", "sync/server/intake/desk_health.py"
_TABLE = "sync/server/commands/desk_table.py"
_VERIFIER, _LOG = "tests/verifier/verify_log.py", "sync/wire/test_log_verifier.py"
_BY_STICK = "sync/courier/test_health_by_stick.py"
_SPLIT, _PROVEN = "sync/split_view.py", "sync/wire/test_split_proof.py"

FAULTS: tuple[Fault, ...] = (
    Fault(
        name="rejects-exported-after-the-lease",
        file="commune_desk/presenters/lists/page.py",
        old="        require_open(self._workplace.register)\n",
        new="",
        tests=("presenters/lists/test_page.py::test_once_the_lease_has_run_out_no_reject_leaves_the_register",),
    ),
    Fault(
        name="files-copied-after-the-lease",
        file="commune_desk/presenters/child/files.py",
        old="        require_open(self._workplace.register)\n",
        new="",
        tests=("presenters/child/test_files.py::test_once_the_lease_has_run_out_no_file_leaves_the_register",),
    ),
    Fault(
        name="two-thousand-moves-at-once",
        file="sync/server/intake/push.py",
        old="    if sum(item.is_alone for item in incoming) > USUAL_CHANGES:\n",
        new="    if False:\n",
        tests=("sync/server/test_greedy_desks.py::test_one_push_moves_only_so_many",),
    ),
    Fault(
        name="how-a-desk-stands-told-with-every-sync",
        file=_HEALTH,
        old="    if settings.get(connection, TOLD, Told | None, None) == _told(own.desk, now):",
        new="    if False:",
        tests=(f"{_TOLD}::test_it_is_told_at_the_first_sync_and_no_more_that_day",),
    ),
    Fault(
        name="an-updated-program-told-the-next-day",
        file=_HEALTH,
        old="local_day(from_iso(now)).isoformat(), __version__, SCHEMA_VERSION)",
        new='local_day(from_iso(now)).isoformat(), "", 0)',
        tests=(f"{_TOLD}::test_after_an_update_it_is_told_at_once",),
    ),
    Fault(
        name="a-stopped-desk-tells-nothing-of-what-waits",
        file="sync/client/session.py",
        old="            report_of_trouble(channel, self._replica, fault, self._now)\n",
        new="",
        tests=(f"{_TOLD}::test_a_pc_that_is_stopped_says_for_how_long_its_words_have_waited",),
    ),
    Fault(
        name="noted-as-told-before-it-was",
        file="sync/client/reporting.py",
        old="            _told(channel, request)\n            replica.health_told(now)\n",
        new="            replica.health_told(now)\n            _told(channel, request)\n",
        tests=(f"{_TOLD}::test_without_a_line_nothing_is_noted_as_told",),
    ),
    Fault(
        name="a-sync-fails-because-nobody-heard-how-the-desk-stands",
        file="sync/client/reporting.py",
        old="        except (errors.SyncFault, protocol.Malformed):\n            return\n",
        new="        except protocol.Malformed:\n            return\n",
        tests=(f"{_TOLD}::test_without_a_line_nothing_is_noted_as_told",),
    ),
    Fault(
        name="a-wild-clock-is-told-as-it-is",
        file="sync/purge_wire.py",
        old="ahead if ahead is None else max(-MOST_AHEAD, min(MOST_AHEAD, ahead))",
        new="ahead",
        tests=(f"{_TOLD}::test_what_no_province_takes_is_brought_within_its_bounds",),
    ),
    Fault(
        name="a-desk-that-says-nothing-forgets-what-it-said",
        file=_KEPT,
        old="    if not said.program_version:\n        return\n    told",
        new="    told",
        tests=(f"{_TOLD}::test_a_desk_of_an_older_program_says_nothing_and_what_it_said_before_stays",),
    ),
    Fault(
        name="one-desk-speaks-for-all",
        file=_KEPT,
        old=".where(table.c.desk == caller.id)",
        new="",
        tests=(f"{_TOLD}::test_a_pc_speaks_for_itself_alone_and_its_words_are_harmless",),
    ),
    Fault(
        name="a-warning-of-whatever-waits",
        file=_TABLE,
        old="    if health.oldest_at and now - from_iso(health.oldest_at) > LONGEST_WAIT:",
        new="    if health.oldest_at:",
        tests=(f"{_TOLD}::test_of_what_waits_for_a_week_at_most_nobody_is_warned",),
    ),
    Fault(
        name="a-warning-of-every-clock",
        file=_TABLE,
        old="    if abs(ahead) > MOST_OFF:",
        new="    if ahead:",
        tests=(f"{_TOLD}::test_a_clock_that_is_off_by_ten_minutes_is_not",),
    ),
    Fault(
        name="no-statement-without-names-is-sought",
        file="sync/client/session.py",
        old="                seek_proof(channel, self._replica)\n",
        new="                pass\n",
        tests=(f"{_PROVEN}::test_a_rewritten_past_is_proven_to_a_stranger_by_a_file_that_names_nobody",),
    ),
    Fault(
        name="chains-told-with-all-that-was-entered",
        file="sync/server/answers/pull.py",
        old="    if request.only_chains:\n",
        new="    if False:\n",
        tests=(f"{_PROVEN}::test_chains_alone_are_told_of_the_places_that_were_asked_for_and_held",),
    ),
    Fault(
        name="chains-told-of-any-place",
        file="sync/server/answers/pull.py",
        old="        if scope in now.heads\n",
        new="",
        tests=(f"{_PROVEN}::test_chains_alone_are_told_of_the_places_that_were_asked_for_and_held",),
    ),
    Fault(
        name="an-honest-page-kept-as-proof",
        file=_SPLIT,
        old="place.seq == known.seq and place.chain != known.chain",
        new="place.seq == known.seq",
        tests=(f"{_PROVEN}::test_an_honest_province_is_not_proven_to_lie",),
    ),
    Fault(
        name="a-proof-that-names-pcs",
        file=_SPLIT,
        old="told.epoch != known.epoch or told.certs or place is None",
        new="told.epoch != known.epoch or place is None",
        tests=(f"{_PROVEN}::test_what_names_a_pc_or_another_place_or_time_is_no_proof",),
    ),
    Fault(
        name="another-epoch-taken-for-a-lie",
        file=_SPLIT,
        old="told.epoch != known.epoch or told.certs or place is None",
        new="told.certs or place is None",
        tests=(f"{_PROVEN}::test_what_names_a_pc_or_another_place_or_time_is_no_proof",),
    ),
    Fault(
        name="the-proof-is-offered-where-there-is-none",
        file="commune_desk/ui/pages/sync.py",
        old="                self.proof: state.has_proof,\n",
        new="                self.proof: True,\n",
        tests=("ui/sync/test_proof.py",),
    ),
    Fault(
        name="a-log-tells-of-a-desk-twice",
        file=_VERIFIER,
        old="""        need(cert["desk"] not in self.desks, f"a second certificate of desk {cert['desk']}")\n""",
        new="",
        tests=(f"{_LOG}::test_tampering_is_found",),
    ),
    Fault(
        name="the-verifier-dies-of-what-it-reads",
        file=_VERIFIER,
        old="ArithmeticError, ",
        new="",
        tests=(f"{_LOG}::test_tampering_is_found",),
    ),
    Fault(
        name="how-a-pc-stands-goes-by-no-stick",
        file="sync/client/courier.py",
        old="asked = [*_standing(replica), *_question(replica, identity)]",
        new="asked = _question(replica, identity)",
        tests=(f"{_BY_STICK}::test_a_stick_tells_it",),
    ),
    Fault(
        name="a-stick-that-says-nothing-is-kept-as-said",
        file=_KEPT,
        old="    if not said.program_version:\n        return\n    now",
        new="    now",
        tests=(f"{_BY_STICK}::test_nor_is_anything_kept_of_one_that_never_sent_a_change",),
    ),
    Fault(
        name="an-older-stick-says-how-a-pc-stands",
        file=_KEPT,
        old="if said.carried_n >= heard and not is_older:",
        new="if True:",
        tests=(f"{_BY_STICK}::test_each_stick_tells_it_anew_and_one_brought_again_changes_nothing",),
    ),
    Fault(
        name="a-stick-that-was-overtaken-by-the-line-says-how-a-pc-stands",
        file=_KEPT,
        old="and said_at < last.said_at",
        new="and False",
        tests=(f"{_BY_STICK}::test_what_is_heard_over_a_line_stands_until_a_later_stick",),
    ),
    Fault(
        name="which-stick-is-later-goes-by-a-pcs-clock",
        file=_KEPT,
        old="said.carried_n == heard and said_at",
        new="said_at",
        tests=(f"{_BY_STICK}::test_a_clock_that_went_back_hides_no_later_stick",),
    ),
    Fault(
        name="what-is-on-the-way-waits-nowhere",
        file="sync/server/lifecycle/status.py",
        old="    end = (row.carried_n or 0) + 1\n",
        new="    end = 0\n",
        tests=(f"{_BY_STICK}::test_of_a_stick_that_was_lost_the_next_trip_tells",),
    ),
    Fault(
        name="what-came-too-early-counts-as-waiting-there",
        file="sync/server/lifecycle/status.py",
        old="missing(held_n, [*here, (end, end)])",
        new="missing(held_n, [(end, end)])",
        tests=(f"{_BY_STICK}::test_of_a_stick_that_was_lost_the_next_trip_tells",),
    ),
)
