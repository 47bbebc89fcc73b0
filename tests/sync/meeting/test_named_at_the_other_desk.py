"""Somebody is admitted at night of whom nothing is known; who she is becomes known at the other PC of the house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import HOUSE

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = "Mẫu Thị Sen"
Pair = tuple[Colleague, Colleague]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


@pytest.fixture
def stay(pair: Pair) -> str:
    here, there = pair
    here.save(AdmitForm(here.workplace), reason="trafficking")
    for one in pair:
        one.sync()
    (stay,) = there.desk.ask("SELECT id FROM placement")[0]
    return str(stay)


def names(pair: Pair, stay: str) -> list[str]:
    """What both desks show once they have heard of each other."""
    here, there = pair
    for one in (here, there, here, there):
        one.sync()
    views = [ResidentPage(one.workplace, stay).view() for one in pair]
    return [view.name for view in views if view is not None]


@pytest.mark.parametrize("is_draft", [False, True])
def test_she_has_her_name_at_both(pair: Pair, stay: str, *, is_draft: bool) -> None:
    _here, there = pair
    assert names(pair, stay) == ["name not known"] * 2
    form = AdmitForm(there.workplace, stay=stay)
    form.edit("full_name", NAME)
    there.save(from_draft(form, AdmitForm(there.workplace, stay=stay)) if is_draft else form, birth_date="2012")
    assert names(pair, stay) == [NAME] * 2
    for one in pair:
        assert one.conflicts() == []
        assert one.desk.ask("SELECT full_name, birth_date FROM person") == [(NAME, "2012")]


def test_two_who_write_another_name_are_asked(pair: Pair, stay: str) -> None:
    here, there = pair
    forms = [(one, AdmitForm(one.workplace, stay=stay)) for one in pair]
    for (one, form), name in zip(forms, (NAME, "Mẫu Thị Sên"), strict=True):
        one.save(form, full_name=name)
    assert names(pair, stay) == [NAME] * 2
    assert here.conflicts() == there.conflicts() == [("full_name", [NAME, "Mẫu Thị Sên"])]


def test_a_form_that_was_open_while_the_name_came_says_what_it_adds(pair: Pair, stay: str) -> None:
    here, there = pair
    form = AdmitForm(there.workplace, stay=stay)
    here.save(AdmitForm(here.workplace, stay=stay), full_name=NAME)
    for one in pair:
        one.sync()
    there.save(form, birth_date="2012")
    assert names(pair, stay) == [NAME] * 2
    assert here.desk.ask("SELECT full_name, birth_date FROM person") == [(NAME, "2012")]
    assert here.conflicts() == []
