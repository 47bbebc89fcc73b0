"""A code that works once is not spent on what could not be made afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.i18n import translate_error, translate_fields
from commune_desk.presenters.window.opening import SECRETS, FirstRun
from commune_desk.usecases.registers.enrolment import EnrolTries, Invitation, NotReached, enrol_new_register
from commune_desk.usecases.registers.profile import FolderNotWritten, NewOfficer, Profile
from sync.client.errors import Busy, CaptivePortal, NoLine, ServerTrouble, Stopped, StrangerThere, SyncFault
from sync.spelling import spell
from tests.system.surroundings import fill_up, open_folder, refusing, small_disk

GOOD = NewOfficer("hoa", "Cán bộ Thử", "bốn con mèo đi biển")
NOBODY_LISTENS = "https://127.0.0.1:9"


def ask(folder: Path, officer: NewOfficer = GOOD, label: str = "Máy 1") -> None:
    """Enrol with a well-spelled code at an address where nobody listens: whoever comes so far raises a SyncFault."""
    invitation = Invitation(NOBODY_LISTENS, spell(bytes(10)), label)
    enrol_new_register(Profile(folder), officer, invitation, clock=SystemClock())


def test_what_holds_is_asked_of_the_province(tmp_path: Path) -> None:
    """The twin of all below."""
    with pytest.raises(NotReached) as told:
        ask(tmp_path, replace(GOOD, display_name="Đ" * 120), "m" * 60)
    assert isinstance(told.value.__cause__, SyncFault)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "label", "field"),
    [
        ({"display_name": "Đ" * 121}, "Máy 1", "display_name"),
        ({}, "m" * 61, "label"),
        ({"login": "Cán bộ Thử"}, "Máy 1", "login"),
        ({"passphrase": "ngắn"}, "Máy 1", "passphrase"),
    ],
)
def test_what_could_not_be_written_down_is_said_at_its_field(
    tmp_path: Path, changed: dict[str, str], label: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        ask(tmp_path, replace(GOOD, **changed), label)
    assert list(caught.value.fields) == [field]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (CaptivePortal(), "trang đăng nhập"),
        (Busy(), "đang bận"),
        (ServerTrouble(status=500), "đang bận"),
        (StrangerThere(), "không phải máy chủ của tỉnh"),
        (NoLine(), "Không kết nối được với tỉnh"),
    ],
)
def test_who_could_not_be_enrolled_reads_what_the_line_was_like(answer: SyncFault, said: str) -> None:
    sentence = translate_error(NotReached(answer))
    assert said in sentence
    assert "mã vẫn dùng được" in sentence, "what was kept"


def test_a_register_that_is_there_already_is_said_first(tmp_path: Path) -> None:
    (tmp_path / "register.db").write_bytes(b"another")
    with pytest.raises(Refusal, match="already a register"):
        ask(tmp_path)


def test_a_folder_that_refuses_is_said_first() -> None:
    with open_folder() as folder, refusing(folder), pytest.raises(FolderNotWritten):
        ask(folder)


def test_a_full_disk_is_said_first(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kib=500) as disk:
        fill_up(disk)
        with pytest.raises(FolderNotWritten):
            ask(disk)


def test_the_tries_of_one_page_have_the_same_keys_for_the_same_code_however_it_is_spelled() -> None:
    tries, other = EnrolTries(), EnrolTries()
    keys = tries.keys("7zk2m-aaaaa")
    assert tries.keys("7ZK2M AAAAA") is keys
    assert keys.signing.public not in (other.keys("7ZK2MAAAAA").signing.public, tries.keys("8ZK2MAAAAA").signing.public)


def test_tries_that_were_broken_off_ask_nobody_any_more(tmp_path: Path) -> None:
    tries = EnrolTries()
    tries.abort()
    invitation = Invitation(NOBODY_LISTENS, spell(bytes(10)), "Máy 1")
    with pytest.raises(NotReached) as told:
        enrol_new_register(Profile(tmp_path), GOOD, invitation, clock=SystemClock(), tries=tries)
    assert isinstance(told.value.__cause__, Stopped)
    assert list(tmp_path.iterdir()) == []


def test_the_first_start_asks_again_with_the_keys_of_its_first_try(tmp_path: Path) -> None:
    form = FirstRun(Profile(tmp_path), SystemClock())
    for name in set(form.fields) - set(SECRETS):
        form.edit(name, NOBODY_LISTENS if name == "address" else "x")
    form.submit({"passphrase": "x", "again": "x"})
    first = form.tries
    form.submit({"passphrase": "x", "again": "x"})
    assert form.tries is first is not None


@pytest.mark.parametrize(
    ("address", "code", "fields"),
    [
        ("so 10", spell(bytes(10)), {"address"}),
        (NOBODY_LISTENS, "7ZK2M", {"code"}),
        (NOBODY_LISTENS, spell(bytes(5)), {"code"}),
        ("so 10", "7ZK2Ư", {"address", "code"}),
    ],
)
def test_what_is_mistyped_of_the_invitation_is_said_at_its_field(
    tmp_path: Path, address: str, code: str, fields: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        enrol_new_register(Profile(tmp_path), GOOD, Invitation(address, code, "Máy 1"), clock=SystemClock())
    said = translate_fields(caught.value)
    assert set(said) == fields
    assert all("{" not in sentence and "…" not in sentence for sentence in said.values())
    assert list(tmp_path.iterdir()) == []
