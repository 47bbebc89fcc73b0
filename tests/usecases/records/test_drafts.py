"""Drafts: kept for each officer, replaced as one types, gone with the save."""

from __future__ import annotations

import pytest

from commune_desk.domain.words.errors import Invalid
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import drop_draft, load_draft, open_drafts, save_draft
from tests.helpers.builders import make_person
from tests.helpers.workplaces import OFFICER, clock_of


def test_a_draft_comes_back_with_its_field_and_its_words(workplace: Workplace) -> None:
    typed = {"observations": "Cháu khoẻ", "present": ["mother"], "next_visit_on": ""}
    _none, changes = workplace.write(lambda tx: save_draft(tx, "visit", "p1", "observations", typed))
    draft = workplace.read(lambda c: load_draft(c, "visit", OFFICER, "p1"))
    assert draft is not None
    assert (draft.focus, draft.payload) == ("observations", typed)
    assert draft.saved_at == "2026-11-23T01:00:00Z"
    assert changes.touches("drafts")


def test_typing_on_replaces_the_draft_and_other_forms_keep_theirs(workplace: Workplace) -> None:
    workplace.write(lambda tx: save_draft(tx, "visit", "p1", "present", {"observations": "C"}))
    clock_of(workplace).pass_by(minutes=1)
    workplace.write(lambda tx: save_draft(tx, "report", "", "place", {"place": "Khe"}))
    clock_of(workplace).pass_by(minutes=1)
    workplace.write(lambda tx: save_draft(tx, "visit", "p1", "observations", {"observations": "Cháu"}))
    found = workplace.read(lambda c: open_drafts(c, OFFICER))
    assert [(d.form, d.record, d.payload) for d in found] == [
        ("visit", "p1", {"observations": "Cháu"}),
        ("report", "", {"place": "Khe"}),
    ]


@pytest.mark.parametrize("minutes", [0, -90], ids=["within a second", "after the clock was set back"])
def test_the_form_typed_in_last_comes_first_whatever_the_clock_says(workplace: Workplace, minutes: int) -> None:
    forms = [("child", "p1"), ("visit", "p1"), ("visit", "p2"), ("report", ""), ("child", "p1"), ("visit", "p2")]
    for typed, (form, record) in enumerate(forms):
        workplace.write(lambda tx, f=form, r=record, t=typed: save_draft(tx, f, r, "", {"typed": t}))  # type: ignore[misc]
        clock_of(workplace).pass_by(minutes=minutes)
    found = workplace.read(lambda c: open_drafts(c, OFFICER))
    assert [draft.payload["typed"] for draft in found] == [5, 4, 3, 1]


def test_a_draft_belongs_to_its_officer(workplace: Workplace) -> None:
    workplace.write(lambda tx: save_draft(tx, "visit", "p1", "", {"observations": "C"}))
    assert workplace.read(lambda c: load_draft(c, "visit", "f" * 32, "p1")) is None
    assert workplace.read(lambda c: open_drafts(c, "f" * 32)) == []


def test_dropping_takes_only_that_draft(workplace: Workplace) -> None:
    workplace.write(lambda tx: save_draft(tx, "visit", "p1", "", {"a": 1}))
    workplace.write(lambda tx: save_draft(tx, "visit", "p2", "", {"a": 2}))
    workplace.write(lambda tx: drop_draft(tx, "visit", "p1"))
    assert [d.record for d in workplace.read(lambda c: open_drafts(c, OFFICER))] == ["p2"]
    _none, changes = workplace.write(lambda tx: drop_draft(tx, "visit", "p1"))
    assert not changes.touches("drafts")


def test_a_save_that_fails_keeps_the_draft(workplace: Workplace) -> None:
    workplace.write(lambda tx: save_draft(tx, "child", "", "", {"full_name": "Đặng"}))

    def save_and_drop(tx: Tx) -> None:
        drop_draft(tx, "child", "")
        tx.save(make_person(birth_date="not a day"))

    with pytest.raises(Invalid):
        workplace.write(save_and_drop)
    assert workplace.read(lambda c: load_draft(c, "child", OFFICER, "")) is not None


def test_a_draft_is_neither_journalled_nor_audited(workplace: Workplace) -> None:
    count = "SELECT (SELECT count(*) FROM change), (SELECT count(*) FROM audit)"
    before = workplace.read(lambda c: c.execute(count).fetchone())
    workplace.write(lambda tx: save_draft(tx, "visit", "p1", "", {"observations": "C"}))
    assert workplace.read(lambda c: c.execute(count).fetchone()) == before
