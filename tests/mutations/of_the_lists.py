"""Faults in lists that come in and are taken back while others work, and in forms of a record that is joined."""

from __future__ import annotations

from tests.mutations.fault import Fault

_LISTS, _INDEX, _ROWS = (
    "usecases/lists",
    "commune_desk/store/writing/child_index.py",
    "commune_desk/store/lists/import_rows.py",
)

FAULTS = (
    Fault(
        name="edits-elsewhere-do-not-keep-a-child-of-a-list",
        file="commune_desk/store/writing/worked_on.py",
        old='    *(_CHANGED.format(own) for own in ("f.id", "f.person", "f.household")),\n',
        new="",
        tests=(f"{_LISTS}/test_undo_of_who_was_edited_elsewhere.py",),
    ),
    Fault(
        name="the-taking-back-of-a-list-counts-as-work-with-its-children",
        file="commune_desk/store/writing/worked_on.py",
        old="""'')<>'withdrawn'\"""",
        new="""'')<>''\"""",
        tests=(f"{_LISTS}/test_undo_elsewhere.py", f"{_LISTS}/test_undo_of_who_was_edited_elsewhere.py"),
    ),
    Fault(
        name="a-child-joined-into-a-list-goes-with-it",
        file=_INDEX,
        old="WHERE j.kept=f.person AND w.status<>'withdrawn'\"",
        new='WHERE j.kept=f.person AND 0"',
        tests=(f"{_LISTS}/test_undo_of_a_joined_child.py",),
    ),
    Fault(
        name="a-list-with-a-joined-child-is-taken-back",
        file="commune_desk/store/lists/import_undo.py",
        old="COALESCE(g.import_id, '')<>f.import_id",
        new="0",
        tests=(f"{_LISTS}/test_undo_of_a_joined_child.py",),
    ),
    Fault(
        name="the-row-of-another-child-goes-with-its-namesake",
        file=_ROWS,
        old="OR decision<>'different' AND ",
        new="OR ",
        tests=(f"{_LISTS}/test_namesake_of_who_left.py",),
    ),
    Fault(
        name="a-joined-row-goes-with-a-namesake",
        file=_ROWS,
        old=" AND NOT EXISTS ({_ROOT} AND root.state IN ('staged', 'filling'))",
        new="",
        tests=(f"{_LISTS}/test_namesake_of_who_left.py",),
    ),
    Fault(
        name="a-row-that-repeats-who-left-stays",
        file=_ROWS,
        old="decision='same' AND EXISTS ({_ROOT} AND root.state='rejected' AND root.payload='')",
        new="0",
        tests=(f"{_LISTS}/test_namesake_of_who_left.py",),
    ),
    Fault(
        name="a-list-fills-the-record-that-was-joined",
        file="commune_desk/usecases/lists/import_fill.py",
        old="RecordId(kept_of(tx.connection, staged.twin_person))",
        new="RecordId(staged.twin_person)",
        tests=(f"{_LISTS}/test_filled_and_joined.py",),
    ),
    Fault(
        name="a-visit-typed-while-joined-raises-no-risk",
        file="commune_desk/usecases/records/visits.py",
        old="person=RecordId(child.person), officer",
        new="officer",
        tests=("sync/meeting/test_visit_typed_while_joined.py",),
    ),
    Fault(
        name="a-photo-added-while-joined-is-refused",
        file="commune_desk/usecases/records/attachments.py",
        old="    person = RecordId(child.person)\n",
        new="",
        tests=("sync/meeting/test_photo_added_while_joined.py",),
    ),
    Fault(
        name="one-of-two-stays-ends-the-tasks-of-the-other",
        file="commune_desk/usecases/shelter/placements.py",
        old="if stay.person is None or any(other.person == stay.person for other in active_stays(tx.connection)):",
        new="if stay.person is None:",
        tests=("usecases/shelter/test_admitted_twice.py",),
    ),
    Fault(
        name="a-resident-is-admitted-again-by-the-other-record",
        file="commune_desk/usecases/shelter/placements.py",
        old="    kept = kept_of(tx.connection, admission.person.id)\n",
        new="    kept = admission.person.id\n",
        tests=("usecases/shelter/test_admitted_by_the_other_record.py",),
    ),
    Fault(
        name="who-came-since-a-list-was-read-is-not-looked-for",
        file="commune_desk/usecases/lists/import_list.py",
        old="if self._newcomers is not None and self._newcomers.step():",
        new="if False:",
        tests=("sync/meeting/test_one_list_brought_in_by_two.py",),
    ),
    Fault(
        name="two-records-are-joined-as-nobody-saw-them",
        file="commune_desk/usecases/records/joining.py",
        old="    _check_same(tx.connection, kept, other)\n",
        new="",
        tests=("sync/meeting/test_joined_with_what_came_meanwhile.py",),
    ),
    Fault(
        name="a-relative-is-saved-of-who-has-left",
        file="commune_desk/usecases/records/children.py",
        old="    if file_of(tx.connection, kept) is None:\n        raise Refusal(NOT_HERE)\n",
        new="",
        tests=("sync/moves/test_typed_of_who_has_left.py",),
    ),
    Fault(
        name="of-two-mothers-none-stays",
        file="commune_desk/usecases/records/children.py",
        old="    if relation.ended_on:  # a colleague kept another one\n        raise Refusal(_MEANWHILE)\n",
        new="",
        tests=("sync/meeting/test_two_keep_another_mother.py",),
    ),
    Fault(
        name="a-place-in-the-register-is-given-twice",
        file="commune_desk/store/writing/child_index.py",
        old="    first = 1 + max(highest, settings.get(connection, _GIVEN, int, 0))\n",
        new="    first = 1 + highest\n",
        tests=("sync/meeting/test_newcomer_in_the_place_of_who_left.py",),
    ),
    Fault(
        name="children-who-were-hidden-count-as-compared",
        file="commune_desk/store/lists/import_twins.py",
        old="    place = place if hidden is None else min(place, hidden - 1)\n",
        new="",
        tests=("usecases/lists/test_read_while_another_was_left_off.py",),
    ),
    Fault(
        name="a-card-that-stood-open-decides-over-what-came",
        file="commune_desk/usecases/sync/conflicts.py",
        old="if any(one.sides[0].change != shown.sides[0].change for one in now):",
        new="if not now:",
        tests=(
            "sync/meeting/test_decided_while_another_value_came.py",
            "sync/meeting/test_decided_on_a_card_of_before_it_was_joined.py",
        ),
    ),
    Fault(
        name="who-comes-back-stays-as-it-was-for-a-draft",
        file="commune_desk/store/intake/departures.py",
        old="    settle(tx, back=record)\n",
        new="    settle(tx)\n",
        tests=("sync/moves/test_stayed_for_a_draft_and_came_back.py",),
    ),
    Fault(
        name="the-pcs-own-clock-ends-what-stays-for-a-draft",
        file="commune_desk/store/intake/unsaved.py",
        old='settings.get(tx.connection, settings.CONTACT_AT, str, "") or to_iso(tx.ledger.now())',
        new="to_iso(tx.ledger.now())",
        tests=("sync/moves/test_unsaved_and_a_clock_set_back.py",),
    ),
)
