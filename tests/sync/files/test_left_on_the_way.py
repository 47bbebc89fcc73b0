"""Real desks: a scan is still on its way when a colleague moves the child; it arrives, and then the desk lets go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.store.files import file_queue
from commune_desk.usecases.records.moves import move_child
from sync.client import errors
from sync.client.channel import Channel
from sync.server.engine import tables
from tests.sync.actors.file_office import Office, file_office
from tests.sync.actors.real_province import OTHER_COMMUNE

LARGE = 700_000


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        made.real.enrol({OTHER_COMMUNE: Role.COMMUNE_OFFICER})
        yield made


def move_while_it_is_on_the_way(office: Office) -> RecordId:
    """Its words are at the province, its content is not, and the colleague has moved the child."""
    file = office.add(LARGE)
    office.here.carry_text()
    office.there.carry_text()
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry_text()
    return file


def whole_at(office: Office) -> list[str]:
    return office.real.scalars(select(tables.blob.c.scope).where(tables.blob.c.done_at.is_not(None)))


def held_here(office: Office) -> list[int]:
    names = ("person", "attachment", "file_piece", "file_queue")
    return [office.here.ask(f"SELECT count(*) FROM {name}")[0][0] for name in names]


def test_it_arrives_where_the_child_is_and_then_nothing_of_it_is_here(office: Office) -> None:
    move_while_it_is_on_the_way(office)
    office.here.carry()
    assert whole_at(office) == [OTHER_COMMUNE]
    office.here.carry()
    assert held_here(office)[:2] == [0, 0]
    assert office.here.ask("SELECT count(*) FROM purge_receipt") == [(1,)]


def test_a_line_that_breaks_in_the_middle_of_it_loses_nothing(office: Office) -> None:
    move_while_it_is_on_the_way(office)

    def cut(path: str) -> None:
        if path == "/v1/files/put" and office.paths.count(path) == 1:
            raise errors.HalfPage

    office.before = cut
    office.here.carry()
    assert whole_at(office) == []
    assert held_here(office)[1] == 1
    office.before = lambda path: None
    office.here.carry()
    assert whole_at(office) == [OTHER_COMMUNE]
    assert held_here(office)[:2] == [0, 0]


def test_what_a_colleague_fetched_of_it_goes_with_the_child(office: Office) -> None:
    """Its bytes would stay for good otherwise: no record names them any more."""
    file = office.add(LARGE)
    office.sync_all()
    office.there.ask_for(file)
    office.there.carry()
    assert office.there.state(file)[0] == "done"
    office.there.write(lambda tx: move_child(tx, office.child, Scope(OTHER_COMMUNE)))
    office.there.carry()
    assert [office.there.ask(f"SELECT count(*) FROM {name}")[0][0] for name in ("file_piece", "file_queue")] == [0, 0]


def test_one_that_the_province_does_not_take_keeps_nobody_here(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a province whose program does not know that files follow."""
    move_while_it_is_on_the_way(office)
    answered = Channel.call

    def refusing(self: Channel, path: str, body: bytes, domain: bytes) -> tuple[bytes, bytes]:
        if path.startswith("/v1/files/"):
            raise errors.NotRecognised
        return answered(self, path, body, domain)

    monkeypatch.setattr(Channel, "call", refusing)
    office.here.carry()
    assert held_here(office)[:2] == [0, 0]


def test_let_go_at_once_it_would_be_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(file_queue, "goes_up", lambda db, attachment: False)
    move_while_it_is_on_the_way(office)
    office.here.carry()
    office.here.carry()
    assert whole_at(office) == []
