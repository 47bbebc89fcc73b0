"""The province on another port of this PC: over TLS, and in the window where an officer says so."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk import __version__
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock, monotonic
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.engine.settings import Pins
from commune_desk.ui.dialogs.address import AddressDialog
from commune_desk.ui.pages.settings import SettingsPage
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from commune_desk.usecases.registers.moved_province import Inquiry, NotReachedThere, OthersThere
from commune_desk.usecases.registers.opening import OpenDesk, make_register
from commune_desk.usecases.registers.profile import Profile
from commune_desk.working_desk import WorkingDesk
from sync.client.enrol import enrol
from sync.client.errors import WrongCertificate
from tests.helpers.dialogs import when_asked
from tests.helpers.enrolled_desks import OFFICER
from tests.story.province import Province
from tests.system.served_desks import served

pytestmark = pytest.mark.usefixtures("own_hooks")


def pins_of(desk: OpenDesk) -> Pins:
    pins = desk.register.identity.pins
    assert pins is not None
    return pins


@pytest.fixture
def over_tls(tmp_path: Path) -> Iterator[tuple[Province, OpenDesk]]:
    """A desk that enrolled over TLS."""
    with served(tmp_path) as (made, codes):
        made.start()
        enrolment = enrol(made.address, codes[0], "PC of tests", program_version=__version__)
        (tmp_path / "desk").mkdir()
        identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
        desk = make_register(Profile(tmp_path / "desk"), OFFICER, identity, keys, clock=SystemClock())
        yield made, desk


def test_over_tls_it_follows_to_another_port_and_to_no_other_province(
    over_tls: tuple[Province, OpenDesk], tmp_path: Path
) -> None:
    province, desk = over_tls
    first, port = province.address, province.port
    province.stop()
    province.port = 0
    (tmp_path / "other").mkdir()
    with pytest.raises(NotReachedThere):
        Inquiry(desk, first).ask()
    with served(tmp_path / "other") as (other, _codes):
        other.start()
        with pytest.raises(OthersThere) as refused:
            Inquiry(desk, other.address).ask()
    assert isinstance(refused.value.__cause__, WrongCertificate), "before anything is asked of it"
    assert pins_of(desk).address == first
    with socket.create_server(("127.0.0.1", port)):  # which is taken: it cannot be the same one again
        province.start()
    assert province.address != first
    desk.register.write(Inquiry(desk, province.address).ask()).result()
    assert pins_of(desk).address == province.address
    desk.register.close()


def settings_of(working: WorkingDesk) -> SettingsPage:
    working.window.navigate(Route("settings"))
    page = working.window.shell.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def press_change(page: SettingsPage) -> None:
    assert page.change_address is not None
    page.change_address.click()


def moved(province: Province) -> None:
    """Serving on another port."""
    port = province.port
    province.stop()
    province.port = 0
    with socket.create_server(("127.0.0.1", port)):
        province.start()


def test_an_officer_types_the_new_address_and_the_desk_syncs_there(
    qtbot: QtBot, qapp: QApplication, over_tls: tuple[Province, OpenDesk]
) -> None:
    province, desk = over_tls
    moved(province)
    working = WorkingDesk(qapp, desk)
    working.start(QSize(1366, 768))
    assert working.agent is not None
    former = working.agent
    former.sync_now()
    qtbot.waitUntil(lambda: former.status.failure is not None, timeout=10_000)
    page = settings_of(working)

    def type_it(dialog: AddressDialog) -> None:
        dialog.address.set_value("127.0.0.1:1")
        QTest.keyClick(dialog.address, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "giữ nguyên" in dialog.form.row("address").error)
        dialog.address.set_value(province.address)
        QTest.keyClick(dialog.address, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=10_000)

    when_asked(AddressDialog, type_it)
    press_change(page)
    assert pins_of(desk).address == province.address
    assert any(province.address in row.accessibleName() for row in page.about.rows)
    assert page.notice is not None
    assert page.focusWidget() is page.change_address
    qtbot.waitUntil(lambda: working.agent is not None and working.agent.status.last_outcome is not None, timeout=20_000)
    qtbot.waitUntil(lambda: working.tasks.is_idle)
    working.put_away()


@pytest.mark.parametrize("leaves_by", ["cancel", "lock"])
def test_while_nobody_answers_it_can_be_left_and_nothing_is_kept(
    qtbot: QtBot, qapp: QApplication, over_tls: tuple[Province, OpenDesk], leaves_by: str
) -> None:
    _province, desk = over_tls
    before = pins_of(desk).address
    working = WorkingDesk(qapp, desk)
    working.start(QSize(1366, 768))
    page = settings_of(working)

    def leave(dialog: AddressDialog) -> None:
        dialog.address.set_value(silent)
        dialog.submit()
        qtbot.wait(300)
        if leaves_by == "cancel":
            dialog.cancel.click()
        else:
            dialog.hide()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        silent = f"127.0.0.1:{listening.getsockname()[1]}"
        when_asked(AddressDialog, leave)
        press_change(page)
        begun = monotonic()
        working.tasks.query(lambda: None, lambda _none: None)
        qtbot.waitUntil(lambda: working.tasks.is_idle, timeout=10_000)
        assert monotonic() - begun < 5, "broken off, not waited for"
    assert pins_of(desk).address == before
    working.put_away()
