"""The card of those who came to this register from another place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from commune_desk.domain.model.codes import CodeBook
from commune_desk.i18n import _, format_number, ngettext
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.store.pages.arrivals import Arrival


def arrivals_section(
    codes: CodeBook, came: Sequence[Arrival], count: int, today: date, *, can_write: bool, has_pages: bool
) -> Section:
    """Those who came and were not looked at yet, perhaps not all of the `count` there are."""
    rest = count - len(came)
    return Section(
        "arrivals",
        _("New in this register") if any(one.is_guest for one in came) else _("Children who moved here"),
        "user",
        rows=tuple(_row(codes, one, today, can_write=can_write, has_pages=has_pages) for one in came),
        aside=_rest_text(rest) if rest > 0 else "",
    )


def _rest_text(rest: int) -> str:
    return ngettext("{count} more child", "{count} more children", rest).format(count=format_number(rest))


def _row(codes: CodeBook, one: Arrival, today: date, *, can_write: bool, has_pages: bool) -> Row:
    came = _("shared with this place by {place}") if one.is_guest else _("moved here from {place}")
    return Row(
        one.person,
        one.name,
        labels.age_text(one.birth_date, today),
        second=labels.joined(
            came.format(place=labels.place_name(codes, one.come_from)),
            labels.near_day_text(one.on.isoformat(), today),
        ),
        link=_("Open the file") if one.has_file and has_pages else "",
        button=_("Seen") if can_write else "",
        act="see_arrival",
        route=Route("child", one.person) if one.has_file and has_pages else None,
    )
