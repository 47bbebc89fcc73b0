"""What is to come for a child or a resident."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Something to come. `order` is the ISO day, empty when no day is set; `when` says it in words."""

    order: str
    when: str
    text: str
    is_late: bool = False
