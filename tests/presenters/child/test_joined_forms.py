"""The forms of a child who was entered twice: each relative once as on the page, or both where two records differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.child import entry
from commune_desk.presenters.child.family import BOTH
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.child.relation_form import RelationForm
from commune_desk.store.pages.entered_twice import KinShown
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import entries
from tests.helpers.builders import make_child, make_person, make_relation, save_all
from tests.helpers.joined import FIRST, SECOND, entered_twice
from tests.helpers.workplaces import make_workplace


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    set_language("en")
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


def save(workplace: Workplace, form: ChildForm | RelationForm, **values: Any) -> None:
    for name, value in values.items():
        form.edit(name, value)
    operation = form.submit()
    assert operation is not None, form.state()
    workplace.write(operation)


def rows(workplace: Workplace, asked: str) -> list[tuple[Any, ...]]:
    return workplace.read(lambda c: c.execute(asked).fetchall())


def mothers(workplace: Workplace, field: str) -> list[Any]:
    asked = f"SELECT p.{field} FROM relation r JOIN person p ON p.id=r.relative ORDER BY r.id"
    return [value for (value,) in rows(workplace, asked)]


def changes(workplace: Workplace) -> int:
    return int(rows(workplace, "SELECT count(*) FROM change")[0][0])


def test_the_form_shows_a_mother_as_the_page_does_and_an_untouched_save_writes_nothing(workplace: Workplace) -> None:
    child = entered_twice(workplace, {"birth_date": "1990"}, {"phone": "0912000222", "life_status": "sick"})
    form = ChildForm(workplace, child)
    state = form.state()
    assert state.values["carer_name"] == "Chìu Thị Mây"
    assert state.values["carer_phone"] == "0912 000 222", "by the other record, as on the page"
    assert "Entered twice" in state.hints["carer_name"]
    assert not [spec for spec in form.fields() if spec.name.startswith("kept_")]
    before = changes(workplace)
    save(workplace, form)
    assert changes(workplace) == before
    save(workplace, RelationForm(workplace, child, ChildPage(workplace, child).view().family[0].relation))  # type: ignore[union-attr]
    assert changes(workplace) == before


def test_a_phone_is_changed_in_the_record_that_says_it_and_a_name_in_both(workplace: Workplace) -> None:
    child = entered_twice(workplace, {"phone": "0912000111"}, {"phone": "0912000222", "full_name": "Chìu thị Mây"})
    form = ChildForm(workplace, child)
    assert form.state().hints["carer_phone"] == "The other entry says 0912 000 222."
    before = changes(workplace)
    save(workplace, form, carer_phone="0987 000 111")
    assert mothers(workplace, "phone") == ["0987000111", "0912000222"]
    assert changes(workplace) == before + 1
    save(workplace, ChildForm(workplace, child), carer_name="Chìu Thị Mấy")
    assert mothers(workplace, "full_name") == ["Chìu Thị Mấy"] * 2, "one she was, and one she stays"
    assert changes(workplace) == before + 3


def test_a_name_in_one_entry_alone_would_make_two_of_her(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(entries, "_says", lambda *_: False)
    child = entered_twice(workplace, {}, {})
    save(workplace, ChildForm(workplace, child), carer_name="Chìu Thị Mấy")
    assert mothers(workplace, "full_name") == ["Chìu Thị Mấy", "Chìu Thị Mây"]


def test_what_only_the_other_record_says_is_changed_there(workplace: Workplace) -> None:
    child = entered_twice(workplace, {}, {"phone": "0912000222", "birth_date": "1990"})
    (mother,) = ChildPage(workplace, child).view().family  # type: ignore[union-attr]
    save(workplace, RelationForm(workplace, child, mother.relation), phone="0987000111", birth_date="1991")
    assert mothers(workplace, "phone") == [None, "0987000111"]
    assert mothers(workplace, "birth_date") == [None, "1991"]
    (mother,) = ChildPage(workplace, child).view().family  # type: ignore[union-attr]
    save(workplace, RelationForm(workplace, child, mother.relation), occupation="làm rừng")
    assert mothers(workplace, "occupation") == ["làm rừng", None], "what nobody had said, the first says"


def test_who_looks_after_the_child_no_more_does_so_by_neither_record(workplace: Workplace) -> None:
    child = entered_twice(workplace, {}, {}, cares=(True, True))
    save(workplace, ChildForm(workplace, child), carer_name="Bàn Thị Mùi", carer_relation="maternal_grandmother")
    asked = "SELECT r.relation, r.is_caregiver FROM relation r WHERE is_caregiver"
    assert rows(workplace, asked) == [("maternal_grandmother", 1)]
    (named, *_others) = ChildPage(workplace, child).view().family  # type: ignore[union-attr]
    assert (named.name, named.detail) == ("Bàn Thị Mùi", "maternal grandmother")


def test_where_two_records_contradict_each_other_both_stand_and_say_which_record_each_is_from(
    workplace: Workplace,
) -> None:
    child = entered_twice(workplace, {"birth_date": "1990", "phone": "0912000111"}, {"birth_date": "1970"})
    family = ChildPage(workplace, child).view().family  # type: ignore[union-attr]
    assert [one.second for one in family] == [
        f"carer · from record {FIRST}; another record differs in: birth date · 0912 000 111",
        f"from record {SECOND}; another record differs in: birth date",
    ]
    form = ChildForm(workplace, child)
    (spec,) = [one for one in form.fields() if one.name.startswith("kept_")]
    assert (spec.label, spec.heading) == ("Mother", "Two records of this child say different things")
    assert spec.hint.startswith("They differ in: birth date.")
    assert [text for _code, text in form.options(spec.name)] == [
        "Keep both",
        f"Chìu Thị Mây · 1990 · 0912 000 111 · from record {FIRST}",
        f"Chìu Thị Mây · 1970 · from record {SECOND}",
    ]
    assert form.state().values[spec.name] == BOTH
    before = changes(workplace)
    save(workplace, form)
    assert changes(workplace) == before, "both stay as long as nobody says otherwise"


def test_two_mothers_of_other_names_are_a_contradiction_of_two_records_and_of_one_none(workplace: Workplace) -> None:
    child = entered_twice(workplace, {}, {"full_name": "Lò Thị Hoa"})
    assert len([one for one in ChildForm(workplace, child).fields() if one.name.startswith("kept_")]) == 1
    person, file = make_child("Lý A Tài")
    two = [make_person(name) for name in ("Chìu Thị Mây", "Lò Thị Hoa")]
    workplace.write(save_all(person, file, *two, *(make_relation(person.id, one.id) for one in two)))
    assert not [one for one in ChildForm(workplace, person.id).fields() if one.name.startswith("kept_")]


def test_the_officer_keeps_one_and_the_other_ends_and_stays_in_the_history(workplace: Workplace) -> None:
    child = entered_twice(workplace, {"birth_date": "1990"}, {"birth_date": "1970"})
    form = ChildForm(workplace, child)
    (name,) = [one.name for one in form.fields() if one.name.startswith("kept_")]
    _both, _first, second = [code for code, _text in form.options(name)]
    before = changes(workplace)
    save(workplace, form, **{name: second})
    assert changes(workplace) == before + 2, "one is the carer by now, the other has ended"
    kept, gone = ChildPage(workplace, child).view().family  # type: ignore[union-attr]
    assert (kept.relation, kept.is_past, gone.is_past) == (second, False, True)
    assert kept.second == "carer", "as the other was"
    assert not [one for one in ChildForm(workplace, child).fields() if one.name.startswith("kept_")]


def test_a_draft_keeps_the_choice(workplace: Workplace) -> None:
    child = entered_twice(workplace, {"birth_date": "1990"}, {"birth_date": "1970"})
    form = ChildForm(workplace, child)
    (name,) = [one.name for one in form.fields() if one.name.startswith("kept_")]
    second = form.options(name)[2][0]
    form.edit(name, second)
    again = ChildForm(workplace, child)
    again.restore(form.payload())
    save(workplace, again)
    assert [one.is_past for one in ChildPage(workplace, child).view().family] == [False, True]  # type: ignore[union-attr]


def test_without_the_rule_the_form_would_show_one_entry_and_know_nothing_of_the_other(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(entry, "kin_once", lambda kin: [KinShown(one, (one,)) for one in kin])
    child = entered_twice(workplace, {}, {"phone": "0912000222"})
    assert ChildForm(workplace, child).state().values["carer_phone"] == ""
