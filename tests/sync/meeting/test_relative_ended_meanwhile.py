"""A form makes a relative the child's carer while a colleague's end of that relation arrives: nobody is told that the
carer was saved where the child has none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.relation_form import RelationForm
from commune_desk.store.pages.children import child_rows
from commune_desk.usecases.records.children import end_relation
from tests.helpers.builders import make_child, make_person, make_relation, save_all
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import OFFICE


class Family:
    """A child and a mother who does not look after it."""

    def __init__(self, here: Colleague, there: Colleague) -> None:
        self.here, self.there = here, there
        child, file = make_child("Chìu Văn Sáng")
        mother = make_person("Chìu Thị Mây")
        relation = make_relation(child.id, mother.id)
        self.child: RecordId = child.id
        self.relation: RecordId = relation.id
        here.workplace.write(save_all(child, file, mother, relation))
        self.sync()

    def sync(self) -> None:
        for one in (self.here, self.there) * 2:
            one.sync()

    def ended(self) -> None:
        self.there.workplace.write(lambda tx: end_relation(tx, self.relation, on="2026-11-29"))
        self.sync()

    def has_carer(self) -> bool:
        (row,) = self.here.workplace.read(lambda c: child_rows(c, [self.child]))
        return row.carer is not None


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    with two_colleagues(tmp_path, OFFICE) as (here, there):
        yield Family(here, there)


def test_the_form_of_the_relative(family: Family) -> None:
    form = RelationForm(family.here.workplace, family.child, family.relation)
    family.ended()
    is_saved = False
    with suppress(Refusal):
        family.here.save(form, is_caregiver=True)
        is_saved = True
    assert is_saved == family.has_carer()


def test_the_form_of_the_child(family: Family) -> None:
    form = ChildForm(family.here.workplace, family.child)
    family.ended()
    is_saved = False
    with suppress(Refusal):
        family.here.save(form, carer_name="Chìu Thị Mây", carer_relation="mother")
        is_saved = True
    assert is_saved == family.has_carer()


def test_what_else_the_form_says_is_saved(family: Family) -> None:
    form = ChildForm(family.here.workplace, family.child)
    family.ended()
    family.here.save(form, school="TH Bình Liêu")
    assert family.there.conflicts() == []
