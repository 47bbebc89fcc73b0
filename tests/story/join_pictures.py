"""Pictures of two records of one child: whom to join with, both side by side, the question, the child afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, commune_scope, new_record_id
from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.frame.routes import JOIN, Route
from commune_desk.program_files import code_book
from commune_desk.store.pages.children import child_record
from commune_desk.ui import theme
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.message import Message, question
from commune_desk.ui.forms.child_form import ChildFormPage
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.join import JoinPage
from commune_desk.ui.shots import SCALED, SCREEN, grab_own_size
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.training_register import fill_commune
from tests.helpers.builders import make_group, make_relation, make_visit, save_all
from tests.helpers.joined import join, refuse
from tests.story.filled_registers import OFFICER
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.stage import pump

CHILDREN = 40
_CHOSEN = {"person": ("phone", "village"), "child_file": ("school", "disability_types")}


def shoot_joins(app: QApplication, folder: Path, out: Path, language: Language) -> list[str]:
    """Every step of joining, in the language of the screen; the pictures' names."""
    folder.mkdir(parents=True)
    scope = commune_scope("06838")
    desk = make_training_register(Profile(folder), OFFICER, scope=scope, role=Role.COMMUNE_OFFICER, clock=SystemClock())
    fill_commune(desk.register, CHILDREN)
    workplace = Workplace(desk.register, code_book())
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        names = _shoot(app, desk, workplace, Tasks(writer, slow), out / f"join-{language}")
    desk.register.close()
    return names


def _shoot(app: QApplication, desk: OpenDesk, workplace: Workplace, tasks: Tasks, out: Path) -> list[str]:
    window = DeskWindow(desk, workplace, tasks)
    window.show(SCREEN)
    child = RecordId(longest_story(workplace))
    second = _entered_again(workplace, child)
    names = []
    for step in _steps(window, workplace, child, second):
        pump(0.5)
        names += both_sizes(window.shell, out.parent, f"{out.name}-{step}")
        if step == "compare":
            names += _question(window, out)
    window.put_away()
    app.processEvents()
    return names


def _entered_again(workplace: Workplace, child: str) -> RecordId:
    """The same child once more, as a colleague wrote it."""
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    person = msgspec.structs.replace(
        record.person, id=new_record_id(), phone="0912000111", village="Nà Ếch", other_name="Bé Sáng"
    )
    file = msgspec.structs.replace(
        record.file,
        id=new_record_id(),
        person=person.id,
        case_number="QN-06838-2026-7KQ4-0107",
        opened_on="2026-09-08",
        school="Trường PTDTBT TH&THCS Đồng Văn, lớp 4B",
        disability_types=("KT1",),
    )
    workplace.write(save_all(person, file, make_visit(person.id), make_visit(person.id, "2026-10-02")))
    for kin in [one for one in record.kin if not one.has_file][:1]:
        same = msgspec.structs.replace(kin.person, id=new_record_id(), phone="0912000222")
        workplace.write(save_all(same, make_relation(person.id, same.id, kin.relation.relation)))
    for group in record.groups[:1]:
        workplace.write(save_all(make_group(person.id, group.group_code, from_on="2026-09-08", basis="QĐ 12/2026")))
    return person.id


def _steps(window: DeskWindow, workplace: Workplace, child: str, second: str) -> Iterator[str]:
    go_to(window, Route("child", second))
    yield "child"
    page = window.shell.stack.currentWidget()
    assert isinstance(page, ChildPage)
    page.tabs.choose("details")
    yield "details"
    window.navigate(Route("child", second, JOIN))
    yield "whom"
    window.back()
    window.navigate(Route("child", second, f"{JOIN}:{child}"))
    yield "compare"
    page = window.shell.stack.currentWidget()
    assert isinstance(page, JoinPage)
    page.scroll_area.verticalScrollBar().setValue(page.scroll_area.verticalScrollBar().maximum())
    yield "meaning"
    workplace.write(lambda tx: join(tx, second, child, _CHOSEN))
    workplace.write(refuse)
    go_to(window, Route("child", child))
    yield "refused"
    workplace.write(lambda tx: join(tx, second, child))
    go_to(window, Route("register"))
    go_to(window, Route("child", child))
    yield "timeline"
    page = window.shell.stack.currentWidget()
    assert isinstance(page, ChildPage)
    for part in ("family", "groups"):
        page.tabs.choose(part)
        yield part
    yield from _contradicting(window, workplace, child)


def _contradicting(window: DeskWindow, workplace: Workplace, child: str) -> Iterator[str]:
    """The two records say something else of a relative each."""
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    for place, birth in enumerate(("1988", "1971")):
        told = next(one for one in record.kin if (record.written_in[one.relation.id] == child) == (place == 0))
        workplace.write(save_all(msgspec.structs.replace(told.person, birth_date=birth, id_number=None)))
    go_to(window, Route("child", child))
    page = window.shell.stack.currentWidget()
    assert isinstance(page, ChildPage)
    page.tabs.choose("family")
    yield "family-differs"
    window.navigate(Route("child", child, "child"))
    form = window.shell.stack.currentWidget()
    assert isinstance(form, ChildFormPage)
    yield "form"
    form.scroll_area.ensureWidgetVisible(next(one for name, one in form.fields.items() if name.startswith("kept_")))
    yield "form-differs"


def _question(window: DeskWindow, out: Path) -> list[str]:
    page = window.shell.stack.currentWidget()
    assert isinstance(page, JoinPage)
    assert page.form is not None
    asked = page.form.question()
    dialog = question(window.shell, Message(asked.title, asked.detail, Tone.WARNING), asked.yes, is_dangerous=True)
    names = []
    for scale, suffix in ((1.0, ""), (SCALED, "-125")):
        names.append(grab_own_size(dialog, out.with_name(f"{out.name}-question{suffix}.png"), scale=scale).name)
    dialog.reject()
    return names


def main() -> int:
    """These pictures alone: `python -m tests.story.join_pictures DIR`."""
    out = Path(sys.argv[1])
    app = theme.new_app()
    theme.apply(app)
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        set_language(language)
        print(*shoot_joins(app, out / f"register-{language}", out, language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
