"""Faults in what holds a desk with keys of its own, or a province, that does what no honest one does."""

from __future__ import annotations

from tests.mutations.fault import Fault

_GREEDY, _KEPT = "sync/server/test_greedy_desks.py", "sync/client/test_kept_as_it_came.py"
_RELOCATING, _ORDERING = "sync/server/intake/relocating.py", "sync/server/intake/ordering.py"

FAULTS = (
    Fault(
        name="of-two-changes-under-one-id-the-last-is-asked",
        file="sync/server/intake/erasures.py",
        old="for change in changes for record in named_in(change)}",
        new="for change in {one.id: one for one in changes}.values() for record in named_in(change)}",
        tests=(f"{_GREEDY}::test_an_id_that_is_given_twice_brings_nothing_erased_back",),
    ),
    Fault(
        name="a-place-begun-by-naming-it-with-somebody-erased",
        file="sync/server/intake/erasure_orders.py",
        old="        if record in known and place in there:",
        new="        if record in known:",
        tests=(f"{_GREEDY}::test_nor_does_a_revoked_desk_that_names_one_with_somebody_erased",),
    ),
    Fault(
        name="a-place-begun-by-naming-it",
        file="sync/server/intake/push.py",
        old="    _refuse_nowhere(connection, province, fresh, state)\n",
        new="",
        tests=(f"{_GREEDY}::test_naming_a_place_makes_none_and_sends_nobody_there",),
    ),
    Fault(
        name="held-by-any-number-of-places",
        file=_RELOCATING,
        old="has_room = len(route.scopes) <= MOST_HOLDERS",
        new="has_room = True",
        tests=(f"{_GREEDY}::test_a_record_is_held_in_a_few_places_only",),
    ),
    Fault(
        name="shared-by-moves-with-any-number-of-places",
        file=_RELOCATING,
        old="    return (held or 0) < MOST_HOLDERS\n",
        new="    return True\n",
        tests=(f"{_GREEDY}::test_moves_share_a_relative_with_no_more_places_either",),
    ),
    Fault(
        name="any-number-of-records-one-child",
        file="sync/server/intake/joining.py",
        old="is_ring or len(one_with(connection, two)) > MOST_AS_ONE",
        new="is_ring",
        tests=(f"{_GREEDY}::test_a_child_has_a_few_records_only",),
    ),
    Fault(
        name="record-grows-without-end",
        file=_ORDERING,
        old='    if outgrows(known, change):\n        return "value"\n',
        new="",
        tests=(f"{_GREEDY}::test_a_record_grows_to_a_size_that_is_read_at_once",),
    ),
    Fault(
        name="one-desk-has-all-threads",
        file="sync/server/edge/limits.py",
        old="if self._at_work[desk] >= self._at_once:",
        new="if False:",
        tests=(f"{_GREEDY}::test_a_desk_has_a_few_of_its_requests_worked_on_at_once",),
    ),
    Fault(
        name="replaced-snapshots-fill-the-disk",
        file="sync/server/answers/snapshots.py",
        old="set(young[:_KEPT_BESIDE])",
        new="set(young)",
        tests=(f"{_GREEDY}::test_snapshots_that_were_replaced_fill_no_disk",),
    ),
    Fault(
        name="sealed-bytes-stop-the-feed",
        file="sync/seal.py",
        old="    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:  # its",
        new="    except msgspec.DecodeError as error:  # its",
        tests=(f"{_KEPT}::test_sealed_bytes_that_are_no_value_stop_no_feed",),
    ),
    Fault(
        name="sealed-value-of-any-kind-to-decide",
        file="commune_desk/store/changes/sealing.py",
        old="return (value, True) if _is_of_its_kind(change.kind, field, value) else (None, False)",
        new="return value, True",
        tests=(f"{_KEPT}::test_a_sealed_value_of_the_wrong_kind_is_shown_as_unreadable_to_who_decides",),
    ),
    Fault(
        name="any-word-kept-as-an-instant",
        file="sync/instant.py",
        old='pattern=f"^(?:{_SHAPE})?\\\\Z"',
        new='pattern=""',
        tests=(f"{_KEPT}::test_an_instant_that_is_none_is_no_page_and_shuts_none",),
    ),
    Fault(
        name="another-key-for-oneself",
        file="sync/client/page.py",
        old="    if keys.get(identity.desk, own) != own:\n        raise errors.Unproven\n",
        new="",
        tests=(f"{_KEPT}::test_nobody_certifies_a_desk_another_key_than_its_own",),
    ),
    Fault(
        name="empty-lines-take-gigabytes",
        file="sync/snapshot.py",
        old='if not 1 <= body.count(b"\\n") < MAX_LINES:',
        new='if not 1 <= body.count(b"\\n"):',
        tests=(f"{_KEPT}::test_a_snapshot_of_empty_lines_takes_no_memory",),
    ),
    Fault(
        name="crumbs-of-a-body-are-gathered",
        file="sync/server/edge/patience.py",
        old='any(name == b"transfer-encoding" for name, _ in event.headers)',
        new="False",
        tests=("sync/server/test_patience.py::test_a_body_that_crumbles_is_not_gathered",),
    ),
    Fault(
        name="a-place-brought-as-often-as-it-is-named",
        file="sync/server/edge/courier_reply.py",
        old="for one in dict.fromkeys(anew) if",
        new="for one in anew if",
        tests=("sync/courier/test_greedy_bundles.py",),
    ),
    Fault(
        name="a-push-weighs-nothing",
        file="sync/server/edge/limits.py",
        old="            self._room[desk] = left - size, now\n",
        new="            self._room[desk] = left, now\n",
        tests=(f"{_GREEDY}::test_a_desk_fills_the_disk_by_a_days_measure_only",),
    ),
    Fault(
        name="bodies-on-their-way-are-not-counted",
        file="sync/server/edge/app.py",
        old="                        more(len(part))\n",
        new="",
        tests=("sync/server/test_limits.py::test_bodies_that_never_end_take_so_much_memory_and_no_more",),
    ),
    Fault(
        name="room-is-given-by-promise",
        file="sync/server/answers/files.py",
        old="select(func.sum(table.c.got)).where(table.c.scope == blob.scope)",
        new="select(func.sum(table.c.size)).where(table.c.scope == blob.scope)",
        tests=("sync/files/test_server.py::test_files_that_were_begun_and_never_sent_take_nobodys_room",),
    ),
    Fault(
        name="who-shakes-no-hands-counts-nothing",
        file="sync/server/edge/serving.py",
        old="    with ListeningSocket(family) as listener:\n",
        new="    with socket.socket(family, socket.SOCK_STREAM) as listener:\n",
        tests=("sync/server/test_listening.py::test_a_stranger_who_never_shakes_hands_keeps_no_desk_out",),
    ),
    Fault(
        name="all-conflicts-in-one-decision",
        file="commune_desk/store/intake/conflicts.py",
        old="(kind, record, field, MOST_AT_ONCE),",
        new="(kind, record, field, -1),",
        tests=("sync/client/test_flood_of_conflicts.py",),
    ),
    Fault(
        name="done-without-when-is-asked-for-without-end",
        file="sync/client/files.py",
        old=" or (told.done and not told.at):",
        new=":",
        tests=("sync/files/test_done_without_when.py",),
    ),
)
