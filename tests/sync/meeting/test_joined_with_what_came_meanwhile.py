"""Two records stand side by side to be joined while a colleague's visit in one of them comes: its risk is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.join import JoinForm
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.store.pages.children import file_of
from tests.helpers.builders import make_child, save_all
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


def sync(*all_of_them: Colleague) -> None:
    for one in (*all_of_them, *all_of_them):
        one.sync()


def test_the_child_has_the_risk_and_the_school_that_came(pair: tuple[Colleague, Colleague]) -> None:
    here, there = pair
    (kept, file), (old, other) = (make_child("Chìu Văn Sáng", risk_level="low") for _ in range(2))
    here.workplace.write(save_all(kept, file, old, other))
    sync(here, there)
    form = JoinForm(here.workplace, kept.id, old.id)
    form.keep(kept.id)
    there.save(
        VisitForm(there.workplace, old.id), visited_on="25/11/2026", risk_level="high", observations="Cháu bị đánh."
    )
    there.save(ChildForm(there.workplace, old.id), school="TH Bình Liêu")
    sync(there, here)
    with suppress(Refusal):
        here.workplace.write(form.operation())
    form.look_again()  # as the page shows it after a refusal
    with suppress(Refusal):
        here.workplace.write(form.operation())
    sync(here, there)
    for one in pair:
        stands = one.workplace.read(lambda c: file_of(c, kept.id))
        assert stands is not None
        assert (stands.risk_level, stands.school) == ("high", "TH Bình Liêu")
