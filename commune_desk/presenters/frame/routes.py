"""Where the window can go: a page, with a record or a form open in it."""

from __future__ import annotations

from dataclasses import dataclass

JOIN = "join"
"""The form that joins two records of one child; `join:` and a person names the other one."""


@dataclass(frozen=True, slots=True)
class Route:
    """`page` is a key of the rail (or `child`); `record` what it shows; `form` the form opened over it."""

    page: str
    record: str = ""
    form: str = ""
