"""Photos and scans of papers that belong to a record. The record says what a file is; its content travels by itself."""

from __future__ import annotations

from typing import Annotated

from commune_desk.domain.model.access import COMMUNE, COMMUNE_WRITERS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import OfficerId, RecordId
from commune_desk.domain.model.record import Data, Record, ScopeRule, Tie, kind, written_once
from commune_desk.domain.words.labels import N_

JPEG, PDF = "image/jpeg", "application/pdf"
MEDIA_TYPES = (JPEG, PDF)
"""What a file can be here: pictures are made into JPEG before they are kept."""


@kind("attachment", N_("File"), scope=ScopeRule.COMMUNE, read=COMMUNE, write=COMMUNE_WRITERS)
class Attachment(Record, frozen=True, kw_only=True):
    """A photo or scan of a child's file, perhaps of a visit or a report. Written once; see `AttachmentWithdrawal`.

    `sha256` and `size` are of the ciphertext, so that the province can tell a whole file without being able to read
    it. What is said of the picture and the key that opens it are sealed.
    """

    person: Annotated[
        RecordId | None, written_once(N_("Child"), shape=Shape.REFERENCE, required=True, tie=Tie.OWNER)
    ] = None
    visit: Annotated[RecordId | None, written_once(N_("Home visit"), shape=Shape.REFERENCE)] = None
    report: Annotated[RecordId | None, written_once(N_("Report"), shape=Shape.REFERENCE)] = None
    document: Annotated[
        str, written_once(N_("What it is"), shape=Shape.CODE, codes="document_kinds", required=True)
    ] = ""
    media_type: Annotated[str, written_once(N_("Kind of file"), max_chars=40, required=True)] = ""
    size: Annotated[int, written_once(N_("Bytes, encrypted"), data=Data.IDENTITY, required=True)] = 0
    sha256: Annotated[str, written_once(N_("SHA-256, encrypted"), max_chars=64, required=True)] = ""
    taken_on: Annotated[str | None, written_once(N_("Taken on"), shape=Shape.DATE)] = None
    added_at: Annotated[str, written_once(N_("Added"), shape=Shape.INSTANT, required=True)] = ""
    officer: Annotated[OfficerId | None, written_once(N_("Officer"), shape=Shape.REFERENCE)] = None
    caption: Annotated[str, written_once(N_("Caption"), data=Data.ABUSE_DETAIL, max_chars=300)] = ""
    content_key: Annotated[
        str, written_once(N_("Key of the content"), data=Data.ABUSE_DETAIL, max_chars=44, required=True)
    ] = ""


@kind("attachment_withdrawal", N_("File taken back"), scope=ScopeRule.COMMUNE, read=COMMUNE, write=COMMUNE_WRITERS)
class AttachmentWithdrawal(Record, frozen=True, kw_only=True):
    """Says that a file should not have been attached, and why. The file stays where it is, and is not handed on."""

    attachment: Annotated[RecordId | None, written_once(N_("File"), shape=Shape.REFERENCE, required=True)] = None
    person: Annotated[
        RecordId | None, written_once(N_("Child"), shape=Shape.REFERENCE, required=True, tie=Tie.OWNER)
    ] = None
    reason: Annotated[str, written_once(N_("Reason"), shape=Shape.CODE, codes="withdrawal_reasons", required=True)] = ""
    withdrawn_at: Annotated[str, written_once(N_("Taken back"), shape=Shape.INSTANT, required=True)] = ""
    officer: Annotated[OfficerId | None, written_once(N_("Officer"), shape=Shape.REFERENCE)] = None
