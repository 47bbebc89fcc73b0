"""A seed that fails is kept with its kind of course, and played for ever; what is broken on purpose keeps none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator import courses, run, seeds
from tests.simulator.courses import COURSES, played
from tests.simulator.seeds import KEPT, Broken, kept
from tests.simulator.wandering import MOVES

KIND, SEED = "moves", 4711


def _fails(seed: int) -> list[str]:
    raise Broken.off(KIND, seed, AssertionError("a visit is lost"), ["desk 0 visits"])


@pytest.fixture
def list_of_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "seeds.txt"
    made.write_text("# of tests\noffice 1 chosen\n")
    monkeypatch.setattr(seeds, "KEPT", made)
    monkeypatch.setattr(courses, "COURSES", {**COURSES, KIND: _fails})
    return made


def test_a_course_that_fails_is_kept_with_its_kind_and_once(list_of_kept: Path) -> None:
    for _ in range(2):
        with pytest.raises(Broken, match=f"again: python -m tests.simulator {KIND} {SEED}"):
            played(KIND, SEED)
    assert list_of_kept.read_text().splitlines()[2:] == [f"{KIND} {SEED} a visit is lost"]
    assert (kept(KIND), kept("office")) == ([SEED], [1])


def test_a_check_that_says_nothing_is_told_by_its_line() -> None:
    def check() -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as silent:
        check()
    assert str(Broken.off(KIND, SEED, silent.value, [])).startswith("raise AssertionError\nagain: ")


def test_what_is_broken_on_purpose_is_not_kept(list_of_kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list_of_kept.read_text()
    monkeypatch.setattr(run, "settle", _never)
    monkeypatch.setattr("tests.simulator.communes.play", _never)
    assert run.breaks(1)
    assert MOVES.breaks(1)
    assert list_of_kept.read_text() == before


def _never(_course: object, *_how: object) -> None:
    raise AssertionError("the desks do not come to rest")


def test_each_kept_seed_is_of_a_kind_that_is_played() -> None:
    lines = [line for line in KEPT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert {line.split(" ")[0] for line in lines} == COURSES.keys()
    assert sum(len(kept(kind)) for kind in COURSES) == len(lines)
