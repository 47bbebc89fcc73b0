"""Pictures of children who move between communes: asked for, under way, refused, arrived, gone, and decided late."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, commune_scope, uuid7
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.child.move import ChildMove
from commune_desk.presenters.child.register_page import MOVED
from commune_desk.presenters.frame.routes import Route
from commune_desk.program_files import code_book
from commune_desk.store.intake import unsaved
from commune_desk.store.pages.children import child_record
from commune_desk.store.writing import drafts
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui import theme
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.move_child import MoveDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.shots import SCALED, SCREEN, grab_own_size
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import drop_draft, save_draft
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.training_register import fill_commune
from tests.helpers import moving
from tests.helpers.builders import make_person, make_relation, make_report, save_all
from tests.story.filled_registers import OFFICER
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.stage import pump

CHILDREN = 40
_LEFT = (
    ("QN-06838-2026-7KQ4-0012, QN-06838-2026-7KQ4-0019", "2026-11-20T02:00:00Z"),
    ("QN-06838-2025-7KQ4-0107", "2026-09-03T02:00:00Z"),
)


def shoot_moves(app: QApplication, folder: Path, out: Path, language: Language) -> list[str]:
    """Every state of a move, in the language of the screen; their names."""
    folder.mkdir(parents=True)
    scope = commune_scope("06838")
    desk = make_training_register(Profile(folder), OFFICER, scope=scope, role=Role.COMMUNE_OFFICER, clock=SystemClock())
    fill_commune(desk.register, CHILDREN)
    workplace = Workplace(desk.register, code_book())
    moving.know_the_communes(workplace)
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        names = _shoot(app, desk, workplace, Tasks(writer, slow), out / f"moves-{language}")
    desk.register.close()
    return names


def _shoot(app: QApplication, desk: OpenDesk, workplace: Workplace, tasks: Tasks, out: Path) -> list[str]:
    window = DeskWindow(desk, workplace, tasks)
    window.show(SCREEN)
    child = RecordId(longest_story(workplace))
    names = _dialog(workplace, child, out)
    for step in _steps(window, workplace, child):
        pump(0.5)
        names += both_sizes(window.shell, out.parent, f"{out.name}-{step}")
    window.put_away()
    app.processEvents()
    return names


def _dialog(workplace: Workplace, child: str, out: Path) -> list[str]:
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    dialog = MoveDialog(ChildMove(workplace, record))
    dialog.commune.set_value(moving.THERE)
    names = []
    for scale, suffix in ((1.0, ""), (SCALED, "-125")):
        names.append(grab_own_size(dialog, out.with_name(f"{out.name}-dialog{suffix}.png"), scale=scale).name)
    dialog.reject()
    return names


def _steps(window: DeskWindow, workplace: Workplace, child: RecordId) -> Iterator[str]:
    _stay_elsewhere(workplace, child)
    go_to(window, Route("child", child))
    page = window.shell.stack.currentWidget()
    assert isinstance(page, ChildPage)
    page.tabs.choose("family")
    yield "child-family"
    page.tabs.choose("details")
    pump(0.2)
    page.scroll_area.verticalScrollBar().setValue(page.scroll_area.verticalScrollBar().maximum())
    yield "child-details"
    page.scroll_area.verticalScrollBar().setValue(0)
    page.tabs.choose("timeline")
    workplace.write(page._state.move().operation(moving.THERE))
    page.read_again()
    yield "child-under-way"
    moving.set_aside(workplace, "moved")
    page.read_again()
    yield "child-set-aside"
    yield from _elsewhere(window, workplace, child)


def _elsewhere(window: DeskWindow, workplace: Workplace, child: RecordId) -> Iterator[str]:
    others = workplace.read(lambda c: c.execute("SELECT person FROM child_file WHERE person<>?", (child,)).fetchmany(2))
    for (person,) in others:
        moving.come_here(workplace, person)
    window.navigate(Route("today"))
    yield "today-arrivals"
    report = make_report(person=RecordId(others[1][0]), received_at=to_iso(datetime.now(UTC) - timedelta(hours=2)))
    workplace.write(save_all(report))
    workplace.write(lambda tx: _leaves_while_typed_of(tx, RecordId(others[1][0])))
    today = window.shell.page("today")
    assert isinstance(today, TodayPage)
    today.read()
    yield "today-unsaved"
    go_to(window, Route("reports", report.id))
    yield "report-elsewhere"
    workplace.write(lambda tx: _stays_after_all(tx, RecordId(others[1][0])))
    for code, at in _LEFT:
        moving.go_away(workplace, case_number=code, at=at)
    window.navigate(Route("register"))
    register = window.shell.page("register")
    assert isinstance(register, RegisterPage)
    register.read_again()
    register.who.set_value(MOVED)
    yield "register-moved"
    _disagree(workplace, RecordId(others[0][0]))
    window.navigate(Route("sync"))
    yield "decision"
    yield from _sealed(window, workplace, RecordId(others[1][0]))


def _sealed(window: DeskWindow, workplace: Workplace, child: RecordId) -> Iterator[str]:
    """What came along sealed for the former commune: some of it stands, some of it waits to be decided."""
    report = make_report(person=child)
    workplace.write(save_all(report))
    moving.sealed_there(workplace, "report", report.id, "reporter_contact", stands=True)
    window.navigate(Route("child", child))
    yield "child-closed"
    moving.sql(workplace, "DELETE FROM conflict", topic="conflicts")
    moving.sealed_there(workplace, "report", report.id, "description", stands=False)
    go_to(window, Route("sync"))
    page = window.shell.page("sync")
    assert isinstance(page, SyncPage)
    page.refresh_conflicts()
    yield "decision-sealed"


def _stay_elsewhere(workplace: Workplace, child: RecordId) -> None:
    """A relative and a household that are in another commune's register."""
    relation = make_relation(child, make_person().id, "paternal_uncle", is_caregiver=False)
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    workplace.write(save_all(relation, msgspec.structs.replace(record.file, household=make_person().id)))


def _disagree(workplace: Workplace, child: RecordId) -> None:
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    file: ChildFile = msgspec.structs.replace(record.file, disability_types=("KT1",), disability_degree=None)
    workplace.write(save_all(file))
    moving.edited_late(workplace, "child_file", file.id, "disability_types", ["+KT2"])
    moving.edited_late(workplace, "person", child, "village", "Nà Ếch")


def main() -> int:
    """These pictures alone: `python -m tests.story.move_pictures DIR`."""
    out = Path(sys.argv[1])
    app = theme.new_app()
    theme.apply(app)
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        set_language(language)
        print(*shoot_moves(app, out / f"register-{language}", out, language))
    return 0


if __name__ == "__main__":
    sys.exit(main())


def _leaves_while_typed_of(tx: Tx, child: RecordId) -> None:
    """As after a sync by which a colleague's move is confirmed, while a visit lies as a draft."""
    save_draft(tx, drafts.VISIT, child, "observations", {"person": child, "observations": "Cháu ở nhà một mình."})
    move = uuid7()
    row = (child, "person", move, moving.THERE, to_iso(tx.ledger.now()), None, 0)
    tx.connection.execute("INSERT INTO departure VALUES (?,?,?,?,?,?,?)", row)
    unsaved.holds(tx, move, [child])
    tx.topic("departures")


def _stays_after_all(tx: Tx, child: RecordId) -> None:
    drop_draft(tx, drafts.VISIT, child)
    tx.connection.execute("DELETE FROM departure WHERE record=?", (child,))
    tx.topic("departures")
