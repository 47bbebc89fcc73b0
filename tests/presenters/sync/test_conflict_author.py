"""Whose value a decision card says it is: a change of another PC that names this officer is not "me"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.sync import conflict_page
from commune_desk.presenters.sync.conflict_page import author_of
from commune_desk.store.intake.conflicts import Side
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.workplaces import make_workplace

NAME, ELSEWHERE = "Cán bộ Thử", "Phòng khác"


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


def _author(workplace: Workplace, desk: str) -> str:
    own = workplace.actor.officer
    side = Side(change="c", value="x", officer=NAME, officer_id=own, desk=desk, desk_label=ELSEWHERE)
    return author_of(workplace, side)


def test_ones_own_value_is_told_so(workplace: Workplace) -> None:
    assert _author(workplace, workplace.actor.desk) == "Tôi · máy này"


def test_another_pcs_value_is_not_ones_own_whomever_it_names(workplace: Workplace) -> None:
    assert _author(workplace, "ZZZZZZ") == f"{NAME} · {ELSEWHERE}"


def test_by_the_name_alone_it_would_be(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(conflict_page, "_is_from_here", lambda *_: True)
    assert _author(workplace, "ZZZZZZ") == f"Tôi · {ELSEWHERE}"
