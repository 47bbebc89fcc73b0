"""The program with a training register open and a form half filled in, and the register afterwards."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.app import Program
from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.presenters.frame.routes import Route
from commune_desk.usecases.records.drafts import open_drafts
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.working_desk import WorkingDesk
from tests.helpers.builders import make_child, save_all
from tests.helpers.typing_vietnamese import commit_text

PASSPHRASE = "bốn con mèo đi biển"
TYPED = "Cháu khoẻ, đã đi học lại"


def made(folder: Path, scope: str = "C:06838", role: Role = Role.COMMUNE_OFFICER) -> OpenDesk:
    officer = NewOfficer("hoa", "Cán bộ Thử", PASSPHRASE)
    return make_training_register(Profile(folder), officer, scope=Scope(scope), role=role, clock=SystemClock())


def at_work(qtbot: QtBot, folder: Path) -> Program:
    """The program with its window open and the form of a visit half filled in."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    desk = made(folder)
    person, file = make_child(birth_date="2018-02-03")
    desk.register.write(save_all(person, file)).result()
    program = Program(app, Profile(folder))
    assert program.take_profile()
    program.open_desk(desk)
    window = desk_of(program).window
    window.navigate(Route("child", person.id, "visit"))
    qtbot.wait(50)
    form = window.shell.stack.currentWidget()
    commit_text(form.fields["observations"], TYPED)  # type: ignore[union-attr]
    return program


def desk_of(program: Program) -> WorkingDesk:
    assert program.desk is not None
    return program.desk


def opens_again(folder: Path) -> bool:
    """Whether the profile is free for the next process; its register opens."""
    program = Program(QApplication.instance(), Profile(folder))  # type: ignore[arg-type]
    is_free = program.take_profile()
    program.lock_file.unlock()
    unlock(Profile(folder), "hoa", PASSPHRASE, clock=SystemClock()).register.close()
    return is_free


def drafts_left(folder: Path) -> list[str]:
    """What was typed in the visits that wait."""
    desk = unlock(Profile(folder), "hoa", PASSPHRASE, clock=SystemClock())
    drafts = open_drafts(desk.register.reader, desk.register.actor.officer)
    desk.register.close()
    return [draft.payload.get("observations", "") for draft in drafts]
