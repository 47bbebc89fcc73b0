"""How many files wait, how much of the day's budget they have used, and what an officer may set it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commune_desk.domain.time.clock import local_day
from commune_desk.i18n import _, format_size, ngettext
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.files import day_budget, file_queue
from commune_desk.store.files.day_budget import Budget
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace

MEGABYTES = (5, 20, 50, 200)
NO_BOUND = "0"


@dataclass(frozen=True, slots=True)
class FilesState:
    """The lines of the card: what waits or was refused, and what went over the line today."""

    waiting: str
    today: str
    can_send_now: bool
    budget: str


def files_state(workplace: Workplace) -> FilesState:
    """Counted from the tables each time."""
    count, size, refused, budget, chosen = workplace.read(lambda c: _facts(c, workplace))
    return FilesState(
        _waiting(count, size, refused), _today(budget), (count > 0 and not budget.is_lifted) or refused > 0, chosen
    )


def _facts(db: Connection, workplace: Workplace) -> tuple[int, int, int, Budget, str]:
    count, size, refused = file_queue.waiting(db)
    chosen = settings.get(db, day_budget.BUDGET_MB, int, day_budget.DEFAULT_BUDGET_MB)
    return count, size, refused, day_budget.budget(db, workplace.today()), str(chosen)


def _waiting(count: int, size: int, refused: int) -> str:
    """What goes by itself, and what does not: refused by the province, or damaged each time it came."""
    parts = []
    if count:
        text = ngettext("{count} file waits · {size}", "{count} files wait · {size}", count)
        parts.append(text.format(count=count, size=format_size(size)))
    if refused:
        text = ngettext(
            "{count} file was refused or came damaged", "{count} files were refused or came damaged", refused
        )
        parts.append(text.format(count=refused))
    return " · ".join(parts) or _("No file waits")


def _today(budget: Budget) -> str:
    used = format_size(budget.used)
    if budget.is_lifted or not budget.bytes:
        return _("Today {used}, without a bound").format(used=used)
    return _("Today {used} of {bound}").format(used=used, bound=f"{budget.bytes >> 20} MB")


def budget_options() -> list[Option]:
    """A poor line first."""
    bounds = [(str(one), _("{count} MB a day").format(count=one)) for one in MEGABYTES]
    return [*bounds, (NO_BOUND, _("No bound"))]


def set_budget(code: str) -> Callable[[Tx], None]:
    """What makes the option `code` hold from now on."""
    return lambda tx: file_queue.set_budget(tx, int(code))


def send_files_now() -> Callable[[Tx], None]:
    """What lifts the budget for today and tries again what was refused."""
    return lambda tx: file_queue.send_now(tx, local_day(tx.present()))
