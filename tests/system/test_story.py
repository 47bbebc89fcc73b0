"""The story of the README's first command: played by real processes, and ended by the first step that fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.story import __main__ as story_main
from tests.story.__main__ import Story

_STEPS = 17
_AT_MOST_SECONDS = 1500


def play(out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.story", "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=_AT_MOST_SECONDS,
        check=False,
    )


def test_the_story_plays_to_its_end(tmp_path: Path) -> None:
    done = play(tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    steps = json.loads((tmp_path / "story.json").read_text(encoding="utf-8"))["steps"]
    assert len(steps) == _STEPS
    assert [line for line in done.stdout.splitlines() if line.startswith("✗")] == []
    kept = {path.name for path in tmp_path.iterdir()}
    assert {"desk-a", "desk-b", "desk-c", "province"} <= kept
    assert {"a-vi-decision.png", "a-vi-recovery-125.png"} <= kept
    for language in ("vi", "en"):
        assert {f"a-{language}-today.png", f"a-{language}-register-125.png", f"b-{language}-shelter.png"} <= kept


def test_a_step_that_fails_ends_the_story_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder was free when the story began, and somebody else's province lies in it when it is to be founded."""

    def begun(out: Path) -> Story:
        story = Story(out)
        (out / "province").mkdir(exist_ok=True)
        (out / "province" / "province.db").write_bytes(b"somebody else's")
        return story

    monkeypatch.setattr(story_main, "Story", begun)
    monkeypatch.setattr(sys, "argv", ["story", "--out", str(tmp_path / "out")])
    assert story_main.main() == 1
    told = capsys.readouterr().out
    assert "✗" in told
    assert "✓" not in told
