"""The ticket that a hello gave, as a desk keeps it for its next process.

It opens nothing to who finds it: each request that it names is signed with the desk's key and has a counter of its own.
"""

from __future__ import annotations

import msgspec


class KeptTicket(msgspec.Struct, frozen=True, kw_only=True):
    """Good for that desk in that epoch alone, so many `seconds` from when it came; `at` is the province's time then.

    `dictionary`: the newest one that the province, as long as the ticket is good, reads frames with.
    """

    desk: str
    epoch: str
    ticket: str
    seconds: int
    at: str
    dictionary: int = 0
