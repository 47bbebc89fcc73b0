"""The kinds of record, as every room of the program finds them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from commune_desk.domain.records.kinds import KINDS

_LOADS = "import commune_desk.domain.records.{} as _, commune_desk.domain.records.kinds as records"


def _order(first: str, printed: str) -> list[str]:
    """Of the kinds in a program that loads one module of theirs before all others."""
    code = f"{_LOADS.format(first)}; print(*{printed})"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("first", ["visits", "placements"])
def test_their_order_is_the_same_whatever_a_program_loads_first(first: str) -> None:
    assert _order(first, "records.KINDS") == list(KINDS)


def test_in_the_order_of_loading_it_would_not_be() -> None:
    """The twin."""
    loaded = _order("visits", "records.DECLARED")
    assert sorted(loaded) == sorted(KINDS)
    assert loaded != list(KINDS)
