"""The files of a child as its page shows them: what each is, who added it, where its content is, and if it stands."""

from __future__ import annotations

import msgspec

from commune_desk.domain.records.attachments import Attachment, AttachmentWithdrawal
from commune_desk.store.changes.journal import IS_UNSENT
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import read_many
from commune_desk.store.files.file_queue import FileProgress, progress_of


class Withdrawn(msgspec.Struct, frozen=True):
    """Why a file does not stand any more, by whom and when (an instant, ISO)."""

    reason: str
    officer: str
    at: str


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file; `officer` is the name of who added it, empty when it is not known here.

    `is_text_waiting` until the province has its record.
    """

    file: Attachment
    officer: str
    is_text_waiting: bool
    progress: FileProgress | None
    withdrawn: Withdrawn | None


def files_of(connection: Connection, person: str) -> list[FileRow]:
    """The files of a child, newest first; those that were taken back last."""
    files = read_many(connection, Attachment, "person=?", person)
    gone = {w.attachment: w for w in read_many(connection, AttachmentWithdrawal, "person=?", person)}
    rows = [_row(connection, file, gone.get(file.id)) for file in files]
    rows.sort(key=lambda row: (row.file.added_at, row.file.id), reverse=True)
    return sorted(rows, key=lambda row: row.withdrawn is not None)


def is_withdrawn(connection: Connection, attachment: str) -> bool:
    found = connection.execute("SELECT 1 FROM attachment_withdrawal WHERE attachment=?", (attachment,)).fetchone()
    return found is not None


def _row(connection: Connection, file: Attachment, withdrawal: AttachmentWithdrawal | None) -> FileRow:
    return FileRow(
        file=file,
        officer=_name(connection, file.officer),
        is_text_waiting=_is_waiting(connection, file.id),
        progress=progress_of(connection, file.sha256),
        withdrawn=None
        if withdrawal is None
        else Withdrawn(withdrawal.reason, _name(connection, withdrawal.officer), withdrawal.withdrawn_at),
    )


def _name(connection: Connection, officer: str | None) -> str:
    row = connection.execute("SELECT display_name FROM officer WHERE id=?", (officer,)).fetchone()
    return str(row[0] or "") if row else ""


def _is_waiting(connection: Connection, record: str) -> bool:
    sql = f"SELECT 1 FROM change WHERE record=? AND {IS_UNSENT}"  # noqa: S608 - constants only
    return connection.execute(sql, (record,)).fetchone() is not None
