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
        report = office.here.carry()
        assert isinstance(report.file_fault, errors.ServerTrouble)
        assert office.here.state(file)[0] == "waiting"
    office.here.carry()
    assert office.here.state(file)[0] == "done"


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
