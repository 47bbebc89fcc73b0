"""Values in batches: each once, in their order, none too large and none empty."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.batches import BATCH, batched


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
def test_every_value_stands_in_one_batch_and_no_batch_is_too_large(count: int) -> None:
    batches = list(batched(iter(range(count))))
    assert [value for batch in batches for value in batch] == list(range(count))
    assert all(0 < len(batch) <= BATCH for batch in batches)
    assert len(batches) == -(-count // BATCH)


def test_what_is_not_asked_for_is_not_read() -> None:
    values = iter("abcde")
    assert (next(batched(values, 2)), list(values)) == (("a", "b"), ["c", "d", "e"])
