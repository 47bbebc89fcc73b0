"""The files of a child as its page shows them: where the content of each is, in words, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import longest
from commune_desk.domain.records.attachments import JPEG, PDF, Attachment
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_instant, format_size
from commune_desk.presenters.frame.entry_form import refuse_long
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import Option
from commune_desk.presenters.wording.set_aside_texts import OTHERWISE
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import read_many
from commune_desk.store.files import file_queue
from commune_desk.store.files.attachments import FileRow, files_of
from commune_desk.store.files.file_queue import FileProgress
from commune_desk.store.pages.visits import past_visit, standing_visits
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import require_open
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import attachments
from commune_desk.usecases.records.attachments import FileFacts, Prepared, Shrink

_OFFERED = 12
"""How many visits and reports a file may be said to belong to."""
_TROUBLE = {
    "file_day": N_("The province takes the rest tomorrow"),
    "file_no_room": N_("The province has no room left; tell its IT officer"),
    "file_too_large": N_("Too large for the province; kept on this PC"),
    "file_damaged": N_("Damaged on this PC; add it again"),
    "file_waits": N_("The PC it was added on has not sent all of it yet"),
    "not_found": N_("The province does not know this file; tell its IT officer"),
}
"""What a file's state says when the province had a reason."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file in the list. `state` says in words where its content is, `tone` how good that is."""

    id: str
    title: str
    detail: str
    second: str
    state: str
    tone: str
    is_picture: bool
    is_here: bool
    can_fetch: bool
    can_take_back: bool
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Content:
    """An opened file, in memory only."""

    title: str
    media_type: str
    data: bytes


class ChildFiles:
    """The files of one child: what to show, and what an officer may do."""

    def __init__(self, workplace: Workplace, person: str) -> None:
        self._workplace = workplace
        self._person = RecordId(person)

    def view(self) -> list[FileView]:
        """The files, newest first; those taken back last."""
        rows = self._workplace.read(lambda c: files_of(c, self._person))
        return [self._view(row) for row in rows]

    @property
    def can_write(self) -> bool:
        return self._workplace.actor.role in KINDS["attachment"].write

    def documents(self) -> list[Option]:
        return _options(self._workplace, "document_kinds")

    def reasons(self) -> list[Option]:
        return _options(self._workplace, "withdrawal_reasons")

    def occasions(self) -> list[Option]:
        """What a file may belong to beside the child: the last visits and reports, newest first."""
        visits = self._workplace.read(lambda c: standing_visits(c, self._person, _OFFERED))
        reports = self._workplace.read(
            lambda c: read_many(c, Report, "person=? ORDER BY received_at DESC", self._person)
        )
        found = [(visit.visited_on, f"visit:{visit.id}", self._visit_name(visit.visited_on)) for visit in visits]
        found += [(one.received_at, f"report:{one.id}", self._report_name(one)) for one in reports[:_OFFERED]]
        return [(code, text) for _order, code, text in sorted(found, reverse=True)]

    def _visit_name(self, on: str) -> str:
        return _("Home visit of {day}").format(day=labels.day_text(on))

    def _report_name(self, report: Report) -> str:
        return _("Report of {day}").format(day=labels.day_text(local_day(report.received_at).isoformat()))

    def prepare(self, path: Path, shrink: Shrink) -> Callable[[], Prepared]:
        """Reads a file and makes it ready; takes a second for a photo, so not on the UI thread."""
        return lambda: attachments.prepared(attachments.read_file(path), shrink)

    def faults(self, facts: FileFacts) -> dict[str, str]:
        """What keeps the file from being added, in the reader's language."""
        found = attachments.file_faults(facts, self._workplace.latest_day())
        faults = {name: _(text) for name, text in found.items()}
        refuse_long(faults, {"caption": facts.caption}, {"caption": longest(Attachment, "caption")})
        return faults

    def add(self, ready: Prepared, facts: FileFacts) -> Callable[[Tx], object]:
        return lambda tx: attachments.attach(tx, self._person, ready, facts)

    def fetch(self, file: str) -> Callable[[Tx], object]:
        return lambda tx: attachments.fetch(tx, RecordId(file))

    def take_back(self, file: str, reason: str) -> Callable[[Tx], object]:
        return lambda tx: attachments.take_back(tx, RecordId(file), reason)

    def thumbnail(self, file: str) -> Callable[[], bytes]:
        """The content of a picture for its little image in the list; off the UI thread."""
        return lambda: self._read(file).data

    def look_at(self, file: str) -> Callable[[], Content]:
        """The content to show; who opened it is written down. Raises DeskError."""
        return lambda: self._noted(AuditAction.OPEN_FILE, file)

    def copy_to(self, path: Path, file: str) -> Callable[[], None]:
        """Writes a copy outside the register; who took it is written down first."""
        return lambda: attachments.save_copy(path, self._noted(AuditAction.SAVE_FILE, file).data)

    def _noted(self, action: AuditAction, file: str) -> Content:
        content = self._read(file)
        self._workplace.note(action, "attachment", file)
        return content

    def _read(self, file: str) -> Content:
        require_open(self._workplace.register)
        record, kept = self._workplace.register.read_slowly(lambda c: _kept(c, file)).result()
        return Content(self._title(record), record.media_type, attachments.opened(record, kept))

    def _title(self, file: Attachment) -> str:
        return file.caption or labels.code_text(self._workplace.codes, "document_kinds", file.document)

    def _view(self, row: FileRow) -> FileView:
        file, codes = row.file, self._workplace.codes
        is_here = row.progress is not None and row.progress.is_here
        state, tone = self._state(row)
        return FileView(
            id=file.id,
            title=self._title(file),
            detail=labels.code_text(codes, "document_kinds", file.document) if file.caption else "",
            second=self._second(row),
            state=state,
            tone=tone,
            is_picture=file.media_type == JPEG,
            is_here=is_here,
            can_fetch=not is_here and not self._is_training and row.withdrawn is None,
            can_take_back=self.can_write and row.withdrawn is None,
            is_withdrawn=row.withdrawn is not None,
        )

    def _second(self, row: FileRow) -> str:
        file = row.file
        visit = self._workplace.read(lambda c: past_visit(c, file.visit or ""))
        report = self._workplace.read(lambda c: next(iter(read_many(c, Report, "id=?", file.report or "")), None))
        about = self._visit_name(visit.visited_on) if visit else (self._report_name(report) if report else "")
        taken = _("taken on {day}").format(day=labels.day_text(file.taken_on)) if file.taken_on else ""
        added = _("added {when}").format(when=format_instant(from_iso(file.added_at))) if file.added_at else ""
        kind = "PDF" if file.media_type == PDF else ""
        lines = [labels.joined(about, kind, format_size(file.size), taken, added, row.officer)]
        if row.withdrawn is not None:
            reason = labels.code_text(self._workplace.codes, "withdrawal_reasons", row.withdrawn.reason)
            when = format_instant(from_iso(row.withdrawn.at))
            lines.append(labels.joined(reason, _("taken back {when}").format(when=when), row.withdrawn.officer))
        return "\n".join(lines)

    def _state(self, row: FileRow) -> tuple[str, str]:
        if row.withdrawn is not None:
            return _("Taken back"), "quiet"
        if self._is_training:
            return _("Kept here, never sent"), "quiet"
        if row.progress is None:
            return _("At the province, not here"), "quiet"
        if row.progress.code and row.progress.state != "done":
            sentence = _TROUBLE.get(row.progress.code, OTHERWISE)
            return _(sentence), "warning"
        return self._on_the_way(row, row.progress)

    def _on_the_way(self, row: FileRow, progress: FileProgress) -> tuple[str, str]:
        percent = min(99, progress.reached * 100 // max(1, row.file.size))
        if progress.direction == "up" and progress.state == "done":
            return _("The province has it · {when}").format(when=format_instant(from_iso(progress.at))), "good"
        if progress.state == "done":
            return _("Here, and at the province"), "good"
        if progress.state == "damaged":
            return _("Came damaged three times; fetch it again"), "warning"
        if progress.direction == "down":
            return _("Is being fetched: {percent} %").format(percent=percent), "note"
        if row.is_text_waiting:
            return _("Waits; its entry is sent first"), "warning"
        if progress.reached:
            return _("Is being sent: {percent} %").format(percent=percent), "note"
        return _("Waits to be sent"), "warning"

    @property
    def _is_training(self) -> bool:
        return self._workplace.register.identity.is_training


def _kept(connection: Connection, file: str) -> tuple[Attachment, bytes | None]:
    """A file with what is here of its content. Raises Refusal where its child has left, or was erased, meanwhile."""
    for found in read_many(connection, Attachment, "id=?", file):
        return found, file_queue.ciphertext_of(connection, found.sha256)
    raise Refusal(N_("This record is no longer in the register."))


def _options(workplace: Workplace, list_name: str) -> list[Option]:
    codes = workplace.codes
    return [(entry.code, labels.code_text(codes, list_name, entry.code)) for entry in codes.entries(list_name)]
