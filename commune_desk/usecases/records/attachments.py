"""Photos and scans of a child's file: taking one in without what a camera wrote beside it, showing it, taking it back.

What is read and what is shown lies in memory only. On the disk there is nothing but ciphertext inside the register,
unless an officer asks for a copy.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from commune_desk.domain.entered.bare_jpeg import bare_jpeg
from commune_desk.domain.entered.whole_picture import check_whole_pdf
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.model.record import check_required
from commune_desk.domain.records.attachments import JPEG, PDF, Attachment, AttachmentWithdrawal
from commune_desk.domain.records.reports import Report
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.domain.time.clock import local_day, to_iso
from commune_desk.domain.words.errors import Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.files import file_queue
from commune_desk.store.files.attachments import is_withdrawn
from commune_desk.store.pages.visits import child_brief
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.written_whole import write_whole
from sync import content

MOST_READ = 20 * 1_000_000
"""Bytes of a file that is read at all: the largest photos of phones have ten million."""
_MAGIC = {
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "tiff": (b"II*\x00", b"MM\x00*"),
    "bmp": (b"BM",),
}
_HEIC = tuple(
    b"ftyp" + brand
    for brand in b"heic heix heim heis hevc hevx hevm hevs mif1 msf1 avif avis".split()  # ISO/IEC 23008-12, AVIF
)
_NOT_WRITTEN = N_(
    "{name} could not be written: the disk is full, or the folder is read-only. The register is unchanged. "
    "Choose another folder and try again."
)

Shrink = Callable[[bytes, str], bytes]
"""Makes a JPEG of moderate size, the right way up, of a picture's bytes and format ("jpeg", "png"). Raises Invalid."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it will be kept."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What an officer says of a file."""

    document: str
    caption: str = ""
    taken_on: str | None = None
    visit: RecordId | None = None
    report: RecordId | None = None


class ContentNotHere(Fault):
    """The content of the file has not come to this PC yet."""

    def __init__(self) -> None:
        super().__init__(N_("This file is not on this PC yet. Fetch it when there is a line."))


class ContentDamaged(Fault):
    """What is kept does not open with the file's key."""

    def __init__(self) -> None:
        super().__init__(
            N_("This file cannot be opened: it is damaged, or its key never came. Ask who added it to add it again.")
        )


def read_file(path: Path) -> bytes:
    """The bytes of a file that an officer chose. Raises Invalid for a wrong size, Fault for the disk."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_READ + 1)
    except OSError:
        raise Fault(
            N_("The file cannot be read: it may be open elsewhere, or the stick was pulled out. Nothing was added.")
        ) from None
    if len(data) > MOST_READ:
        raise Invalid(
            N_("The file is larger than 20 MB. Nothing was added; photograph it, or scan fewer pages at once.")
        )
    if not data:
        raise Invalid(N_("The file is empty. Nothing was added."))
    return data


def prepared(data: bytes, shrink: Shrink) -> Prepared:
    """The file as it is kept: a picture as a bare JPEG, a PDF as it is. Raises Invalid with what to do instead.

    A reader of PDF looks for its mark anywhere in the first KiB; so a picture is asked first whether it is one, for a
    camera may write that mark beside it.
    """
    if form := _format_of(data):
        return _fitting(Prepared(JPEG, bare_jpeg(shrink(data, form))))
    if data[4:12] in _HEIC:
        raise Invalid(
            N_(
                "This is a HEIC photo of a phone, which cannot be read here. Nothing was added; "
                'send it as JPEG, or set the camera to "most compatible" and take it again.'
            )
        )
    if b"%PDF-" in data[:1024]:
        ready = _fitting(Prepared(PDF, data))
        check_whole_pdf(data)
        return ready
    raise Invalid(N_("This is neither a picture nor a PDF. Nothing was added; photograph or scan the paper."))


def _format_of(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((form for form, marks in _MAGIC.items() if data.startswith(marks)), "")


def _fitting(ready: Prepared) -> Prepared:
    if content.encrypted_size(len(ready.content)) > content.MAX_FILE:
        raise Invalid(
            N_("The file has more than 4 MB. Nothing was added; scan fewer pages at once, or in grey with 150 dpi.")
        )
    return ready


def file_faults(facts: FileFacts, today: date) -> dict[str, str]:
    """What keeps a file from being added: message ids by field."""
    faults = {} if facts.document else {"document": N_("Please fill this in.")}
    if facts.taken_on and facts.taken_on > today.isoformat():
        faults["taken_on"] = N_("The date lies in the future.")
    return faults


def attach(tx: Tx, person: RecordId, ready: Prepared, facts: FileFacts) -> RecordId:
    """Add a file to a child's file, under a fresh key. Its record goes to the province first, the content follows.

    Raises Invalid naming the fields, Refusal when the child is not in this register.
    """
    now = tx.present()
    faults = file_faults(facts, local_day(tx.latest()))
    if faults:
        raise Invalid(N_("Some fields do not hold."), fields=faults)
    child = child_brief(tx.connection, person)
    if child is None:
        raise Refusal(N_("This child is not in this register. Nothing was added."))
    person = RecordId(child.person)
    _check_occasion(tx, person, facts)
    key = content.new_key()
    ciphertext = content.encrypted(key, ready.content)
    record = Attachment(
        id=new_record_id(),
        scope=Scope(tx.actor.scope),
        person=person,
        visit=facts.visit,
        report=facts.report,
        document=facts.document,
        media_type=ready.media_type,
        size=len(ciphertext),
        sha256=content.digest_of(ciphertext),
        taken_on=facts.taken_on,
        added_at=to_iso(now),
        officer=tx.actor.officer,
        caption=facts.caption,
        content_key=base64.b64encode(key).decode(),
    )
    tx.save(record)
    file_queue.keep(tx, record, ciphertext)
    return record.id


def _check_occasion(tx: Tx, person: RecordId, facts: FileFacts) -> None:
    visit = tx.existing(HomeVisit, facts.visit) if facts.visit else None
    report = tx.existing(Report, facts.report) if facts.report else None
    if any(one is not None and one.person != person for one in (visit, report)):
        raise Refusal(N_("The visit or report is of another child. Nothing was added."))


def take_back(tx: Tx, attachment: RecordId, reason: str) -> RecordId:
    """Say that a file should not have been added. Raises Invalid without a reason, Refusal the second time."""
    file = tx.existing(Attachment, attachment)
    if is_withdrawn(tx.connection, attachment):
        raise Refusal(N_("This file was taken back already."))
    withdrawal = AttachmentWithdrawal(
        id=new_record_id(),
        scope=file.scope,
        attachment=attachment,
        person=file.person,
        reason=reason,
        withdrawn_at=to_iso(tx.present()),
        officer=tx.actor.officer,
    )
    if faults := check_required(withdrawal):
        raise Invalid(N_("Some fields do not hold."), fields=faults)
    tx.save(withdrawal)
    return withdrawal.id


def fetch(tx: Tx, attachment: RecordId) -> None:
    """Ask for the content of a file, before all others and whatever the day's budget says."""
    file_queue.ask_for(tx, tx.existing(Attachment, attachment))


def opened(file: Attachment, ciphertext: bytes | None) -> bytes:
    """The content of a file. Raises ContentNotHere, or ContentDamaged for what does not open piece by piece."""
    if ciphertext is None:
        raise ContentNotHere
    try:
        return content.decrypted(base64.b64decode(file.content_key, validate=True), ciphertext)
    except (content.SealBroken, ValueError):  # a colleague's desk may have sealed any text as the key
        raise ContentDamaged from None


def save_copy(path: Path, data: bytes) -> None:
    """Write a copy outside the register, where nothing protects it any more. Raises Fault."""
    write_whole(path, data, _NOT_WRITTEN)
