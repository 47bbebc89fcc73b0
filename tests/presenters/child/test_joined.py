"""The page of a child who was entered twice: each group and each relative once, and what ends them ends both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.child import family
from commune_desk.presenters.child import page as child_page
from commune_desk.presenters.child.page import ChildPage, ChildView
from commune_desk.store.pages.entered_twice import KinShown
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import children
from tests.helpers.builders import make_child, make_group, make_person, make_relation, save_all
from tests.helpers.joined import join
from tests.helpers.workplaces import make_workplace


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    set_language("en")
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    """Entered twice with the same mother and the same group, and joined."""
    found = []
    for day, phone in (("2024-03-02", "0912000111"), ("2025-05-05", "0912000222")):
        person, file = make_child("Chìu Văn Sáng")
        mother = make_person("Chìu Thị Mây", birth_date="1990", phone=phone)
        of_child = make_relation(person.id, mother.id), make_group(person.id, from_on=day)
        workplace.write(save_all(person, file, mother, *of_child))
        found.append(person.id)
    kept, old = found
    workplace.write(lambda tx: join(tx, old, kept))
    return kept


def view(workplace: Workplace, child: RecordId) -> ChildView:
    shown = ChildPage(workplace, child).view()
    assert shown is not None
    return shown


def test_each_group_and_each_relative_stands_once_and_says_so(workplace: Workplace, child: RecordId) -> None:
    shown = view(workplace, child)
    assert [(one.period, one.is_open) for one in shown.groups] == [("from 02/03/2024", True)]
    (mother,) = shown.family
    assert mother.name == "Chìu Thị Mây"
    assert mother.second == "0912 000 111 · 0912 000 222 · entered twice"


def test_without_the_rule_both_would_stand_there(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(family, "kin_once", lambda kin: [KinShown(one, (one,)) for one in kin])
    monkeypatch.setattr(child_page, "groups_once", list)
    shown = view(workplace, child)
    assert (len(shown.family), len(shown.groups)) == (2, 2)


def test_what_ends_on_the_page_ends_in_both_records_and_both_stay(workplace: Workplace, child: RecordId) -> None:
    page = ChildPage(workplace, child)
    shown = view(workplace, child)
    workplace.write(page.end_relation(shown.family[0].relation))
    workplace.write(page.leave_group(shown.groups[0].membership))
    asked = "SELECT count(*), count(DISTINCT {0}) FROM {1} WHERE {0} IS NOT NULL"
    for field, kind in (("ended_on", "relation"), ("to_on", "group_membership")):
        rows = workplace.read(lambda c, f=field, k=kind: c.execute(asked.format(f, k)).fetchone())  # type: ignore[misc]
        assert rows == (2, 1)
    after = view(workplace, child)
    assert [one.is_past for one in after.family] == [True]
    assert [one.is_open for one in after.groups] == [False]


def test_ended_in_one_record_alone_both_would_go_on(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(children, "same_kin", lambda _kin, _relation: ())
    monkeypatch.setattr(children, "open_memberships", lambda _connection, _person: ())
    page, shown = ChildPage(workplace, child), view(workplace, child)
    workplace.write(page.end_relation(shown.family[0].relation))
    workplace.write(page.leave_group(shown.groups[0].membership))
    after = view(workplace, child)
    assert [one.is_past for one in after.family] == [False, True]
    assert [one.is_open for one in after.groups] == [True]
