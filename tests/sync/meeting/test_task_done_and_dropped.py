"""One desk of the house ticks a review, the other ends the stay without a line: the card says of which task it is."""

from __future__ import annotations

from pathlib import Path

from commune_desk.i18n import set_language
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.sync.conflict_page import conflict_cards
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import HOUSE


def section(at: Colleague, key: str) -> Section:
    return next(one for one in TodayPage(at.workplace).read().side if one.key == key)


def test_it_is_named_with_whose_it_is(tmp_path: Path) -> None:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as (here, there):
        here.save(AdmitForm(here.workplace), reason="isolation")
        for one in (here, there):
            one.sync()
        review = section(there, "tasks").rows[0]
        there.workplace.write(TodayPage(there.workplace).operation(review.act, review.key))
        here.save(DischargeForm(here.workplace, here.desk.ask("SELECT id FROM placement")[0][0]), reason="left")
        for one in (here, there, here):
            one.sync()
        for one in (here, there):
            (card,) = conflict_cards(one.workplace, most=9)[0]
            assert card.title == "Review of day 3 · Hoa Sen"
            (row,) = section(one, "decisions").rows
            assert row.second == "Review of day 3 · Hoa Sen: officers wrote different values"
