"""The program in the process of the tests."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from commune_desk.logs import stop_log
from tests.helpers.dressed import dress


@pytest.fixture
def own_hooks(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program takes over the hooks of its process, which here is that of the tests."""
    for owner in (sys, threading):
        monkeypatch.setattr(owner, "excepthook", owner.excepthook)
    mask = os.umask(0o077)
    dress(qapp)
    yield
    os.umask(mask)
    stop_log()
