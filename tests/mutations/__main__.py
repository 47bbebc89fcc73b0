"""`python3 desk.py mutate [--only NAME ...]`: print each fault and whether the tests find it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from tests.mutations.fault import Fault
from tests.mutations.suite import FAULTS, End, Verdict, honest_failures, judged


def main(words: Sequence[str]) -> int:
    """0 when every fault that differs from the honest code is caught, else 1."""
    parser = argparse.ArgumentParser(prog="desk.py mutate", description="Faults in the sync, and who finds them.")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="these faults (or parts of their names)")
    parser.add_argument("--list", action="store_true", help="name the faults and run nothing")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="copies of the tree that work side by side")
    chosen = parser.parse_args(words)
    faults = [one for one in FAULTS if not chosen.only or any(part in one.name for part in chosen.only)]
    if chosen.list:
        return _list(faults)
    if not hasattr(os, "fork"):
        print("Only a system that can fork runs the faults; --list names them.")
        return 1
    if not faults:
        print("No fault has such a name; see: desk.py mutate --list")
        return 1
    return _run(faults, chosen.at_once)


def _list(faults: Sequence[Fault]) -> int:
    """Their names, to whoever reads as many as he likes: `--list | head`."""
    try:
        print("\n".join(one.name for one in faults), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is flushed at the end
    return 0


def _run(faults: Sequence[Fault], at_once: int) -> int:
    if failures := honest_failures(faults, at_once=at_once):
        print(f"The tests fail without any fault, so being caught would mean nothing:\n{failures}")
        return 1
    verdicts = []
    for verdict in judged(faults, at_once=at_once):
        verdicts.append(verdict)
        print(_line(verdict), flush=True)
    counted = [one for one in verdicts if not one.fault.equivalent]
    caught = [one for one in counted if one.end is End.CAUGHT]
    print(f"{len(caught)} caught of {len(counted)}")
    return int(len(caught) < len(counted))


def _line(verdict: Verdict) -> str:
    if verdict.fault.equivalent:
        return f"{verdict.fault.name:52} not counted: {verdict.fault.equivalent}"
    told = f"\n{verdict.said}" if verdict.said else ""
    return f"{verdict.fault.name:52} {verdict.end.value:9} {verdict.seconds:5.1f} s{told}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
