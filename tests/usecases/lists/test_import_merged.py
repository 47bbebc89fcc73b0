"""Cells merged over the rows of brothers and sisters are read for each of them; a child's own cells never are."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from commune_desk.domain.lists.columns import SHARED_TARGETS, Target
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from tests.helpers.lists import bring_in, shown, the_child

HEADER = ("STT", "Họ và tên", "Ngày sinh", "Thôn", "Người chăm sóc", "Điện thoại")
CHILDREN = ("Lý Thị Mẩy", "Lý A Tài", "Lý A Sáng")
MERGED = {3: "Khe Lặc", 4: "Chíu Thị Múi", 5: "0912 345 678"}
FIRST, LAST = 3, 5


def xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for column, title in enumerate(HEADER):
            sheet.merge_range(1, column, 2, column, title)
        for row, name in enumerate(CHILDREN, start=FIRST):
            sheet.write_row(row, 0, (row - 2, name, f"0{row}/02/2016"))
        for column, value in MERGED.items():
            sheet.merge_range(FIRST, column, LAST, column, value)
        sheet.write_row(LAST + 1, 0, (4, "Bàn Thị Thử", "07/02/2016"))


def xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Trang 1")
    for column, title in enumerate(HEADER):
        sheet.write_merge(1, 2, column, column, title)
    for row, name in enumerate(CHILDREN, start=FIRST):
        for column, value in enumerate((row - 2, name, f"0{row}/02/2016")):
            sheet.write(row, column, value)
    for column, value in MERGED.items():
        sheet.write_merge(FIRST, LAST, column, column, value)
    for column, value in enumerate((4, "Bàn Thị Thử", "07/02/2016")):
        sheet.write(LAST + 1, column, value)
    book.save(str(path))


def ods(path: Path) -> None:
    """Over one sheet that merges other cells, and below rows that are said once and repeated."""
    tall, covered = f' table:number-rows-spanned="{len(CHILDREN)}"', "<table:covered-table-cell/>"

    def cell(text: str, more: str = "") -> str:
        return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'

    def row(*cells: str, more: str = "") -> str:
        return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"

    first, *others = (
        cell(str(number)) + cell(name) + cell(f"0{number + 2}/02/2016") for number, name in enumerate(CHILDREN, 1)
    )
    rows = [
        row("<table:table-cell/>"),
        row(*(cell(title, ' table:number-rows-spanned="2"') for title in HEADER)),
        row(f'<table:covered-table-cell table:number-columns-repeated="{len(HEADER)}"/>'),
        row(first, *(cell(value, tall) for value in MERGED.values())),
        *(row(other, covered * len(MERGED)) for other in others),
        row(
            cell("4"), cell("Bàn Thị Thử"), cell("07/02/2016"), "<table:table-cell table:number-columns-repeated='3'/>"
        ),
        row("<table:table-cell/>", more=' table:number-rows-repeated="1048000"'),
    ]
    other_sheet = f'<table:table table:name="A">{row(cell("x", tall), cell("y"))}</table:table>'
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{other_sheet}"
            f'<table:table table:name="Trang 1">{"".join(rows)}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )


@pytest.mark.parametrize("make", [xlsx, xls, ods], ids=["xlsx", "xls", "ods"])
def test_what_is_merged_over_a_family_is_said_of_each_child(
    workplace: Workplace, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "list")
    bring_in(workplace, tmp_path / "list")
    assert shown(workplace) == len(CHILDREN) + 1
    for name in CHILDREN:
        child = the_child(workplace, name)
        assert child.person.village == "Khe Lặc"
        assert [(kin.person.full_name, kin.person.phone) for kin in child.kin] == [("Chíu Thị Múi", "0912345678")]
    stranger = the_child(workplace, "Bàn Thị Thử")
    assert (stranger.person.village, list(stranger.kin)) == (None, [])


def test_the_header_and_a_childs_own_cells_are_left_as_they_are(workplace: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for column, title in enumerate(HEADER):
            sheet.merge_range(1, column, 2, column, title)
        sheet.write(3, 0, 1)
        sheet.merge_range(3, 1, 4, 1, "Lý Thị Mẩy")
        sheet.write(3, 3, "Khe Lặc")
        sheet.write(4, 5, "0912 345 678")
    head = look_into(path)
    assert head.header is not None
    assert head.header.titles == HEADER
    header = head.header
    rows = [row for _number, row in source_of(head, workplace.read(lambda c: mapping_for(c, header))).rows()]
    assert [row[1] for row in rows] == ["Lý Thị Mẩy", None]


def test_what_is_a_childs_own_is_not_shared() -> None:
    own = {Target.FULL_NAME, Target.GIVEN_NAME, Target.ID_NUMBER, Target.BIRTH_DATE, Target.SEX, Target.GROUPS}
    assert not own & SHARED_TARGETS
