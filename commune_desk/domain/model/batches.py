"""Many values in batches: a statement of either engine is asked about only so many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Value = TypeVar("Value")
BATCH = 500
"""Values in one statement."""


def batched(values: Iterable[Value], most: int = BATCH) -> Iterator[tuple[Value, ...]]:
    """The values in their order, `most` at a time; the last batch is what is left. None for no values."""
    left = iter(values)
    while batch := tuple(islice(left, most)):
        yield batch
