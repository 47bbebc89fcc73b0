"""The card of what was typed about children who have moved away, and not saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.i18n import _
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.store.intake.unsaved import Unsaved
from commune_desk.store.writing.drafts import MEASURES, REPORT


def unsaved_section(codes: CodeBook, drafts: Sequence[Unsaved], today: date) -> Section:
    """Each with the form that saves it; saved, it follows the child."""
    title = _("Typed here and not saved, of children who moved away")
    return Section("unsaved", title, "alert-triangle", rows=tuple(_row(codes, one, today) for one in drafts))


def _row(codes: CodeBook, one: Unsaved, today: date) -> Row:
    place, until = labels.place_name(codes, one.moved_to), local_day(from_iso(one.until))
    typed_on = labels.near_day_text(local_day(from_iso(one.typed_at)).isoformat(), today)
    of_reports = {REPORT: _("Report typed {day}"), MEASURES: _("What was done, typed {day}")}
    return Row(
        f"{one.form} {one.record}",
        one.name,
        of_reports.get(one.form, _("Visit typed {day}")).format(day=typed_on),
        second=labels.joined(
            _("moved to {place}").format(place=place),
            _("goes with the file after {day} unless it is saved").format(day=labels.day_text(until.isoformat())),
        ),
        button=_("Open the draft"),
        route=Route("reports" if one.form in of_reports else "child", one.record, one.form),
    )
