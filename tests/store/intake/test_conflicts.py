"""Which conflicts are read for a person to decide, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.sync.conflict_page import conflict_cards
from commune_desk.store.intake.conflicts import count_open, open_conflicts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_person, save_all
from tests.helpers.workplaces import asked_by_the_screen, make_workplace

PERSON = make_person("Lý A Tài")
FIELDS = ("full_name", "village", "phone")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    made.write(save_all(PERSON))
    made.write(_as_a_pull_brings_them)
    yield made
    made.register.close()


def _as_a_pull_brings_them(tx: Tx) -> None:
    rows = [(f"c{n}", PERSON.scope, "person", PERSON.id, field, f"theirs{n}", n) for n, field in enumerate(FIELDS)]
    rows += [("c8", PERSON.scope, "person", PERSON.id, "full_name", "another", 8)]
    rows += [("c9", PERSON.scope, "person", PERSON.id, "of_a_newer_version", "theirs9", 9)]
    tx.connection.executemany("INSERT INTO conflict VALUES (?,?,?,?,?,NULL,NULL,?,?,'open',NULL)", rows)


def test_the_oldest_are_read_and_the_rest_is_counted(own: Workplace) -> None:
    found = own.read(open_conflicts)
    assert [(one.field, one.ids) for one in found] == [
        ("full_name", ("c0", "c8")),
        ("village", ("c1",)),
        ("phone", ("c2",)),
    ]
    assert own.read(lambda c: open_conflicts(c, PERSON.id)) == found
    assert own.read(lambda c: open_conflicts(c, most=2)) == found[:2]
    assert own.read(count_open) == 3
    with asked_by_the_screen(own) as asked:
        cards, more = conflict_cards(own, most=1)
    assert ([card.conflict for card in cards], more) == (found[:1], 2)
    assert not [sql for sql in asked if "theirs2" in sql], "the change behind a card that is not shown is not read"
