"""Pictures of a lease that runs out, and of what the law has erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.presenters.frame.routes import Route
from commune_desk.program_files import code_book
from commune_desk.store.desk.lease import LEASE
from commune_desk.store.engine import settings
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.pages.today import TodayPage
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import REMOVED, Profile
from commune_desk.usecases.registers.removal import Removed
from commune_desk.usecases.registers.training_register import fill_commune
from tests.helpers.enrolled_desks import enrolled_desk
from tests.helpers.erased import erase
from tests.story.pictures import both_sizes, go_to, longest_story
from tests.story.stage import pump
from tests.story.sync_pictures import CHILDREN, SYNC, desk_window
from tests.sync.actors.real_province import real_province


def take_lifecycle_pictures(folder: Path, out: Path, language: str) -> list[str]:
    """An enrolled desk in `folder`, which is made, that stays away and hears of an erasure; the pictures' names."""
    folder.mkdir(parents=True)
    with real_province(folder) as province:
        desk = enrolled_desk(province, folder / "desk")
        fill_commune(desk.open.register, CHILDREN)
        desk.sync()
        with desk_window(desk) as window:
            names = [
                name
                for state in _states(Workplace(desk.open.register, code_book()), window)
                for name in both_sizes(window.shell, out, f"lifecycle-{language}-{state}")
            ]
        names += _removed(desk.open, out, language)
        desk.close()
    return names


def _removed(desk: OpenDesk, out: Path, language: str) -> list[str]:
    """What a PC says whose register the province ordered removed; the register itself stays."""
    profile = Profile(desk.profile.folder.with_name("removed"))
    profile.folder.mkdir()
    own = desk.register.identity
    said = Removed(
        db_id=own.db_id,
        desk=own.desk,
        province="Quảng Ninh",
        at="2026-11-26T02:10:00Z",
        records=1284,
        drafts=1,
        files=2,
    )
    (profile.folder / REMOVED).write_bytes(msgspec.json.encode(said))
    window = OpeningWindow(profile, SystemClock())
    window.show()
    pump(0.4)
    names = both_sizes(window, out, f"lifecycle-{language}-removed")
    window.close()
    return names


def _states(workplace: Workplace, window: DeskWindow) -> Iterator[str]:
    today = window.shell.page("today")
    assert isinstance(today, TodayPage)
    for days, state in ((4, "lease-warns"), (-1, "lease-over")):
        _lend(workplace, days=days)
        today.tick()
        yield state
    go_to(window, Route("reports"))
    yield "lease-over-reports"
    _lend(workplace, days=30)
    child = longest_story(workplace)
    last = "SELECT id FROM home_visit WHERE person=? ORDER BY visited_on DESC LIMIT 1"
    ((visit,),) = workplace.read(lambda db: db.execute(last, (child,)).fetchall())
    erase(workplace, "home_visit", visit)
    go_to(window, Route("child", child))
    pump(0.3)
    yield "erased-visit"
    erase(workplace, "person", child)
    go_to(window, Route("child", child))
    pump(0.3)
    yield "erased-child"
    go_to(window, SYNC)
    yield "erased-sync"


def _lend(workplace: Workplace, *, days: int) -> None:
    """As if the province had told, at the last contact, a lease that has so many days left."""
    now = datetime.now(UTC)
    told = now - timedelta(days=30 - days)
    lease = Lease(until=to_iso(told + timedelta(days=30)), told_at=to_iso(told), counted_at=to_iso(told))

    def keep(tx: Tx) -> None:
        settings.put(tx.connection, LEASE, lease)
        tx.topic(LEASE)

    workplace.write(keep)
