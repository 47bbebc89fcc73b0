"""What the program loads, and what it leaves: seen in processes of their own, where nothing is loaded yet."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.sources import ROOT

PREPARE = "from commune_desk.__main__ import prepare; prepare()"
COUNT_KEPT = "import linecache; print(len(linecache.cache))"
BEFORE_PREPARE = 5
"""Sources that PySide6 reads while it is itself being loaded, at the most."""


def said(*code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", "; ".join(code)], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_the_sources_of_what_is_loaded_are_not_kept() -> None:
    assert int(said(PREPARE, "import commune_desk.working_desk", COUNT_KEPT)) <= BEFORE_PREPARE


def test_without_plain_import_they_would_be() -> None:
    """Once this fails, `ui.plain_import` is needed no more."""
    assert int(said("import PySide6.QtCore, commune_desk.working_desk", COUNT_KEPT)) > 100
