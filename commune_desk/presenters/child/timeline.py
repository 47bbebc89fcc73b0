"""The timeline of a child: visits, reports, groups, protection, tasks done and every edit, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.reports import Report
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.domain.time.clock import VIETNAM, from_iso
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _
from commune_desk.presenters.child.visit_form import CORRECTION
from commune_desk.presenters.frame.moments import (
    NOT_SENT,
    Moment,
    edit_line,
    in_conflict,
    where_another_stands,
    with_mark,
)
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.erased_texts import what_went, whose_order
from commune_desk.store.pages.children import ChildRecord, JoinedRecord
from commune_desk.store.pages.history import Entry, tasks_done

_EDITED = {
    "person": N_("Details edited"),
    "child_file": N_("File edited"),
    "household": N_("Household edited"),
    "relation": N_("Family edited"),
    "group_membership": N_("Group edited"),
}


class Timeline:
    """Makes the moments of one child from the records and their history.

    Visits have a way to correct them where `can_correct`; what waits to be sent is marked where the register `syncs`.
    """

    def __init__(
        self, codes: CodeBook, today: date, record: ChildRecord, history: Sequence[Entry], *,
        can_correct: bool = False, syncs: bool = True,
    ) -> None:  # fmt: skip
        self._codes, self._today, self._record, self._history = codes, today, record, history
        self._can_correct, self._syncs = can_correct, syncs
        self._made = {entry.record: entry for entry in reversed(history) if entry.is_first}
        self._told_here: dict[str, list[Entry]] = {}
        for entry in history:
            if entry.is_first or entry.kind not in _EDITED:
                self._told_here.setdefault(entry.record, []).append(entry)
        self._names: dict[str, str] = {record.person.id: record.person.full_name}
        self._names |= {kin.person.id: kin.person.full_name for kin in record.kin}
        self._names |= {one.id: _called(other) for other in record.joined for one in (other.person, other.file) if one}

    def moments(self) -> tuple[Moment, ...]:
        """Newest first."""
        found = [*self._visits(), *self._reports(), *self._groups(), *self._notices(), *self._files(), *self._edits()]
        found += [*self._tasks(), *self._moves(), *self._joins(), *self._erased()]
        found.append(self._opened(self._record.file))
        found += [self._opened(other.file) for other in self._record.joined if other.file]
        return tuple(sorted(found, key=lambda moment: moment.order, reverse=True))

    def _visits(self) -> Iterator[Moment]:
        amended = {visit.amends for visit in self._record.visits if visit.amends}
        for visit in self._record.visits:
            made = self._made.get(visit.id)
            is_amended = visit.id in amended
            moment = Moment(
                key=visit.id,
                order=f"{visit.visited_on}T{visit.visited_at or _time(made)}",
                heading=_("Correction of a home visit") if visit.amends else _("Home visit"),
                meta=labels.joined(
                    f"{visit.visited_at or ''} {labels.near_day_text(visit.visited_on, self._today)}".strip(),
                    made.officer if made else "",
                ),
                body=self._visit_body(visit),
            )
            if is_amended:
                moment = replace(moment, chip=_("corrected later"), chip_tone="quiet")
            elif self._can_correct:
                moment = replace(
                    moment, link=_("Correct"), is_link_beside=True, route=Route("child", visit.id, CORRECTION)
                )
            yield self._sent(moment, visit.id)

    def _visit_body(self, visit: HomeVisit) -> str:
        step = (visit.next_step or "").rstrip(".")
        day = labels.near_day_text(visit.next_visit_on, self._today)
        follows = [_("Next: {step}.").format(step=step)] if step else []
        follows += [_("Next visit {day}.").format(day=day)] if day else []
        return "\n".join(filter(None, [visit.observations, " ".join(follows)]))

    def _reports(self) -> Iterator[Moment]:
        for report in self._record.reports:
            moment = Moment(
                order=_local(report.received_at).strftime("%Y-%m-%dT%H:%M"),
                heading=_("Information received"),
                meta=labels.joined(self._when(report.received_at), self._source(report)),
                body=_("The description is sealed; open the report to read it."),
                tone="danger",
                key=report.id,
                link=_("Open the report"),
                route=Route("reports", report.id),
            )
            yield self._sent(moment, report.id, tone="danger")

    def _source(self, report: Report) -> str:
        return labels.code_text(self._codes, "report_sources", report.source)

    def _groups(self) -> Iterator[Moment]:
        for group in self._record.groups:
            name = labels.group_short(self._codes, group.group_code)
            name = name if name == _(labels.RESTRICTED) else labels.group_name(self._codes, group.group_code)
            made = self._made.get(group.id)
            body = labels.joined(name, group.basis)
            begun = group.from_on or (_local(made.at).date().isoformat() if made else "")
            day = labels.near_day_text(begun, self._today)
            yield self._sent(Moment(f"{begun}T{_time(made)}", _("Joins a group"), day, body), group.id)
            if group.to_on:
                day = labels.near_day_text(group.to_on, self._today)
                yield self._sent(Moment(f"{group.to_on}T23:59", _("Leaves a group"), day, body), group.id)

    def _tasks(self) -> Iterator[Moment]:
        """What was to be done for the child and is done; what is to be done stands on Today."""
        for title, entry in tasks_done(self._history):
            order = _local(entry.at).strftime("%Y-%m-%dT%H:%M")
            meta = labels.joined(self._when(entry.at), entry.officer)
            yield self._marked(Moment(order, _("Task done"), meta, title), [entry])

    def _notices(self) -> Iterator[Moment]:
        for notice in self._record.notices:
            moment = Moment(
                order=f"{notice.since_on}T00:00",
                heading=_("Under protection"),
                meta=labels.near_day_text(notice.since_on, self._today),
                body=_("The place is not shown in the commune; contact the province."),
                tone="danger",
            )
            has_ended = notice.status == "ended"
            yield replace(moment, body="", chip=_("ended"), chip_tone="quiet", tone="quiet") if has_ended else moment

    def _moves(self) -> Iterator[Moment]:
        """Each move to another commune, and each time that a shelter was given a part in the record, or lost it."""
        for entry in reversed(self._history):  # of one minute too the newest comes first
            if entry.place_verb and entry.record == self._record.person.id:
                moment = Moment(
                    order=_local(entry.at).strftime("%Y-%m-%dT%H:%M"),
                    heading=_(labels.WHERE_HELD[entry.place_verb]),
                    meta=labels.joined(self._when(entry.at), entry.officer, entry.desk),
                    body=" → ".join(labels.place_name(self._codes, one) for one in _from_and_to(entry)),
                )
                yield self._marked(moment, [entry])

    def _joins(self) -> Iterator[Moment]:
        """Each act by which another record was found to be of this child."""
        for entry in self._history:
            if entry.joined:
                other = self._names.get(entry.record, "")
                moment = Moment(
                    order=_local(entry.at).strftime("%Y-%m-%dT%H:%M"),
                    heading=_("Two records of this child joined"),
                    meta=labels.joined(self._when(entry.at), entry.officer, entry.desk),
                    body=_("The record {other} is of the same child. What was written in it stands here.").format(
                        other=other
                    ),
                )
                yield self._marked(moment, [entry])

    def _erased(self) -> Iterator[Moment]:
        """What the province ordered to erase of a child who stays."""
        for order in self._record.orders:
            yield Moment(
                order=_local(order.at).strftime("%Y-%m-%dT%H:%M"),
                heading=_("Erased by law"),
                meta=self._when(order.at),
                body="\n".join((what_went(order), whose_order(order))),
            )

    def _files(self) -> Iterator[Moment]:
        names = {file.id: self._file_name(file) for file in self._record.attachments}
        added = [
            (file.id, file.added_at, _("Photo or scan added"), names[file.id]) for file in self._record.attachments
        ]
        gone = [
            (one.id, one.withdrawn_at, _("Photo or scan taken back"), names.get(one.attachment or RecordId(""), ""))
            for one in self._record.withdrawals
        ]
        for record, at, heading, body in (*added, *gone):
            made = self._made.get(record)
            order = _local(at).strftime("%Y-%m-%dT%H:%M")
            meta = labels.joined(self._when(at), made.officer if made else "")
            yield self._sent(Moment(order, heading, meta, body), record)

    def _file_name(self, file: Attachment) -> str:
        return labels.joined(file.caption, labels.code_text(self._codes, "document_kinds", file.document))

    def _opened(self, file: ChildFile) -> Moment:
        made = self._made.get(file.id)
        how = _("from a list of the commune") if file.import_id else (made.officer if made else "")
        meta = labels.joined(labels.near_day_text(file.opened_on, self._today), how, file.case_number)
        return self._sent(Moment(f"{file.opened_on or ''}T00:00", _("Entered the register"), meta), file.id)

    def _edits(self) -> Iterator[Moment]:
        opened = self._made.get(self._record.file.id)
        merged: dict[tuple[str, str, str, bool], list[Entry]] = {}
        for entry in self._history:
            is_new_kin = _is_made_kin(entry) and opened and entry.at[:16] != opened.at[:16]
            if entry.kind in _EDITED and (is_new_kin or not entry.is_first):
                merged.setdefault((entry.record, entry.officer, entry.at[:16], entry.is_decision), []).append(entry)
        for entries in reversed(merged.values()):  # of one minute too the newest comes first
            lines = [line for entry in entries if not _is_made_kin(entry) for line in self._lines(entry)]
            if lines or entries[0].kind == "relation":
                yield self._edit(entries, lines)

    def _edit(self, entries: Sequence[Entry], lines: Iterable[str]) -> Moment:
        first = entries[0]
        heading = _("Conflict decided") if first.is_decision else _(_EDITED[first.kind])
        if _is_made_kin(first):
            heading = _("Family member added")
        about = self._about(first)
        moment = Moment(
            order=_local(first.at).strftime("%Y-%m-%dT%H:%M"),
            heading=heading,
            meta=labels.joined(self._when(first.at), first.officer, first.desk),
            body="\n".join(filter(None, [about, *lines])),
        )
        if any(edit.is_lost for entry in entries for edit in entry.edits):
            moment = where_another_stands(moment)
        return self._marked(moment, entries)

    def _lines(self, entry: Entry) -> list[str]:
        return [line for edit in entry.edits if (line := edit_line(self._codes, entry, edit))]

    def _about(self, entry: Entry) -> str:
        """Whose record it is when it is not the child's own."""
        relation = next((kin for kin in self._record.kin if kin.relation.id == entry.record), None)
        if relation is not None:
            return f"{relation.person.full_name}, {self._relation(relation.relation.relation)}"
        name = self._names.get(entry.record, "") if entry.record != self._record.person.id else ""
        return name if entry.kind in ("person", "child_file") else ""

    def _relation(self, code: str) -> str:
        return labels.code_text(self._codes, "relations", code).lower()

    def _sent(self, moment: Moment, record: str, *, tone: str = "") -> Moment:
        """Marked with how all stands that was written of the record and has no moment of its own."""
        marked = self._marked(moment, self._told_here.get(record, ()))
        return replace(marked, tone=tone) if tone and marked.chip_tone != "danger" else marked

    def _marked(self, moment: Moment, entries: Sequence[Entry]) -> Moment:
        """With what matters most of how the entries stand: a person must decide, set aside, waits, signed for."""
        if any(entry.is_set_aside for entry in entries):
            return with_mark(moment, _("set aside by the province"), "alert-triangle", "danger")
        if any(entry.is_in_conflict for entry in entries):
            return in_conflict(moment)
        if not self._syncs:
            return moment
        if any(entry.is_unsent for entry in entries):
            return with_mark(moment, _(NOT_SENT), "clock", "warning")
        proofs = [entry.receipt_at for entry in entries]
        return replace(moment, proof=self._proof(max(proofs))) if proofs and all(proofs) else moment

    def _proof(self, receipt_at: str) -> str:
        return _("sent, receipt {when}").format(when=labels.near_instant_text(receipt_at, self._today))

    def _when(self, at: str) -> str:
        return labels.near_instant_text(at, self._today)


def _from_and_to(entry: Entry) -> Sequence[str]:
    """The scopes between which the record went; the place alone that lost its part in it."""
    return (entry.moved_to,) if entry.place_verb == "unshare" else (entry.moved_from, entry.moved_to)


def _is_made_kin(entry: Entry) -> bool:
    return entry.kind == "relation" and entry.is_first


def _called(other: JoinedRecord) -> str:
    """A second record of the child: its case code and name."""
    return labels.joined(other.file.case_number if other.file else "", other.person.full_name)


def _local(at: str) -> datetime:
    return from_iso(at).astimezone(VIETNAM)


def _time(made: Entry | None) -> str:
    return _local(made.at).strftime("%H:%M") if made else "00:00"
