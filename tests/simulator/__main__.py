"""`python -m tests.simulator KIND SEED ...`: play courses of events and print them. KIND is a name in `courses.py`."""

from __future__ import annotations

import sys

from tests.simulator.courses import COURSES


def main() -> None:
    kind, *seeds = sys.argv[1:]
    for seed in seeds:
        print("\n".join(COURSES[kind](int(seed))))


if __name__ == "__main__":
    main()
