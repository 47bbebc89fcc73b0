"""Two records of a child named a mother each. Two officers say which of them stays, one of them a sync later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.form import ChildForm
from commune_desk.store.pages.children import kin_of_child
from tests.helpers.joined import entered_twice
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


def test_the_child_keeps_one_of_the_two(pair: tuple[Colleague, Colleague]) -> None:
    here, there = pair
    child = entered_twice(here.workplace, {"birth_date": "1990-01-01"}, {"birth_date": "1985-01-01"})
    for one in (here, there):
        one.sync()
    forms = [ChildForm(one.workplace, child) for one in pair]
    (name,) = (spec.name for spec in forms[0].fields() if spec.name.startswith("kept_mother"))
    _both, (first, _text), (second, _other) = forms[0].options(name)
    there.save(forms[1], **{name: second})
    for one in (there, here):
        one.sync()
    with suppress(Refusal):
        here.save(forms[0], **{name: first})
    for one in (here, there):
        one.sync()
    for one in pair:
        still = [kin for kin in one.workplace.read(lambda c: kin_of_child(c, child)) if not kin.relation.ended_on]
        assert len(still) == 1
        assert still[0].relation.is_caregiver
