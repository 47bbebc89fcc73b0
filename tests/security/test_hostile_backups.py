"""A file that only looks like a backup, or one that somebody changed: a sentence, and the folder stays as it was."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import translate_error
from commune_desk.store.desk.backup import (
    KEYFILE_NAME,
    MANIFEST,
    BackupDamaged,
    BackupNotRestored,
    Manifest,
    unpack_backup,
)
from commune_desk.store.desk.register import FILE_NAME
from commune_desk.usecases.registers.backups import back_up, restore
from commune_desk.usecases.registers.opening import make_training_register
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from sync.seal import sha256

LOGIN, PASSPHRASE = "hoa", "bốn con mèo đi biển"
FLIPS = 25


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    officer = NewOfficer(LOGIN, "Cán bộ Thử", PASSPHRASE)
    desk = make_training_register(
        Profile(folder), officer, scope=Scope("C:06838"), role=Role.COMMUNE_OFFICER, clock=SystemClock()
    )
    back_up(desk, folder / "a.cdbackup")
    desk.register.close()
    return folder / "a.cdbackup"


def outcome(source: Path, folder: Path) -> DeskError | None:
    """What `restore` says; the folder is as it was when it says anything."""
    folder.mkdir(exist_ok=True)
    try:
        restore(Profile(folder), source, LOGIN, PASSPHRASE, clock=SystemClock()).register.close()
    except DeskError as error:
        assert list(folder.iterdir()) == []
        return error
    return None


def parts(backup: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(backup) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, content: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_a_flip_anywhere_is_seen_or_changes_nothing(backup: Path, tmp_path: Path) -> None:
    content, chance = backup.read_bytes(), random.Random(20261125)
    ends = [*range(0, 60, 2), *range(len(content) - 300, len(content), 3)]
    places = [*ends, *(chance.randrange(len(content)) for _ in range(FLIPS))]
    changed, refused = tmp_path / "changed.cdbackup", 0
    for place in places:
        changed.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        try:
            unpack_backup(changed, tmp_path)
        except (BackupDamaged, BackupNotRestored):
            refused += 1
            continue
        for name in (FILE_NAME, KEYFILE_NAME):
            assert (tmp_path / name).read_bytes() == parts(backup)[name]
    assert refused > len(places) // 2


def rewritten(content: dict[str, bytes], name: str, data: bytes) -> dict[str, bytes]:
    """The parts with one of them replaced and its digest in the manifest put right, as anybody can."""
    manifest = msgspec.json.decode(content[MANIFEST], type=Manifest)
    field = "register_sha256" if name == FILE_NAME else "keyfile_sha256"
    manifest = msgspec.structs.replace(manifest, **{field: sha256(data).hex()})
    return content | {name: data, MANIFEST: msgspec.json.encode(manifest)}


def as_a_picture(backup: Path, path: Path) -> Path:
    path.write_bytes(b"\x89PNG\r\n" + bytes(5000))
    return path


def as_nothing(backup: Path, path: Path) -> Path:
    path.touch()
    return path


def as_another_archive(backup: Path, path: Path) -> Path:
    return packed(path, {"xl/workbook.xml": b"<workbook/>"})


def as_a_bomb(backup: Path, path: Path) -> Path:
    bomb = rewritten(parts(backup), FILE_NAME, bytes(50 << 20))
    return packed(path, bomb, zipfile.ZIP_DEFLATED)


def locked_with_a_password(backup: Path, path: Path) -> Path:
    content = bytearray(backup.read_bytes())
    for place in range(len(content) - 400, len(content)):
        if content[place : place + 4] == b"PK\x01\x02":
            content[place + 8] |= 1
    path.write_bytes(content)
    return path


def with_a_plain_register(backup: Path, path: Path) -> Path:
    plain = b"SQLite format 3\0" + parts(backup)[FILE_NAME][16:]
    return packed(path, rewritten(parts(backup), FILE_NAME, plain))


def with_a_manifest_without_end(backup: Path, path: Path) -> Path:
    """Nested deeper than any reader goes, and small."""
    return packed(path, parts(backup) | {MANIFEST: b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"})


def with_another_keyfile(backup: Path, path: Path) -> Path:
    keyfile = parts(backup)[KEYFILE_NAME]
    return packed(path, rewritten(parts(backup), KEYFILE_NAME, keyfile.replace(b'"generation":1', b'"generation":7')))


HOSTILE = (
    *(as_a_picture, as_nothing, as_another_archive, as_a_bomb, locked_with_a_password),
    *(with_a_plain_register, with_a_manifest_without_end, with_another_keyfile),
)


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_what_is_no_backup_of_ours_is_a_sentence(
    backup: Path, tmp_path: Path, make: Callable[[Path, Path], Path]
) -> None:
    said = outcome(make(backup, tmp_path / "a.cdbackup"), tmp_path / "new")
    assert said is not None
    assert translate_error(said) != said.text, "in Vietnamese"


def test_the_same_parts_packed_again_are_a_backup(backup: Path, tmp_path: Path) -> None:
    """The twin: what was changed above is what is refused, not the packing."""
    assert outcome(packed(tmp_path / "a.cdbackup", parts(backup)), tmp_path / "new") is None


def test_a_backup_that_is_gone_is_a_sentence_about_reading(tmp_path: Path) -> None:
    said = outcome(tmp_path / "pulled out.cdbackup", tmp_path / "new")
    assert said is not None
    assert "Không đọc được bản sao lưu" in translate_error(said)
