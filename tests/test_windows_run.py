"""What the run on Windows' own Python under Wine takes along of this machine."""

from __future__ import annotations

import sys

import pytest

from tests.windows import __main__ as run
from tests.windows.__main__ import of_windows


def test_settings_of_pip_are_said_in_windows_words() -> None:
    settings = {"PIP_CERT": "/etc/ca.crt", "PIP_FIND_LINKS": "/a /b", "PIP_EXTRA_INDEX_URL": "file:///more/simple"}
    found = of_windows({"PATH": "/usr/bin", "SSL_CERT_FILE": "/etc/ca.crt"}, settings)
    assert (found["PIP_CERT"], found["SSL_CERT_FILE"]) == (r"Z:\etc\ca.crt", r"Z:\etc\ca.crt")
    assert found["PIP_FIND_LINKS"] == r"Z:\a Z:\b"
    assert found["PIP_EXTRA_INDEX_URL"] == "file:///Z:/more/simple"
    assert found["PATH"] == "/usr/bin"


def test_this_machines_own_python_qt_and_pip_stay_outside() -> None:
    here = {"PYTHONPATH": "/x", "QT_QPA_PLATFORM": "offscreen", "PIP_TARGET": "/x", "UV_CACHE_DIR": "/x", "HOME": "/x"}
    assert set(of_windows(here, {})) == {"HOME", "WINEPREFIX", "WINEDEBUG", "WINEDLLOVERRIDES"}


def test_help_is_given_before_anything_is_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def set_up(_environment: dict[str, str]) -> None:
        raise AssertionError("help needs no Wine")

    monkeypatch.setattr(run, "set_up", set_up)
    monkeypatch.setattr(sys, "argv", ["tests.windows", "--help"])
    assert run.main() == 0
    assert "desk.py windows [WORD ...]" in capsys.readouterr().out
