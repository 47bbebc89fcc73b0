"""Where the officer's files lie."""

from __future__ import annotations

import os
from pathlib import Path

APP_FOLDER = "CommuneDesk"
PROFILE_VARIABLE = "COMMUNE_DESK_PROFILE"
LOG_FILE = "commune_desk.log"
"""Of the program, in the same folder; see `logs`."""
CRASH_FILE = "commune_desk.crash"
"""Beside it; see `crashes`."""


def profile_dir(override: Path | None = None) -> Path:
    """The folder of this register, made with mode 0700 if it is missing. Raises OSError.

    `override` (`--profile`) goes before COMMUNE_DESK_PROFILE, and that before the account's own
    data folder: Local, never Roaming, so that no register is copied to a file server at sign-out.
    """
    folder = override or _chosen_by_environment() or _account_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder.resolve()


def _chosen_by_environment() -> Path | None:
    chosen = os.environ.get(PROFILE_VARIABLE, "")
    return Path(chosen) if chosen else None


def _account_folder() -> Path:
    from platformdirs import user_data_path  # the province server installs without it

    return user_data_path(APP_FOLDER, appauthor=False, roaming=False)
