"""What the window goes back to after a lock: page, record, open form. Sealed, because it says whose page was open."""

from __future__ import annotations

import msgspec

from commune_desk.usecases.opening import OpenDesk
from commune_desk.vault.keys import open_at_rest, seal_at_rest
from sync.seal import SealBroken

_PURPOSE = b"window"


class WindowState(msgspec.Struct, frozen=True):
    """Where one was. `language` is the screen's."""

    page: str = ""
    record: str = ""
    form: str = ""
    language: str = "vi"


def keep_window(desk: OpenDesk, state: WindowState) -> None:
    """Write it beside the register. Raises OSError."""
    desk.profile.window_state.write_bytes(seal_at_rest(desk.key, _PURPOSE, msgspec.json.encode(state)))


def take_window(desk: OpenDesk) -> WindowState | None:
    """Where one was at the last lock, once: the file is taken away. None after a crash, or when it is not readable."""
    try:
        sealed = desk.profile.window_state.read_bytes()
        desk.profile.window_state.unlink()
        return msgspec.json.decode(open_at_rest(desk.key, _PURPOSE, sealed), type=WindowState)
    except (OSError, SealBroken, msgspec.DecodeError):
        return None
