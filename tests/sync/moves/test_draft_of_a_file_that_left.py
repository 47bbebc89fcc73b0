"""An edit of a child's file lies as a draft while a colleague hands the child over: saved later, it makes no second
record of the child in the commune that it left."""

from __future__ import annotations

from contextlib import suppress

from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.relation_form import RelationForm
from tests.helpers.builders import make_person, make_relation, save_all
from tests.sync.actors.colleagues import Colleague, from_draft
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def test_the_file(office: TravelledOffice) -> None:
    child, ours = office.child("Chìu Văn Sáng"), Colleague(office.ours)
    form = ChildForm(ours.workplace, child)
    form.edit("school", "TH Bình Liêu")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    again = from_draft(form, ChildForm(ours.workplace, child))
    assert not again.is_new
    with suppress(Refusal):
        ours.save(again)
    office.sync()
    assert office.ours.ask("SELECT id FROM person") == []


def test_a_relative(office: TravelledOffice) -> None:
    child, ours = office.child("Chìu Văn Sáng"), Colleague(office.ours)
    mother = make_person("Chìu Thị Mây")
    relation = make_relation(child, mother.id)
    office.ours.run(save_all(mother, relation))
    office.sync()
    form = RelationForm(ours.workplace, child, relation.id)
    form.edit("phone", "0912000111")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    with suppress(Refusal):
        ours.save(from_draft(form, RelationForm(ours.workplace, child, relation.id)))
    office.sync()
    assert office.ours.ask("SELECT id FROM person") == []
    assert office.unrest() == {}
