"""Where a command of the province speaks, and whom it may ask."""

from __future__ import annotations

from collections.abc import Callable
from json import dumps

import msgspec

from commune_desk.domain.time.clock import VIETNAM, from_iso
from sync.server.commands.texts import Texts

Print = Callable[[str], None]
Ask = Callable[[str], str]


def local_time(instant: str) -> str:
    """`14:05 23/11/2026` in Viet Nam, of an ISO instant."""
    return from_iso(instant).astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


class Console:
    """Where a command speaks, and whom it may ask."""

    def __init__(self, texts: Texts, say: Print, ask: Ask, *, is_at_terminal: bool) -> None:
        """`is_at_terminal`: somebody is there who can answer."""
        self.texts = texts
        self.line = say
        self.ask = ask
        self.is_at_terminal = is_at_terminal

    def say(self, text: str, /, **params: object) -> None:
        self.line(self.texts.say(text, **params))

    def json(self, value: object) -> None:
        """Also this may end on a terminal; what one would obey is spelled, and read as what it is."""
        text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
        self.line("".join(sign if sign.isprintable() or sign == "\n" else dumps(sign)[1:-1] for sign in text))
