"""Pictures of what lies behind the first sight of a page: its tabs, a search, the forms opened from a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from commune_desk.app import Program
from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.page import LINK
from commune_desk.presenters.wording.labels import birth_text
from commune_desk.ui import site
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.message import Message, question
from commune_desk.ui.forms.child_form import ChildFormPage
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.reports import ReportsPage
from commune_desk.ui.pages.shelter import ShelterPage
from commune_desk.ui.shots import SCALED, grab_own_size
from commune_desk.ui.theme import Tone
from commune_desk.usecases.shelter.same_person import ENTERED_TWICE
from tests.story import hands
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.stage import desk_of, fill, open_form, pump, until, window_of


def take_more_pictures(program: Program, folder: Path, prefix: str) -> list[str]:
    """Write the pictures into `folder` as `prefix-page.png` and `prefix-page-125.png`; returns their names."""
    window = window_of(program)
    steps = _commune(program) if site.has_register(desk_of(program).workplace) else _shelter(program)
    names = [name for step in steps for name in both_sizes(window.shell, folder, f"{prefix}-{step}")]
    names += _question(window, folder, prefix)
    window.navigate(site.START)
    return names


def _commune(program: Program) -> Iterator[str]:
    window, workplace = window_of(program), desk_of(program).workplace
    child = longest_story(workplace)
    go_to(window, Route("child", child))
    page = window.shell.stack.currentWidget()
    assert isinstance(page, ChildPage)
    for part in ("details", "family", "groups", "files"):
        page.tabs.choose(part)
        yield f"child-{part}"
    for form in ("relation", "group"):
        go_to(window, Route("child", child, form))
        yield f"{form}-form"
    yield from _new_child(program, child)
    hands.search(program, "dang thi hoa")
    yield "register-search"
    hands.search(program, "xyz")
    yield "register-nobody"
    window.shell.top.search.clear_search()
    window.navigate(Route("reports"))
    reports = window.shell.page("reports")
    assert isinstance(reports, ReportsPage)
    for view in ("acted", "closed"):
        reports.tabs.choose(view)
        yield f"reports-{view}"
    reports.tabs.choose("open")
    reports.card.buttons[LINK].click()
    yield "reports-link"
    report = workplace.read(lambda db: db.execute("SELECT id FROM report WHERE status='acknowledged'").fetchone())
    go_to(window, Route("reports", report[0], "measures"))
    yield "measures-form"


def _new_child(program: Program, child: str) -> Iterator[str]:
    """A child typed anew who is in the register already, with a carer who is nothing to the child yet."""
    window, workplace = window_of(program), desk_of(program).workplace
    asked = "SELECT full_name, id_number, birth_date FROM person WHERE id=?"
    name, number, born = workplace.read(lambda db: db.execute(asked, (child,)).fetchone())
    go_to(window, Route("child", form="child"))
    form = window.shell.stack.currentWidget()
    assert isinstance(form, ChildFormPage)
    yield "new-child-form"
    fill(form, {"full_name": name, "id_number": number, "birth_date": birth_text(born), "carer_name": "Hà Minh Long"})
    form.submit()
    until("who it may be", lambda: form.child.state().twins and desk_of(program).tasks.is_idle)
    pump(0.2)
    yield "new-child-twin"
    form.throw_away()
    until("the form to be empty again", lambda: window.shell.stack.currentWidget() is not form)


def _shelter(program: Program) -> Iterator[str]:
    window, workplace = window_of(program), desk_of(program).workplace
    window.navigate(Route("shelter"))
    page = window.shell.page("shelter")
    assert isinstance(page, ShelterPage)
    for part in ("residents", "log"):
        page.tabs.choose(part)
        yield f"shelter-{part}"
    page.tabs.choose("board")
    go_to(window, Route("shelter", "", "beds"))
    yield "beds-form"
    stay = workplace.read(lambda db: db.execute("SELECT id FROM placement WHERE alias='Hoa Sen'").fetchone())[0]
    for form in ("complete", "outing", "bed"):
        go_to(window, Route("resident", stay, form))
        yield f"{form}-form"
    last = "SELECT id FROM placement WHERE discharged_at IS NULL ORDER BY admitted_at DESC LIMIT 1"
    form_page = open_form(program, "resident", workplace.read(lambda db: db.execute(last).fetchone())[0], "discharge")
    fill(form_page, {"reason": ENTERED_TWICE})
    yield "entered-twice"
    form_page.throw_away()  # type: ignore[attr-defined]
    until("the form to be closed", lambda: window.shell.stack.currentWidget() is not form_page)


def _question(window: DeskWindow, folder: Path, prefix: str) -> list[str]:
    """A question as the program asks it."""
    message = Message(
        _("Remove {who}?").format(who="Cán bộ Hai (lan)"),
        _("They can no longer unlock this register. What they wrote stays."),
        Tone.WARNING,
    )
    dialog = question(window.shell, message, _("Remove"), is_dangerous=True)
    names = []
    for scale, suffix in ((1.0, ""), (SCALED, "-125")):
        path = folder / f"{prefix}-question{suffix}.png"
        names.append(grab_own_size(dialog, path, scale=scale).name)
    dialog.reject()
    return names
