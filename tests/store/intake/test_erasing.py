"""A register that is told to erase: nothing of it is left anywhere, and the page says by whose order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import _
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.sync.page import sync_page
from commune_desk.store.files import file_queue
from commune_desk.store.intake import erasing
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import Payload, RowState, StagedRow
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.store.writing import child_index, drafts
from commune_desk.store.writing.drafts import Draft, open_drafts, put_draft
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncStatus
from sync import protocol
from sync.change import GENESIS, next_head
from sync.seal import sha256
from tests.helpers.attached import add_file, scan
from tests.helpers.builders import make_file, make_person, make_relation, make_visit, save_all
from tests.helpers.erased import erase, order
from tests.helpers.workplaces import OFFICER, work_for_real

NAME = "Chìu Văn Sáng"


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person = make_person(NAME)
    workplace.write(save_all(person, make_file(person.id), make_visit(person.id)))
    return person.id


def ask(workplace: Workplace, sql: str, *values: object) -> list[Any]:
    return workplace.write(lambda tx: tx.connection.execute(sql, values).fetchall())[0]


def test_the_child_is_in_no_list_and_its_page_says_by_whose_order(workplace: Workplace, child: RecordId) -> None:
    page = ChildPage(workplace, child)
    assert page.view() is not None
    erase(workplace, "person", child)
    assert workplace.read(lambda c: search_children(c, "chiu", Filters())).ids == []
    assert page.view() is None
    sentence, detail = page.gone()
    assert sentence == "Nội dung của trang này đã được xóa theo quy định pháp luật lúc 07:00 24/11/2026."
    assert detail.startswith("Người quyết định: Giám đốc Sở Y tế. Căn cứ: QĐ 12/2026.")


def test_of_a_child_who_stays_the_timeline_tells_what_went(workplace: Workplace, child: RecordId) -> None:
    ((visit,),) = ask(workplace, "SELECT id FROM home_visit")
    erase(workplace, "home_visit", visit)
    view = ChildPage(workplace, child).view()
    assert view is not None
    (moment,) = [one for one in view.timeline if one.heading == _("Erased by law")]
    assert moment.body == f"{_('Home visit')}: 1\nNgười quyết định: Giám đốc Sở Y tế. Căn cứ: QĐ 12/2026."
    assert _("Home visit") not in [one.heading for one in view.timeline]


def test_a_tie_to_who_is_erased_is_told_at_who_stays(workplace: Workplace, child: RecordId) -> None:
    brother = make_person("Chìu Văn Minh")
    workplace.write(save_all(brother, make_file(brother.id), make_relation(brother.id, child, "brother")))
    erase(workplace, "person", child)
    view = ChildPage(workplace, brother.id).view()
    assert view is not None
    assert view.family == ()
    assert [one.heading for one in view.timeline].count(_("Erased by law")) == 1


def keep_draft(workplace: Workplace, record: str, payload: dict[str, Any]) -> None:
    draft = Draft("visit", record, "2026-11-24T00:00:00Z", "observations", payload)
    workplace.write(lambda tx: put_draft(tx.connection, OFFICER, draft))


def test_a_visit_that_is_erased_is_not_the_last_one_again(workplace: Workplace, child: RecordId) -> None:
    """It had been corrected to an earlier day, and the correction stands."""
    wrong = make_visit(child, "2026-11-22", next_visit_on="2026-12-22")
    right = make_visit(child, "2026-11-10", next_visit_on="2026-11-30", amends=wrong.id)
    workplace.write(save_all(wrong, right))
    asked = "SELECT last_visit_on, next_visit_on FROM child_index WHERE person=?"
    before = workplace.read(lambda c: c.execute(asked, (child,)).fetchall())
    erase(workplace, "home_visit", wrong.id)
    assert workplace.read(lambda c: c.execute(asked, (child,)).fetchall()) == before != [("2026-11-22", "2026-12-22")]


def test_drafts_go_and_a_form_that_stood_open_leaves_none(workplace: Workplace, child: RecordId) -> None:
    keep_draft(workplace, child, {"observations": NAME})
    keep_draft(workplace, "", {"person": child, "name": NAME})
    keep_draft(workplace, "other", {"name": "Lý Thị Hoa"})
    erase(workplace, "person", child)
    keep_draft(workplace, child, {"observations": NAME})
    assert [one.record for one in workplace.read(lambda c: open_drafts(c, OFFICER))] == ["other"]


def test_without_the_question_an_open_form_would_keep_its_words(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(drafts, "is_erased", lambda connection, record: False)
    erase(workplace, "person", child)
    keep_draft(workplace, child, {"observations": NAME})
    assert len(workplace.read(lambda c: open_drafts(c, OFFICER))) == 1


def read_in(workplace: Workplace, child: RecordId) -> None:
    """A list with the child as a row that was saved, one that waits to fill it in, and somebody else."""

    def run(tx: Tx) -> None:
        imports.begin(tx, "list", file_digest="", title="Danh sách", columns=["Họ tên"])
        rows = [
            StagedRow(row=1, payload=Payload(name=NAME, cells=(NAME,)), level=1, state=RowState.SAVED),
            StagedRow(row=2, payload=Payload(name=NAME, cells=(NAME,)), state=RowState.FILLING),
            StagedRow(row=3, payload=Payload(name="Lý Thị Hoa", cells=("Lý Thị Hoa",))),
        ]
        import_rows.add_rows(tx, "list", rows)
        for row in (2, 3):
            import_rows.set_twin(tx, "list", row, person=child, score=0.9)

    workplace.write(run)


ROWS = "SELECT row, payload<>'', twin_person<>'', state FROM import_row ORDER BY row"


def test_rows_of_lists_about_the_child_are_emptied_and_others_stay(workplace: Workplace, child: RecordId) -> None:
    read_in(workplace, child)
    erase(workplace, "person", child)
    assert ask(workplace, ROWS) == [(1, 0, 0, "saved"), (2, 0, 0, "rejected"), (3, 1, 0, "staged")]


def test_without_that_the_lists_copy_would_stay(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(import_rows, "forget_person", lambda connection, person: None)
    read_in(workplace, child)
    erase(workplace, "person", child)
    assert [row[1] for row in ask(workplace, ROWS)] == [1, 1, 1]


CONTENT = "SELECT count(*) FROM file_piece UNION ALL SELECT count(*) FROM file_queue"


def test_the_content_of_files_goes_with_their_keys(workplace: Workplace, child: RecordId) -> None:
    add_file(workplace.register, child, scan(5000))
    assert ask(workplace, CONTENT) == [(1,), (1,)]
    erase(workplace, "person", child)
    assert ask(workplace, CONTENT) == [(0,), (0,)]
    assert ask(workplace, "SELECT count(*) FROM attachment") == [(0,)]


def test_the_record_alone_would_leave_the_content(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(file_queue, "drop", lambda db, file: None)
    add_file(workplace.register, child, scan(5000))
    erase(workplace, "person", child)
    assert ask(workplace, CONTENT) == [(1,), (1,)]


def test_nobody_but_the_province_orders_it(workplace: Workplace, child: RecordId) -> None:
    forged = order("person", child, desk="D-OTHER1")
    with pytest.raises(protocol.Malformed):
        workplace.write(lambda tx: erasing.carry_out(tx, forged, [("person", child)]))
    assert ask(workplace, "SELECT full_name FROM person WHERE id=?", child) == [(NAME,)]


def test_without_the_question_any_desk_could(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(protocol, "PROVINCE_DESK", "D-OTHER1")
    forged = order("person", child, desk="D-OTHER1")
    workplace.write(lambda tx: erasing.carry_out(tx, forged, [("person", child)]))
    assert ask(workplace, "SELECT full_name FROM person WHERE id=?", child) == []


def test_the_search_keeps_none_of_its_words(workplace: Workplace, child: RecordId) -> None:
    erase(workplace, "person", child)
    assert not any(b"chiu" in bytes(block) for (block,) in ask(workplace, "SELECT block FROM child_search_data"))


def test_deleted_alone_the_words_would_stay_in_the_search(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(child_index, "scrub", lambda connection: None)
    erase(workplace, "person", child)
    assert any(b"chiu" in bytes(block) for (block,) in ask(workplace, "SELECT block FROM child_search_data"))


def test_what_was_not_sent_is_told_on_the_sync_page(workplace: Workplace, child: RecordId) -> None:
    workplace.write(work_for_real)
    erase(workplace, "person", child)
    facts = workplace.write(lambda tx: sync_facts(tx.connection))[0]
    assert (facts.erased.records, facts.erased.unsent) == (3, 3)
    told = [line.text for line in sync_page(facts, SyncStatus()).proven]
    assert "Đã xóa 3 bản ghi theo quy định pháp luật" in told
    assert "3 thay đổi ghi trên máy này thuộc bản ghi đã xóa theo quy định pháp luật" in told


def test_heard_twice_it_is_carried_out_and_written_down_once(workplace: Workplace, child: RecordId) -> None:
    once = order("person", child)
    for _again in range(2):
        workplace.write(lambda tx: erasing.carry_out(tx, once, [("person", child)]))
    assert ask(workplace, "SELECT records FROM erasure") == [(3,)]
    assert ask(workplace, "SELECT count(*) FROM audit WHERE action='erase'") == [(1,)]


def links(workplace: Workplace) -> Iterator[bool]:
    """For each own change in order, whether the chain over what is left of it leads to its kept head."""
    head = GENESIS
    for raw, digest, stored in ask(workplace, "SELECT raw, digest, head FROM change WHERE n IS NOT NULL ORDER BY n"):
        head = next_head(head, bytes(digest) if digest else sha256(bytes(raw)))
        yield head == bytes(stored)


def test_the_desks_own_chain_still_leads_from_its_first_change_to_its_last(
    workplace: Workplace, child: RecordId
) -> None:
    workplace.write(work_for_real)
    erase(workplace, "person", child)
    workplace.write(save_all(make_person("Lý Thị Hoa")))
    assert ask(workplace, "SELECT count(*) FROM change WHERE length(raw)=0") == [(3,)]
    assert [*links(workplace)] == [True] * 5
    ask(workplace, "UPDATE change SET digest=NULL WHERE n=3")
    assert not all(links(workplace)), "the twin: without the digest it would break"
