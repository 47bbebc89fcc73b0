"""A client written from the one page alone works with a real province's process and with a desk of the program.

It stands in `tests/plain_client` and imports nothing of the program: what it needs and the page lacks shows here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from commune_desk.domain.model.access import Role
from commune_desk.domain.records.families import Person
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.protocol_page import PAGE
from tests.plain_client import enrolling, files, frames, locked, places, snapshots, sticks, wire
from tests.plain_client.desk import FEED, Desk
from tests.plain_client.feed import Place, prove, read_page
from tests.plain_client.sealing import decrypt_content, encrypt_content, new_key
from tests.plain_client.spelling import Untrue, b64, compact, new_id, public_of, sha
from tests.plain_client.wire import Refused
from tests.plain_client.writing import Record
from tests.story.province import Province
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.system.served_desks import ServedDesk, join, served

HOST = "127.0.0.1"


@dataclass
class Two:
    """The stranger's desk and one of the program, of one commune."""

    plain: Desk
    real: ServedDesk
    away: Desk
    """Another of the stranger's, in the next commune."""
    province: Province

    def both(self) -> None:
        """What either wrote is at the other, and what stands is the same by the province's sums."""
        self.plain.sync()
        self.real.sync()
        self.plain.sync()
        theirs, own = self.plain.ranges()
        assert theirs == own

    def child(self) -> tuple[Record, Record]:
        """A child of the stranger's making, known to both."""
        person, file = self.plain.record("person"), self.plain.record("child_file", 0)
        self.plain.journal.write(person, {"full_name": "Chìu Văn Sáng", "birth_date": "2016-03", "sex": "male"})
        self.plain.journal.write(file, {"person": person.id, "opened_on": "2026-11-24"})
        self.both()
        return person, file

    def opened(self, statement: str, *values: object) -> list[Any]:
        return self.real.ask(statement, *values)


def report_of(two: Two, person: str, description: str) -> Record:
    """A report in three parts, by the stranger: in the open of two classes, and sealed."""
    report, group = two.plain.record("report"), new_id()
    write = two.plain.journal.write
    write(report._replace(data_class=0), {"received_at": "2026-11-25T09:00:00Z"}, tx=group)
    write(report, {"source": "111", "place": "Khe Lạc", "person": person}, tx=group)
    two.plain.seal(report._replace(data_class=2), {"description": description, "reporter_name": "Lý A"}, tx=group)
    return report


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("plain")
    with served(folder, more=[{OTHER_COMMUNE: Role.COMMUNE_OFFICER}]) as (province, codes):
        province.start()
        spoken = codes[0].lower().replace("-", " ")  # as somebody hears it
        plain = Desk(enrolling.enrol(HOST, province.port, spoken, "Máy lạ"), HOST, province.port)
        real = join(folder, "real", province.address, codes[1])
        away = Desk(enrolling.enrol(HOST, province.port, codes[2], "Xã bên"), HOST, province.port)
        yield Two(plain, real, away, province)
        away.wire.hang_up()
        plain.wire.hang_up()
        real.register.close()


def test_what_it_writes_is_read_by_a_desk_of_the_program(two: Two) -> None:
    person, file = two.child()
    visit = two.plain.record("home_visit")
    words = 'Cháu "khoẻ"\n\\ </b> & \u2028'
    fields = {"person": person.id, "visited_on": "2026-11-25", "risk_level": "low", "observations": words}
    two.plain.journal.write(visit, fields)
    two.both()
    assert two.opened("SELECT full_name, birth_date FROM person WHERE id=?", person.id) == [
        ("Chìu Văn Sáng", "2016-03")
    ]
    assert two.opened("SELECT person, status FROM child_file WHERE id=?", file.id) == [(person.id, "active")]
    assert two.opened("SELECT observations FROM home_visit WHERE id=?", visit.id) == [(words,)]


def test_a_run_of_changes_without_signatures_is_proven_to_both(two: Two) -> None:
    before = two.plain.by_runs
    people = [two.plain.record("person") for _ in range(70)]  # more than one run of 64
    for n, person in enumerate(people):
        two.plain.journal.write(person, {"full_name": f"Người {n}"}, signed=False)
    assert two.plain.push(brief=True)["accepted_n"] == len(two.plain.journal.changes)
    two.both()
    assert two.plain.by_runs >= before + 70
    names = {name for (name,) in two.opened("SELECT full_name FROM person")}
    assert {f"Người {n}" for n in range(70)} <= names


def test_what_a_desk_of_the_program_writes_is_proven_and_read(two: Two) -> None:
    person, file = make_child("Đặng Thị Hoà")
    report = make_report(person=person.id, description="Bị đánh")
    two.real.register.write(save_all(person, file, report)).result()
    two.both()
    assert two.plain.here.value("person", person.id, "full_name") == "Đặng Thị Hoà"
    assert two.plain.here.value("child_file", file.id, "person") == person.id
    assert two.plain.opened("report", report.id, "description") == "Bị đánh"
    assert "Bị đánh" not in str(two.plain.here.changes)


def test_what_it_seals_is_opened_by_a_desk_of_the_program(two: Two) -> None:
    person, _ = two.child()
    report = report_of(two, person.id, "Nghe tiếng khóc")
    two.both()
    asked = "SELECT place, description, reporter_name FROM report WHERE id=?"
    assert two.opened(asked, report.id) == [("Khe Lạc", "Nghe tiếng khóc", "Lý A")]


def _conflict(two: Two, person: Record) -> str:
    """Both write a phone upon the same value; the stranger comes second. Gives the conflict's id."""
    base = {"phone": two.plain.here.writer("person", person.id, "phone")}
    two.real.edit(Person, person.id, phone="0911111111")
    two.real.sync()
    own = two.plain.journal.write(person, {"phone": "0922222222"}, base)
    assert two.plain.push()["results"][-1]["status"] == "conflict"
    two.both()
    return sha(f"{own}|phone".encode()).hex()[:32]


def test_it_meets_a_conflict_and_decides_it(two: Two) -> None:
    person, _ = two.child()
    conflict = _conflict(two, person)
    assert two.plain.here.value("person", person.id, "phone") == "0911111111"
    asked = two.plain.here.conflicts[conflict]
    assert (asked.record, asked.field, asked.base) == (person.id, "phone", None)
    two.plain.decide("person", conflict, "0922222222")
    two.both()
    assert conflict not in two.plain.here.conflicts
    assert two.opened("SELECT phone FROM person WHERE id=?", person.id) == [("0922222222",)]


def test_a_list_of_codes_travels_as_what_was_added_and_removed(two: Two) -> None:
    _, file = two.child()
    wide = file._replace(data_class=1)
    two.plain.journal.write(wide, {"disability_types": ["+KT2", "+KT3"]})
    two.both()
    base = {"disability_types": two.plain.here.writer("child_file", file.id, "disability_types")}
    two.plain.journal.write(wide, {"disability_types": ["-KT3"]}, base)
    two.both()
    assert two.plain.here.value("child_file", file.id, "disability_types") == ["KT2"]
    assert json.loads(two.opened("SELECT disability_types FROM child_file WHERE id=?", file.id)[0][0]) == ["KT2"]


def test_a_push_that_is_said_again_does_nothing_twice_and_a_gap_is_refused(two: Two) -> None:
    two.child()
    last = len(two.plain.journal.changes)
    again = two.plain.push(last)
    assert [one["status"] for one in again["results"]] == ["dup"]
    assert two.plain.push(last, brief=True).get("results", []) == []
    for _ in range(2):
        two.plain.journal.write(two.plain.record("person"), {"full_name": "Lý Thị Ba"})
    with pytest.raises(Refused) as refused:
        two.plain.push(last + 2)
    assert (refused.value.status, refused.value.code) == (409, "gap")
    assert refused.value.problem["expect_n"] == last + 1
    assert refused.value.problem["desk"] == two.plain.journal.desk
    two.both()


def test_what_the_province_cannot_take_stops_nothing_behind_it(two: Two) -> None:
    person, _ = two.child()
    two.plain.journal.write(person, {"birth_date": "2016-13"})
    two.plain.journal.write(person, {"village": "Khe Lạc"})
    statuses = [(one["status"], one.get("code", "")) for one in two.plain.push()["results"]]
    assert statuses == [("quarantined", "value"), ("ok", "")]
    two.both()


def test_with_the_dictionary_of_the_page_it_sends_less_and_reads_the_same(two: Two) -> None:
    """Of two pulls that ask alike, and of a refusal."""
    two.both()
    two.plain.pull()
    two.plain.wire.dictionary = frames.dictionary_of(PAGE)
    two.plain.pull()
    without, with_it = two.plain.wire.sent[-2:]
    assert with_it < 0.8 * without
    two.child()
    for _ in range(2):
        two.plain.journal.write(two.plain.record("person"), {"full_name": "Lý Thị Ba"})
    with pytest.raises(Refused) as refused:
        two.plain.push(len(two.plain.journal.changes))
    assert refused.value.code == "gap"
    two.both()
    two.plain.wire.dictionary = None
    two.both()


def test_a_ticket_that_is_gone_is_asked_for_anew(two: Two) -> None:
    two.plain.sync()
    hellos = len(two.plain.wire.hellos)
    two.plain.wire.forget_ticket()
    two.plain.pull()
    assert len(two.plain.wire.hellos) == hellos + 1


def test_the_root_of_the_day_is_proven(two: Two) -> None:
    two.child()
    assert two.plain.roots[0]["n"] == 1
    assert two.plain.roots[0]["leaves"] > 1


def test_a_snapshot_fetched_in_two_parts_says_what_the_feed_said(two: Two) -> None:
    person, _ = two.child()
    _conflict(two, person)
    offered = snapshots.offer(two.plain)
    data = snapshots.fetch(two.plain, offered, cut_after=1000)
    at, made = snapshots.read(two.plain, offered, data)
    assert at == two.plain.places[two.plain.scope]
    assert made.sums() == two.plain.here.sums()
    assert {key: values for key, values in made.records.items() if values} == two.plain.here.records
    assert made.conflicts == two.plain.here.conflicts
    assert two.plain.wire.get(f"/v1/snapshots/{offered['token']}", offered["size"]).read() == b""


def test_a_file_goes_up_in_pieces_and_comes_back(two: Two) -> None:
    person, _ = two.child()
    content, key = "Giấy khai sinh ".encode() * 20_000, new_key()
    data = encrypt_content(key, content)
    attachment, group = two.plain.record("attachment"), new_id()
    fields = {
        "person": person.id, "document": "birth_certificate", "media_type": "application/pdf", "size": len(data),
        "sha256": sha(data).hex(), "added_at": "2026-11-25T09:00:00Z",
    }  # fmt: skip
    two.plain.journal.write(attachment, fields, tx=group)
    two.plain.seal(attachment._replace(data_class=2), {"content_key": b64(key)}, tx=group)
    two.both()
    assert files.send(two.plain, data, piece=100_000)["done"]
    assert decrypt_content(key, files.receive(two.plain, sha(data).hex(), piece=100_000)) == content
    with pytest.raises(Refused) as refused:
        files.state(two.plain, sha(b"").hex())
    assert (refused.value.status, refused.value.code) == (404, "not_found")


def test_a_child_moves_and_what_is_sealed_opens_there_alone(two: Two) -> None:
    person, file = two.child()
    report = report_of(two, person.id, "Nghe tiếng khóc")
    two.both()
    verb = places.move(two.plain, person.id, two.away.scope)
    assert [one["status"] for one in two.plain.push()["results"]] == ["ok", "late"]
    two.both()
    assert two.plain.here.left[verb] == 3
    assert ("person", person.id) not in two.plain.here.records
    assert two.opened("SELECT count(*) FROM person WHERE id=?", person.id) == [(0,)]
    assert places.let_go(two.plain, verb) == [verb]
    two.away.sync()
    assert two.away.here.value("child_file", file.id, "person") == person.id
    assert two.away.opened("report", report.id, "description") == "Nghe tiếng khóc"
    theirs, own = two.away.ranges()
    assert theirs == own


def test_what_was_written_at_lock_goes_by_the_doorbell(two: Two) -> None:
    two.child()
    bell, before = locked.bell_of(two.plain), len(two.plain.journal.changes)
    waiting = locked.ring(bell).get("waiting", 0)
    person = two.plain.record("person")
    two.plain.journal.write(person, {"full_name": "Triệu Thị Năm"}, signed=False)
    report_of(two, person.id, "Nghe tiếng khóc")
    receipt = locked.carry(bell, locked.box_of(two.plain))
    two.plain.journal.take_receipt(receipt)
    assert two.plain.journal.accepted == before + 4
    assert locked.ring(bell)["waiting"] == waiting + 1
    with pytest.raises(Refused) as refused:
        bell.ask("/v1/pull", compact({"epoch": two.plain.epoch, "cursors": {}}), FEED)
    assert (refused.value.status, refused.value.code) == (401, "signature")
    two.both()
    assert two.opened("SELECT full_name FROM person WHERE id=?", person.id) == [("Triệu Thị Năm",)]


def bring(province: Province, stick: Path) -> None:
    """The administrator takes in what lies on a stick and writes the replies onto it."""
    where = ["--data", str(province.data), "--key-file", str(province.key_file)]
    command = [sys.executable, "-m", "sync.server", "bundle", "in", *where, str(stick), "--reply", str(stick)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_what_goes_by_stick_is_taken_in_and_answered(two: Two, tmp_path: Path) -> None:
    two.child()
    person, _ = make_child("Tằng Thị Sáu")
    two.real.register.write(save_all(person)).result()
    two.real.sync()
    own = two.plain.record("person")
    two.plain.journal.write(own, {"full_name": "Triệu Thị Bảy"})
    two.plain.journal.write(own._replace(data_class=1), {"village": "Khe Lạc"}, signed=False)
    (tmp_path / "any.cdsync").write_bytes(sticks.write(two.plain))
    bring(two.province, tmp_path)
    answers = [path for path in tmp_path.iterdir() if path.name != "any.cdsync"]
    assert [path.name for path in answers] == [
        enrolling.spell(sha(path.read_bytes())[:5]).replace("-", "") + ".cdsync" for path in answers
    ]
    assert sticks.read(two.plain, answers[0].read_bytes()) == ["receipt", "page"]
    assert two.plain.journal.accepted == len(two.plain.journal.changes)
    assert two.plain.here.value("person", person.id, "full_name") == "Tằng Thị Sáu"
    two.both()
    assert two.opened("SELECT full_name, village FROM person WHERE id=?", own.id) == [("Triệu Thị Bảy", "Khe Lạc")]


def test_a_stick_goes_over_another_desks_line_which_opens_neither(two: Two) -> None:
    own = two.plain.record("person")
    two.plain.journal.write(own, {"full_name": "Triệu Thị Tám"})
    file = sticks.write(two.plain)
    said, answer = sticks.hand_on(two.away.wire, file)
    assert said["taken"] == 1
    for one in (file, answer):
        with pytest.raises(Untrue):
            sticks.read(two.away, one)
    assert sticks.read(two.plain, answer) == ["receipt", "page"]
    assert two.plain.journal.accepted == len(two.plain.journal.changes)
    with pytest.raises(Refused) as told:
        sticks.hand_on(two.away.wire, answer)
    assert told.value.code == "bundle_for_another"
    two.both()


def test_what_the_province_knows_is_declared_and_signed(two: Two) -> None:
    told, named = two.plain.wire.declared()
    assert named.startswith(f'"{told["schema"]}.')
    person = next(kind for kind in told["kinds"] if kind["name"] == "person")
    (name,) = [field for field in person["fields"] if field["name"] == "full_name"]
    assert (name["class"], name["merge"], name["required"]) == (1, "review", True)
    assert {"move", "alias"} <= set(told["verbs"])


def test_what_was_changed_on_the_way_is_found(two: Two) -> None:
    two.child()
    question = compact({"epoch": two.plain.epoch, "cursors": {two.plain.scope: 0}})
    page = read_page(two.plain.wire.ask("/v1/pull", question, FEED)[0])
    told = page.events[0]
    forged = told._replace(raw=told.raw.replace("Chìu".encode(), "Chíu".encode()))
    with pytest.raises((InvalidSignature, Untrue)):
        prove([forged], [], two.plain.certificates)
    late = page._replace(events=[told._replace(event=told.event | {"q": 2})])
    two.plain.places, before = {}, two.plain.places
    with pytest.raises(Untrue):
        two.plain.take(late)
    two.plain.places = before
    wrong = replace(two.plain.certificates, keys={})
    with pytest.raises(KeyError):
        prove([told], [], wrong)
    assert before[two.plain.scope] != Place(0, bytes(32))


def test_a_code_that_was_misheard_or_is_another_provinces_goes_no_further(two: Two) -> None:
    with pytest.raises(Untrue, match="misheard"):
        enrolling.read_code("NF6G2-0G30G-2G008-2RR")
    assert enrolling.read_code("nf6g2 og3og 2goo8 2rq").secret.hex() == "0102030405"
    with pytest.raises(Untrue, match="not the province of the code"):
        enrolling.enrol(HOST, two.province.port, "NF6G2-0G30G-2G008-2RQ", "Máy lạ")


def test_what_another_authority_signed_counts_for_nothing(two: Two) -> None:
    line = wire.Line(HOST, two.province.port, two.plain.enrolled.ca_pem)
    with pytest.raises(InvalidSignature):
        wire.Wire(line, two.plain.enrolled.desk, two.plain.enrolled.key, public_of(two.plain.enrolled.bell)).hello()
    line.close()
