"""Saves through the use cases and says each id once it is committed, until it is killed.

`python -m tests.system.saver REGISTER KEY` loads the program once; then each line on its standard input, `after` or
`before`, forks a process that saves and acknowledges after the commit, or (the twin) before it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import SystemClock, local_day
from commune_desk.store.desk.register import Register
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.visits import record_visit
from commune_desk.vault.keys import RegisterKey
from tests.helpers.builders import make_file, make_person, make_report, make_visit, save_all
from tests.helpers.workplaces import OFFICER

AFTER, BEFORE = "after", "before"
WORDS = "Cháu khoẻ, đi học đều. " * 40

Work = tuple[RecordId, Callable[[Tx], object]]


def work(today: str) -> Iterator[Work]:
    """What there is to save, each with the id of its record: a new child, a report, five visits, and again."""
    for turn in count():
        if turn % 7 == 0:
            person = make_person(birth_date="2016-02-03")
            file = make_file(person.id, opened_on=today)
            yield file.id, partial(register_child, entry=ChildEntry(person=person, file=file))
        elif turn % 7 == 1:
            report = make_report(person=person.id)
            yield report.id, save_all(report)
        else:
            visit = make_visit(person.id, today, next_visit_on=None, observations=WORDS)
            yield visit.id, partial(record_visit, visit=visit)


def save_on(register: Register, when: str) -> None:
    """Save without end; say each id after its commit, or before."""
    for saved, operation in work(local_day(register.clock.now()).isoformat()):
        if when == BEFORE:
            say(saved)
        register.write(operation).result()
        if when == AFTER:
            say(saved)


def say(word: str) -> None:
    """In one write, so that a killed process says a word whole or not at all."""
    os.write(1, f"{word}\n".encode())


def main() -> int:
    path, key = Path(sys.argv[1]), RegisterKey(bytes.fromhex(sys.argv[2]))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            say(str(os.getpid()))
            save_on(Register(path, key, SystemClock(), OFFICER), line.strip())
        os.waitpid(child, 0)
        say("")
    return 0


if __name__ == "__main__":
    sys.exit(main())
