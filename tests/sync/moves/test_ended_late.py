"""A file is ended where the child was before, by who did not know of the move: people there are told just that."""

from __future__ import annotations

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.sync.conflict_page import conflict_cards
from commune_desk.program_files import code_book
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import close_file
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def test_it_is_told_where_the_end_comes_from(office: TravelledOffice) -> None:
    set_language("en")
    child = office.child("Chìu Văn Sáng")
    (file,) = office.ours.ask("SELECT id FROM child_file WHERE person=?", child)[0]

    def ends(tx: Tx) -> None:
        close_file(tx, RecordId(file), "closed")

    office.move("colleague", child, OTHER_COMMUNE)
    office.ours.run(ends)
    office.sync("colleague", "ours", "there")
    there = Workplace(office.there.register, code_book())
    (card,) = conflict_cards(there, most=9)[0]
    assert [hand.text for hand in card.hands] == ["In the register", "File closed"]
    assert card.note.endswith("where the child was before; its officer may not have known of the move.")
