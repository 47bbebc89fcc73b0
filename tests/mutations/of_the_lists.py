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
)
