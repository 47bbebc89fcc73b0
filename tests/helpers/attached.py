"""Files on real registers: content added to a child, and what became of it."""

from __future__ import annotations

from random import Random

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import PDF, Attachment
from commune_desk.store.desk.register import Register
from commune_desk.store.files.file_queue import ciphertext_of, progress_of
from commune_desk.usecases.records.attachments import FileFacts, Prepared, attach, fetch, opened
from tests.helpers.builders import make_child, save_all

FACTS = FileFacts("minutes", "Biên bản thăm nhà")


def add_child(register: Register) -> RecordId:
    person, file = make_child()
    register.write(save_all(person, file)).result()
    return person.id


def scan(size: int, seed: int = 1) -> bytes:
    """A PDF, as far as anybody looks, that no compression makes smaller."""
    return b"%PDF-1.7\n" + Random(seed).randbytes(size - 15) + b"\n%%EOF"


def add_file(register: Register, person: RecordId, content: bytes, facts: FileFacts = FACTS) -> Attachment:
    """A file added to a child; its record."""
    made = register.write(lambda tx: attach(tx, person, Prepared(PDF, content), facts)).result()[0]
    return file_of(register, made)


def file_of(register: Register, attachment: RecordId) -> Attachment:
    return register.write(lambda tx: tx.existing(Attachment, attachment)).result()[0]


def ask_for(register: Register, attachment: RecordId) -> None:
    register.write(lambda tx: fetch(tx, attachment)).result()


def content_at(register: Register, attachment: RecordId) -> bytes:
    """What an officer would see. Raises as `opened`."""
    file = file_of(register, attachment)
    kept = register.write(lambda tx: ciphertext_of(tx.connection, file.sha256)).result()[0]
    return opened(file, kept)


def state_of(register: Register, file: Attachment) -> tuple[str, str, int]:
    """State, code and bytes reached; ("", "", 0) for a file that nobody asked for."""
    progress = register.write(lambda tx: progress_of(tx.connection, file.sha256)).result()[0]
    return (progress.state, progress.code, progress.reached) if progress else ("", "", 0)
