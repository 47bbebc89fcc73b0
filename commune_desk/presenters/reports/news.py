"""What the province sent while the window is open: each report of it is told once, with its source and time limit."""

from __future__ import annotations

from dataclasses import dataclass

from commune_desk.domain.limits.deadlines import emergency_due_at
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import to_iso
from commune_desk.i18n import _, ngettext
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording.deadline_texts import moment_text, source_text
from commune_desk.store.pages.reports import ReportRow, emergency_hours, province_ids, waiting_from_province
from commune_desk.usecases.desk.workplace import Workplace


@dataclass(frozen=True, slots=True)
class NewReports:
    """Reports that came together. `route` leads to the one whose time runs out first."""

    reports: frozenset[str]
    sentence: str
    route: Route


class ReportNews:
    """Knows the reports of the province that are here already."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._known = workplace.read(province_ids)

    def heard(self, changes: ChangeSet) -> NewReports | None:
        """What a sync brought that nobody here has taken up; None for any other change."""
        changed = changes.records.get("report", frozenset())
        if changed & self._known:  # one that left with its child is new when it comes back
            self._known &= self._workplace.read(province_ids)
        came = changed - self._known
        if not came or not changes.touches("sync"):
            return None
        rows = [row for row in self._workplace.read(waiting_from_province) if row.id in came]
        if not rows:
            return None
        self._known |= {row.id for row in rows}
        return NewReports(frozenset(row.id for row in rows), self._sentence(rows), Route("reports", rows[0].id))

    def _sentence(self, rows: list[ReportRow]) -> str:
        first, count = rows[0], len(rows)
        due = emergency_due_at(first.received_at, self._workplace.read(emergency_hours))
        time = moment_text(to_iso(due), self._workplace.present())
        if count == 1:
            source = source_text(self._workplace.codes, first.source)
            return _("New report from {source}, due {time}").format(source=source, time=time)
        text = ngettext(
            "{count} new report from the province, the first due {time}",
            "{count} new reports from the province, the first due {time}",
            count,
        )
        return text.format(count=count, time=time)

    def waits(self, new: NewReports) -> bool:
        """Whether any of them is still to be taken up."""
        return any(row.id in new.reports for row in self._workplace.read(waiting_from_province))
