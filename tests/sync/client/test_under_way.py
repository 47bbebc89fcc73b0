"""What is under way is broken off from another thread, and nothing follows it."""

from __future__ import annotations

import pytest

from sync.client.errors import Stopped
from sync.client.under_way import UnderWay


class Way:
    is_aborted = False

    def abort(self) -> None:
        self.is_aborted = True


def test_the_way_that_is_gone_is_broken_off_and_none_follows() -> None:
    under_way, first, second, late = UnderWay(), Way(), Way(), Way()
    assert under_way.begin(first) is first
    assert under_way.begin(second) is second
    under_way.abort()
    assert (first.is_aborted, second.is_aborted) == (False, True)
    with pytest.raises(Stopped):
        under_way.begin(late)


def test_an_abort_that_comes_before_anything_is_under_way_is_kept() -> None:
    under_way = UnderWay()
    under_way.abort()
    for _again in range(2):
        with pytest.raises(Stopped):
            under_way.begin(Way())
