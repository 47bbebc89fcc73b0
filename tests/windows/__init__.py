"""Runs this checkout on Windows' own Python under Wine; not part of the test suite."""
