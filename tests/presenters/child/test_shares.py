"""Sharing a child's record as its officers meet it: before, meanwhile, while it stands, when the province says no."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import PlacementNotice
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.child.share import ChildShare, SharedRow
from commune_desk.store.engine import settings
from commune_desk.store.engine.schema import write_record
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.writing import leaving
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import shares
from commune_desk.usecases.records.children import close_file
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.records.shares import GROUNDS, hand_back, share_child, take_back
from tests.helpers.builders import make_child, make_notice, save_all
from tests.helpers.child_views import view
from tests.helpers.moving import THERE
from tests.helpers.sharing import HOUSE, SECOND_HOUSE, is_confirmed, is_set_aside, know_the_houses
from tests.helpers.workplaces import let_the_lease_run_out, make_workplace

CASE = "QN-06838-2026-TEST-0001"


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Chìu Văn Sáng", case_number=CASE)
    workplace.write(save_all(person, file))
    return person.id


def dialog(workplace: Workplace, child: str) -> ChildShare:
    page = ChildPage(workplace, child)
    page.view()
    return page.share()


def share(workplace: Workplace, child: RecordId, to: Scope = HOUSE) -> None:
    workplace.write(lambda tx: share_child(tx, child, to, "protection"))


def test_what_is_shared_is_never_sealed_for_one_place_alone() -> None:
    """Sealed again for the house it would have to be, as a move does; a person has no such field."""
    assert not [field for field in kind_of(Person).fields.values() if field.data.is_sealed]


def test_without_a_house_the_page_says_why_nothing_is_shared(workplace: Workplace, child: RecordId) -> None:
    seen = view(workplace, child).sharing
    assert seen.can_share
    assert "training register" in seen.why_not
    know_the_houses(workplace)
    workplace.write(lambda tx: settings.put(tx.connection, "directory", []))
    assert "Sync first" in view(workplace, child).sharing.why_not
    know_the_houses(workplace)
    assert view(workplace, child).sharing.why_not == ""


def test_the_dialog_offers_the_houses_and_says_what_they_will_see(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    share_of = dialog(workplace, child)
    assert share_of.places() == [(HOUSE, "Sunshine House")]
    assert [code for code, _text in share_of.grounds()] == list(GROUNDS)
    seen, not_seen = share_of.sees()
    assert seen.startswith("The house sees and may correct: Full name, ")
    assert "the visits, the reports, the family" in not_seen
    assert share_of.question(HOUSE).title == "Share the record of Chìu Văn Sáng with Sunshine House?"
    know_the_houses(workplace, HOUSE, SECOND_HOUSE)
    assert [name for _scope, name in share_of.places()] == ["Sunshine House AD01", "Sunshine House AD02"]


def test_shared_it_is_one_change_and_its_ground_stands_in_the_audit_log(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    before = workplace.read(lambda c: c.execute("SELECT count(*) FROM change").fetchone()[0])
    workplace.write(dialog(workplace, child).operation(HOUSE, "agreed"))
    assert workplace.read(lambda c: c.execute("SELECT count(*) FROM change").fetchone()[0]) == before + 1
    row = workplace.read(lambda c: c.execute("SELECT detail FROM audit WHERE action='share'").fetchone())
    assert json.loads(row[0]) == {"verb": "share", "to": HOUSE, "ground": "agreed"}
    raw = workplace.read(lambda c: c.execute("SELECT raw FROM change ORDER BY stamp DESC LIMIT 1").fetchone()[0])
    assert b"agreed" not in raw


def test_asked_for_standing_and_taken_back(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    share(workplace, child)
    seen = view(workplace, child)
    assert seen.sharing.notice == "Shared with Sunshine House: goes with the next sync."
    assert not seen.sharing.can_share
    assert seen.can_edit
    is_confirmed(workplace)
    seen = view(workplace, child)
    assert seen.sharing.notice == "Held together with: Sunshine House since 23/11/2026, shared by Cán bộ Thử."
    assert seen.sharing.rows == (
        SharedRow(HOUSE, "Sunshine House", "since 23/11/2026, shared by Cán bộ Thử", can_end=True),
    )
    told = seen.timeline[0]
    assert (told.heading, told.body) == ("Record shared with another place", "Bình Liêu Commune → Sunshine House")
    workplace.write(dialog(workplace, child).take_back(HOUSE))
    seen = view(workplace, child)
    assert seen.sharing.notice.startswith("Being taken back from Sunshine House; it holds the record until")
    assert not seen.sharing.rows[0].can_end
    is_confirmed(workplace)
    seen = view(workplace, child)
    assert (seen.sharing.notice, seen.sharing.rows, seen.sharing.can_share) == ("", (), True)
    told = seen.timeline[0]
    assert (told.heading, told.body) == ("Record no longer shared", "Sunshine House")
    assert "Cán bộ Thử" in told.meta


def test_a_second_house_can_hold_it_too(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace, HOUSE, SECOND_HOUSE)
    share(workplace, child)
    is_confirmed(workplace)
    assert view(workplace, child).sharing.can_share
    share(workplace, child, SECOND_HOUSE)
    assert not view(workplace, child).sharing.can_share
    assert [row.scope for row in view(workplace, child).sharing.rows] == [HOUSE, SECOND_HOUSE]


@pytest.mark.parametrize(
    ("code", "said"),
    [("scope", "holds it already"), ("moved", "held elsewhere"), ("role", "may not write there")],
)
def test_what_the_province_did_not_do_is_told_and_may_be_tried_again(
    workplace: Workplace, child: RecordId, code: str, said: str
) -> None:
    know_the_houses(workplace)
    share(workplace, child)
    is_set_aside(workplace, code)
    seen = view(workplace, child)
    assert seen.sharing.set_aside.startswith("The province did not share the record with Sunshine House.")
    assert said in seen.sharing.set_aside
    assert (seen.sharing.rows, seen.sharing.can_share) == ((), True)
    assert seen.timeline[0].chip == "set aside by the province"
    share(workplace, child)
    assert view(workplace, child).sharing.set_aside == ""
    is_confirmed(workplace)
    assert view(workplace, child).sharing.set_aside == ""
    workplace.write(lambda tx: take_back(tx, child, HOUSE))
    is_set_aside(workplace, code)
    seen = view(workplace, child)
    assert seen.sharing.set_aside.startswith("The province did not take the record back")
    assert bool(seen.sharing.notice) is (code != "scope")  # nobody is told both that the place holds it and does not
    assert [row.can_end for row in seen.sharing.rows] == [True]


def test_under_protection_the_house_keeps_the_name_of_whom_it_protects(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    share(workplace, child)
    is_confirmed(workplace)
    notice = make_notice(CASE)
    hear_of_a_stay(workplace, notice)
    (row,) = view(workplace, child).sharing.rows
    assert row.why_not.startswith("The child is under protection.")
    with pytest.raises(Refusal, match="under protection"):
        workplace.write(lambda tx: take_back(tx, child, HOUSE))
    hear_of_a_stay(workplace, msgspec.structs.replace(notice, status="ended"))
    workplace.write(lambda tx: take_back(tx, child, HOUSE))


def test_what_the_province_left_to_the_house_is_told_as_protection(workplace: Workplace, child: RecordId) -> None:
    """This PC knew of no notice when the record was asked back."""
    know_the_houses(workplace)
    share(workplace, child)
    is_confirmed(workplace)
    workplace.write(lambda tx: take_back(tx, child, HOUSE))
    is_set_aside(workplace, "protected")
    seen = view(workplace, child).sharing
    assert seen.set_aside == (
        "The province did not take the record back from Sunshine House. "
        "The child is under protection. Only after the stay can the record be taken back."
    )
    assert [row.can_end for row in seen.rows] == [True]


def hear_of_a_stay(workplace: Workplace, notice: PlacementNotice) -> None:
    """As a pull leaves a notice behind: no officer of a commune writes one."""
    workplace.write(lambda tx: write_record(tx.connection, notice, ""))


def test_without_that_rule_the_name_of_a_resident_would_leave_the_house(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    know_the_houses(workplace)
    share(workplace, child)
    is_confirmed(workplace)
    hear_of_a_stay(workplace, make_notice(CASE))
    monkeypatch.setattr(shares, "is_protected", lambda connection, person: False)
    workplace.write(lambda tx: take_back(tx, child, HOUSE))
    assert workplace.read(lambda c: sharing_of(c, child)).shares[HOUSE].is_ending


def test_who_may_not_is_refused_in_words(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    with pytest.raises(Refusal, match="No Sunshine House is known"):
        share(workplace, child, SECOND_HOUSE)
    with pytest.raises(Refusal, match="No Sunshine House is known"):
        share(workplace, child, THERE)
    with pytest.raises(Invalid):
        workplace.write(lambda tx: share_child(tx, child, HOUSE, "because"))
    with pytest.raises(Refusal, match="does not hold this record"):
        workplace.write(lambda tx: take_back(tx, child, HOUSE))
    with pytest.raises(Refusal, match="role"):
        workplace.write(lambda tx: hand_back(tx, child))
    share(workplace, child)
    with pytest.raises(Refusal, match="holds the record already"):
        share(workplace, child)
    workplace.write(lambda tx: take_back(tx, child, HOUSE))
    with pytest.raises(Refusal, match="being taken back already"):
        workplace.write(lambda tx: take_back(tx, child, HOUSE))


def test_a_child_that_leaves_and_a_closed_file_are_not_shared(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    workplace.write(lambda tx: move_child(tx, child, THERE))
    assert not view(workplace, child).sharing.can_share
    with pytest.raises(Refusal, match="on its way"):
        share(workplace, child)
    other, file = make_child("Bàn Văn Tài")
    workplace.write(save_all(other, file))
    workplace.write(lambda tx: close_file(tx, file.id, "closed"))
    assert not view(workplace, other.id).sharing.can_share
    with pytest.raises(Refusal, match="file is open"):
        share(workplace, other.id)


def test_a_move_says_that_the_house_goes_on_holding_the_record(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    page = ChildPage(workplace, child)
    page.view()
    assert not [one for one in page.move().consequences() if "Sunshine House" in one]
    share(workplace, child)
    is_confirmed(workplace)
    assert [one for one in page.move().consequences() if one.startswith("Sunshine House goes on holding")]


def test_after_the_lease_nothing_is_shared_and_all_can_be_taken_back(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    share(workplace, child)
    is_confirmed(workplace)
    other, file = make_child("Bàn Văn Tài")
    workplace.write(save_all(other, file))
    let_the_lease_run_out(workplace)
    assert view(workplace, other.id).sharing.why_not.startswith("Closed until this PC")
    with pytest.raises(Refusal, match="Closed until"):
        share(workplace, other.id)
    workplace.write(lambda tx: take_back(tx, child, HOUSE))


def test_a_chair_reads_who_holds_it_and_changes_nothing(tmp_path: Path) -> None:
    set_language("en")
    chair = make_workplace(tmp_path, role="chair")
    with pytest.raises(Refusal, match="role"):
        chair.write(lambda tx: share_child(tx, RecordId("0" * 32), HOUSE, "protection"))
    with pytest.raises(Refusal, match="role"):
        chair.write(lambda tx: take_back(tx, RecordId("0" * 32), HOUSE))
    chair.register.close()


def test_without_the_question_for_the_role_a_chair_would_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the next question is the one that is refused then."""
    chair = make_workplace(tmp_path, role="chair")
    monkeypatch.setattr(shares, "require", lambda actor, roles: None)
    with pytest.raises(Refusal, match="no longer in the register"):
        chair.write(lambda tx: share_child(tx, RecordId("0" * 32), HOUSE, "protection"))
    chair.register.close()


def test_the_commune_goes_on_writing_while_a_record_is_taken_back(workplace: Workplace, child: RecordId) -> None:
    know_the_houses(workplace)
    share(workplace, child)
    is_confirmed(workplace)
    workplace.write(lambda tx: take_back(tx, child, HOUSE))
    assert not workplace.read(lambda c: leaving.goes_back(c, child, "C:06838"))
    workplace.write(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), phone="0912000111")))
