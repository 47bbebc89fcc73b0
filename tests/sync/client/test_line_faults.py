"""What the system says of a line, in the words of people."""

from __future__ import annotations

import errno

import pytest
import requests

from commune_desk.domain.words.errors import Fault
from sync.client import errors
from sync.client.line_faults import fault_of


@pytest.mark.parametrize(("number", "fault"), [("ENETUNREACH", errors.NoLine), ("ECONNREFUSED", errors.NotAnswering)])
def test_what_the_system_says_is_told_apart(number: str, fault: type[Fault]) -> None:
    inner = OSError(getattr(errno, number), "as the system says")
    assert isinstance(fault_of(requests.ConnectionError(inner)), fault)
