"""Where the program finds its own files, and where it keeps the officer's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commune_desk import paths, program_files


def test_resources_are_found_in_a_checkout() -> None:
    assert program_files.resource("locale").is_dir()
    assert "thứ Hai" in program_files.read_resource("locale/vi/LC_MESSAGES/commune_desk.po")


def test_the_profile_is_closed_to_others(tmp_path: Path) -> None:
    folder = paths.profile_dir(tmp_path / "a" / "desk")
    assert folder.is_dir()
    assert os.name != "posix" or folder.stat().st_mode & 0o777 == 0o700
    assert paths.profile_dir(folder) == folder


def test_the_profile_is_the_one_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(tmp_path / "environment"))
    assert paths.profile_dir() == tmp_path / "environment"
    assert paths.profile_dir(tmp_path / "argument") == tmp_path / "argument"
    monkeypatch.delenv(paths.PROFILE_VARIABLE)
    assert paths._account_folder().name == paths.APP_FOLDER
