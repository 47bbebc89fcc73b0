"""Fuzzes one target and prints what it came to: `python -m tests.fuzz TARGET [RUNS] [SEED]`; `all` for each."""

from __future__ import annotations

import sys
import traceback
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from tests.fuzz.fuzzer import Course, Finding
from tests.fuzz.suite import TARGETS, kept
from tests.helpers.quick_stores import quick_stores


def main(which: str, runs: int = 0, seed: int = 1) -> None:
    for name in sorted(TARGETS) if which == "all" else [which]:
        with TemporaryDirectory() as folder, quick_stores(), ExitStack() as stack:
            course = Course(TARGETS[name](Path(folder), stack), seed)
            began = process_time()
            try:
                course.play(runs or course.target.runs, kept(name))
            except Finding as finding:
                print(finding)
                if finding.__cause__ is not None:
                    traceback.print_exception(finding.__cause__)
            print(
                f"{name}: {course.runs} runs in {process_time() - began:.1f} s, {course.refused} refused, "
                f"{course.taken} taken, {len(course.seen)} steps, {len(course.known)} kept",
                flush=True,
            )
            for said, count in course.said.most_common(6):
                print(f"    {count} {said[:100] or 'taken'}")


if __name__ == "__main__":
    which, *numbers = sys.argv[1:] or ["all"]
    main(which, *map(int, numbers))
