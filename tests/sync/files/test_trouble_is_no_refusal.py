"""What the province says of itself or of the line, in its own signed words, is no word about a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.store.exchange.file_replica import RegisterFiles
from commune_desk.usecases.records.moves import move_child
from sync.client import errors
from sync.client.session import Session
from sync.server.answers.files import Files
from sync.server.engine import tables
from sync.server.problems import Refused
from tests.sync.actors.file_office import Office, file_office
from tests.sync.actors.real_province import OTHER_COMMUNE

pytestmark = pytest.mark.usefixtures("store_engine")

SIZE = 50_000


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        made.real.enrol({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
        yield made


def bug() -> Exception:
    return Refused(500, "bug", retry_after=30)


def slow() -> Exception:
    return Refused(408, "slow")


def spent() -> Exception:
    """As where several processes of the server answer one desk, none of which knows the others' tickets."""
    return Refused(401, "ticket")


def unheard_of() -> Exception:
    """A reason that a newer province has, and this program does not know."""
    refused = Refused(409, "busy")
    refused.problem = type(refused.problem)(code="file_scanned", text="It is looked at.")
    return refused


def in_trouble(patch: pytest.MonkeyPatch, name: str, why: Callable[[], Exception], above: int = 0) -> list[int]:
    """Until `patch` is undone the province's own answer to larger messages; the bytes that each had."""
    answer, asked = getattr(Files, name), list[int]()

    def troubled(self: Files, province: Any, caller: Any, body: bytes) -> bytes:
        asked.append(len(body))
        if len(body) > above:
            raise why()
        told: bytes = answer(self, province, caller, body)
        return told

    patch.setattr(Files, name, troubled)
    return asked


def one_session(office: Office) -> Session:
    """As a desk at work has it: what it learns of the line it knows in the next sync."""
    desk = office.here
    return Session(desk.connect(), desk.replica(), RegisterFiles(desk.register, lambda _changes: None))


@pytest.mark.parametrize("name", ["offset", "put", "get"])
@pytest.mark.parametrize("why", [bug, slow, spent, unheard_of])
def test_a_file_goes_by_itself_once_the_trouble_is_over(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str, why: Callable[[], Exception]
) -> None:
    file = office.add(SIZE)
    desk = office.here
    if name == "get":
        office.here.carry()
        office.there.carry_text()
        desk = office.there
        desk.ask_for(file)
    with monkeypatch.context() as patch:
        in_trouble(patch, name, why)
        outcome = desk.carry()
        assert desk.state(file)[0] == "waiting"
        assert isinstance(outcome.file_fault, errors.LineFault) is (why is not unheard_of)
    desk.carry()
    assert desk.state(file)[0] == "done"


def test_a_line_that_breaks_at_large_pieces_carries_a_file_in_small_ones(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sync first asks how far the file is. That goes through on any line and says nothing of pieces."""
    file, send = office.add(200_000), office.line.send

    def poor(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if int(request.headers.get("Content-Length", 0)) > 40_000:
            raise requests.ConnectionError(TimeoutError())
        return send(request, *args, **kwargs)

    monkeypatch.setattr(office.line, "send", poor)
    session = one_session(office)
    for _syncs in range(9):
        session.sync()
    assert office.here.state(file)[0] == "done"


def test_a_piece_that_took_too_long_goes_in_smaller_ones(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The province waits a minute for a body; asked in the same size again it would wait as long, and for ever."""
    file = office.add(200_000)
    asked = in_trouble(monkeypatch, "put", slow, above=40_000)
    session = one_session(office)
    for _syncs in range(9):
        session.sync()
    assert office.here.state(file)[0] == "done"
    assert sum(size > 40_000 for size in asked) <= 9


def test_the_content_of_a_child_who_left_is_not_let_go_because_the_province_had_a_bug(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.add(SIZE)
    office.here.carry_text()
    office.there.carry_text()
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry_text()
    with monkeypatch.context() as patch:
        in_trouble(patch, "offset", bug)
        for _syncs in range(3):
            office.here.carry()
    office.here.carry()
    scopes = select(tables.blob.c.scope).where(tables.blob.c.done_at.is_not(None))
    assert office.real.scalars(scopes) == [OTHER_COMMUNE]


def test_a_file_that_meets_a_bug_of_the_province_keeps_no_other_from_going(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the first that is asked about, in each sync."""
    both = office.add(SIZE), office.add(SIZE + 1)
    answer, first = Files.offset, set[bytes]()

    def met(self: Files, province: Any, caller: Any, body: bytes) -> bytes:
        if body in (first or [body]):
            first.add(body)
            raise bug()
        return answer(self, province, caller, body)

    monkeypatch.setattr(Files, "offset", met)
    for _syncs in range(2):
        outcome = office.here.carry()
        assert isinstance(outcome.file_fault, errors.ServerTrouble), "it is told"
    assert sorted(office.here.state(one)[0] for one in both) == ["done", "waiting"]
