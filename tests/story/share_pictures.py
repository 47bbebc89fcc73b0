"""Pictures of a child's record that a commune and the house hold: asked for, standing, refused, and at the house."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication, QDialog

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.child.share import ShareQuestion
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.guests import hand_back_question
from commune_desk.program_files import code_book
from commune_desk.store.engine.schema import write_record
from commune_desk.ui import theme
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.message import Message, question
from commune_desk.ui.dialogs.share_child import ShareDialog
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.shots import SCALED, SCREEN, grab_own_size
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import make_training_register
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.training_register import fill_commune
from commune_desk.usecases.shelter.placements import admit_to_shelter
from tests.helpers import sharing, shelter_house
from tests.helpers.builders import make_notice, make_person, save_all
from tests.story.filled_registers import OFFICER
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.stage import fill, pump

CHILDREN = 40


def shoot_shares(folder: Path, out: Path, language: Language) -> list[str]:
    """Every state of a share on both sides, in the language of the screen; their names."""
    folder.mkdir(parents=True)
    return [*_at_the_commune(folder / "commune", out, language), *_at_the_house(folder / "house", out, language)]


@contextmanager
def fresh_desk(folder: Path, scope: Scope, role: Role) -> Iterator[tuple[Workplace, DeskWindow]]:
    """A filled register in `folder`, which is made, of a desk that knows the houses, and its window."""
    folder.mkdir()
    desk = make_training_register(Profile(folder), OFFICER, scope=scope, role=role, clock=SystemClock())
    workplace = Workplace(desk.register, code_book())
    if role is Role.COMMUNE_OFFICER:
        fill_commune(desk.register, CHILDREN)
    else:
        shelter_house.fill(workplace)
    sharing.know_the_houses(workplace)
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        window = DeskWindow(desk, workplace, Tasks(writer, slow))
        window.show(SCREEN)
        yield workplace, window
        pump(0.2)
        window.put_away()
    desk.register.close()


def _at_the_commune(folder: Path, out: Path, language: str) -> list[str]:
    with fresh_desk(folder, sharing.COMMUNE, Role.COMMUNE_OFFICER) as (workplace, window):
        child = RecordId(longest_story(workplace))
        go_to(window, Route("child", child))
        page = window.shell.stack.currentWidget()
        assert isinstance(page, ChildPage)
        share = page._state.share()
        dialog = ShareDialog(share)
        dialog.ground.set_value("protection")
        prefix = f"shares-{language}"
        names = own_size(dialog, out / f"{prefix}-dialog.png")
        names += own_size(_asked(share.question(sharing.HOUSE)), out / f"{prefix}-question.png")
        names += own_size(_asked(share.question_back(sharing.HOUSE)), out / f"{prefix}-question-back.png")
        for state in _states(workplace, page):
            pump(0.3)
            names += both_sizes(window.shell, out, f"{prefix}-child-{state}")
    return names


def _states(workplace: Workplace, page: ChildPage) -> Iterator[str]:
    page.tabs.choose("details")
    yield from _scrolled(page, "can-be-shared")
    workplace.write(page._state.share().operation(sharing.HOUSE, "protection"))
    page.read_again()
    page.tabs.choose("timeline")
    yield "asked"
    sharing.is_confirmed(workplace)
    page.read_again()
    yield "standing"
    page.tabs.choose("details")
    yield from _scrolled(page, "standing-details")
    ((code,),) = workplace.read(
        lambda c: c.execute("SELECT case_number FROM child_file WHERE person=?", (page.person,)).fetchall()
    )
    stay = make_notice(code)
    workplace.write(lambda tx: write_record(tx.connection, stay, ""))
    page.read_again()
    yield from _scrolled(page, "protected")
    workplace.write(lambda tx: write_record(tx.connection, msgspec.structs.replace(stay, status="ended"), ""))
    workplace.write(page._state.share().take_back(sharing.HOUSE))
    page.read_again()
    page.tabs.choose("timeline")
    yield "ending"
    sharing.is_set_aside(workplace, "scope")
    page.read_again()
    yield "set-aside"


def _scrolled(page: ChildPage, state: str) -> Iterator[str]:
    pump(0.3)
    bar = page.scroll_area.verticalScrollBar()
    bar.setValue(bar.maximum())
    yield state
    bar.setValue(0)


def _at_the_house(folder: Path, out: Path, language: str) -> list[str]:
    with fresh_desk(folder, sharing.HOUSE, Role.SHELTER_WORKER) as (workplace, window):
        prefix = f"shares-{language}-house"
        seen, new = (
            make_person(name, birth_date=born, scope=sharing.HOUSE)
            for name, born in (("Chìu Văn Sáng", "2014-03-02"), ("Đặng Thị Hoà", "2012"))
        )
        workplace.write(save_all(seen, new))
        sharing.shared_here(workplace, seen.id)
        sharing.shared_here(workplace, new.id, is_seen=False)
        window.navigate(Route("today"))
        today = window.shell.page("today")
        assert isinstance(today, TodayPage)
        today.read_again()
        names = both_sizes(window.shell, out, f"{prefix}-today")
        asked = _asked(hand_back_question(workplace, seen.id))
        names += own_size(asked, out / f"{prefix}-question.png")
        go_to(window, Route("shelter", "", "admit"))
        form = window.shell.stack.currentWidget()
        assert isinstance(form, EntryPage)
        fill(form, {"full_name": "chiu van sang"})
        pump(0.4)
        names += both_sizes(window.shell, out, f"{prefix}-admit")
        form.throw_away()
        pump(0.3)
        names += _resident(workplace, window, seen, out, prefix)
    return names


def _resident(workplace: Workplace, window: DeskWindow, guest: Person, out: Path, prefix: str) -> list[str]:
    """The page of a stay of somebody whom a commune shared, and the house's day with them in it."""
    admission = shelter_house.admission(workplace, alias="Hoa Ban")
    stay = workplace.write(lambda tx: admit_to_shelter(tx, msgspec.structs.replace(admission, person=guest)))[0]
    go_to(window, Route("resident", stay))
    names = both_sizes(window.shell, out, f"{prefix}-resident")
    window.navigate(Route("today"))
    return [*names, *both_sizes(window.shell, out, f"{prefix}-today-staying")]


def _asked(one: ShareQuestion) -> QDialog:
    return question(None, Message(one.title, one.detail, Tone.WARNING), one.yes, is_dangerous=True)


def own_size(dialog: QDialog, path: Path) -> list[str]:
    """Pictures of a dialog, which is closed then; their names."""
    names = []
    for scale, suffix in ((1.0, ""), (SCALED, "-125")):
        names.append(grab_own_size(dialog, path.with_name(f"{path.stem}{suffix}.png"), scale=scale).name)
    dialog.reject()
    return names


def main() -> int:
    """These pictures alone: `python -m tests.story.share_pictures DIR`."""
    out = Path(sys.argv[1])
    app: QApplication = theme.new_app()
    theme.apply(app)
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        set_language(language)
        print(*shoot_shares(out / f"register-{language}", out, language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
