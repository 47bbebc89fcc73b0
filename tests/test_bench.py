"""The measurements' own shape: names, table, JSON, and a measure that cannot be taken. Never a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import bench.__main__ as command
from bench.measure import CannotMeasure, Judged, Measure, Samples, p95, row_of
from bench.measures import MEASURES
from bench.table import HEADINGS, heading, line
from bench.workbench import Workbench


def _twice_its_floor(_bench: Workbench) -> Samples:
    return Samples([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])


def _hindered(_bench: Workbench) -> Samples:
    raise CannotMeasure("there is no window here")


def make_measure(name: str = "sample", **rules: object) -> Measure:
    values: dict[str, object] = {"unit": "ms", "person": "nothing", "take": _twice_its_floor, "budget": 1.5}
    return Measure(name=name, **{**values, **rules})  # type: ignore[arg-type]


def test_every_measure_of_the_issue_is_there_with_its_budget() -> None:
    budgets = {name: measure.budget for name, measure in MEASURES.items() if measure.budget}
    assert budgets.pop("memory_synced") == budgets["memory"], "the same, of a desk that is in touch with its province"
    of_the_sync = {
        name: budgets.pop(name)
        for name in (
            *("bulk_bytes", "edit_bytes", "visit_bytes", "poll_bytes"),
            *("first_sync", "first_sync_unmade", "first_sync_line"),
        )
    }
    on_postgres = {name: budgets.pop(name) for name in ("push_postgres", "bulk_time", "bulk_time_stream", "edit_time")}
    assert budgets.pop("visits_line") == budgets.pop("visits_line_paused") == 2
    assert budgets == {"start": 2, "unlock": 3, "save": 2, "search": 2, "scroll": 2, "memory": 2}
    assert (of_the_sync.pop("visit_bytes"), of_the_sync.pop("poll_bytes")) == (1, 1), (
        "their floor is what they may take"
    )
    assert of_the_sync == {
        "bulk_bytes": 2.6,
        "edit_bytes": 5,
        "first_sync": 3,
        "first_sync_unmade": 5,
        "first_sync_line": 3,
    }
    assert on_postgres == {"push_postgres": 4, "bulk_time": 6, "bulk_time_stream": 6, "edit_time": 6}
    assert {"visit_wire", "poll_wire", "visits_line_hello", "visits_line_whole"} <= MEASURES.keys()
    assert {"save_while_pushing", "save_while_pulling", "save_while_beginning", "keys_while_syncing"} <= MEASURES.keys()
    assert {"longest_save_pushing", "longest_save_pulling", "longest_key"} <= MEASURES.keys()
    assert {"child_page", "register_page", "push", "pull", "push_bytes", "pull_bytes"} <= MEASURES.keys()
    assert all(measure.person for measure in MEASURES.values())


def test_a_row_holds_the_judged_figure_against_the_floor_of_the_same_kind() -> None:
    by_median = row_of(make_measure(), _twice_its_floor(Workbench(print)))
    by_p95 = row_of(make_measure(judged=Judged.P95), Samples([1.0] * 9 + [8.0], [1.0] * 9 + [2.0]))
    assert (by_median.value, by_median.floor, by_median.ratio) == (4.0, 2.0, 2.0)
    assert (by_p95.value, by_p95.floor, by_p95.ratio) == (8.0, 2.0, 4.0)


def test_of_letters_the_99th_percentile_is_judged() -> None:
    row = row_of(make_measure(judged=Judged.P99), Samples([1.0] * 195 + [8.0] * 5, [2.0] * 200))
    assert (row.p95, row.value, row.floor, row.ratio) == (1.0, 8.0, 2.0, 4.0)


def test_the_ratio_of_a_rate_says_how_many_times_slower() -> None:
    assert row_of(make_measure(is_rate=True), Samples([100.0], [400.0])).ratio == 4.0


def test_a_ratio_over_its_budget_is_marked_and_one_within_is_not() -> None:
    samples = Samples([4.0], [2.0])
    assert "2!" in line(row_of(make_measure(budget=1.5), samples))
    assert "!" not in line(row_of(make_measure(budget=2), samples))
    assert all(word in heading() for word in HEADINGS)


def test_the_95th_percentile_is_a_value_that_was_measured() -> None:
    assert p95([float(n) for n in range(1, 101)]) == 95.0
    assert p95([7.0]) == 7.0


def test_the_json_has_one_entry_for_each_measure(tmp_path: Path) -> None:
    rows, failed = command.take_all([make_measure("one"), make_measure("two", take=lambda _b: Samples([3.0]))])
    command.write_json(rows, tmp_path / "figures.json")
    assert failed == []
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8")) == {
        "one": {"value": 4.0, "p95": 6.0, "floor": 2.0, "ratio": 2.0, "budget": 1.5, "unit": "ms"},
        "two": {"value": 3.0, "p95": 3.0, "floor": None, "ratio": None, "budget": 1.5, "unit": "ms"},
    }


def test_a_measure_that_cannot_be_taken_fails_the_run_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(MEASURES, "hindered", make_measure("hindered", take=_hindered))
    monkeypatch.setitem(MEASURES, "sample", make_measure())
    assert command.main(["hindered", "sample"]) == 1
    said = capsys.readouterr().out
    assert "there is no window here" in said
    assert "Could not be measured: hindered." in said
    assert "\nsample " in said


def test_over_budget_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEASURES, "sample", make_measure(budget=0.1))
    assert command.main(["sample"]) == 0


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["walk"])
    assert stopped.value.code == 2
    assert "register_page" in capsys.readouterr().err
