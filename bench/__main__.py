"""`desk.py bench [NAME ...] [--json FILE]`: one row for each measure; fails only when one could not be taken."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench.measure import CannotMeasure, Measure, Row, row_of
from bench.table import heading, line
from bench.workbench import Workbench
from commune_desk.domain.words.errors import DeskError

_HINDERED = (CannotMeasure, DeskError, OSError, sqlite3.Error, subprocess.SubprocessError)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when everything asked for was measured, 1 otherwise."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from bench.measures import MEASURES

    given = _parser(MEASURES).parse_args(arguments)
    chosen = [MEASURES[name] for name in given.names or MEASURES]
    rows, failed = take_all(chosen)
    if given.json:
        write_json(rows, given.json)
    if failed:
        print(f"Could not be measured: {', '.join(failed)}.")
    return 1 if failed else 0


def take_all(measures: Iterable[Measure]) -> tuple[list[Row], list[str]]:
    """Take each measure and print its row; the rows, and the names of those that could not be taken."""
    rows: list[Row] = []
    failed: list[str] = []
    print(heading(), flush=True)
    with Workbench(lambda text: print(text, file=sys.stderr, flush=True)) as bench:
        for measure in measures:
            try:
                rows.append(row_of(measure, measure.take(bench)))
            except _HINDERED as hindrance:
                failed.append(measure.name)
                print(f"{measure.name}: {hindrance}", flush=True)
            else:
                print(line(rows[-1]), flush=True)
    return rows, failed


def write_json(rows: Iterable[Row], path: Path) -> None:
    """{name: {value, p95, floor, ratio, budget, unit}}."""
    entries = {row.measure.name: row.as_json() for row in rows}
    path.write_text(json.dumps(entries, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _parser(measures: Mapping[str, Measure]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="desk.py bench", description="Measure speed and memory against floors.")

    def known(name: str) -> str:
        if name not in measures:
            raise argparse.ArgumentTypeError(f"there is no {name}; there are {', '.join(measures)}")
        return name

    parser.add_argument("names", nargs="*", metavar="NAME", type=known, help=f"of {', '.join(measures)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    return parser


if __name__ == "__main__":
    sys.exit(main())
