"""The list of faults stays true: each still fits the code, names tests that exist, and the way of telling works."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutations.fault import ROOT, Fault, Stale
from tests.mutations.suite import FAULTS, End, judged

LEAST = 30


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_still_fits_the_code(fault: Fault) -> None:
    honest = (ROOT / fault.file).read_text(encoding="utf-8")
    patched = fault.patched(honest)
    assert patched != honest
    ast.parse(patched)
    assert fault.tests
    for test in fault.tests:
        file, _, name = test.partition("::")
        path = ROOT / "tests" / file
        assert path.is_file(), file
        assert not name or f"def {name}(" in path.read_text(encoding="utf-8"), test


def test_there_are_enough_and_each_has_its_name() -> None:
    counted = {fault.name for fault in FAULTS if not fault.equivalent}
    assert len(counted) >= LEAST
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="elsewhere a pipe breaks otherwise")
def test_who_reads_no_further_is_told_nothing_of_it() -> None:
    words = [sys.executable, "-m", "tests.mutations", "--list"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        assert (listing.stderr.read(), listing.wait()) == (b"", 0)


def test_a_fault_whose_text_is_gone_is_told(tmp_path: Path) -> None:
    fault = Fault(name="gone", file="x.py", old="never", new="", tests=("x.py",))
    (tmp_path / "x.py").write_text("once = 1\n", encoding="utf-8")
    with pytest.raises(Stale):
        fault.apply(tmp_path)
    with pytest.raises(Stale):
        replace(fault, old="1").patched("1 + 1")


@pytest.mark.long
def test_what_is_caught_what_survives_and_what_cannot_run_are_told_apart() -> None:
    """Under three faults of a file that one quick test reads."""
    file, test = "sync/merge.py", ("sync/meeting/test_set_fields.py",)
    deadly = Fault(name="deadly", file=file, old="if place > seen and who != desk}", new="if place > seen}", tests=test)
    idle = replace(deadly, name="idle", new="if place > seen and desk != who}")
    unfair = replace(deadly, name="unfair", tests=("sync/test_nobody_wrote_this.py",))
    assert [one.end for one in judged([deadly, idle, unfair])] == [End.CAUGHT, End.SURVIVED, End.BROKEN]
    assert deadly.old in (ROOT / file).read_text(encoding="utf-8"), "never in place"
