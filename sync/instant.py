"""An instant as the province says it: checked where a message is read, for a desk keeps what it was told.

It reckons with such an instant on every page that it shows. One that is none, kept once, would keep all of them shut.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

_LEAP = "(?:1[89]|2[01])(?:0[48]|[2468][048]|[13579][26])|2000"
_DAYS = "(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31"
_DAY = f"(?:1[89]|2[01])[0-9]{{2}}-(?:{_DAYS})|(?:{_LEAP})-02-29"
_HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"

Instant = Annotated[str, msgspec.Meta(pattern=f"^(?:(?:{_DAY})T{_HOUR}Z)?\\Z")]
"""`2026-11-23T16:40:00Z` of the years 1800 to 2199, or empty."""
