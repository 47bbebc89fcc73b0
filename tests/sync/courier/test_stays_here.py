"""A stick takes no files: the desk says so, on an island that has no line it would else call all of it sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.presenters.sync.page import sync_page
from commune_desk.store.pages.sync_status import StaysHere, sync_facts
from commune_desk.usecases.sync.agent import SyncStatus
from commune_desk.usecases.sync.courier import Courier
from tests.sync.actors.file_office import Office, file_office

pytestmark = pytest.mark.usefixtures("store_engine")


def waiting_card(office: Office) -> list[str]:
    """The tones of its lines."""
    return [
        line.tone for line in sync_page(office.here.write(lambda tx: sync_facts(tx.connection)), SyncStatus()).waiting
    ]


def test_photos_that_wait_for_a_line_are_told_until_they_are_at_the_province(tmp_path: Path) -> None:
    with file_office() as office:
        office.sync_all()
        office.add(300_000)
        courier = Courier(office.here.register, lambda _changes: None)
        wrote = courier.write_out(tmp_path)
        assert (wrote.changes, wrote.stays) == (2, StaysHere(files=1))
        office.here.carry_text()
        office.here.carry_text()
        wrote = courier.write_out(tmp_path)
        assert (wrote.changes, wrote.stays) == (0, StaysHere(files=1))
        assert waiting_card(office) == ["warning"]
        office.here.carry()
        assert courier.write_out(tmp_path).stays == StaysHere()
        assert waiting_card(office) == ["good"], "the twin"
