"""Ditto marks: "nt" (như trên) or quotes below a value say it again, as lists written by hand and in Excel do."""

from __future__ import annotations

import re
from collections.abc import Mapping

from commune_desk.domain.lists.cells import Cell, Row
from commune_desk.domain.lists.columns import Target

_DITTO = re.compile(r"[-–]?\s*(?:[\"”“″〃]|''|//|n\.?\s*t|như trên)\s*\.?\s*[-–]?", re.IGNORECASE)
_SAID_ANEW = frozenset({Target.FULL_NAME, Target.FAMILY_NAME, Target.GIVEN_NAME, Target.ID_NUMBER, Target.NOTE})
"""Where the same letters are no ditto: a name, a number that no two share, a remark ("NT" may be nội trú)."""


def without_dittos(cells: Row, above: Row, mapping: Mapping[int, str]) -> Row:
    """The row with the value from `above`, itself without dittos, wherever a mapped column says it again.

    With nothing above it, a ditto says nothing.
    """

    def said(column: int, cell: Cell) -> Cell:
        if mapping.get(column, Target.IGNORE) in (*_SAID_ANEW, Target.IGNORE):
            return cell
        if not isinstance(cell, str) or not _DITTO.fullmatch(cell.strip()):
            return cell
        return above[column] if column < len(above) else None

    return tuple(said(column, cell) for column, cell in enumerate(cells))
