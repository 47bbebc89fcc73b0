"""`python -m tests.simulator SEED`: play one course of events and print it."""

from __future__ import annotations

import sys

from tests.simulator.run import play


def main() -> None:
    for seed in sys.argv[1:]:
        print("\n".join(play(int(seed))))


if __name__ == "__main__":
    main()
