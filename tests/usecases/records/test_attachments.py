"""Adding a file to a child: what is refused and how it is told, and what is left on the disk."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.domain.records.attachments import PDF
from commune_desk.domain.words.errors import DeskError, Fault, Invalid, Refusal
from commune_desk.i18n import set_language, translate_error
from commune_desk.store.files.attachments import files_of
from commune_desk.store.files.file_queue import ciphertext_of
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import attachments
from commune_desk.usecases.records.attachments import (
    MOST_READ,
    ContentDamaged,
    ContentNotHere,
    FileFacts,
    Prepared,
    attach,
    opened,
    prepared,
    read_file,
    save_copy,
    take_back,
)
from sync import content
from sync.change import Change
from tests.helpers.attached import add_child, add_file, content_at, file_of, scan
from tests.helpers.builders import make_visit, save_all
from tests.helpers.workplaces import be_another, make_workplace

CANARY = b"%PDF-1.7 Dang Thi Hoa, Khe Lac " * 40
BARE = b"\xff\xd8\xff\xdb\x00\x04ab\xff\xda\x00\x03\x01\x12\xff\xd9"


def as_bare(data: bytes, form: str) -> bytes:
    return BARE


def as_it_is(data: bytes, form: str) -> bytes:
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04", "không phải ảnh cũng không phải PDF"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "HEIC"),
        (b"\0\0\0\x18ftypheic" + b"%PDF-1.7", "HEIC"),
        (b"%PDF-1.4" + bytes(content.MAX_FILE), "lớn hơn 4 MB"),
        (b"\xff\xd8\xff\xe1 cut", "bị hỏng hoặc bị cắt cụt"),
    ],
)
def test_what_is_not_taken_is_told_in_a_sentence_that_says_what_to_do(data: bytes, said: str) -> None:
    set_language("vi")
    with pytest.raises(Invalid) as caught:
        prepared(data, as_it_is)
    assert said in translate_error(caught.value)
    assert "Chưa thêm gì" in translate_error(caught.value)


@pytest.mark.parametrize(
    "brand", ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1", "avif", "avis"]
)
def test_whatever_a_phone_calls_it_a_heic_photo_is_told_as_one(brand: str) -> None:
    with pytest.raises(Invalid, match="HEIC photo"):
        prepared(b"\0\0\0\x18ftyp" + brand.encode() + bytes(20), as_it_is)


@pytest.mark.parametrize("behind", [b"", b"\n", bytes(8000), b"\n% a scanner's own words" + b" " * 900])
def test_a_pdf_that_was_cut_short_is_not_kept_for_a_whole_one(behind: bytes) -> None:
    """As a phone leaves one whose cable was pulled; that it does not open is met when somebody needs it."""
    whole = scan(9000) + behind
    assert prepared(whole, as_it_is).content == whole
    for cut in (1000, 8000, 8990):
        with pytest.raises(Invalid, match="cut short"):
            prepared(whole[:cut], as_it_is)


def test_a_film_of_a_phone_is_no_heic_photo() -> None:
    with pytest.raises(Invalid, match="neither a picture nor a PDF"):
        prepared(b"\0\0\0\x18ftypisom" + bytes(20), as_it_is)


def test_a_file_that_is_too_large_empty_or_gone_is_not_read(tmp_path: Path) -> None:
    large, empty = tmp_path / "large", tmp_path / "empty"
    large.write_bytes(bytes(MOST_READ + 1))
    empty.touch()
    for path, kind in ((large, Invalid), (empty, Invalid), (tmp_path / "gone", Fault), (tmp_path, Fault)):
        with pytest.raises(kind):
            read_file(path)


def test_the_largest_that_fits_is_taken() -> None:
    """The twin of the cap: one byte less of ciphertext is fine."""
    plain = content.MAX_FILE - 16 * 16
    assert len(prepared(b"%PDF-" + bytes(plain - 10) + b"%%EOF", as_it_is).content) == plain
    with pytest.raises(Invalid):
        prepared(b"%PDF-" + bytes(plain - 9) + b"%%EOF", as_it_is)


def test_both_parts_of_the_record_are_one_group_and_what_is_secret_is_sealed(workplace: Workplace) -> None:
    file = add_file(workplace.register, add_child(workplace.register), scan(500))
    rows = workplace.read(
        lambda c: c.execute("SELECT raw FROM change WHERE record=? ORDER BY stamp", (file.id,)).fetchall()
    )
    open_part, sealed = (msgspec.json.decode(raw, type=Change) for (raw,) in rows)
    assert open_part.group == sealed.group != ""
    assert set(sealed.seal) == {"caption", "content_key"}
    assert not {"caption", "content_key"} & set(open_part.set)


def test_every_file_has_a_key_of_its_own(workplace: Workplace) -> None:
    child = add_child(workplace.register)
    one, two = (add_file(workplace.register, child, scan(500)) for _ in range(2))
    assert one.content_key != two.content_key
    assert one.sha256 != two.sha256


def test_nothing_readable_is_left_on_the_disk(workplace: Workplace, tmp_path: Path) -> None:
    child = add_child(workplace.register)
    ready = Prepared(PDF, CANARY)
    record = workplace.write(lambda tx: attach(tx, child, ready, FileFacts("letter")))[0]
    assert content_at(workplace.register, record) == CANARY
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert len(kept) > len(CANARY)
    assert b"Khe Lac" not in kept
    save_copy(tmp_path / "copy.pdf", CANARY)
    assert b"Khe Lac" in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()), "the twin"


def test_who_only_reads_and_whom_nobody_knows_add_nothing(tmp_path: Path, workplace: Workplace) -> None:
    ready, facts = Prepared(PDF, CANARY), FileFacts("letter")
    with pytest.raises(Refusal, match="not in this register"):
        workplace.write(lambda tx: attach(tx, RecordId(uuid7()), ready, facts))
    with pytest.raises(Invalid) as caught:
        workplace.write(lambda tx: attach(tx, RecordId(uuid7()), ready, FileFacts("", taken_on="2126-01-01")))
    assert set(caught.value.fields) == {"document", "taken_on"}
    (tmp_path / "chair").mkdir()
    chair = make_workplace(tmp_path / "chair")
    child = add_child(chair.register)
    chair.write(lambda tx: be_another(tx, role="chair"))
    with pytest.raises(Refusal, match="role"):
        chair.write(lambda tx: attach(tx, child, ready, facts))
    assert chair.read(lambda c: c.execute("SELECT count(*) FROM file_piece").fetchone()) == (0,)
    chair.register.close()


def test_a_file_may_belong_to_a_visit_of_the_same_child_only(workplace: Workplace) -> None:
    child, other = (add_child(workplace.register) for _ in range(2))
    visit = make_visit(child)
    workplace.write(save_all(visit))
    facts = FileFacts("photo", visit=visit.id)
    file = add_file(workplace.register, child, scan(500), facts)
    assert file.visit == visit.id
    with pytest.raises(Refusal, match="another child"):
        workplace.write(lambda tx: attach(tx, other, Prepared(PDF, CANARY), facts))


def test_a_file_is_taken_back_once_and_with_a_reason(workplace: Workplace) -> None:
    file = add_file(workplace.register, child := add_child(workplace.register), scan(500))
    with pytest.raises(Invalid):
        workplace.write(lambda tx: take_back(tx, file.id, ""))
    workplace.write(lambda tx: take_back(tx, file.id, "wrong_child"))
    with pytest.raises(Refusal, match="already"):
        workplace.write(lambda tx: take_back(tx, file.id, "repeated"))
    (row,) = workplace.read(lambda c: files_of(c, child))
    assert row.withdrawn is not None
    assert (row.withdrawn.reason, row.withdrawn.officer) == ("wrong_child", "Cán bộ Thử")
    assert content_at(workplace.register, file.id) == scan(500), "kept: evidence does not vanish by one click"


def test_what_is_not_here_or_does_not_open_is_told(workplace: Workplace) -> None:
    file = add_file(workplace.register, add_child(workplace.register), scan(500))
    kept = workplace.read(lambda c: ciphertext_of(c, file.sha256))
    assert kept is not None
    with pytest.raises(ContentNotHere):
        opened(file, None)
    for key, data in (("", kept), ("!", kept), ("khoá", kept), (file.content_key, kept[:-1]), (file.content_key, b"")):
        with pytest.raises(ContentDamaged):
            opened(msgspec.structs.replace(file, content_key=key), data)


def test_a_reader_of_keys_that_expects_one_kind_of_damage_would_take_this_one_for_a_bug() -> None:
    """The twin: what is no ASCII is refused in another way than what is no base 64."""
    with pytest.raises(ValueError, match="ASCII") as caught:
        base64.b64decode("khoá", validate=True)
    assert not isinstance(caught.value, binascii.Error)


def test_a_copy_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(DeskError) as caught:
        save_copy(tmp_path / "folder.pdf", CANARY)
    assert caught.value.params == {"name": "folder.pdf"}
    assert [path.name for path in tmp_path.iterdir()] == ["folder.pdf"]


def test_pictures_pass_through_the_bare_structure_whoever_made_them() -> None:
    assert prepared(b"\xff\xd8\xff", as_bare).content == BARE
    assert attachments.prepared(b"\x89PNG\r\n\x1a\n", as_bare).media_type == "image/jpeg"


def test_a_file_that_is_shown_is_as_it_was_added(workplace: Workplace) -> None:
    file = add_file(workplace.register, add_child(workplace.register), scan(600_000))
    assert file_of(workplace.register, file.id) == file
    assert content_at(workplace.register, file.id) == scan(600_000)
