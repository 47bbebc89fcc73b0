"""Which change wrote each field: `change-id field field` lines in a record's `writers` column.

Few changes touch a record, so naming each change once keeps a row small.
"""

from __future__ import annotations

from collections.abc import Iterable


def parse(text: str) -> dict[str, str]:
    """{field: change id}."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        change, *fields = line.split(" ")
        found.update(dict.fromkeys(fields, change))
    return found


def write(writers: dict[str, str]) -> str:
    """The column's text; fields in the order of the dictionary."""
    grouped: dict[str, list[str]] = {}
    for field, change in writers.items():
        grouped.setdefault(change, []).append(field)
    return "\n".join(" ".join([change, *fields]) for change, fields in grouped.items())


def updated(text: str, fields: Iterable[str], change: str) -> str:
    """The column's text after `change` wrote `fields`."""
    names = list(fields)
    if not text:
        return " ".join([change, *names])
    return write(parse(text) | dict.fromkeys(names, change))
