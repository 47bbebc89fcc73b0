"""A PC that the province withdrew and ordered removed: first all leaves, then the keys go, whatever is cut off when."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError, Refusal
from commune_desk.logs import start_log, stop_log
from commune_desk.paths import LOG_FILE
from commune_desk.presenters.window.removed import removed_lines
from commune_desk.store.desk.register import Register
from commune_desk.usecases.registers import removal
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from commune_desk.usecases.registers.opening import make_register, unlock
from commune_desk.usecases.registers.profile import REMOVED
from commune_desk.usecases.registers.removal import finish_removal, removed
from commune_desk.usecases.sync import desk_sync
from commune_desk.vault.keyfile import KeyfileMissing
from sync import framing, protocol, purge_wire, seal
from sync.client.errors import DeskRemoved, DeskRevoked, LineFault, Unproven
from sync.client.reply import Reply
from sync.server.engine import tables
from sync.server.identity import desks
from tests.helpers.builders import make_person, save_all
from tests.helpers.enrolled_desks import LOGIN, OFFICER, PASSPHRASE, EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import RealProvince, real_province
from tests.sync.actors.scripted_province import Raw

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desk(real: RealProvince, tmp_path: Path) -> Iterator[EnrolledDesk]:
    """A desk with a person that the province has and one that it lacks."""
    made = enrolled_desk(real, tmp_path / "pc")
    save(made, "Đã gửi")
    made.sync()
    save(made, "Chưa gửi")
    yield made
    with suppress(RuntimeError):  # the test closed it
        made.close()


def save(desk: EnrolledDesk, name: str) -> None:
    desk.open.register.write(save_all(make_person(name))).result()


def type_and(desk: EnrolledDesk, decide: Callable[[Register], bool]) -> bool:
    """Somebody saves just before the end is decided."""
    save(desk, "Giữa chừng")
    return decide(desk.open.register)


def withdraw(desk: EnrolledDesk, *, removes: bool = True) -> None:
    province = desk.province.province
    desk.province.write(lambda connection: desks.revoke(connection, province, desk.id, removes=removes))


def try_sync(desk: EnrolledDesk) -> type[DeskError] | None:
    try:
        desk.sync()
    except DeskError as error:
        return type(error)
    return None


def held(desk: EnrolledDesk) -> int:
    """How many changes of the desk the province has, merged or set aside."""
    one = desk.id
    return sum(
        len(desk.province.scalars(select(table.c.n).where(table.c.desk == one)))
        for table in (tables.change, tables.quarantine)
    )


def receipts(desk: EnrolledDesk) -> list[bytes]:
    table = tables.purge
    return desk.province.scalars(
        select(table.c.body).where(table.c.desk == desk.id, table.c.change == purge_wire.REMOVED)
    )


def made_here(desk: EnrolledDesk) -> int:
    return int(desk.ask("SELECT count(*) FROM change WHERE desk=?", desk.id)[0][0])


def test_all_is_sent_then_signed_then_gone(desk: EnrolledDesk) -> None:
    made, public = made_here(desk), seal.SigningKey.from_bytes(desk.open.register.identity.signing).public
    save_word, profile = desk.id, desk.open.profile
    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    assert held(desk) == made
    ((body, signature),) = desk.ask("SELECT body, signature FROM purge_receipt")
    assert receipts(desk) == [bytes(body)]
    assert seal.verify(public, seal.PURGE, bytes(body), bytes(signature))
    with pytest.raises(Refusal):
        save(desk, "Quá muộn")
    desk.close()
    said = finish_removal(profile)
    assert said is not None
    assert (said.desk, said.drafts, said.files) == (save_word, 0, 0)
    assert {one.name for one in profile.folder.iterdir()} <= {REMOVED, "desk.lock", "language"}
    with pytest.raises(KeyfileMissing):
        unlock(profile, LOGIN, PASSPHRASE, clock=SystemClock())
    assert len(removed_lines(said)) == 4


def _held_open() -> set[Path]:
    """What this process holds open."""
    held = set()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the handle of the listing itself
            held.add(Path(os.readlink(handle)))
    return held


@pytest.mark.skipif(not Path("/proc/self/fd").exists() and os.name != "nt", reason="what is open is not seen here")
def test_the_programs_own_log_stands_in_the_way_of_nothing(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is open in the process that removes and in the one that locked; Windows takes no such file away."""
    profile, unlink = desk.open.profile, Path.unlink

    def as_on_windows(path: Path, missing_ok: bool = False) -> None:
        if path in _held_open():
            raise PermissionError(13, "The process cannot access the file because it is being used")
        unlink(path, missing_ok=missing_ok)

    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    desk.close()
    start_log(profile.folder)
    if os.name != "nt":
        monkeypatch.setattr(Path, "unlink", as_on_windows)
    try:
        assert finish_removal(profile) is not None
    finally:
        stop_log()
    assert {one.name for one in profile.folder.iterdir()} <= {REMOVED, "desk.lock", "language", LOG_FILE}


def test_plain_revocation_removes_nothing(desk: EnrolledDesk) -> None:
    withdraw(desk, removes=False)
    assert try_sync(desk) is DeskRevoked
    assert not desk.open.profile.is_removed
    assert desk.open.register.identity.frozen == "revoked"
    assert receipts(desk) == []


def test_while_the_last_work_cannot_leave_nothing_is_removed(desk: EnrolledDesk) -> None:
    withdraw(desk)
    for path in ("/v1/push", "/v1/report"):
        desk.province.line.down_at = path
        failure = try_sync(desk)
        assert failure is not None
        assert issubclass(failure, LineFault)
        assert not desk.open.profile.is_removed
        save(desk, "Đang viết tiếp")
    desk.province.line.down_at = ""
    assert try_sync(desk) is DeskRemoved
    assert held(desk) == made_here(desk)
    assert desk.open.profile.is_removed


def test_what_is_typed_while_it_leaves_goes_first(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = removal.decide_removal
    monkeypatch.setattr(desk_sync, "decide_removal", lambda register: type_and(desk, decide))
    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    assert not desk.open.profile.is_removed
    monkeypatch.setattr(desk_sync, "decide_removal", decide)
    assert try_sync(desk) is DeskRemoved
    assert desk.open.profile.is_removed
    assert held(desk) == made_here(desk)


def test_removed_at_once_the_last_work_would_be_lost(desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: without looking whether all is sent."""
    monkeypatch.setattr("commune_desk.store.desk.removal.is_all_sent", lambda connection: True)
    decide = removal.decide_removal
    monkeypatch.setattr(desk_sync, "decide_removal", lambda register: type_and(desk, decide))
    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    assert desk.open.profile.is_removed
    assert held(desk) < made_here(desk)


@pytest.mark.parametrize("whose", ["another desk's", "somebody else's"])
def test_only_the_provinces_own_word_to_this_desk_removes(desk: EnrolledDesk, whose: str) -> None:
    """A refusal played back from another desk, and one that the authority never signed."""
    authority = desk.province.province.keys.authority
    signer = authority if whose == "another desk's" else seal.SigningKey.generate()
    named = "AAAAAA" if whose == "another desk's" else desk.id
    problem = protocol.encode(protocol.Problem(code="revoked", text="No.", desk=named, removes=True))
    forged = Raw(
        410,
        framing.deflate(problem),
        {protocol.SIGNATURE_HEADER: protocol.b64(signer.sign(seal.HELLO, problem))},
    )
    with answered(desk, "/v1/pull", forged):
        assert try_sync(desk) is Unproven
    assert not desk.open.profile.is_removed
    assert receipts(desk) == []


def test_without_looking_whom_it_names_anybody_could_remove(
    desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    from sync.client import channel

    def gullible(reply: Reply, authority_public: bytes, desk: str) -> Exception:
        return channel._decided(protocol.decode(reply.body, protocol.Problem))

    monkeypatch.setattr(channel, "_refusal", gullible)
    problem = protocol.encode(protocol.Problem(code="revoked", text="No.", desk="AAAAAA", removes=True))
    with answered(desk, "/v1/pull", Raw(410, framing.deflate(problem), {protocol.SIGNATURE_HEADER: "AA=="})):
        assert try_sync(desk) is DeskRemoved
    assert desk.open.profile.is_removed


class answered:  # noqa: N801 - reads as a sentence
    """One path of the line answers with fixed bytes."""

    def __init__(self, desk: EnrolledDesk, path: str, raw: Raw) -> None:
        self._line, self._path, self._raw = desk.province.line, path, raw

    def __enter__(self) -> None:
        inner, path, raw = self._line.app, self._path, self._raw

        async def app(scope: dict[str, object], receive: Callable[..., object], send: Callable[..., object]) -> None:
            if scope.get("path") != path:
                await inner(scope, receive, send)
                return
            headers = [(name.encode(), value.encode()) for name, value in raw.headers.items()]
            headers.append((b"content-type", framing.CONTENT_TYPE.encode()))
            await send({"type": "http.response.start", "status": raw.status, "headers": headers})  # type: ignore[misc]
            await send({"type": "http.response.body", "body": raw.body})  # type: ignore[misc]

        self._inner, self._line.app = inner, app

    def __exit__(self, *_error: object) -> None:
        self._line.app = self._inner


_CUT = """
import os, sys
from pathlib import Path
from commune_desk.usecases.registers import removal
from commune_desk.usecases.registers.profile import Profile

steps = int(sys.argv[2])

def counted(step):
    def run(*args, **kwargs):
        global steps
        if steps == 0:
            os._exit(9)
        steps -= 1
        return step(*args, **kwargs)
    return run

removal._overwrite = counted(removal._overwrite)
removal.settle_names = counted(removal.settle_names)
Path.unlink = counted(Path.unlink)
removal.finish_removal(Profile(Path(sys.argv[1])))
"""


def test_killed_at_any_step_the_next_start_goes_on(desk: EnrolledDesk) -> None:
    """A process of its own, ended after one more step each time; at no moment does a key outlive the register."""
    profile = desk.open.profile
    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    desk.close()
    for steps in range(30):
        line = [sys.executable, "-c", _CUT, str(profile.folder), str(steps)]
        ended = subprocess.run(line, check=False, timeout=60).returncode
        keys = [one for one in (profile.keyfile, profile.spare) if one.exists() and any(one.read_bytes())]
        assert profile.register.exists() or not keys
        assert profile.is_removed
        if ended == 0:
            break
    assert not profile.register.exists()
    assert not profile.has_register()
    assert removed(profile) is not None


def test_a_register_first_and_its_keys_after_would_leave_keys(
    desk: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the other order, cut off in between, leaves what opens a copy that somebody took."""

    class PowerCut(Exception):
        """The power went out."""

    def wrong(folder: Path) -> None:
        (folder / "register.db").unlink()
        raise PowerCut

    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    desk.close()
    monkeypatch.setattr(removal, "destroy", wrong)
    with pytest.raises(PowerCut):
        finish_removal(desk.open.profile)
    assert any(desk.open.profile.keyfile.read_bytes())


def test_a_register_that_was_set_up_since_is_left_alone(desk: EnrolledDesk) -> None:
    profile = desk.open.profile
    withdraw(desk)
    assert try_sync(desk) is DeskRemoved
    desk.close()
    mark = (profile.folder / REMOVED).read_bytes()
    assert finish_removal(profile) is not None
    enrolment = desk.province.enrol()
    identity = identity_of(enrolment, "PC of tests", uuid7())
    anew = make_register(profile, OFFICER, identity, scope_keys_of(enrolment), clock=SystemClock())
    anew.register.close()
    assert not profile.is_removed
    (profile.folder / REMOVED).write_bytes(mark)
    assert finish_removal(profile) is None
    assert profile.keyfile.exists()


def test_a_plain_revocation_can_become_a_removal_and_not_twice(desk: EnrolledDesk) -> None:
    withdraw(desk, removes=False)
    withdraw(desk)
    with pytest.raises(Refusal):
        withdraw(desk)
    assert try_sync(desk) is DeskRemoved
