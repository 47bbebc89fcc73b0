"""Two officers of one place at desks of their own, who fill in real forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.program_files import code_book
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.usecases.desk.workplace import Workplace
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import real_province

F = TypeVar("F", bound=EntryForm[Any])


class Colleague:
    """An officer at a desk."""

    def __init__(self, desk: RealDesk) -> None:
        self.desk = desk
        self.workplace = Workplace(desk.register, code_book())

    def sync(self) -> None:
        self.desk.sync()

    def save(self, form: EntryForm[Any], **typed: object) -> None:
        """Fill in the form and save it."""
        for name, value in typed.items():
            form.edit(name, value)
            form.leave(name)
        operation = form.submit()
        assert operation is not None, form.state()
        self.workplace.write(operation)

    def conflicts(self) -> list[tuple[str, list[object]]]:
        """The open conflicts: the field, and its values, the one that stands first."""
        found = self.workplace.read(open_conflicts)
        return [(one.field, [side.value for side in one.sides]) for one in found]


@contextmanager
def two_colleagues(folder: Path, grants: Mapping[str, Role]) -> Iterator[tuple[Colleague, Colleague]]:
    with real_province(folder) as province:
        made = []
        for number in (0, 1):
            path = folder / f"desk{number}.db"
            make_register(path, province.enrol(grants))
            made.append(Colleague(RealDesk(path, SystemClock(), province.transport)))
        yield made[0], made[1]
        for one in made:
            one.desk.register.close()


def from_draft(form: EntryForm[Any], again: F) -> F:
    """The form opened again later, with what was typed in it before."""
    again.restore(json.loads(json.dumps(form.payload())))
    return again
