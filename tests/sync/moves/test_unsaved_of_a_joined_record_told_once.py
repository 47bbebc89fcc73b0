"""A visit typed of a record that was joined meanwhile, and whose child then left, is told once on the Today page."""

from __future__ import annotations

import pytest

from commune_desk.presenters.child.visit_form import FORM, VisitForm
from commune_desk.program_files import code_book
from commune_desk.store.intake.unsaved import unsaved
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import save_draft
from tests.helpers.joined import join
from tests.sync.actors.real_desks import OFFICER
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


@pytest.mark.parametrize("typed_on", [False, True])
def test_it_is_told_once(office: TravelledOffice, typed_on: bool) -> None:
    kept, child = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng A")
    workplace = Workplace(office.ours.register, code_book())
    form = VisitForm(workplace, child)
    form.edit("observations", "Cháu có vết bầm ở tay.")
    office.ours.run(lambda tx: save_draft(tx, FORM, child, "observations", form.payload()))
    office.colleague.register.write(lambda tx: join(tx, child, kept)).result()
    office.sync()
    if typed_on:
        again = VisitForm(workplace, child)
        again.restore(form.payload())
        office.ours.run(lambda tx: save_draft(tx, FORM, child, "observations", again.payload()))
    office.move("colleague", kept, OTHER_COMMUNE)
    office.sync()
    told = office.ours.register.write(lambda tx: unsaved(tx.connection, OFFICER)).result()[0]
    assert [one.form for one in told] == [FORM]
