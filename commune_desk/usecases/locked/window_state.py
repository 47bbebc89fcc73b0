"""What the window goes back to after a lock: page, record, open form. Sealed, because it says whose page was open."""

from __future__ import annotations

import msgspec

from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.vault.keys import open_at_rest, seal_at_rest
from sync.seal import SealBroken

_PURPOSE = b"window"


class WindowState(msgspec.Struct, frozen=True):
    """Where one was; `below` is the page of the rail that it was opened from."""

    page: str = ""
    record: str = ""
    form: str = ""
    below: str = ""


class _Kept(msgspec.Struct, frozen=True):
    login: str
    state: WindowState


def keep_window(desk: OpenDesk, state: WindowState) -> None:
    """Write it beside the register, for the officer at work. Raises OSError."""
    kept = msgspec.json.encode(_Kept(desk.login, state))
    desk.profile.window_state.write_bytes(seal_at_rest(desk.key, _PURPOSE, kept))


def take_window(desk: OpenDesk) -> WindowState | None:
    """Where the officer at work was at the last lock, once: the file is taken away.

    None after a crash, when it is not readable, and for a colleague: nobody lands on a page that they did not open.
    """
    try:
        sealed = desk.profile.window_state.read_bytes()
        desk.profile.window_state.unlink()
        kept = msgspec.json.decode(open_at_rest(desk.key, _PURPOSE, sealed), type=_Kept)
    except (OSError, SealBroken, msgspec.DecodeError):
        return None
    return kept.state if kept.login == desk.login else None
