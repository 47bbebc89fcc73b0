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


_PAGE_OF_FORM = {
    "report": "reports",
    "measures": "reports",
    "admit": "shelter",
    "beds": "shelter",
    "complete": "resident",
    "care_log": "resident",
    "outing": "resident",
    "bed": "resident",
    "discharge": "resident",
}


def draft_route(form: str, record: str) -> Route:
    """Where a draft is taken up again; a task's line stands on the page itself."""
    if form == "task":
        return Route("today")
    return Route(_PAGE_OF_FORM.get(form, "child"), record, form)
