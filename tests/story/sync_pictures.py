"""Pictures of the sync page in each of its states, of a timeline that tells them apart, and of a locked desk."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.i18n import translate_error
from commune_desk.presenters.frame.routes import Route
from commune_desk.program_files import code_book
from commune_desk.store.engine import settings
from commune_desk.store.exchange import roots as kept_roots
from commune_desk.store.exchange.following import freeze
from commune_desk.store.intake import comparing
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.address import AddressDialog
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.qt_words import speak_qt
from commune_desk.ui.shots import SCALED, grab, grab_own_size
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.pausing import choose_pause
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.lists.import_undo import ListUndo
from commune_desk.usecases.locked.doorbell import leave_card
from commune_desk.usecases.locked.push import leave_sealed
from commune_desk.usecases.registers.moved_province import NotReachedThere
from commune_desk.usecases.registers.training_register import fill_commune
from commune_desk.usecases.sync.agent import SyncStatus
from sync import protocol
from sync.client.errors import NoLine, ServerTrouble, SplitView
from sync.client.session import SyncOutcome
from sync.server.answers.roots import make_due
from tests.helpers.attached import add_file, scan
from tests.helpers.builders import make_visit, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.helpers.lists import count_staged, list_of, read
from tests.story.carried_pictures import carried_pictures
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.stage import pump
from tests.sync.actors.real_province import real_province

CHILDREN = 30
SYNC = Route("sync")
_LISTED = ("Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;;;;;;", "Chìu Văn Sáng;Nam;2014;;Khe Mó;;;;;;;")
_REFUSED_ON_THE_WAY = SyncOutcome(
    pushed=1, pulled=0, quarantined=0, conflicts=0, at="", receipt_at="", file_fault=ServerTrouble(status=413)
)


def take_sync_pictures(folder: Path, out: Path, language: str) -> list[str]:
    """An enrolled desk in `folder`, which is made, through the states of its status; the pictures' names."""
    folder.mkdir(parents=True)
    with real_province(folder) as province:
        desk = enrolled_desk(province, folder / "desk")
        fill_commune(desk.open.register, CHILDREN)
        desk.sync()
        with desk_window(desk) as window:
            names = [
                name
                for state in _states(desk, window)
                for name in both_sizes(window.shell, out, f"status-{language}-{state}")
            ]
            names += carried_pictures(desk, window, folder, out, language)
            names += _sticks(window, folder / "USB", out, language)
            names += _address(desk, window, out, language)
        leave_card(desk.open, [datetime.now(UTC) + timedelta(hours=2)])
        leave_sealed(desk.open)
        desk.close()
        locked = OpeningWindow(desk.open.profile, SystemClock())
        locked.show()
        pump(0.8)
        names += both_sizes(locked, out, f"status-{language}-locked")
        locked.close()
    return names


@contextmanager
def desk_window(desk: EnrolledDesk) -> Iterator[DeskWindow]:
    """The window of a desk that is open already, shown."""
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        tasks = Tasks(writer, slow)
        window = DeskWindow(desk.open, Workplace(desk.open.register, code_book()), tasks)
        window.show(QSize(1366, 768))
        yield window
        pump(0.2)
        window.put_away()


def _states(desk: EnrolledDesk, window: DeskWindow) -> Iterator[str]:
    soon = datetime.now(UTC) + timedelta(minutes=12)
    child = RecordId(longest_story(Workplace(desk.open.register, code_book())))
    go_to(window, SYNC)
    window.show_status(SyncStatus(next_try_at=soon))
    yield "nothing-waits"
    desk.open.register.write(lambda tx: choose_pause(tx, True)).result()
    window.show_status(SyncStatus(is_paused=True))
    yield "paused"
    desk.open.register.write(lambda tx: choose_pause(tx, False)).result()
    window.show_status(SyncStatus(is_held=True))
    yield "metered-idle"
    go_to(window, Route("settings"))
    yield "settings"
    go_to(window, SYNC)
    _visit(desk, child, "Cháu ở với bà, hai hôm nay sốt nhẹ; đã nhắc đưa ra trạm y tế.")
    window.show_status(SyncStatus(is_held=True))
    yield "metered"
    window.show_status(SyncStatus(failure=NoLine(), next_try_at=soon))
    yield "no-line"
    for stays, state in ((_held_back, "held-back"), (_list_broken_off, "list-not-in")):
        with stays(desk):
            window.show_status(SyncStatus(next_try_at=soon))
            yield state
    desk.open.register.write(_set_the_clock_back).result()
    window.show_status(SyncStatus(next_try_at=soon))
    yield "wrong-clock"
    go_to(window, Route("today"))
    today = window.shell.page("today")
    assert isinstance(today, TodayPage)
    today.tick()
    pump(0.2)
    yield "wrong-clock-today"
    desk.open.register.write(_empty_the_battery).result()
    today.tick()
    pump(0.2)
    yield "empty-battery-today"
    go_to(window, SYNC)
    desk.sync()
    yield from _contradicted(desk, window)
    with _photo_waiting(desk, child):
        window.show_status(SyncStatus(last_outcome=_REFUSED_ON_THE_WAY, next_try_at=soon))
        yield "photo-not-through"
    desk.open.register.write(lambda tx: _set_one_aside(tx, child)).result()
    window.show_status(SyncStatus(next_try_at=soon))
    yield "set-aside"
    desk.open.register.write(_find_what_is_only_here).result()
    window.show_status(SyncStatus(next_try_at=soon))
    yield "only-here"
    yield from _on_records(desk, window, child)


def _on_records(desk: EnrolledDesk, window: DeskWindow, child: RecordId) -> Iterator[str]:
    """What a child's and a report's own pages tell of the sync."""
    _visit(desk, child, "Cháu đi học lại.")
    desk.open.register.write(lambda tx: _in_conflict(tx, child)).result()
    window.navigate(Route("child", child))
    pump(0.3)
    yield "timeline"
    report = desk.open.register.write(_lost_on_a_report).result()[0]
    go_to(window, Route("reports", report))
    pump(0.3)
    for area in window.shell.findChildren(QScrollArea):
        area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    yield "report-kept"


def _find_what_is_only_here(tx: Tx) -> None:
    """As a comparison does after a restore of the province, where a colleague's PC is gone, too."""
    comparing.keep(tx, comparing.Comparison(at=to_iso(datetime.now(UTC)), only_here=3))


def _sticks(window: DeskWindow, stick: Path, out: Path, language: str) -> list[str]:
    """Qt's dialog in which a stick is chosen, to write to and to read from; a system with one of its own shows that."""
    (stick / "Sổ Ánh Dương").mkdir(parents=True)
    go_to(window, SYNC)
    page = window.shell.page("sync")
    assert isinstance(page, SyncPage)
    assert page.courier is not None
    speak_qt()
    page.courier._folder = str(stick)
    names: list[str] = []
    for button, use in ((page.courier.write_button, "write"), (page.courier.read_button, "read")):
        QTimer.singleShot(400, partial(_file_dialog, out / f"status-{language}-stick-{use}.png", names))
        button.click()
    return names


def _file_dialog(path: Path, names: list[str]) -> None:
    """Take the dialog that is open, and leave it."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    try:
        for scale, suffix in ((1.0, ""), (SCALED, "-125")):
            one = path.with_name(f"{path.stem}{suffix}.png")
            names.append(grab(dialog, one, screen=dialog.size() * scale, scale=scale).name)
    finally:
        dialog.reject()


def _address(desk: EnrolledDesk, window: DeskWindow, out: Path, language: str) -> list[str]:
    """The dialog for a province that has moved, as it tells that nobody could be asked there."""
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        dialog = AddressDialog(desk.open, Tasks(writer, slow), window.shell)
        dialog.form.set_errors({"address": translate_error(NotReachedThere(has_line=False))}, focus=True)
        names = [
            grab_own_size(dialog, out / f"status-{language}-address{suffix}.png", scale=scale).name
            for scale, suffix in ((1.0, ""), (SCALED, "-125"))
        ]
        dialog.reject()
    return names


@contextmanager
def _photo_waiting(desk: EnrolledDesk, child: RecordId) -> Iterator[None]:
    add_file(desk.open.register, child, scan(300_000))
    desk.province.line.down_at = "/v1/files/offset"
    desk.sync()
    yield
    desk.province.line.down_at = ""
    desk.sync()


@contextmanager
def _held_back(desk: EnrolledDesk) -> Iterator[None]:
    """As if the province's program did not know what waits."""
    _say(desk, "UPDATE change SET state='staged', code='9' WHERE state='waiting'")
    yield
    _say(desk, "UPDATE change SET state='waiting', code=NULL WHERE code='9'")


@contextmanager
def _list_broken_off(desk: EnrolledDesk) -> Iterator[None]:
    """As after a full stop while a list was being saved: its first children are not in the register yet."""
    workplace = Workplace(desk.open.register, code_book())
    import_id = read(workplace, list_of(desk.open.profile.folder, *_LISTED))
    saving = ListSaving(workplace, import_id)
    while not workplace.read(count_staged):
        saving.step()
    yield
    undo = ListUndo(workplace, import_id)
    while not undo.step().is_over:
        pass


def _say(desk: EnrolledDesk, sql: str) -> None:
    desk.open.register.write(lambda tx: tx.connection.execute(sql)).result()


def _contradicted(desk: EnrolledDesk, window: DeskWindow) -> Iterator[str]:
    """As if the province had shown another history than that of its root, and had signed where its chain stood."""
    make_due(desk.province.province)
    desk.sync()
    page = protocol.encode(protocol.PullTrailer(cursors={}, more=False, heads={}))

    def contradict(tx: Tx) -> None:
        root = kept_roots.known(tx.connection)
        assert root is not None
        kept_roots.keep_contradiction(tx, root, page, bytes(64))
        kept_roots.keep_place(tx, page, bytes(64))
        freeze(tx, "split")

    desk.open.register.write(contradict).result()
    window.show_status(SyncStatus(failure=SplitView()))
    yield "contradicted"
    desk.open.register.write(lambda tx: settings.put(tx.connection, kept_roots.CONTRADICTION, None)).result()
    desk.open.register.write(lambda tx: freeze(tx, "")).result()


def _set_the_clock_back(tx: Tx) -> None:
    """As if this PC had been three hours behind at the last contact."""
    settings.put(tx.connection, settings.CLOCK_SKEW, ClockSkew(to_iso(tx.ledger.now()), -3 * 3600))


def _empty_the_battery(tx: Tx) -> None:
    """As if it had stood sixteen years back then."""
    settings.put(tx.connection, settings.CLOCK_SKEW, ClockSkew(to_iso(tx.ledger.now()), -16 * 365 * 86_400))


def _visit(desk: EnrolledDesk, child: RecordId, seen: str) -> None:
    visit = make_visit(child, datetime.now(UTC).date().isoformat(), observations=seen)
    desk.open.register.write(save_all(visit)).result()


def _set_one_aside(tx: Tx, child: str) -> None:
    """As after a receipt that says so: the province keeps the last visit and has not applied it."""
    last = "SELECT id FROM home_visit WHERE person=? ORDER BY visited_on DESC, id DESC LIMIT 1"
    tx.connection.execute(f"UPDATE change SET state='quarantined', code='grant' WHERE record=({last})", (child,))


def _in_conflict(tx: Tx, child: str) -> None:
    """As after a page that opened one: a colleague wrote the same field."""
    tx.save(msgspec.structs.replace(tx.existing(Person, child), phone="0987111223"))
    last = tx.connection.execute("SELECT id FROM change WHERE record=? ORDER BY n DESC LIMIT 1", (child,)).fetchone()[0]
    tx.connection.execute(
        "INSERT INTO conflict (id, scope, kind, record, field, base, ours, theirs, opened_seq, state)"
        " VALUES (?,?,'person',?,'phone',NULL,?,?,1,'open')",
        ("c" * 32, tx.actor.scope, child, last, last),
    )


def _lost_on_a_report(tx: Tx) -> str:
    """As after a page in which a colleague's account of the same report stands: the one of here is kept."""
    row = tx.connection.execute("SELECT id FROM report WHERE status='acknowledged' ORDER BY id LIMIT 1").fetchone()
    report = tx.existing(Report, row[0])
    tx.save(msgspec.structs.replace(report, place="Nhà bà ngoại, thôn Khe Lạc", child_age=9))
    tx.connection.execute(
        'UPDATE change SET state=\'accepted\', outcomes=\'{"place":"conflict","child_age":"conflict"}\''
        " WHERE record=? AND state='waiting'",
        (report.id,),
    )
    tx.save(msgspec.structs.replace(report, measures="Đã đưa cháu đến trạm y tế cùng công an xã."))
    return report.id
