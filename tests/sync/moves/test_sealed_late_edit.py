"""An edit of something sealed, by who had not heard that the child had left."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.reports import Report
from commune_desk.i18n import set_language
from commune_desk.presenters.sync.conflict_page import decision
from commune_desk.store.intake import handing_on
from commune_desk.store.writing.transaction import Tx
from sync.server.answers import unopened
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move
from tests.sync.moves.test_late_edits_decided import decide, the_card
from tests.sync.moves.test_sealed_again import pushes_and_is_gone, reports

pytestmark = pytest.mark.usefixtures("store_engine")

LATE = "Bị đánh bằng gậy"


def edit(desk: RealDesk) -> None:
    def run(tx: Tx) -> None:
        ((report,),) = tx.connection.execute("SELECT id FROM report").fetchall()
        tx.save(msgspec.structs.replace(tx.existing(Report, report), description=LATE))

    desk.register.write(run).result()


def edited_late(two: Two, child: RecordId) -> None:
    set_language("en")
    move(two.late, child)
    two.late.sync()
    edit(two.old)


@pytest.mark.parametrize("place", [0, 1])
def test_its_author_seals_it_again_and_the_new_commune_reads_what_it_decides(
    two: Two, child: RecordId, place: int
) -> None:
    edited_late(two, child)
    two.sync()
    two.sync()
    card = the_card(two.new)
    assert [hand.text for hand in card.hands] == ["Bị đánh", LATE]
    assert len(two.new.ask("SELECT 1 FROM conflict WHERE state='open'")) == 1
    decide(two.new, card, place)
    two.sync()
    assert reports(two.new) == [card.hands[place].text]
    assert two.new.ask("SELECT 1 FROM conflict WHERE state<>'closed'") == []
    assert reports(two.old) == []
    assert two.old.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]


def test_asked_by_the_province_alone_its_author_seals_it_again_too(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever else holds the words is asked like this, and looks at nothing by itself."""
    monkeypatch.setattr(handing_on, "_sent_late", lambda *_: [])
    edited_late(two, child)
    two.sync()
    two.sync()
    assert [hand.text for hand in the_card(two.new).hands] == ["Bị đánh", LATE]


def test_the_author_would_not_be_asked(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the province tells only of what stands, and no desk looks by itself at what it sent late."""
    monkeypatch.setattr(unopened, "_closed_in", lambda *_: [])
    monkeypatch.setattr(handing_on, "_sent_late", lambda *_: [])
    edited_late(two, child)
    two.sync()
    two.sync()
    assert not the_card(two.new).hands[1].is_readable


def closed_for_good(two: Two, child: RecordId) -> None:
    """Its author pushes it, and the PC never comes back."""
    edited_late(two, child)
    pushes_and_is_gone(two.old)
    two.new.sync()


def test_the_card_says_whose_it_is_and_that_it_can_be_read_there_alone(two: Two, child: RecordId) -> None:
    closed_for_good(two, child)
    card = the_card(two.new)
    stands, late = card.hands
    assert (stands.text, stands.is_readable) == ("Bị đánh", True)
    assert late.text == "(can be read in Bình Liêu Commune alone)"
    assert not late.is_readable
    assert "Officer of another place" in late.author
    assert card.note == (
        "An officer of Bình Liêu Commune, where the child was before, wrote one value without knowing of the move. "
        "Its text was sealed for Bình Liêu Commune: nobody here can read it. Ask there if you need it; you can keep "
        "what stands, or write what you are told. What you do not choose stays in the history."
    )


def test_it_is_no_dead_end(two: Two, child: RecordId) -> None:
    closed_for_good(two, child)
    card = the_card(two.new)
    assert decision(card, chosen=card.hands[1].key) == (
        "What this PC cannot read cannot be chosen. Keep the value in use, or write another."
    )
    decide(two.new, card, 0)
    two.new.sync()
    assert two.new.ask("SELECT 1 FROM conflict WHERE state<>'closed'") == []
    assert reports(two.new) == ["Bị đánh"]


def test_what_was_told_on_the_phone_can_be_written(two: Two, child: RecordId) -> None:
    closed_for_good(two, child)
    operation = decision(the_card(two.new), written=LATE)
    assert callable(operation)
    two.new.run(operation)
    two.new.sync()
    assert two.new.ask("SELECT 1 FROM conflict WHERE state<>'closed'") == []
    assert reports(two.new) == [LATE]
