"""The feeds of a province, as a recording keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from sync.server.engine import tables

FEED = select(tables.feed.c.scope, tables.feed.c.seq, tables.feed.c.chain).order_by(
    tables.feed.c.scope, tables.feed.c.seq
)


def feeds_of(rows: Sequence[Any]) -> list[tuple[str, int, bytes]]:
    return [(scope, seq, bytes(chain)) for scope, seq, chain in rows]
