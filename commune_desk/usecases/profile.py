"""Where the files of one register lie, and who asks for a new one. Light: the window shows before a vault is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

KEYFILE = "keyfile.json"
REGISTER = "register.db"
LOCK_FILE = "desk.lock"
DOORBELL = "doorbell.json"
WINDOW_STATE = "window.sealed"


@dataclass(frozen=True)
class Profile:
    """The folder of one register."""

    folder: Path

    @property
    def keyfile(self) -> Path:
        return self.folder / KEYFILE

    @property
    def register(self) -> Path:
        return self.folder / REGISTER

    @property
    def lock_file(self) -> Path:
        return self.folder / LOCK_FILE

    @property
    def doorbell(self) -> Path:
        return self.folder / DOORBELL

    @property
    def window_state(self) -> Path:
        return self.folder / WINDOW_STATE

    def has_register(self) -> bool:
        return self.keyfile.exists()

    def remove_files(self) -> None:
        """Take away a half-made register and keyfile, so that the next try starts clean."""
        for path in (self.register, self.keyfile):
            for beside in self.folder.glob(path.name + "*"):
                beside.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """Who will work here: `login` is what the unlock page shows, so it is no name."""

    login: str
    display_name: str
    passphrase: str
