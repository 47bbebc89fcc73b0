"""The import page without a window: columns, rows with what is wrong, repetitions side by side, rows that stay out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import set_language
from commune_desk.presenters.lists.page import ImportPage, Stage
from commune_desk.store.engine.settings import note_removed
from commune_desk.store.lists.import_rows import View
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.workplaces import (
    LISTS_KEPT_ON,
    be_another,
    clock_of,
    let_the_lease_run_out,
    make_workplace,
    until_closed,
)

DEMO = Path(__file__).parents[3] / "resources" / "demo"
CURRENT, OLD = DEMO / "ds-tre-em-binh-lieu.xlsx", DEMO / "ds-tre-em-cu.xls"


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    set_language("en")
    yield from until_closed(make_workplace(tmp_path, at=LISTS_KEPT_ON))


@pytest.fixture
def page(workplace: Workplace) -> ImportPage:
    return ImportPage(workplace)


def look(page: ImportPage, path: Path) -> None:
    page.found(page.look(path)())


def read(page: ImportPage, path: Path = CURRENT) -> None:
    look(page, path)
    reading = page.reading()
    while not reading.step().is_over:
        pass
    page.was_read(reading.import_id, page.first_look(reading.import_id)[0])


def save(page: ImportPage) -> None:
    saving = page.saving()
    while not saving.step().is_over:
        pass
    page.was_saved()


def test_columns_show_their_values_and_what_they_hold(page: ImportPage) -> None:
    look(page, CURRENT)
    view = page.columns_view()
    by_title = {row.title: row for row in view.columns}
    assert by_title["Họ và tên"].target == "full_name"
    assert by_title["Người chăm sóc / Quan hệ với trẻ"].target == "caregiver_relation"
    assert by_title["Số định danh cá nhân"].samples.count(" · ") == 2
    assert view.header == "6-7"
    assert dict(view.headers)["6-7"].startswith("Rows 7 to 8")
    assert view.problem == ""


def test_an_old_font_is_read_before_anything_is_shown(page: ImportPage) -> None:
    look(page, OLD)
    assert "Họ và tên trẻ" in [row.title for row in page.columns_view().columns]


def test_a_list_cannot_be_read_without_a_name_or_with_two_columns_of_one_meaning(page: ImportPage) -> None:
    look(page, CURRENT)
    columns = {row.target: row.column for row in page.columns_view().columns}
    page.set_target(columns["full_name"], "ignore")
    assert "name" in page.columns_view().problem
    page.set_target(columns["full_name"], "village")
    page.set_target(columns["mother_name"], "full_name")
    assert "Two columns" in page.columns_view().problem
    page.set_target(columns["full_name"], "note")
    assert page.columns_view().problem == ""


def test_another_row_can_be_the_header(page: ImportPage) -> None:
    look(page, CURRENT)
    page.found(page.with_header("6-6")())
    assert page.columns_view().header == "6-6"
    assert "Giới tính" in [row.title for row in page.columns_view().columns]


def test_a_sheet_without_header_asks_for_the_row(page: ImportPage, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("một;hai\nba;bốn\nnăm;sáu\n", encoding="utf-8")
    look(page, path)
    assert "No header" in page.columns_view().problem
    assert len(page.columns_view().headers) == 3


def test_every_row_has_its_state_and_its_sentences(page: ImportPage) -> None:
    read(page)
    assert page.stage is Stage.CHECK
    assert page.view is View.DUPLICATES
    assert [text for _key, text in page.check_view().tabs] == [
        *("All 488", "Errors 18", "Repetitions 18", "Warnings 23", "Fine 429")
    ]
    page.view = View.ERRORS
    ids = page.check_view().ids
    rows = page.rows(ids)
    assert {row.state.text for row in rows} == {"Error"}
    assert all(row.found for row in rows)
    full = page.row(ids[0])
    assert full is not None
    assert full.findings[0][0] == "danger"
    assert ("Dân tộc", "Sán Chỉ") in full.told


def test_a_repetition_stands_beside_what_it_may_repeat_and_is_decided(page: ImportPage, workplace: Workplace) -> None:
    read(page)
    view = page.check_view()
    assert view.to_decide == 6
    undecided = next(row for row in page.rows(view.ids) if row.state.text == "To decide")
    full = page.row(undecided.id)
    assert full is not None
    assert full.twin is not None
    assert full.twin.lines[0].listed == full.twin.lines[0].other
    workplace.write(page.decision(full.row, "different"))
    assert page.check_view().to_decide == 5
    workplace.write(page.decide_rest())
    assert page.check_view().to_decide == 0
    again = page.row(undecided.id)
    assert again is not None
    assert again.twin is not None
    assert again.twin.decision == "different"


def test_a_child_of_the_register_is_compared_field_by_field(page: ImportPage, workplace: Workplace) -> None:
    read(page)
    workplace.write(page.decide_rest())
    save(page)
    page.start_over()
    read(page, OLD)
    (first, *_rest) = page.check_view().ids
    full = page.row(first)
    assert full is not None
    assert full.twin is not None
    assert full.twin.other_title == "In the register"
    assert {"Full name", "Birth date"} <= {line.label for line in full.twin.lines}


def test_the_result_counts_names_what_is_worth_a_look_and_what_stayed_out(
    page: ImportPage, workplace: Workplace, tmp_path: Path
) -> None:
    read(page)
    workplace.write(page.decide_rest())
    save(page)
    result = page.result_view()
    assert [number for _tone, number, _text in result.lines] == ["452", "23", "18", "18"]
    assert len(result.remarks) == 23
    assert result.has_rejects
    out = tmp_path / "out.xlsx"
    assert page.export_rejects(out)() == 18
    written = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert written[1][:3] == ["Why it was refused", "STT", "Họ và tên"]
    assert all(row[0] for row in written[1:])
    assert page.earlier()[0].detail.endswith("452 children")


def test_once_the_lease_has_run_out_no_reject_leaves_the_register(
    page: ImportPage, workplace: Workplace, tmp_path: Path
) -> None:
    read(page)
    clock_of(workplace).pass_by(days=60)
    let_the_lease_run_out(workplace)
    out = tmp_path / "out.xlsx"
    with pytest.raises(Refusal, match="closed until this PC"):
        page.export_rejects(out)()
    assert not out.exists()


def test_the_saved_rejects_can_be_brought_in_again(page: ImportPage, workplace: Workplace, tmp_path: Path) -> None:
    read(page)
    out = tmp_path / "out.xlsx"
    page.export_rejects(out)()
    page.start_over()
    read(page, out)
    assert page.check_view().tabs[1][1] == "Errors 18"


def test_rejects_put_right_come_in_with_what_stood_around_them(
    page: ImportPage, workplace: Workplace, tmp_path: Path
) -> None:
    """The village was a heading and the title stood above the table: a row alone would have lost both."""
    path = tmp_path / "list.csv"
    title = "Danh sách trẻ em nghèo 2026"
    lines = (title, "STT;Họ tên;Ngày sinh;Hoàn cảnh", "I;Thôn Khe Lặc", "1;Lý Thị Mẩy;31/02/2016;hộ nghèo")
    path.write_text("\n".join((*lines, "II;Thôn Nà Ếch", "2;Lý A Sáng;2017;")), "utf-8")
    read(page, path)
    save(page)
    out = tmp_path / "out.xlsx"
    assert page.export_rejects(out)() == 1
    head, *rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()[1:]
    rows[0][head.index("Ngày sinh")] = "28/02/2016"
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(([title], head, *rows)):
            sheet.write_row(number, 0, cells)
    page.start_over()
    read(page, out)
    save(page)
    (mai,) = workplace.read(lambda c: search_children(c, "ly thi may", Filters())).ids
    record = workplace.read(lambda c: child_record(c, mai))
    assert record is not None
    assert (record.person.village, record.person.birth_date) == ("Thôn Khe Lặc", "2016-02-28")
    assert [(group.group_code, group.basis) for group in record.groups] == [("NGCO01", title)]


def test_a_row_refused_as_late_as_when_it_is_saved_is_written_out_whole(
    page: ImportPage, workplace: Workplace, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("STT;Họ tên;Ngày sinh\n1;Lý Thị Mẩy;01/10/2010\n2;Lý A Sáng;2017", "utf-8")
    read(page, path)
    clock_of(workplace).pass_by(days=2)
    save(page)
    out = tmp_path / "out.xlsx"
    assert page.export_rejects(out)() == 1
    written = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert "16" in str(written[-1][0])
    assert written[-1][1:] == ["1", "Lý Thị Mẩy", "01/10/2010"]


def test_after_a_crash_one_is_where_one_was(page: ImportPage, workplace: Workplace) -> None:
    read(page)
    assert ImportPage(workplace).was_checking() == page.import_id
    workplace.write(page.decide_rest())
    saving = page.saving()
    for _ in range(3):
        saving.step()
    again = ImportPage(workplace)
    assert again.was_checking() == ""
    broken = again.broken_off()
    assert broken is not None
    assert broken.id == page.import_id
    assert "nobody sees them yet" in broken.detail


def test_the_very_same_file_is_recognised(page: ImportPage, workplace: Workplace) -> None:
    read(page)
    workplace.write(page.decide_rest())
    save(page)
    page.start_over()
    look(page, CURRENT)
    assert "This very file was imported" in page.columns_view().remark


def test_a_chair_is_told_why_not(tmp_path: Path) -> None:
    folder = tmp_path / "chair"
    folder.mkdir()
    chair = make_workplace(folder, role="chair")
    try:
        assert ImportPage(chair).refusal()
    finally:
        chair.register.close()


def test_who_may_not_bring_in_lists_goes_on_with_none_either(page: ImportPage, workplace: Workplace) -> None:
    read(page)
    workplace.write(page.decide_rest())
    saving = page.saving()
    while not saving.is_shown:
        saving.step()
    fill = "UPDATE import_row SET state='filling' WHERE row=(SELECT min(row) FROM import_row)"
    workplace.write(lambda tx: tx.connection.execute(fill).rowcount)
    assert page.unsettled() == page.import_id
    workplace.write(lambda tx: be_another(tx, role="chair"))
    assert page.unsettled() == ""


def test_while_a_list_is_brought_in_its_rows_are_saved_for_now_and_no_child_has_lost_its_name(
    page: ImportPage, workplace: Workplace
) -> None:
    read(page)
    workplace.write(page.decide_rest())
    page.view = View.FINE
    ids = page.check_view().ids
    before = page.rows(ids)
    saving = page.saving()
    for _ in range(3):
        saving.step()
    rows = page.rows(ids)
    taken = [row for row in rows if row.state.text == "Saved for now"]
    assert 0 < len(taken) < len(rows)
    assert {(row.name, row.state.tone) for row in taken} == {("(saved for now)", "quiet")}
    assert [row for row in rows if row not in taken] == [
        row for row, now in zip(before, rows, strict=True) if now not in taken
    ]
    title = page.row(taken[0].id)
    assert title is not None
    assert title.title == f"Row {taken[0].id}: (saved for now)"


def test_a_list_that_a_colleague_was_looking_at_waits_for_the_colleague(page: ImportPage, workplace: Workplace) -> None:
    """Who opens the page for a list of their own would come back to choosing a file by taking that one away."""
    read(page)
    assert page.was_checking() == page.import_id
    colleague = "0198c0df" * 4
    workplace.write(lambda tx: tx.connection.execute("UPDATE import SET officer=?", (colleague,)).rowcount)
    assert (page.was_checking(), page.left_behind()) == ("", [])
    workplace.write(lambda tx: note_removed(tx.connection, colleague))
    assert (page.was_checking(), page.left_behind()) == ("", [page.import_id]), "nobody else comes back to it"
