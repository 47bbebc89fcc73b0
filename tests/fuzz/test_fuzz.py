"""Whatever a reader is given it takes, or refuses in the words that it has for it (I19); led by coverage.

Short in every run, forty times as long with `--long`. A landing repeats the same course; at a desk it varies.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from random import SystemRandom

import pytest

from commune_desk.domain.words.errors import DeskError
from sync import roots, seal
from sync.client import snapshots
from tests.fuzz import suite
from tests.fuzz.fuzzer import Course, Finding, Target
from tests.fuzz.mazes import maze
from tests.helpers.examples import examples


def _seed() -> int:
    return 1 if os.environ.get("CI") else SystemRandom().randrange(1 << 32)


def _play(name: str, folder: Path, seed: int) -> Course:
    with ExitStack() as stack:
        course = Course(suite.TARGETS[name](folder, stack), seed)
        course.play(examples(course.target.runs), suite.kept(name))
    return course


@pytest.mark.parametrize("name", sorted(suite.TARGETS))
def test_any_input_is_taken_or_refused(name: str, tmp_path: Path) -> None:
    """A course that is only refused tries nothing but the first line of a reader."""
    try:
        course = _play(name, tmp_path, _seed())
    except Finding as finding:
        suite.note(finding)
        raise
    assert course.taken
    assert course.refused or name in suite.REFUSE_NOTHING
    assert len(course.known) > len(course.target.seeds)


def _found(target: Target, *, led: bool = True, runs: int = 4000) -> str:
    course = Course(target, 1, led=led)
    with pytest.raises(Finding) as found:
        course.play(runs)
    return found.value.what


def _in_the_maze() -> Target:
    return Target("maze", [b"??????"], maze.read, (DeskError,))


def test_it_is_led_to_a_fault_behind_six_doors() -> None:
    assert _found(_in_the_maze(), runs=8_000) == "IndexError: the fault"


def test_without_coverage_it_would_not_come_there() -> None:
    """The twin: as many inputs, of which none is kept for where it led."""
    course = Course(_in_the_maze(), 1, led=False)
    course.play(8_000)
    assert course.refused == course.runs


def test_what_does_not_end_and_what_takes_the_memory_are_found() -> None:
    assert _found(Target("hang", [b"x"], maze.without_end)) == "does not come to an end"
    assert "MiB" in _found(Target("bomb", [b"x"], maze.too_much))


def test_the_same_seed_gives_the_same_course(tmp_path: Path) -> None:
    first, second = (_play("change", tmp_path, 7) for _ in range(2))
    assert (first.known, first.seen) == (second.known, second.seen)
    assert _play("change", tmp_path, 8).known != first.known


def _unguarded(leaf: bytes, index: int, leaves: int, path: list[bytes]) -> bytes:
    """`roots._climb` without the look whether there is a step left."""
    if leaves == 1:
        return leaf
    half, beside = roots._half(leaves), path[-1]
    if index < half:
        return roots._node(_unguarded(leaf, index, half, path[:-1]), beside)
    return roots._node(beside, _unguarded(leaf, index - half, leaves - half, path[:-1]))


def test_an_unguarded_index_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin, within the runs of a short course."""
    monkeypatch.setattr(roots, "_climb", _unguarded)
    with pytest.raises(Finding, match="IndexError"):
        _play("path", tmp_path, 1)


def test_a_change_that_nobody_signed_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a reader that believes whatever is readable."""
    monkeypatch.setattr(snapshots, "is_proven", lambda *_: True)
    with pytest.raises(Finding, match="nobody signed"):
        _play("snapshot", tmp_path, 1)


def test_a_flipped_bit_that_opens_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a piece of a file whose tag nobody looks at."""
    honest = seal.decrypt_piece

    def unchecked(key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes) -> bytes:
        try:
            return honest(key, nonce, ciphertext, aad)
        except seal.SealBroken:
            return ciphertext[:-16]

    monkeypatch.setattr(seal, "decrypt_piece", unchecked)
    with pytest.raises(Finding):
        _play("file", tmp_path, 1)
