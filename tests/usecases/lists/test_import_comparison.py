"""The search for children who stand twice goes in steps, can be left off, and finds the same however small they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.lists.repeats import LIKELY, likeness
from commune_desk.domain.lists.rows import ListedChild
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists import import_twins
from commune_desk.usecases.lists.import_reading import ListReading, Progress
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from commune_desk.usecases.lists.import_twins import Comparison, RowTwin
from tests.helpers.lists import CURRENT, OLD, bring_in, undo


def reading_of(workplace: Workplace, path: Path) -> ListReading:
    head = look_into(path)
    assert head.header is not None
    header = head.header
    return ListReading(workplace, source_of(head, workplace.read(lambda c: mapping_for(c, header))))


def twins_of(workplace: Workplace, import_id: str) -> list[tuple[int, int, str, float]]:
    sql = "SELECT row, twin_row, twin_person, score FROM import_row WHERE import_id=? ORDER BY row"
    return workplace.read(lambda c: c.execute(sql, (import_id,)).fetchall())


def test_small_steps_find_what_one_large_step_finds(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in(workplace, OLD)
    found = []
    for some in (100_000, 7):
        monkeypatch.setattr(import_twins, "_SOME", some)
        reading = reading_of(workplace, CURRENT)
        while not reading.step().is_over:
            pass
        found.append(twins_of(workplace, reading.import_id))
        undo(workplace, reading.import_id)
    assert found[0] == found[1]
    assert any(person for _row, _twin, person, _score in found[0])


def test_each_row_has_the_likeliest_child_of_the_register(workplace: Workplace) -> None:
    """Against comparing every row with every child."""
    bring_in(workplace, OLD)
    known = workplace.read(
        lambda c: c.execute(
            "SELECT i.person, i.name, p.birth_date, p.id_number, (SELECT q.full_name FROM relation r"
            " JOIN person q ON q.id=r.relative WHERE r.person=i.person AND r.relation='mother')"
            " FROM child_index i JOIN person p ON p.id=i.person WHERE i.shown=1"
        ).fetchall()
    )
    register = {
        person: ListedChild(full_name=name, birth_date=birth, id_number=number, mother_name=mother)
        for person, name, birth, number, mother in known
    }
    rows = list(enumerate((child for child in register.values()), start=1))[:40]
    rows += [(1000 + n, ListedChild(full_name=f"Người Lạ {n}", birth_date="2015-05-05")) for n in range(5)]
    comparison = Comparison(rows)
    while not comparison.is_over:
        workplace.read(comparison.step)
    best = {row: max(likeness(child, other) for other in register.values()) for row, child in rows}
    in_register: dict[int, RowTwin] = {twin.row: twin for twin in comparison.found if twin.person}
    in_list = {twin.row for twin in comparison.found if twin.twin_row}
    assert {row: twin.score for row, twin in in_register.items()} == {
        row: score for row, score in best.items() if score >= LIKELY and row not in in_list
    }


def test_it_tells_how_far_it_is_and_leaves_nothing_when_left_off(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_twins, "_SOME", 50)
    bring_in(workplace, OLD)
    reading = reading_of(workplace, CURRENT)
    told: list[Progress] = []
    while not reading.is_comparing or len(told) < 4:
        now = reading.step()
        if reading.is_comparing:
            told.append(now)
    assert [one.done for one in told] == [0, 50, 100, 150]
    assert all(one.total > 150 and not one.is_over for one in told)
    undo(workplace, reading.import_id)
    assert twins_of(workplace, reading.import_id) == []
