"""How many hours a commune allows itself for emergency measures."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.domain.records.reports import EMERGENCY_HOURS
from commune_desk.i18n import _, ngettext
from commune_desk.presenters.wording.labels import Option
from commune_desk.store.pages.reports import emergency_hours
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import set_emergency_hours


def hours_now(workplace: Workplace) -> str:
    """The code of the option that holds now."""
    return str(workplace.read(emergency_hours))


def hours_options() -> list[Option]:
    """The law's hours first, then fewer and fewer."""
    fewer = range(EMERGENCY_HOURS - 1, 0, -1)
    own = [(str(count), ngettext("{count} hour", "{count} hours", count).format(count=count)) for count in fewer]
    return [(str(EMERGENCY_HOURS), _("12 hours, as the law says")), *own]


def hours_operation(code: str) -> Callable[[Tx], None]:
    """What makes the option `code` hold from now on."""
    return lambda tx: set_emergency_hours(tx, int(code))
