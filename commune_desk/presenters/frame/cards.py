"""What a card of a page holds: its rows, how urgent each is, and where its buttons lead."""

from __future__ import annotations

from dataclasses import dataclass

from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording.deadline_texts import ClockText
from commune_desk.presenters.wording.labels import ChipText


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `chip` stands before the title, `chips` after it, `clock` in a column of its own.

    With `button` the row ends in one: it performs `act` on `key`, or goes to `route` when there is no act.
    With `link` a button before that leads to `route`. Without both the whole row leads to `route`.
    """

    key: str
    title: str
    detail: str = ""
    second: str = ""
    chip: ChipText | None = None
    chips: tuple[ChipText, ...] = ()
    clock: ClockText | None = None
    aside: str = ""
    link: str = ""
    button: str = ""
    act: str = ""
    route: Route | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A card. `empty` is said when there are no rows; `more` is a link below with its route, or with no route
    it shows all rows in place."""

    key: str
    title: str
    icon: str
    rows: tuple[Row, ...] = ()
    aside: str = ""
    empty: str = ""
    more: str = ""
    more_route: Route | None = None
    has_entry: bool = False
    """Whether a new row can be written down in the card itself."""
