"""Which numbers this register gave to its own changes: a page that tells of others tells of a copy of it."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.store.changes.numbers import are_given
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.attached import add_child
from tests.helpers.moving import sql


@pytest.fixture
def own(workplace: Workplace) -> dict[int, str]:
    """The numbers of this desk, each with its change."""
    add_child(workplace.register)
    rows = workplace.read(lambda db: db.execute("SELECT n, id FROM change WHERE n IS NOT NULL ORDER BY n").fetchall())
    assert len(rows) > 1
    return dict(rows)


def given(workplace: Workplace, told: dict[int, str]) -> bool:
    return workplace.read(lambda db: are_given(db, workplace.register.identity.desk, told))


def test_its_own_are_and_what_it_never_gave_is_not(workplace: Workplace, own: dict[int, str]) -> None:
    assert given(workplace, own)
    assert not given(workplace, own | {max(own) + 1: uuid7()})


def test_a_number_that_it_gave_to_another_change_is_not(workplace: Workplace, own: dict[int, str]) -> None:
    assert not given(workplace, own | {1: uuid7()})


def test_of_what_is_not_kept_any_more_the_number_alone_is_known(workplace: Workplace, own: dict[int, str]) -> None:
    sql(workplace, "DELETE FROM change WHERE n=1")
    assert given(workplace, {1: uuid7()})
