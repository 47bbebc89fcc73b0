"""Hands that work the real widgets as a person would, and tell what they saw. Each takes the running Program."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from commune_desk.app import Program
from commune_desk.presenters.opening import ENROL
from commune_desk.presenters.routes import Route
from commune_desk.store.conflicts import count_open
from commune_desk.store.sync_status import SyncFacts, sync_facts
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.recovery import RecoveryPage
from commune_desk.ui.opening.unlock import UnlockPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.pages.sync import DecisionCard, SyncPage
from commune_desk.ui.widgets.choice import Choice, MultiChoice, RadioRow
from commune_desk.ui.widgets.fields import LineEdit, PasswordField, TextEdit
from commune_desk.working_desk import WorkingDesk
from tests.helpers.typing_vietnamese import commit_text
from tests.story.failure import StoryFailed

WAIT_SECONDS = 120.0
Told = dict[str, Any] | None


def pump(seconds: float = 0.0) -> None:
    """Let the program live for a moment."""
    end = time.monotonic() + seconds
    while True:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if time.monotonic() >= end:
            return
        time.sleep(0.005)


def until(what: str, condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Wait until something holds. Raises StoryFailed naming it."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise StoryFailed(f"still waiting after {seconds:.0f} s for: {what}")
        pump(0.01)


def desk_of(program: Program) -> WorkingDesk:
    if program.desk is None:
        raise StoryFailed("no register is open")
    return program.desk


def window_of(program: Program) -> DeskWindow:
    return desk_of(program).window


def write_into(field: QWidget, value: Any) -> None:
    """Fill one field as a person would, Vietnamese through the input method."""
    if isinstance(field, Choice | RadioRow):
        field.set_value(value)
        field.chosen.emit(value)
    elif isinstance(field, MultiChoice):
        field.set_value(tuple(value))
        field.changed.emit(tuple(value))
    elif isinstance(field, PasswordField):
        field.setText(value)
        field.edited.emit(value)
    elif isinstance(field, LineEdit | TextEdit):
        field.clear()
        commit_text(field, str(value))
    else:
        raise StoryFailed(f"no hand for a {type(field).__name__}")
    pump()


def fill(form: QWidget, values: Mapping[str, Any]) -> None:
    """Fill the named fields of a form."""
    fields: Mapping[str, QWidget] = form.fields  # type: ignore[attr-defined]
    for name, value in values.items():
        write_into(fields[name], value)


def open_form(program: Program, page: str, record: str, form: str) -> QWidget:
    """Go to a form and return it."""
    window = window_of(program)
    window.navigate(Route(page, record, form))
    pump(0.05)
    shown = window.shell.stack.currentWidget()
    if shown is None or not hasattr(shown, "fields"):
        raise StoryFailed(f"the form {form} did not open")
    return shown


def save(program: Program, form: QWidget) -> None:
    """Press the form's save and wait until it has closed."""
    window = window_of(program)
    form.submit()  # type: ignore[attr-defined]
    until(
        "the form to be saved",
        lambda: window.shell.stack.currentWidget() is not form and desk_of(program).tasks.is_idle,
    )


def facts(program: Program) -> SyncFacts:
    return desk_of(program).workplace.read(sync_facts)


def enrol(program: Program, place: dict[str, str], officer: dict[str, str]) -> Told:
    """The first start: `place` holds address, code and label, `officer` display_name, login and passphrase."""
    page = program.opening.page if program.opening else None
    if not isinstance(page, FirstRunPage) or page.fields is None:
        raise StoryFailed("this is not a first start")
    page.choose(ENROL)
    for field, text in {**place, **officer, "again": officer["passphrase"]}.items():
        write_into(page.fields.row(field).editor, text)
    page.submit()
    until("the enrolment", lambda: program.desk is not None or page.trouble is not None)
    if page.trouble is not None and program.desk is None:
        raise StoryFailed(page.trouble.accessibleName())
    pump(0.3)
    return {"desk": desk_of(program).desk.register.identity.desk}


def unlock(program: Program, login: str, passphrase: str) -> Told:
    """Unlock with a passphrase; tells which form was taken up again."""
    page = program.opening.page if program.opening else None
    if not isinstance(page, UnlockPage):
        raise StoryFailed("there is nothing to unlock")
    until("the logins", lambda: page.login.count() > 1)
    page.login.set_value(login)
    write_into(page.passphrase, passphrase)
    page.unlock()
    until("the register to open", lambda: program.desk is not None or page.row.error)
    if program.desk is None:
        return {"opened": False, "said": page.row.error}
    pump(0.5)
    state = window_of(program).state()
    return {"opened": True, "page": state.page, "record": state.record, "form": state.form}


def recovery_request(program: Program, login: str) -> Told:
    """Say that the passphrase is forgotten; tells what to read out."""
    if program.opening is None:
        raise StoryFailed("the register is open")
    program.opening.show_recovery(login)
    page = program.opening.page
    if not isinstance(page, RecoveryPage):
        raise StoryFailed("the recovery page did not open")
    until("the request", lambda: page.request.plain)
    return {"request": page.request.plain}


def recover(program: Program, answer: str, passphrase: str) -> Told:
    """Type the province's answer and a new passphrase."""
    page = program.opening.page if program.opening else None
    if not isinstance(page, RecoveryPage):
        raise StoryFailed("the recovery page is not open")
    for field, text in ((page.answer, answer), (page.passphrase, passphrase), (page.again, passphrase)):
        write_into(field, text)
    page.submit()
    until("the register to open", lambda: program.desk is not None)
    pump(0.3)
    return None


def search(program: Program, typed: str) -> Told:
    """Type into the search field; tells the names found, in order."""
    window = window_of(program)
    field = window.shell.top.search
    field.clear()
    commit_text(field, typed)
    pump(0.6)
    page = window.shell.page("register")
    if not isinstance(page, RegisterPage):
        raise StoryFailed("the register page did not come")
    rows = [page.model.index(row, 0).data() for row in range(min(page.model.rowCount(), 20))]
    return {"found": page.model.rowCount(), "names": rows}


def open_found(program: Program) -> Told:
    """Press Enter in the search; tells whose page opened."""
    window = window_of(program)
    window.shell.search_accepted.emit()
    pump(0.3)
    return {"page": window.state().page, "record": window.state().record}


def person_named(program: Program, name: str) -> str:
    row = desk_of(program).workplace.read(
        lambda db: db.execute(
            "SELECT p.id FROM person p JOIN child_file f ON f.person=p.id WHERE p.full_name=? ORDER BY p.id", (name,)
        ).fetchone()
    )
    if row is None:
        raise StoryFailed(f"there is no child file of {name}")
    return str(row[0])


def visit(program: Program, child: str, values: dict[str, Any]) -> Told:
    """Record a home visit through its form."""
    form = open_form(program, "child", person_named(program, child), "visit")
    fill(form, values)
    save(program, form)
    return None


def type_half(program: Program, child: str, values: dict[str, Any]) -> Told:
    """Begin a visit and leave it standing, until the draft is kept."""
    form = open_form(program, "child", person_named(program, child), "visit")
    fill(form, values)

    def is_kept() -> bool:
        count = desk_of(program).workplace.read(lambda db: db.execute("SELECT count(*) FROM draft").fetchone()[0])
        return bool(count)

    until("the draft to be kept", is_kept)
    return None


def read_form(program: Program) -> Told:
    """What stands in the form that is open."""
    shown = window_of(program).shell.stack.currentWidget()
    fields: Mapping[str, Any] = getattr(shown, "fields", {})
    return {"values": {name: field.value() for name, field in fields.items()}, "form": window_of(program).state().form}


def report(program: Program, values: dict[str, Any]) -> Told:
    """Take in a report through its form."""
    form = open_form(program, "reports", "", "report")
    fill(form, values)
    save(program, form)
    return None


def edit_carer_phone(program: Program, child: str, phone: str) -> Told:
    """Change the carer's phone through the form of the relation."""
    person = person_named(program, child)
    relation = desk_of(program).workplace.read(
        lambda db: db.execute("SELECT id FROM relation WHERE person=? AND is_caregiver=1", (person,)).fetchone()
    )
    form = open_form(program, "child", person, f"relation:{relation[0]}")
    fill(form, {"phone": phone})
    save(program, form)
    return None


def set_up_beds(program: Program) -> Told:
    """Accept the beds that the empty house offers."""
    form = open_form(program, "shelter", "", "beds")
    form.offer_usual()  # type: ignore[attr-defined]
    save(program, form)
    return None


def admit(program: Program, bed: str, values: dict[str, Any]) -> Told:
    """Admit somebody into a bed."""
    found = desk_of(program).workplace.read(
        lambda db: db.execute("SELECT id FROM bed WHERE label=?", (bed,)).fetchone()
    )
    if found is None:
        raise StoryFailed(f"there is no bed {bed}")
    form = open_form(program, "shelter", found[0], "admit")
    fill(form, values)
    save(program, form)
    return None


def log_care(program: Program, alias: str, values: dict[str, Any]) -> Told:
    """Write a line into a resident's log."""
    stay = desk_of(program).workplace.read(
        lambda db: db.execute("SELECT id FROM placement WHERE alias=?", (alias,)).fetchone()
    )
    form = open_form(program, "resident", stay[0], "care_log")
    fill(form, values)
    save(program, form)
    return None


def sync_now(program: Program) -> Told:
    """Press "sync now" and wait until it went through."""
    page = window_of(program).shell.show_page("sync")
    if not isinstance(page, SyncPage):
        raise StoryFailed("there is no sync page")
    page.sync_asked.emit()
    return wait_synced(program)


def hint_line_and_wait(program: Program) -> Told:
    """The system says that the line changed; the desk does the rest by itself."""
    agent = desk_of(program).agent
    if agent is None:
        raise StoryFailed("this desk has no sync")
    agent.hint_line_changed()
    return wait_synced(program)


def wait_synced(program: Program) -> Told:
    """Wait, touching nothing, until everything is proven and received."""

    def is_done() -> bool:
        now = facts(program)
        return now.waiting_changes == 0 and now.behind == 0 and bool(now.proven_at)

    until("everything to be signed for", is_done)
    pump(0.2)
    return status(program)


def status(program: Program) -> Told:
    """The sync page's own numbers."""
    now = facts(program)
    return {
        "waiting": now.waiting_changes,
        "proven": now.proven_changes,
        "behind": now.behind,
        "set_aside": now.set_aside,
        "conflicts": now.open_conflicts,
        "chip": window_of(program).shell.top.sync.accessibleName(),
    }


def decide(program: Program, text: str) -> Told:
    """Decide the first conflict for the value shown as `text`; tells everything the page showed."""
    window = window_of(program)
    page = window.shell.show_page("sync")
    if not isinstance(page, SyncPage):
        raise StoryFailed("there is no sync page")
    page.refresh_conflicts()
    pump(0.1)
    cards = page.findChildren(DecisionCard)
    if not cards:
        raise StoryFailed("there is nothing to decide")
    card = cards[0]
    shown = {hand.text: hand.author for hand in card.card.hands}
    chosen = next((hand.key for hand in card.card.hands if hand.text == text), "")
    card.table.choose(card.card.conflict.field, chosen)
    card.submit()
    until("the decision", lambda: desk_of(program).workplace.read(count_open) == 0)
    return {"title": card.card.title, "base": card.card.base, "values": shown}


def counts(program: Program) -> Told:
    """How many records of each kind the register holds."""
    names = ("person", "child_file", "relation", "home_visit", "report", "placement", "care_log_entry", "bed")

    def ask(db: Any) -> dict[str, int]:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}

    return desk_of(program).workplace.read(ask)


def visits_of(program: Program, child: str) -> Told:
    """The observations of a child's visits, newest first, as the child's page reads them."""
    person = person_named(program, child)
    rows = desk_of(program).workplace.read(
        lambda db: db.execute(
            "SELECT observations FROM home_visit WHERE person=? ORDER BY visited_on DESC, id DESC", (person,)
        ).fetchall()
    )
    window_of(program).navigate(Route("child", person))
    pump(0.3)
    return {"observations": [row[0] for row in rows]}


def lock(program: Program) -> Told:
    """Put the register away as the lock does, and show the unlock page in this process."""
    program.put_away()
    program.take_profile()
    program.show_opening()
    pump(0.3)
    return None


def shoot(program: Program, folder: str, prefix: str) -> Told:
    """Pictures of every page, 1366x768 and at 125 %."""
    from tests.story.pictures import take_pictures

    return {"pictures": take_pictures(program, Path(folder), prefix)}


HANDS: dict[str, Callable[..., Told]] = {
    hand.__name__: hand
    for hand in (
        *(enrol, unlock, recovery_request, recover, search, open_found, visit, type_half, read_form, report),
        *(
            edit_carer_phone,
            set_up_beds,
            admit,
            log_care,
            sync_now,
            hint_line_and_wait,
            wait_synced,
            status,
            decide,
            counts,
            visits_of,
        ),
        *(lock, shoot),
    )
}
