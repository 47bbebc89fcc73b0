"""Lists written by a test and brought in as a person does it, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from commune_desk.domain.lists.repeats import Repeat, Repeats
from commune_desk.domain.lists.rows import ListedChild
from commune_desk.store.engine.database import Connection
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import Counts, View
from commune_desk.store.lists.imports import ImportState
from commune_desk.store.pages.children import ChildRecord, child_record
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving, decide
from commune_desk.usecases.lists.import_reading import ListReading
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from commune_desk.usecases.lists.import_undo import ListUndo

DEMO = Path(__file__).parent.parent.parent / "resources" / "demo"
CURRENT, OLD = DEMO / "ds-tre-em-binh-lieu.xlsx", DEMO / "ds-tre-em-cu.xls"
TITLES = "Họ và tên;Giới tính;Ngày sinh;Số định danh;Thôn;Chủ hộ;Bố;Mẹ;Người chăm sóc;Quan hệ;Điện thoại;Hoàn cảnh"


def list_of(folder: Path, *rows: str, title: str = "Danh sách trẻ em năm 2026") -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join([title, TITLES, *rows]), encoding="utf-8-sig")
    return path


def read(workplace: Workplace, path: Path) -> str:
    """Read every row; returns the import's id."""
    head = look_into(path)
    assert head.header is not None
    header = head.header
    reading = ListReading(workplace, source_of(head, workplace.read(lambda c: mapping_for(c, header))))
    while not reading.step().is_over:
        pass
    return reading.import_id


def repeats_in(children: Iterable[ListedChild]) -> list[Repeat]:
    """Pairs that are likely one child, each later place once."""
    repeats = Repeats()
    return [found for child in children if (found := repeats.add(child)) is not None]


def count_children(connection: Connection, status: str = "active") -> int:
    """How many children the register shows with this status."""
    found = connection.execute("SELECT count(*) FROM child_index WHERE shown=1 AND status=?", (status,)).fetchone()
    return int(found[0])


def count_staged(connection: Connection) -> int:
    """How many changes are not given a number yet."""
    return int(connection.execute("SELECT count(*) FROM change WHERE state='staged'").fetchone()[0])


def settle(workplace: Workplace, import_id: str, decision: str = "same") -> None:
    rows = workplace.read(lambda c: import_rows.row_numbers(c, import_id, View.DUPLICATES))
    workplace.write(lambda tx: decide(tx, import_id, rows, decision))


def run(work: ListSaving | ListUndo) -> None:
    while not work.step().is_over:
        pass


def bring_in(workplace: Workplace, path: Path, decision: str = "same") -> str:
    import_id = read(workplace, path)
    settle(workplace, import_id, decision)
    run(ListSaving(workplace, import_id))
    return import_id


def undo(workplace: Workplace, import_id: str) -> None:
    run(ListUndo(workplace, import_id))


def counts(workplace: Workplace, import_id: str) -> Counts:
    return workplace.read(lambda c: import_rows.counts(c, import_id))


def state(workplace: Workplace, import_id: str) -> ImportState:
    known = workplace.read(lambda c: imports.import_named(c, import_id))
    assert known is not None
    return known.state


def shown(workplace: Workplace) -> int:
    return workplace.read(count_children)


def found(workplace: Workplace, typed: str) -> list[str]:
    return workplace.read(lambda c: search_children(c, typed, Filters())).ids


def the_child(workplace: Workplace, typed: str) -> ChildRecord:
    (person,) = found(workplace, typed)
    record = workplace.read(lambda c: child_record(c, person))
    assert record is not None
    return record


def rows_in(workplace: Workplace, *tables: str) -> dict[str, int]:
    return {t: workplace.read(lambda c, t=t: c.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in tables}  # type: ignore[misc]
