"""Pictures of what is met seldom: a chair's day, the house that has to decide, a stay that a colleague ended first,
a file that was ended beside a visit, a case code that two children have, what was done and what was erased."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, new_record_id, uuid7
from commune_desk.domain.model.record import Record, kind_of
from commune_desk.domain.records.children import FOLLOWED, ChildFile
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.child.page import ChildPage as ChildPresenter
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui import theme
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.message import Message, question
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.shots import SCREEN
from commune_desk.ui.theme import Tone
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.tasks import add_task, finish_task
from commune_desk.usecases.shelter.placements import Leaving, discharge
from tests.helpers import moving, sharing
from tests.helpers.builders import save_all
from tests.helpers.erased import erase
from tests.helpers.workplaces import be_another
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.share_pictures import fresh_desk, own_size
from tests.story.stage import fill, pump


def shoot_seldom(folder: Path, out: Path, language: Language) -> list[str]:
    """In the language of the screen; their names."""
    folder.mkdir(parents=True)
    return [
        *_of_a_chair(folder / "chair", out, language),
        *_of_the_house(folder / "house", out, language),
        *_of_a_file_that_goes_on(folder / "file", out, language),
        *_of_a_code_twice(folder / "code", out, language),
        *_of_what_was_erased(folder / "erased", out, language),
        *_of_tasks_that_are_done(folder / "tasks", out, language),
    ]


def _of_a_chair(folder: Path, out: Path, language: str) -> list[str]:
    """Who only reads: the day, the list, and what is decided by the officers."""
    prefix = f"seldom-{language}-chair"
    with fresh_desk(folder, sharing.COMMUNE, Role.COMMUNE_OFFICER) as (workplace, window):
        child = RecordId(longest_story(workplace))
        moving.edited_late(workplace, "person", child, "village", "Nà Ếch")
        workplace.write(lambda tx: be_another(tx, role=Role.CHAIR.value))
        window.show(SCREEN)  # it says above who is at work
        names = []
        for page in ("today", "register", "reports", "sync"):
            _look_again(window, page)  # as when one comes there: what is only read takes no keyboard
            window.navigate(Route(page))
            pump(0.3)
            names += both_sizes(window.shell, out, f"{prefix}-{page}")
        go_to(window, Route("child", child))
        pump(0.3)
        return [*names, *both_sizes(window.shell, out, f"{prefix}-child")]


def _of_the_house(folder: Path, out: Path, language: str) -> list[str]:
    prefix = f"seldom-{language}-house"
    with fresh_desk(folder, sharing.HOUSE, Role.SHELTER_WORKER) as (workplace, window):
        stay, person = workplace.read(
            lambda c: c.execute("SELECT id, person FROM placement WHERE alias='Hoa Sen'").fetchone()
        )
        workplace.write(lambda tx: _two_phones(tx, person))
        window.navigate(Route("today"))
        _look_again(window, "today")
        names = both_sizes(window.shell, out, f"{prefix}-today-decisions")
        window.navigate(Route("sync"))
        _look_again(window, "sync")
        names += both_sizes(window.shell, out, f"{prefix}-decision")
        workplace.write(lambda tx: _one_plan(tx, stay))
        _look_again(window, "sync")
        names += both_sizes(window.shell, out, f"{prefix}-nothing-to-choose")
        go_to(window, Route("resident", stay, "discharge"))
        form = window.shell.stack.currentWidget()
        assert isinstance(form, EntryPage)
        _end(workplace, stay)
        fill(form, {"reason": "family", "receiver": "Bà Chìu Thị Mây, bà ngoại, căn cước 022176001234"})
        pump(0.3)
        names += both_sizes(window.shell, out, f"{prefix}-stay-ended-meanwhile")
        form.keeper.stop()  # nobody saves it, nor keeps a draft
        workplace.write(lambda tx: _done_for(tx, person))
        window.navigate(Route("resident", stay))
        pump(0.3)
        return [*names, *both_sizes(window.shell, out, f"{prefix}-resident-done")]


def _of_tasks_that_are_done(folder: Path, out: Path, language: str) -> list[str]:
    """The Today page with what was to be done about nobody and is done, of whoever asked for it."""
    with fresh_desk(folder, sharing.COMMUNE, Role.COMMUNE_OFFICER) as (workplace, window):
        workplace.write(_done_about_nobody)
        names = []
        window.navigate(Route("today"))
        page = window.shell.page("today")
        assert isinstance(page, TodayPage)
        for suffix in ("", "-shown"):
            page.read_again()
            pump(0.3)
            bar = page.scroll_area.verticalScrollBar()
            bar.setValue(bar.maximum())
            names += both_sizes(window.shell, out, f"seldom-{language}-tasks-done{suffix}")
            page.sections["done"].all_asked.emit("done")
        return names


def _done_for(tx: Tx, person: str) -> None:
    """The house has asked how the resident is."""
    finish_task(tx, add_task(tx, "Gọi bà ngoại, hỏi cháu ăn ngủ ra sao", person=person))


def _done_about_nobody(tx: Tx) -> None:
    for title in ("Gửi báo cáo tháng 11 cho tỉnh", "Nhận sổ hộ nghèo của thôn Nà Ếch", "Họp với trường tiểu học"):
        finish_task(tx, add_task(tx, title))


def _of_a_file_that_goes_on(folder: Path, out: Path, language: str) -> list[str]:
    """Ended while a colleague, who had not heard of it, visited the child."""
    with fresh_desk(folder, sharing.COMMUNE, Role.COMMUNE_OFFICER) as (workplace, window):
        child = longest_story(workplace)
        workplace.write(lambda tx: _two_words(tx, tx.existing(ChildFile, _file_of(tx, child)), "status", *_ENDED))
        window.navigate(Route("sync"))
        _look_again(window, "sync")
        return both_sizes(window.shell, out, f"seldom-{language}-file-goes-on")


def _of_a_code_twice(folder: Path, out: Path, language: str) -> list[str]:
    """As two copies of one PC give it before either has synced."""
    with fresh_desk(folder, sharing.COMMUNE, Role.COMMUNE_OFFICER) as (workplace, window):
        child = longest_story(workplace)
        workplace.write(lambda tx: _one_code(tx, _file_of(tx, child)))
        go_to(window, Route("child", child))
        pump(0.3)
        names = both_sizes(window.shell, out, f"seldom-{language}-code-twice")
        asked = ChildPresenter(workplace, child)
        asked.view()
        words = asked.question_new_code()
        message = Message(words.title, words.detail, Tone.WARNING)
        dialog = question(window.shell, message, words.yes)
        return [*names, *own_size(dialog, out / f"seldom-{language}-code-twice-question.png")]


def _one_code(tx: Tx, file: RecordId) -> None:
    other = tx.connection.execute("SELECT min(id) FROM child_file WHERE id<>?", (file,)).fetchone()[0]
    code = tx.existing(ChildFile, RecordId(file)).case_number
    tx.save(msgspec.structs.replace(tx.existing(ChildFile, other), case_number=code))


def _of_what_was_erased(folder: Path, out: Path, language: str) -> list[str]:
    """A task that was done and a visit that was erased; then the child, under a form that is left."""
    with fresh_desk(folder, sharing.COMMUNE, Role.COMMUNE_OFFICER) as (workplace, window):
        child = RecordId(longest_story(workplace))
        task = Task(id=new_record_id(), scope=sharing.COMMUNE, person=child, title="Gọi trạm y tế", due_on="2026-11-25")
        workplace.write(save_all(task))
        workplace.write(lambda tx: finish_task(tx, task.id))
        visit = "SELECT id FROM home_visit WHERE person=? ORDER BY visited_on DESC LIMIT 1"
        erase(workplace, "home_visit", workplace.read(lambda c: c.execute(visit, (child,)).fetchone()[0]))
        go_to(window, Route("child", child))
        pump(0.3)
        names = both_sizes(window.shell, out, f"seldom-{language}-done-and-erased")
        go_to(window, Route("child", child, "visit"))
        form = window.shell.stack.currentWidget()
        assert isinstance(form, EntryPage)
        fill(form, {"observations": "Cháu khoẻ, đi học đều."})
        for kind, record in (("child_file", workplace.write(lambda tx: _file_of(tx, child))[0]), ("person", child)):
            erase(workplace, kind, record)
        window.navigate(Route("today"))
        _look_again(window, "today")
        pump(0.5)
        return [*names, *both_sizes(window.shell, out, f"seldom-{language}-form-of-who-was-erased")]


_ENDED = "closed", FOLLOWED


def _file_of(tx: Tx, child: str) -> RecordId:
    return RecordId(tx.connection.execute("SELECT id FROM child_file WHERE person=?", (child,)).fetchone()[0])


def _two_phones(tx: Tx, person: RecordId) -> None:
    """Another PC of the house wrote the same field."""
    _two_words(tx, tx.existing(Person, person), "phone", "0366404505", "0987111223")


def _one_plan(tx: Tx, stay: RecordId) -> None:
    """Another PC of the house wrote the same of what is sealed; of the phone people have decided."""
    tx.connection.execute("DELETE FROM conflict")
    words = "Không ở một mình với người lạ; gọi bà ngoại mỗi tối."
    _two_words(tx, tx.existing(Placement, stay), "safety_plan", words, "Gọi bà ngoại.", words)
    first = "SELECT id FROM change WHERE record=? ORDER BY n DESC LIMIT 1 OFFSET 2"
    tx.connection.execute(f"UPDATE conflict SET theirs=({first})", (stay,))


def _two_words(tx: Tx, record: Record, field: str, *words: str) -> None:
    """As after a page that opened a conflict of the two; the second stands."""
    for word in words:
        tx.save(msgspec.structs.replace(record, **{field: word}))
    ((stands,), (other,)) = tx.connection.execute(
        "SELECT id FROM change WHERE record=? ORDER BY n DESC LIMIT 2", (record.id,)
    ).fetchall()
    row = (uuid7(), tx.actor.scope, kind_of(record).name, record.id, field, None, stands, other, 1, "open", None)
    tx.connection.execute("INSERT INTO conflict VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
    tx.topic("conflicts")


def _end(workplace: Workplace, stay: RecordId) -> None:
    """As after a sync: a colleague has ended the stay."""
    leaving = Leaving(stay=stay, at=to_iso(workplace.present()), reason="family", receiver="Bà Chìu Thị Mây")
    workplace.write(lambda tx: discharge(tx, leaving))


def _look_again(window: DeskWindow, key: str) -> None:
    page = window.shell.page(key)
    if isinstance(page, SyncPage):
        page.refresh_conflicts()
    else:
        page.read_again()  # type: ignore[attr-defined]
    pump(0.3)


def main() -> int:
    """These pictures alone: `python -m tests.story.seldom_pictures DIR`."""
    out = Path(sys.argv[1])
    theme.apply(theme.new_app())
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        set_language(language)
        print(*shoot_seldom(out / f"register-{language}", out, language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
