"""The files of a child in words: where each is, what may be done with it, and what of it stands in the timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.files import ChildFiles, FileView
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.sync.file_budget import budget_options, files_state, send_files_now, set_budget
from commune_desk.store.files import file_queue
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import FileFacts, take_back
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.builders import make_report, make_visit, save_all
from tests.helpers.workplaces import clock_of, let_the_lease_run_out, work_for_real


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    workplace.write(work_for_real)
    return add_child(workplace.register)


def view_of(workplace: Workplace, child: RecordId, file: Attachment) -> FileView:
    (found,) = [view for view in ChildFiles(workplace, child).view() if view.id == file.id]
    return found


def queue(workplace: Workplace, sql: str) -> None:
    workplace.write(lambda tx: tx.connection.execute(f"UPDATE file_queue SET {sql}").rowcount)


def accept(workplace: Workplace) -> None:
    """The province has signed for all text."""
    workplace.write(lambda tx: tx.connection.execute("UPDATE change SET state='accepted'").rowcount)


@pytest.mark.parametrize(
    ("now", "state", "tone"),
    [
        ("reached=0", "Waits to be sent", "warning"),
        ("reached=size/2", "Is being sent: 50 %", "note"),
        ("reached=size", "Is being sent: 99 %", "note"),
        ("state='done', at='2026-11-23T02:10:00Z'", "The province has it · 23/11/2026 at 09:10", "good"),
        ("code='file_day'", "The province takes the rest tomorrow", "warning"),
        ("state='refused', code='not_found'", "The province does not know this file; tell its IT officer", "warning"),
        ("code='a_newer_code'", "The province gave a reason that this program does not know yet.", "warning"),
        ("direction='down', reached=size/4", "Is being fetched: 25 %", "note"),
        ("direction='down', state='done'", "Here, and at the province", "good"),
        ("direction='down', state='damaged'", "Came damaged three times; fetch it again", "warning"),
        ("direction='down', code='file_waits'", "The PC it was added on has not sent all of it yet", "warning"),
    ],
)
def test_where_a_file_is_says_what_is_proven_and_no_more(
    workplace: Workplace, child: RecordId, now: str, state: str, tone: str
) -> None:
    file = add_file(workplace.register, child, scan(1000))
    assert view_of(workplace, child, file).state == "Waits; its entry is sent first"
    accept(workplace)
    queue(workplace, now)
    view = view_of(workplace, child, file)
    assert (view.state, view.tone) == (state, tone)


def test_a_file_that_is_not_here_is_fetched_and_then_being_fetched(workplace: Workplace, child: RecordId) -> None:
    file = add_file(workplace.register, child, scan(1000))
    workplace.write(lambda tx: tx.connection.execute("DELETE FROM file_queue").rowcount)
    view = view_of(workplace, child, file)
    assert (view.state, view.can_fetch, view.is_here) == ("At the province, not here", True, False)
    _none, changes = workplace.write(ChildFiles(workplace, child).fetch(file.id))
    assert changes.touches(file_queue.FILES_ASKED)
    assert view_of(workplace, child, file).state == "Is being fetched: 0 %"


def test_a_training_register_promises_nothing(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    view = view_of(workplace, child, add_file(workplace.register, child, scan(1000)))
    assert (view.state, view.can_fetch) == ("Kept here, never sent", False)


def test_what_a_file_belongs_to_is_offered_and_shown(workplace: Workplace, child: RecordId) -> None:
    visit, report = make_visit(child, "2026-11-20"), make_report(person=child)
    workplace.write(save_all(visit, report))
    files = ChildFiles(workplace, child)
    assert files.occasions() == [
        (f"report:{report.id}", "Report of 22/11/2026"),
        (f"visit:{visit.id}", "Home visit of 20/11/2026"),
    ]
    file = add_file(workplace.register, child, scan(1000), FileFacts("photo", taken_on="2026-11-20", visit=visit.id))
    view = view_of(workplace, child, file)
    assert view.title == "Photo"
    assert view.second == (
        "Home visit of 20/11/2026 · PDF · 1,016 B · taken on 20/11/2026 · added 23/11/2026 at 08:00 · Cán bộ Thử"
    )


def test_adding_and_taking_back_stand_in_the_timeline(workplace: Workplace, child: RecordId) -> None:
    file = add_file(workplace.register, child, scan(1000))
    clock_of(workplace).pass_by(minutes=5)
    workplace.write(lambda tx: take_back(tx, file.id, "wrong_child"))
    view = ChildPage(workplace, child).view()
    assert view is not None
    moments = [(one.heading, one.body, one.chip) for one in view.timeline if one.heading.startswith("Photo or scan")]
    assert moments == [
        ("Photo or scan taken back", "Biên bản thăm nhà · Minutes", "not sent yet"),
        ("Photo or scan added", "Biên bản thăm nhà · Minutes", "not sent yet"),
    ]


def test_what_was_refused_or_came_damaged_is_told_beside_what_waits(workplace: Workplace, child: RecordId) -> None:
    add_file(workplace.register, child, scan(1000))
    queue(workplace, "state='refused', code='not_found'")
    state = files_state(workplace)
    assert (state.waiting, state.can_send_now) == ("1 file was refused or came damaged", True)
    add_file(workplace.register, child, scan(300_000))
    assert files_state(workplace).waiting == "1 file waits · 293.0 KB · 1 file was refused or came damaged"
    queue(workplace, "state='damaged', direction='down'")
    assert files_state(workplace).waiting == "2 files were refused or came damaged"


def test_the_budget_is_told_and_set(workplace: Workplace, child: RecordId) -> None:
    assert files_state(workplace).waiting == "No file waits"
    add_file(workplace.register, child, scan(300_000))
    state = files_state(workplace)
    assert (state.waiting, state.today, state.budget) == ("1 file waits · 293.0 KB", "Today 0 B of 20 MB", "20")
    assert state.budget in dict(budget_options())
    workplace.write(set_budget("0"))
    assert files_state(workplace).today == "Today 0 B, without a bound"
    workplace.write(set_budget("5"))
    workplace.write(send_files_now())
    state = files_state(workplace)
    assert (state.today, state.can_send_now) == ("Today 0 B, without a bound", False)
    clock_of(workplace).pass_by(days=1)
    assert files_state(workplace).today == "Today 0 B of 5 MB"


@pytest.mark.parametrize("is_over", [False, True])
def test_once_the_lease_has_run_out_no_file_leaves_the_register(
    workplace: Workplace, child: RecordId, tmp_path: Path, is_over: bool
) -> None:
    file = add_file(workplace.register, child, scan(1000))
    copy, out = ChildFiles(workplace, child).copy_to(tmp_path / "out.jpg", file.id), tmp_path / "out.jpg"
    if is_over:
        let_the_lease_run_out(workplace)
        with pytest.raises(Refusal, match="closed until this PC"):
            copy()
    else:
        copy()
    assert out.exists() is not is_over
