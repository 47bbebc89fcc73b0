"""A real register at a province or beside a colleague that sends what it should not: it goes on, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.words.errors import Fault
from commune_desk.store.intake import conflicts, incoming
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing import child_index
from sync import protocol, seal
from sync.change import FeedPosition, Line
from sync.client.replica import PendingReceipt
from tests.helpers.builders import make_person, make_report, save_all
from tests.sync.actors.attacked_office import Office
from tests.sync.actors.real_desks import FragileReplica
from tests.sync.actors.scripted_desks import KEY_ID
from tests.sync.actors.scripted_province import SCOPE, Raw

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.desk.register.close()


@pytest.mark.parametrize("value", [{"a": 1}, ["một"], 7, True, "x" * 4001, "Ho\u0061\u0300", None])
def test_a_sealed_value_of_the_wrong_kind_stops_no_feed(office: Office, value: object) -> None:
    record = office.report()
    office.tell_sealed(record, office.sealed(record, value))
    after = office.report()
    office.desk.sync()
    assert dict(office.desk.ask("SELECT id, description FROM report")) == {record: "", after: ""}
    assert office.cursor == 3


def test_a_sealed_value_that_opens_for_nobody_stops_no_feed(office: Office) -> None:
    """Sealed to another key under this one's id, or moved here from another record: one desk must not stop them all."""
    stranger = seal.BoxKey.generate()
    records = [office.report() for _ in range(3)]
    foreign = seal.seal_value(stranger.public, "kín", scope=SCOPE, record=records[0], field="description")
    office.tell_sealed(records[0], foreign)
    office.tell_sealed(records[1], office.sealed(records[0], "của hồ sơ khác"))
    office.tell_sealed(records[2], office.sealed(records[2], "đọc được"))
    office.desk.sync()
    told = dict(office.desk.ask("SELECT id, description FROM report"))
    assert told == {records[0]: "", records[1]: "", records[2]: "đọc được"}
    assert office.cursor == 6
    assert office.desk.ask("SELECT count(*) FROM change WHERE state='received'") == [(6,)], "the bytes are kept"


def test_without_the_net_one_sealed_value_would_stop_the_feed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: opened without it, the same page can never be applied."""

    def unguarded(self: Incoming, change: object, field: str) -> object:
        line = office.province.feed[SCOPE][-1][1].change
        return seal.open_value(office.box, line.seal[field], scope=SCOPE, record=line.record, field=field)

    record = office.report()
    office.tell_sealed(record, office.sealed(uuid7(), "của hồ sơ khác"))
    monkeypatch.setattr(Incoming, "_unsealed", unguarded)
    for _ in range(2):
        with pytest.raises(Fault):
            office.desk.sync()
    assert office.cursor == 0


def test_values_that_do_not_hold_are_shown_as_unknown(office: Office) -> None:
    person, file = uuid7(), uuid7()
    office.tell("person", person, {"full_name": 7, "birth_date": "2026-02-30", "village": "Khe Lạc"})
    line = office.colleague.record(SCOPE, "child_file", file, {"disability_types": ["+dt1"]})
    office.province.publish(line, values={"disability_types": "dt1"})
    office.desk.sync()
    assert office.desk.ask("SELECT birth_date, village FROM person") == [(None, "Khe Lạc")]
    assert office.cursor == 2


def _broken_at(office: Office, record: str) -> None:
    """From here on the disk refuses one record, whichever way it is written."""
    office.desk.ask(
        f"CREATE TEMP TRIGGER broken BEFORE INSERT ON main.person WHEN NEW.id='{record}'"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )


def _five_people(office: Office) -> list[str]:
    people = sorted(uuid7() for _ in range(5))
    for number, person in enumerate(people):
        office.tell("person", person, {"full_name": f"Người {number}"})
    return people


def _second_file(office: Office) -> str:
    person, first, second = sorted(uuid7() for _ in range(3))
    office.tell("person", person, {"full_name": "Bàn A Sáng"})
    for file in (second, first):
        office.tell("child_file", file, {"person": person, "opened_on": "2026-01-02"}, data=0)
    return first


def test_a_second_file_of_one_child_stops_no_feed(office: Office) -> None:
    first = _second_file(office)
    assert office.desk.sync().pulled == 3
    assert office.desk.ask("SELECT file FROM child_index") == [(first,)]


def test_two_rows_of_one_child_would_stop_the_feed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    _second_file(office)
    monkeypatch.setattr(child_index, "_one_each", list)
    with pytest.raises(IntegrityError):
        office.desk.sync()


def test_a_relative_of_nobody_stops_no_feed(office: Office) -> None:
    person = uuid7()
    office.tell("relation", uuid7(), {"relative": person, "relation": "mother"})
    office.tell("person", person, {"full_name": "Chíu Thị Múi"})
    assert office.desk.sync().pulled == 2


def test_a_report_without_its_hour_counts_from_when_it_was_made(office: Office) -> None:
    """An empty hour would leave its clock, and every page that shows it, with nothing to reckon from."""
    report = office.report()
    office.tell("report", report, {"received_at": None}, data=0)
    far = "f" * 12 + report[12:]
    office.tell("report", far, {"status": "waiting"}, data=0)
    office.desk.sync()
    hours = dict(office.desk.ask("SELECT id, received_at FROM report"))
    assert from_iso(hours[report]).timestamp() == int(report[:12], 16) // 1000
    assert abs(from_iso(hours[far]) - datetime.now(UTC)) < timedelta(hours=1)


def test_without_an_hour_of_its_own_it_would_have_none(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Incoming, "times", lambda *_: {})
    office.tell("report", office.report(), {"received_at": None}, data=0)
    office.desk.sync()
    assert office.desk.ask("SELECT received_at FROM report") == [("",)]


@pytest.mark.parametrize(
    ("kind", "field"), [("person", "of_a_newer_program"), ("kind_of_a_newer_program", "full_name")]
)
def test_a_conflict_that_only_a_newer_program_can_show_is_left_to_it(office: Office, kind: str, field: str) -> None:
    line = office.colleague.record(SCOPE, kind, uuid7(), {field: "x"}, schema=99)
    opened = protocol.OpenedConflict(id=uuid7(), field=field, base=None, ours=None, theirs=line.change.id)
    office.province.publish(line, opened=[opened])
    office.desk.sync()
    reader = office.desk.register.reader
    assert office.desk.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(1,)]
    assert (conflicts.open_conflicts(reader), conflicts.count_open(reader)) == ([], 0)
    assert conflicts.count_open_of(reader, [line.change.record]) == 0


def _seen_of_another(office: Office) -> None:
    """An edit that waits for a person names as seen what was written of somebody else."""
    one, other = uuid7(), uuid7()
    stands = office.tell("person", one, {"full_name": "Chìu Văn Sáng", "phone": "0912000001"})
    theirs = office.tell("person", other, {"full_name": "Bàn Thị Một", "phone": "0912000002"})
    line = office.colleague.record(SCOPE, "person", one, {"phone": "0912000003"})
    sides = {"base": theirs.change.id, "ours": stands.change.id, "theirs": line.change.id}
    opened = protocol.OpenedConflict(id=uuid7(), field="phone", **sides)
    office.province.publish(line, opened=[opened], outcomes={"phone": "conflict"})
    office.desk.sync()


def test_what_was_written_of_another_is_not_shown_as_what_had_stood(office: Office) -> None:
    _seen_of_another(office)
    (shown,) = office.desk.register.read(conflicts.open_conflicts)
    assert (shown.base, [side.value for side in shown.sides]) == (None, ["0912000001", "0912000003"])


def test_believed_it_would_show_anothers_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(conflicts, "_is_of_another", lambda *_: False)
    _seen_of_another(office)
    (shown,) = office.desk.register.read(conflicts.open_conflicts)
    assert shown.base is not None
    assert shown.base.value == "0912000002"


def test_a_desks_number_used_twice_is_refused_with_its_page(office: Office) -> None:
    office.tell("person", uuid7(), {"full_name": "Bàn A Sáng"})
    office.tell("person", uuid7(), {"full_name": "Bàn A Tài"}, n=1)
    with pytest.raises(protocol.Malformed):
        office.desk.sync()
    assert (office.cursor, office.desk.ask("SELECT count(*) FROM person")) == (0, [(0,)])


@pytest.mark.parametrize("kinds", [("person", "person"), ("person", "of_a_newer_program"), ("of_a_newer_program",) * 2])
def test_a_desks_number_used_twice_is_refused_with_its_snapshot(office: Office, kinds: tuple[str, str]) -> None:
    for kind in kinds:
        office.tell(kind, uuid7(), {"full_name": "Bàn A Sáng"}, n=1)
    with pytest.raises(protocol.Malformed):
        office.desk.replica().begin_anew(SCOPE, office.province.feed[SCOPE], FeedPosition(2, bytes(32)))
    assert (office.cursor, office.desk.ask("SELECT count(*) FROM person")) == (0, [(0,)])


def test_rows_and_cursor_of_a_page_are_one(office: Office) -> None:
    """Two of five events fit before the disk is full: what was applied, and where the desk stands, say the same."""
    people = _five_people(office)
    _broken_at(office, people[3])
    with pytest.raises(Fault):
        office.desk.sync()
    assert [row[0] for row in office.desk.ask("SELECT id FROM person ORDER BY id")] == people[: office.cursor]
    assert office.desk.ask("SELECT count(*) FROM change") == [(office.cursor,)]
    office.desk.ask("DROP TRIGGER broken")
    office.desk.sync()
    assert [row[0] for row in office.desk.ask("SELECT id FROM person ORDER BY id")] == people


def test_a_cursor_that_went_ahead_of_its_rows_would_skip_them_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a cursor committed before the rows, as in systems that lost records this way."""
    honest = Incoming.apply

    def cursor_first(
        self: Incoming, events: list[tuple[protocol.Event, Line]], positions: dict[str, FeedPosition]
    ) -> None:
        db = self._tx.connection
        for scope, position in positions.items():
            self._move_cursor(scope, position)
        db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        honest(self, events, positions)

    people = _five_people(office)
    _broken_at(office, people[3])
    monkeypatch.setattr(Incoming, "apply", cursor_first)
    with pytest.raises(Fault):
        office.desk.sync()
    office.desk.ask("DROP TRIGGER broken")
    office.desk.sync()
    assert people[3] not in [row[0] for row in office.desk.ask("SELECT id FROM person")]


class Typing(FragileReplica):
    """An officer saves at the last moment before a receipt is written down."""

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        self._write(save_all(make_person("Chưa Gửi")))
        return super().acknowledge(receipt, up_to, receipt_bytes, signature)


def test_a_receipt_proves_nothing_about_what_was_never_sent(office: Office) -> None:
    """A province that signs for more than it got: what was typed meanwhile must still be sent."""
    office.desk.register.write(save_all(make_person("Gửi Rồi"))).result()

    def boast(body: bytes) -> Raw:
        office.province.push(body)
        office.province.pranks.clear()
        receipt = protocol.Receipt(desk="AAAAAA", accepted_n=10**6, durable_n=0, at="2026-11-24T01:00:01Z", results=[])
        return office.province.signed(receipt, seal.RECEIPT)

    office.province.pranks["/v1/push"] = boast
    office.desk.sync(Typing(office.desk.register, lambda changes: None))
    assert office.desk.ask("SELECT n, state FROM change ORDER BY n") == [(1, "accepted"), (2, "waiting")]
    office.desk.sync()
    assert [line.change.set["full_name"] for line in office.province.held["AAAAAA"]] == ["Gửi Rồi", "Chưa Gửi"]


def test_a_receipt_sets_nothing_aside_but_what_it_answers(office: Office) -> None:
    others = office.tell("person", uuid7(), {"full_name": "Của người khác"})
    office.desk.sync()
    office.desk.register.write(save_all(make_person())).result()

    def accuse(body: bytes) -> Raw:
        results = [protocol.Result(id=others.change.id, status="quarantined", code="value")]
        receipt = protocol.Receipt(desk="AAAAAA", accepted_n=1, durable_n=0, at="", results=results)
        return office.province.signed(receipt, seal.RECEIPT)

    office.province.pranks["/v1/push"] = accuse
    office.desk.sync()
    assert office.desk.ask("SELECT count(*) FROM change WHERE state='quarantined'") == [(0,)]


def test_a_colleague_from_the_far_future_does_not_spoil_this_desks_numbers(office: Office) -> None:
    """The last stamp of all would leave no later one below 2**53, and every further change would be set aside."""
    office.tell("person", uuid7(), {"full_name": "Năm 2255"}, id="f" * 12 + uuid7()[12:], stamp=(1 << 53) - 1)
    office.desk.sync()
    office.desk.restart()
    office.desk.register.write(save_all(make_person())).result()
    ((stamp,),) = office.desk.ask("SELECT stamp FROM change WHERE desk='AAAAAA'")
    assert stamp < 1 << 52


def _offer_another_key(office: Office) -> seal.BoxKey:
    """The province names, in a signed page, a key of its own as the commune's."""
    stranger = seal.BoxKey.generate()
    office.province.scope_keys = [protocol.ScopeKey(scope=SCOPE, key="ffffffff", public=protocol.b64(stranger.public))]
    office.desk.sync()
    return stranger


def _key_sealed_to(office: Office) -> str:
    office.desk.restart()
    office.desk.register.write(save_all(make_report())).result()
    office.desk.sync()
    (key,) = {line.change.key for line in office.province.held["AAAAAA"] if line.change.seal}
    return key


def test_a_province_cannot_have_things_sealed_to_a_key_of_its_own(office: Office) -> None:
    """Whoever steals the server holds the authority's key, but not the commune's: it must not be able to swap that."""
    _offer_another_key(office)
    assert _key_sealed_to(office) == KEY_ID


def test_a_key_taken_for_the_communes_own_would_be_sealed_to(office: Office) -> None:
    """The twin: the same key, its private half in the register as if it had come at enrolment."""
    stranger = _offer_another_key(office)
    office.desk.ask("UPDATE scope_key SET private=? WHERE key='ffffffff'", stranger.to_bytes())
    assert _key_sealed_to(office) == "ffffffff"


@pytest.mark.parametrize("number", [1 << 53, 1 << 63, 1 << 70, -1])
def test_numbers_beyond_the_agreed_ones_are_no_message(office: Office, number: int) -> None:
    """Whole numbers below 2**53, and no negative ones: the register's columns never see another."""
    office.desk.register.write(save_all(make_person())).result()
    receipt = b'{"desk":"AAAAAA","accepted_n":1,"durable_n":%d,"at":"","results":[]}' % number
    office.province.pranks["/v1/push"] = lambda _: office.province.signed(receipt, seal.RECEIPT)
    with pytest.raises(protocol.Malformed):
        office.desk.sync()
    office.province.pranks.clear()

    def far_head(body: bytes) -> Raw:
        page = office.province.page(protocol.decode(body, protocol.PullRequest)).split(b"\n")
        head = b'{"cursors":{},"more":false,"heads":{"C:06838":{"seq":%d,"chain":""}}}' % number
        return office.province.signed(b"\n".join([page[0], head]), seal.FEED)

    office.province.pranks["/v1/pull"] = far_head
    with pytest.raises(protocol.Malformed):
        office.desk.sync()


NO_IDS = ("", "x", "é" * 32, "\x00" * 32, "../../register.db", "F" * 32)


@pytest.mark.parametrize("record", NO_IDS)
def test_a_record_whose_id_is_none_is_no_page(office: Office, record: str) -> None:
    """A province in error lets it through, and its hour is lacking too: it would be read from the id."""
    office.tell("report", record, {"status": "waiting"}, data=0)
    with pytest.raises(protocol.Malformed):
        office.desk.sync()
    assert (office.cursor, office.desk.ask("SELECT count(*) FROM report")) == (0, [(0,)])


def test_believed_it_would_be_a_fault_of_the_program(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(incoming, "is_id", lambda text: True)
    office.tell("report", "x", {"status": "waiting"}, data=0)
    with pytest.raises(ValueError, match="base 16"):
        office.desk.sync()


def test_our_own_sealed_report_comes_back_readable(office: Office) -> None:
    report = make_report()
    office.desk.register.write(save_all(report)).result()
    office.desk.sync()
    assert office.desk.ask("SELECT description FROM report") == [(report.description,)]
