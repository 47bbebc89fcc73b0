"""Standing lines, as a snapshot and a comparison bring them: the changes of a record that still say something of it."""

from __future__ import annotations

from collections.abc import Sequence

from sync import protocol
from sync.change import WITHOUT_FIELDS, Line

Step = tuple[protocol.Event, Line]
"""A standing line and what is said of it."""


def fields_of(lines: Sequence[Step]) -> list[Step]:
    """The lines that say what stands in the record; the others say where it is held."""
    return [(event, line) for event, line in lines if line.change.verb not in WITHOUT_FIELDS]


def named_by(lines: Sequence[Step]) -> set[str]:
    """The changes of a record that the province has and says something of."""
    return {line.change.id for _, line in lines}
