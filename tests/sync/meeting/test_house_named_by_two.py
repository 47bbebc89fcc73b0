"""Two desks of a new house set it up: the name typed at the second, while the first's comes, is not dropped unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.shelter.beds_form import BedsForm
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import HOUSE

NO_BEDS = {"standard": "", "sickroom": "", "mother_child": "", "cot": ""}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


def test_it_stands_or_people_are_asked(house: tuple[Colleague, Colleague]) -> None:
    here, there = house
    form = BedsForm(here.workplace)
    there.save(BedsForm(there.workplace), name="Nhà Ánh Dương", **NO_BEDS)
    for one in (there, here):
        one.sync()
    is_saved = False
    with suppress(Refusal):
        here.save(form, name="Nhà Ánh Dương 2", **NO_BEDS)
        is_saved = True
    for one in (here, there, here):
        one.sync()
    if is_saved:
        asked = [field for field, _values in here.conflicts()]
        assert asked == ["name"] or here.desk.ask("SELECT name FROM shelter") == [("Nhà Ánh Dương 2",)]
