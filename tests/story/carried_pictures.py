"""Pictures of the sync page with a stick of another PC: offered to be handed on, without a line, and handed on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.engine.settings import Pins
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.pages.courier_card import CourierCard
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.handing_on import HandingOn
from sync.client.handing_on import OF_BUNDLES
from sync.client.transport import Transport
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.story.pictures import both_sizes, go_to
from tests.story.stage import pump, until


def carried_pictures(desk: EnrolledDesk, window: DeskWindow, folder: Path, out: Path, language: str) -> list[str]:
    """`folder` is made: a PC of a village without a line, which has written to a stick."""
    village, stick = enrolled_desk(desk.province, folder / "village"), folder / "stick"
    stick.mkdir()
    child = make_child("Chìu Thị Xa")
    village.open.register.write(save_all(*child, make_visit(RecordId(child[0].id)))).result()
    Courier(village.open.register, lambda _changes: None).write_out(stick)
    village.close()

    def connect(pins: Pins) -> Transport:
        return Transport(pins.address, ca_pem=pins.ca_pem, limits=OF_BUNDLES, adapter=desk.province.line)

    go_to(window, Route("sync"))
    page = window.shell.page("sync")
    assert isinstance(page, SyncPage)
    assert page.courier is not None
    page.courier.handing_on = partial(HandingOn, desk.open.register, connect=connect)
    states = _states(desk, page.courier, stick)
    return [name for state in states for name in both_sizes(window.shell, out, f"status-{language}-{state}")]


def _states(desk: EnrolledDesk, card: CourierCard, stick: Path) -> Iterator[str]:
    _offered(card, stick)
    yield "stick-of-another"
    desk.province.line.down = True
    _handed_on(card)
    yield "stick-without-a-line"
    desk.province.line.down = False
    _offered(card, stick)
    _handed_on(card)
    yield "stick-handed-on"


def _offered(card: CourierCard, stick: Path) -> None:
    card.read_from(stick)
    until("the stick to be read", lambda: card.hand_on_button)
    pump(0.3)


def _handed_on(card: CourierCard) -> None:
    assert card.hand_on_button is not None
    card.hand_on_button.click()
    until("the province to answer", lambda: card.write_button.isEnabled() and card.lines)
    pump(0.3)
