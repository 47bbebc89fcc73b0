"""The type of timestamps in the province's messages: ISO 8601 in UTC, to the second, validated as a message is decoded.

A desk stores such timestamps and parses them again for its pages. An impossible date (30 February), stored once, would
make each of those pages fail; with this type `protocol.decode` raises Malformed, and the message is not taken in.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

_LEAP = "(?:1[89]|2[01])(?:0[48]|[2468][048]|[13579][26])|2000"
_DAYS = "(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31"
_DAY = f"(?:1[89]|2[01])[0-9]{{2}}-(?:{_DAYS})|(?:{_LEAP})-02-29"
_HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

_SHAPE = f"(?:{_DAY})T{_HOUR}Z"

Instant = Annotated[str, msgspec.Meta(pattern=f"^(?:{_SHAPE})?\\Z")]
"""`YYYY-MM-DDTHH:MM:SSZ`, a real date of the years 1800 to 2199 (leap years are checked), or the empty string."""


def is_instant(text: str) -> bool:
    """Whether the text is such a timestamp; the empty string is none."""
    return re.fullmatch(_SHAPE, text) is not None
