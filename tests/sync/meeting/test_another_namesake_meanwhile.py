"""A new child was said to be another than one of the register; a colleague's entry of that same child comes then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.child.form import ChildForm, ChildFormState
from tests.helpers.builders import make_child, save_all
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE

TYPED = {"full_name": "Chìu Văn Sáng", "birth_date": "03/02/2016", "sex": "male", "village": "Khe Lạc"}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


def _looked(form: ChildForm) -> ChildFormState:
    """As the page looks before every save."""
    question = form.twin_question()
    assert question is not None
    return form.found(question())


def test_it_is_asked_about_too(pair: tuple[Colleague, Colleague]) -> None:
    here, there = pair
    here.workplace.write(save_all(*make_child("Chìu Văn Sang", birth_date="2016-02-03")))
    form = ChildForm(here.workplace)
    for name, value in TYPED.items():
        form.edit(name, value)
    assert _looked(form).must_confirm
    form.say_other(True)
    assert not _looked(form).must_confirm
    entered = ChildForm(there.workplace)
    there.save(entered, **TYPED)
    for one in (there, here):
        one.sync()
    assert _looked(form).must_confirm
    assert form.submit() is None
