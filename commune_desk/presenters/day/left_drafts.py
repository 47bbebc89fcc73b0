"""The card of what officers typed who do not work at this PC any more, and did not save."""

from __future__ import annotations

from datetime import date

from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.wording import labels
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.subjects import name_of
from commune_desk.store.writing.drafts import CORRECTION, MEASURES, REPORT, VISIT, LeftDraft, left_drafts

TAKE_OVER = "take_over"
_INSTANT = len("2026-11-23T01:00:00Z")
_FORMS = {
    VISIT: N_("Home visit"),
    CORRECTION: N_("Correction of a home visit"),
    REPORT: N_("Information received"),
    MEASURES: N_("What was done"),
    "child": N_("Child"),
    "relation": N_("Family member"),
    "group": N_("Group"),
    "admit": N_("Admit"),
    "complete": N_("Stay"),
    "beds": N_("Beds"),
    "bed": N_("Change bed"),
    "outing": N_("Goes out"),
    "discharge": N_("End the stay"),
    "care_log": N_("Write in the log"),
}
_ANY = N_("A form")


def left_section(connection: Connection, today: date) -> tuple[Section, ...]:
    """Each with a button that takes it over; no card without any."""
    rows = tuple(_row(connection, one, today) for one in left_drafts(connection))
    title = _("Typed by who works here no more, and not saved")
    return (Section("left", title, "alert-triangle", rows=rows),) if rows else ()


def _row(connection: Connection, one: LeftDraft, today: date) -> Row:
    typed_on = local_day(from_iso(one.saved_at[:_INSTANT])).isoformat()
    what = _FORMS.get(one.form.partition(":")[0], _ANY)
    return Row(
        f"{one.officer} {one.form} {one.record}",
        labels.joined(_(what), name_of(connection, one.about)),
        second=labels.joined(
            name_of(connection, one.officer), _("typed {day}").format(day=labels.near_day_text(typed_on, today))
        ),
        button=_("Take over"),
        act=TAKE_OVER,
    )
