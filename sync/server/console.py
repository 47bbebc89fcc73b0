"""Where a command of the province speaks, whom it may ask, and how it opens the province."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

import msgspec

from sync.server.province import Province, open_province
from sync.server.texts import Texts

Print = Callable[[str], None]
Ask = Callable[[str], str]


class Console:
    """Where a command speaks, and whom it may ask."""

    def __init__(self, texts: Texts, say: Print, ask: Ask) -> None:
        self.texts = texts
        self.line = say
        self.ask = ask

    def say(self, text: str, /, **params: object) -> None:
        self.line(self.texts.say(text, **params))

    def json(self, value: object) -> None:
        self.line(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def opened(args: Namespace) -> Province:
    """The province that the command names. Raises Fault or Refusal."""
    return open_province(args.data, args.key_file)
