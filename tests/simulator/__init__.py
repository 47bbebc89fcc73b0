"""A whole office in one process, with time, line and disk made by a seed: `python -m tests.simulator SEED`."""
