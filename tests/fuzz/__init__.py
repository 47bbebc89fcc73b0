"""Fuzzing that is led by coverage: of what a reader is given, that is kept and changed on which leads to new lines.

    python -m tests.fuzz TARGET [RUNS] [SEED]    one target, printed

The targets stand in `targets_*.py`, inputs that once found something in `found.txt`, those that lead deep in `corpus`.
"""
