"""Real desks: what the province orders to erase is gone from every register, and nothing brings it back."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.reports import Report
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange.staged import mark_restored
from commune_desk.store.intake import comparing, departures, erasing, snapshot_parts
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.store.writing import child_index
from commune_desk.store.writing.drafts import Draft, put_draft
from commune_desk.store.writing.erased import order_about
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from sync import protocol
from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle.erasing import Act, Ordered, erase
from sync.server.lifecycle.erasure_status import erasures
from tests.helpers.builders import make_file, make_person, make_relation, make_report, save_all
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import OFFICER, RealDesk
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.two_communes import Two, move, visit, words_in

pytestmark = pytest.mark.usefixtures("store_engine")

SEARCHED = "hiu"
"""Of the child's name what the search keeps: it writes once what words begin with, as a case code may with a c."""
WORDS = ("Chìu", "Bị đánh", "Nhà đóng cửa", "0912000111")


def erased(two: Two, record: RecordId) -> Act:
    province = two.real.province
    ordered = Ordered("Sở Y tế", "QĐ 12/2026")
    return province.database.write(
        lambda connection: erase(connection, province, "person", record, ordered)[0], WHOLE_PROVINCE
    )


def knows(desk: RealDesk) -> list[str]:
    """Which of the child's words lie anywhere in the register."""
    told = words_in(desk)
    return [word for word in WORDS if word in told] + [SEARCHED] * (SEARCHED in kept_by_the_search(desk))


def kept_by_the_search(desk: RealDesk) -> str:
    """What its own tables hold. Three letters may stand in any key or signature of the others."""
    return "".join(
        bytes(block).decode("utf-8", "replace") for (block,) in desk.ask("SELECT block FROM child_search_data")
    )


def test_every_desk_forgets_the_child_and_signs_that_it_did(two: Two, child: RecordId) -> None:
    visit(two.late, child)
    two.sync()
    assert "Chìu" in knows(two.late)
    two.old.register.write(
        lambda tx: put_draft(
            tx.connection, OFFICER, Draft("visit", child, "2026-11-24T00:00:00Z", "x", {"observations": "Chìu đi học"})
        )
    ).result()
    erased(two, child)
    two.sync()
    for desk in (two.old, two.late):
        assert knows(desk) == []
        assert desk.ask("SELECT count(*) FROM child_index") == desk.ask("SELECT count(*) FROM departure") == [(0,)]
        assert desk.ask("SELECT count(*) FROM draft") == [(0,)]
        assert desk.ask("SELECT is_sent FROM purge_receipt") == [(1,)]
        facts = desk.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
        assert (facts.erased.records, facts.waiting_changes, facts.set_aside) == (6, 0, 0)
        assert sums_here(desk, COMMUNE).whole == sums_there(two.real, COMMUNE).whole
    both = sorted(desk.register.identity.desk for desk in (two.old, two.late))
    assert sorted(two.real.scalars(select(tables.purge.c.desk))) == both
    (told,) = two.real.province.database.read(erasures, WHOLE_PROVINCE)
    assert (told.records, told.who, told.signed, told.waiting) == (6, "Sở Y tế", both, [])
    order = two.late.register.write(lambda tx: order_about(tx.connection, child)).result()[0]
    assert order is not None
    assert (order.who, order.why, order.kinds) == ("Sở Y tế", "QĐ 12/2026", {"person": 1})


def test_until_a_desk_came_by_the_province_sees_that_it_has_yet_to_hear(two: Two, child: RecordId) -> None:
    erased(two, child)
    two.old.sync()
    (told,) = two.real.province.database.read(erasures, WHOLE_PROVINCE)
    assert (told.signed, told.waiting) == ([two.old.register.identity.desk], [two.late.register.identity.desk])


def test_what_was_not_sent_yet_goes_too_and_its_digest_is_sent(two: Two, child: RecordId) -> None:
    """Typed between push and pull of the very sync that brings the erasure."""
    erased(two, child)
    replica = two.late.replica()

    def typed() -> None:
        visit(two.late, child)
        two.late.edit(Person, child, phone="0912000111")

    replica.meantime = typed
    two.late.sync(replica)
    assert knows(two.late) == []
    assert two.late.ask("SELECT count(*) FROM change WHERE state='waiting' AND length(raw)=0") == [(2,)]
    visit_after = two.late.ask("SELECT count(*) FROM home_visit")
    two.late.sync()
    assert visit_after == [(0,)]
    assert two.late.ask("SELECT DISTINCT state FROM change WHERE length(raw)=0") == [("erased",)]
    codes = two.real.scalars(select(tables.quarantine.c.code))
    assert sorted(codes) == ["erased", "erased"]
    facts = two.late.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
    assert (facts.waiting_changes, facts.set_aside, facts.erased.unsent) == (0, 0, 2)


def test_kept_until_it_was_sent_the_words_would_go_up_again(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a leave waits for what was typed, an erasure must not."""
    monkeypatch.setattr(erasing, "_empty", lambda *_: None)
    erased(two, child)
    replica = two.late.replica()
    replica.meantime = lambda: two.late.edit(Person, child, phone="0912000111")
    two.late.sync(replica)
    assert "0912000111" in knows(two.late)


def test_a_desk_that_was_away_sends_a_visit_and_hears_that_there_is_no_such_child(two: Two, child: RecordId) -> None:
    made = visit(two.late, child)
    erased(two, child)
    two.late.sync()
    assert two.late.ask("SELECT count(*) FROM home_visit WHERE id=?", made) == [(0,)]
    assert knows(two.late) == []
    assert two.late.ask("SELECT count(*) FROM change WHERE state='quarantined'") == [(0,)]
    facts = two.late.register.write(lambda tx: sync_facts(tx.connection)).result()[0]
    assert (facts.erased.records, facts.erased.unsent) == (5, 1), "the visit went before the order came"
    two.sync()
    assert two.real.scalars(select(tables.RECORDS["home_visit"].c.id)) == []


def tied_report(two: Two, child: RecordId, *, is_between: bool) -> RecordId:
    """A report of nobody, which one officer ties to the child: before the push, or between push and pull, of the very
    sync that brings the erasure."""
    report = make_report()
    two.old.register.write(save_all(report)).result()
    two.sync()
    erased(two, child)

    def tie(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Report, report.id), person=child))

    replica = two.late.replica()
    if is_between:
        replica.meantime = lambda: two.late.run(tie)
    else:
        two.late.run(tie)
    two.late.sync(replica)
    return report.id


@pytest.mark.parametrize("is_between", [False, True])
def test_a_report_that_was_tied_to_the_child_here_alone_stands_without_the_tie(
    two: Two, child: RecordId, *, is_between: bool
) -> None:
    report = tied_report(two, child, is_between=is_between)
    two.late.sync()
    assert two.late.ask("SELECT person FROM report WHERE id=?", report) == [(None,)]
    assert knows(two.late) == []


def test_without_a_comparison_the_report_would_be_missing_here(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(comparing, "ask", lambda tx: None)
    report = tied_report(two, child, is_between=False)
    two.late.sync()
    assert two.late.ask("SELECT person FROM report WHERE id=?", report) == []


def test_the_former_commune_hears_of_it_too_and_its_stub_goes(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.sync()
    assert two.late.ask("SELECT count(*) FROM departure WHERE case_number IS NOT NULL") == [(1,)]
    erased(two, child)
    two.sync()
    for desk in two.desks.values():
        assert knows(desk) == []
        assert desk.ask("SELECT count(*) FROM departure") == [(0,)]


def test_what_was_kept_for_the_province_alone_goes_as_well(two: Two, child: RecordId) -> None:
    move(two.old, child)
    two.sync()
    assert "Chìu" in knows(two.old), "its own words about who left, until a backup has them"
    erased(two, child)
    two.sync()
    assert knows(two.old) == []


def test_a_desk_that_begins_from_a_snapshot_still_hears_of_it(two: Two, child: RecordId) -> None:
    erased(two, child)
    two.late.register.write(lambda tx: tx.connection.execute("DELETE FROM cursor")).result()
    two.late.replica().begin_all_anew()
    two.late.sync()
    assert knows(two.late) == []
    assert two.late.ask("SELECT count(*) FROM erasure") == [(1,)]


def test_half_a_snapshot_of_before_goes(two: Two, child: RecordId) -> None:
    two.late.register.write(lambda tx: snapshot_parts.keep(tx.connection, "a" * 32, b"x")).result()
    erased(two, child)
    two.late.sync()
    assert two.late.ask("SELECT count(*) FROM snapshot_part") == [(0,)]


def test_a_backup_of_the_desk_brings_nothing_back(two: Two, child: RecordId, tmp_path: Path) -> None:
    two.late.edit(Person, child, phone="0912000111")
    copy = tmp_path / "copy.db"
    two.late.register.close()
    shutil.copyfile(tmp_path / "late.db", copy)
    erased(two, child)
    shutil.copyfile(copy, tmp_path / "late.db")
    two.late.register = type(two.late.register)(tmp_path / "late.db", two.late.register._key, SystemClock(), OFFICER)
    assert "0912000111" in knows(two.late)
    two.late.sync()
    assert knows(two.late) == []


def test_a_register_out_of_a_backup_that_is_enrolled_anew_issues_nothing_of_it_again(two: Two, child: RecordId) -> None:
    two.late.edit(Person, child, phone="0912000111")
    erased(two, child)
    two.late.register.write(mark_restored).result()
    assert two.late.ask("SELECT count(*) FROM change WHERE state='staged'") == [(1,)]
    two.late.register.write(lambda tx: erasing.carry_out(tx, order_of(two), [("person", child)])).result()
    assert "0912000111" not in knows(two.late)
    assert two.late.ask("SELECT count(*) FROM change WHERE state='staged'") == [(0,)]


def order_of(two: Two) -> Change:
    """The change by which the commune was told."""
    raw = two.real.scalars(
        select(tables.change.c.raw).where(tables.change.c.desk == "PROVINCE", tables.change.c.scope == COMMUNE)
    )[-1]
    return msgspec.json.decode(raw, type=Change)


def test_the_province_put_back_asks_for_what_was_erased_and_gets_digests(two: Two, child: RecordId) -> None:
    erased(two, child)
    two.sync()
    two.old.replica().resend_from(1)
    two.old.sync()
    assert two.old.ask("SELECT count(*) FROM change WHERE state='erased'") != [(0,)]
    assert two.old.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]


def moved_on(two: Two, child: RecordId) -> RecordId:
    """The child moves twice; its mother, whom another child of the first commune needs, is a guest in the second.

    She stays one there, for a child of the second commune needs her too.
    """
    (mother,) = two.old.ask("SELECT id FROM person WHERE id<>?", child)[0]

    def brother(tx: Tx) -> None:
        born = make_person("Chìu Văn Minh")
        for record in (born, make_file(born.id), make_relation(born.id, mother)):
            tx.save(record)

    two.old.register.write(brother).result()
    move(two.old, child)
    two.sync()
    assert two.new.ask("SELECT count(*) FROM person WHERE id=?", mother) == [(1,)]

    def on(tx: Tx) -> None:
        here = Scope(two.new.register.identity.scope)
        sister = make_person("Chìu Thị Bảy", scope=here)
        for record in (sister, make_relation(sister.id, RecordId(mother), scope=here)):
            tx.save(record)
        move_child(tx, child, Scope("C:06652"))

    two.new.register.write(on).result()
    two.sync()
    two.old.edit(Person, mother, phone="0912000111")
    two.old.sync()
    return RecordId(mother)


def test_a_mother_who_stays_a_guest_after_her_child_left_is_still_heard_of(two: Two, child: RecordId) -> None:
    """What her commune writes names the move that brought her, which was the child's."""
    mother = moved_on(two, child)
    two.new.sync()
    assert two.new.ask("SELECT phone FROM person WHERE id=?", mother) == [("0912000111",)]


def test_without_the_move_the_feed_would_stand_still(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(departures, "_SAYS_WHERE", "0")
    moved_on(two, child)
    with pytest.raises(protocol.Malformed):
        two.new.sync()


def test_what_only_deletes_leaves_the_words_of_the_search(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the engine of the search keeps the words of deleted rows until it writes them anew."""
    monkeypatch.setattr(child_index, "scrub", lambda connection: None)
    erased(two, child)
    two.sync()
    assert knows(two.late) == [SEARCHED]
