"""What is said of the lease: days before it runs out, and what is closed and what is not once it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.time.clock import from_iso
from commune_desk.i18n import _, format_date, ngettext
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.sync.status_line import StatusLine

_DAY = timedelta(days=1)


def lease_line(lease: Lease | None, now: datetime) -> StatusLine | None:
    """None as long as there is more than a week."""
    if lease is None or not lease.warns(now):
        return None
    since = _("Last in touch with the province on {day}.").format(day=format_date(from_iso(lease.told_at)))
    if lease.is_over(now):
        what = _("Sealed parts of reports and stays, files and exports are closed")
        how = _("All else works. Connect this PC and sync, or bring the province's reply on a USB stick.")
        return StatusLine(what, f"{since} {how}", tone="danger")
    days = -(-lease.left(now) // _DAY)
    what = ngettext(
        "Sealed parts of reports and stays close in {count} day",
        "Sealed parts of reports and stays close in {count} days",
        days,
    ).format(count=days)
    how = ngettext(
        "Sync within {count} day, over the line or by USB stick.",
        "Sync within {count} days, over the line or by USB stick.",
        days,
    ).format(count=days)
    return StatusLine(what, f"{since} {how}", tone="warning")


def lease_section(lease: Lease | None, now: datetime) -> tuple[Section, ...]:
    """A card on top of Today; none as long as all is well."""
    line = lease_line(lease, now)
    if line is None:
        return ()
    row = Row("lease", line.text, second=line.detail, button=_("Look"), route=Route("sync"))
    return (Section("lease", _("In touch with the province"), "shield", (row,)),)
