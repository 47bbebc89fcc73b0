"""Somebody on the way says no in the province's place: it may delay a file, and decides nothing about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.usecases.records.moves import move_child
from sync.client import channel, errors
from sync.server.engine import tables
from tests.sync.actors.file_office import Office, file_office
from tests.sync.actors.in_process import response_of
from tests.sync.actors.real_province import OTHER_COMMUNE

pytestmark = pytest.mark.usefixtures("store_engine")

SIZE = 50_000


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        made.real.enrol({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
        yield made


def in_between(office: Office, patch: pytest.MonkeyPatch, path: str, status: int) -> None:
    """Until `patch` is undone `path` is answered by somebody who signs nothing."""
    send = office.line.send

    def answered(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.path_url == path:
            return response_of(status, {"Content-Type": "text/plain"}, b"no")
        return send(request, *args, **kwargs)

    patch.setattr(office.line, "send", answered)


@pytest.mark.parametrize("path", ["/v1/files/offset", "/v1/files/put"])
@pytest.mark.parametrize("status", [401, 403, 404, 413])
def test_a_file_goes_by_itself_once_nobody_is_in_between_any_more(
    office: Office, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    file = office.add(SIZE)
    with monkeypatch.context() as patch:
        in_between(office, patch, path, status)
        outcome = office.here.carry()
        assert isinstance(outcome.file_fault, errors.ServerTrouble)
        assert office.here.state(file)[0] == "waiting"
    office.here.carry()
    assert office.here.state(file)[0] == "done"


def refusing_bodies(office: Office, patch: pytest.MonkeyPatch, status: int, *, above: int) -> list[int]:
    """A rule of a front end that hits the larger pieces; the bytes that each piece had."""
    send, asked = office.line.send, list[int]()

    def answered(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        length = int(request.headers.get("Content-Length", 0))
        if request.path_url == "/v1/files/put":
            asked.append(length)
            if length > above:
                return response_of(status, {"Content-Type": "text/plain"}, b"no")
        return send(request, *args, **kwargs)

    patch.setattr(office.line, "send", answered)
    return asked


def test_who_takes_no_large_pieces_gets_smaller_ones(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [office.add(200_000, seed=1), office.add(20_000, seed=2)]
    asked = refusing_bodies(office, monkeypatch, 413, above=40_000)
    outcome = office.here.carry()
    assert outcome.file_fault is None
    assert [office.here.state(file)[0] for file in files] == ["done", "done"]
    assert sum(size > 40_000 for size in asked) <= 2, "it is remembered what is too large"


def test_a_file_that_somebody_always_refuses_keeps_no_other_from_moving(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.add(50_000, seed=1), office.add(20_000, seed=2)
    refusing_bodies(office, monkeypatch, 403, above=30_000)
    outcome = office.here.carry()
    assert isinstance(outcome.file_fault, errors.ServerTrouble), "it is not passed over in silence"
    assert office.here.state(second)[0] == "done"
    monkeypatch.undo()
    office.here.carry()
    assert office.here.state(first)[0] == "done"


def test_of_many_files_that_somebody_refuses_few_are_tried_in_one_sync(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [office.add(20_000, seed=seed) for seed in range(6)]
    asked = refusing_bodies(office, monkeypatch, 403, above=0)
    office.here.carry()
    assert len(asked) == 3
    assert {office.here.state(file)[0] for file in files} == {"waiting"}


def test_a_no_that_nobody_signed_would_have_stopped_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: believed, it keeps the file here until a person tries again."""
    monkeypatch.setattr(channel, "_unsigned_refusal", lambda reply: errors.NotRecognised())
    file = office.add(SIZE)
    with monkeypatch.context() as patch:
        in_between(office, patch, "/v1/files/put", 404)
        office.here.carry()
    office.here.carry()
    assert office.here.state(file)[0] == "refused"


def test_the_content_of_a_child_who_left_stays_until_the_province_has_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.add(SIZE)
    office.here.carry_text()
    office.there.carry_text()
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry_text()
    with monkeypatch.context() as patch:
        in_between(office, patch, "/v1/files/offset", 404)
        office.here.carry()
        office.here.carry()
    office.here.carry()
    scopes = select(tables.blob.c.scope).where(tables.blob.c.done_at.is_not(None))
    assert office.real.scalars(scopes) == [OTHER_COMMUNE]
