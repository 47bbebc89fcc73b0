"""A list is read while another was left off in the middle, which then goes on: its children are met, each of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Refusal
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists import import_list
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.records.children import ChildEntry, register_child
from tests.helpers.builders import make_file, make_person
from tests.helpers.lists import list_of, read, run, settle, shown

ROWS = (
    "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Tằng Thị Lan;;;;",
    "Chìu Văn Sáng;Nam;07/08/2015;022316009999;Khe Lặc;;;Chìu Thị Mây;;;;",
)


@pytest.mark.parametrize("is_one_entered", [False, True])
def test_no_child_is_in_the_register_twice(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_one_entered: bool
) -> None:
    """It was locked in the middle of the first list; a child was entered by hand before the second one was read."""
    monkeypatch.setattr(import_list, "BATCH", 1)
    first = read(workplace, list_of(tmp_path, *ROWS))
    settle(workplace, first)
    saving = ListSaving(workplace, first)
    while not workplace.read(lambda c: c.execute("SELECT 1 FROM child_file").fetchone()):
        assert not saving.step().is_over
    if is_one_entered:
        entry = ChildEntry(person=make_person("Đặng Thị Hoà"), file=make_file(RecordId("")))
        workplace.write(lambda tx: register_child(tx, entry))
    second = read(workplace, list_of(tmp_path, *ROWS, title="Danh sách của trường"))
    settle(workplace, second)
    run(ListSaving(workplace, first))
    with suppress(Refusal):
        run(ListSaving(workplace, second))
    assert shown(workplace) == (3 if is_one_entered else 2)
