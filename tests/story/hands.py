"""Hands that work the real widgets as a person would, and tell what they saw. Each takes the running Program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from commune_desk.app import Program
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.window.opening import ENROL
from commune_desk.store.intake.conflicts import count_open
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.recovery import RecoveryPage
from commune_desk.ui.opening.unlock import UnlockPage
from commune_desk.ui.pages.decision_card import DecisionCard
from commune_desk.ui.pages.import_page import ImportPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.pages.sync import SyncPage
from tests.helpers.typing_vietnamese import commit_text
from tests.story.failure import StoryFailed
from tests.story.stage import Told, desk_of, facts, fill, open_form, pump, save, until, window_of, write_into


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


def import_list(program: Program, path: str) -> Told:
    """Bring a list in through the import page: file, columns, check, import; tells the counts it showed."""
    page = window_of(program).shell.show_page("import")
    if not isinstance(page, ImportPage):
        raise StoryFailed("the import page did not come")
    page.open_path(Path(path))
    until("the columns", lambda: page.read.isVisibleTo(page))
    page.read_rows()
    until("the rows to be read", lambda: page.save.isVisibleTo(page))
    undecided = not page.save.isEnabled()
    if undecided:
        page.check.rest.click()
        until("the duplicates to be decided", page.save.isEnabled)
    page.import_rows()
    until("the import", lambda: page.result.isVisibleTo(page))
    view = page.state.result_view()
    return {"result": [f"{count} {text}" for _tone, count, text in view.lines], "had_duplicates": undecided}


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
    """Press Enter in the search, and once more where that led into a list of several; tells whose page opened."""
    window = window_of(program)
    window.shell.search_accepted.emit()
    pump(0.3)
    page = window.shell.page("register")
    if window.state().page == "register" and isinstance(page, RegisterPage):
        QTest.keyClick(page.table, Qt.Key.Key_Return)
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
    """Accept the beds that the form of an empty house proposes."""
    form = open_form(program, "shelter", "", "beds")
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
    agent = desk_of(program).agent
    if agent is None:
        raise StoryFailed("this desk has no sync")
    before = agent.status.last_outcome
    page.sync_asked.emit()
    # it may be over within the same second, before anybody has looked
    until("the sync to begin", lambda: agent.status.is_running or agent.status.last_outcome is not before, 10)
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

    desk = desk_of(program)

    def is_done() -> bool:
        now = facts(program)
        agent = desk.agent.status if desk.agent is not None else None
        is_idle = agent is not None and not agent.is_running and agent.failure is None
        return is_idle and now.waiting_changes == 0 and now.behind == 0 and bool(now.last_contact)

    until("everything to be signed for and received", is_done)
    pump(0.3)
    until("everything to be signed for and received", is_done)
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


def lock_for_good(program: Program) -> Told:
    """Lock as the lock does: another process shows the unlock page, and this one ends."""
    program.lock()
    return None


def shoot(program: Program, folder: str, prefix: str) -> Told:
    """Pictures of every page, 1366x768 and at 125 %."""
    from tests.story.pictures import take_pictures

    return {"pictures": take_pictures(program, Path(folder), prefix)}


def photograph(program: Program, folder: str, name: str, page: str = "") -> Told:
    """Pictures of the window as it is, or of `page`."""
    from tests.story.pictures import both_sizes

    if page:
        window_of(program).navigate(Route(page))
    window = program.opening or window_of(program).shell
    return {"pictures": both_sizes(window, Path(folder), name)}


HANDS: dict[str, Callable[..., Told]] = {
    hand.__name__: hand
    for hand in (
        *(enrol, unlock, recovery_request, recover, search, open_found, visit, type_half, read_form, report),
        photograph,
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
        *(lock, lock_for_good, import_list, shoot),
    )
}
