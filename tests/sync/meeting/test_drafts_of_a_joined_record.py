"""A form of one of a child's two records lies as a draft while a colleague joins the two, and is opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.relation_form import RelationForm
from commune_desk.presenters.reports.form import ReportForm
from commune_desk.store.pages.children import child_record
from tests.helpers.builders import make_child, make_person, make_relation, save_all
from tests.helpers.joined import join
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import OFFICE


class Meeting:
    """The child's two records, of which `old` is joined to `kept` here while the colleague there types."""

    def __init__(self, here: Colleague, there: Colleague) -> None:
        self.here, self.there = here, there
        kept, file = make_child("Chìu Văn Sáng", village="Khe O")
        old, other = make_child("Chìu Văn Sang", village="Khe Lạc")
        mother = make_person("Chìu Thị Mây")
        relation = make_relation(old.id, mother.id)
        self.kept, self.old, self.relation = kept.id, old.id, relation.id
        here.workplace.write(save_all(kept, file, old, other, mother, relation))
        self.sync()

    def sync(self) -> None:
        for one in (self.here, self.there) * 2:
            one.sync()

    def joined(self) -> None:
        self.here.workplace.write(lambda tx: join(tx, self.old, self.kept))
        self.sync()


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Meeting]:
    with two_colleagues(tmp_path, OFFICE) as (here, there):
        yield Meeting(here, there)


def test_a_relative_is_edited_and_not_entered_once_more(meeting: Meeting) -> None:
    there = meeting.there
    form = RelationForm(there.workplace, meeting.old, meeting.relation)
    form.edit("phone", "0912000111")
    meeting.joined()
    there.save(from_draft(form, RelationForm(there.workplace, meeting.old, meeting.relation)))
    meeting.sync()
    for one in (meeting.here, there):
        found = one.workplace.read(lambda c: child_record(c, meeting.kept))
        assert found is not None
        assert [kin.person.phone for kin in found.kin] == ["0912000111"]


def test_a_report_names_the_child(meeting: Meeting) -> None:
    there = meeting.there
    form = ReportForm(there.workplace, meeting.old)
    meeting.joined()
    again = from_draft(form, ReportForm(there.workplace, meeting.old))
    assert "Chìu Văn Sáng" in again.state().child
    there.save(again, source="111", place="Khe Lạc", description="Cháu bị đánh.")
    meeting.sync()
    for one in (meeting.here, there):
        assert one.desk.ask("SELECT person FROM report") == [(meeting.kept,)]


def test_of_a_file_nothing_is_written_but_what_was_typed(meeting: Meeting) -> None:
    there = meeting.there
    form = ChildForm(there.workplace, meeting.old)
    form.edit("school", "TH Bình Liêu")
    meeting.joined()
    there.save(from_draft(form, ChildForm(there.workplace, meeting.old)))
    meeting.sync()
    for one in (meeting.here, there):
        found = one.workplace.read(lambda c: child_record(c, meeting.kept))
        assert found is not None
        assert (found.person.full_name, found.person.village) == ("Chìu Văn Sáng", "Khe O")
        assert [field for field, _values in one.conflicts() if field != "school"] == []
