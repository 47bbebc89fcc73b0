"""A register that was damaged behind the program's back is found by its sums and put right, and nothing is removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock, to_iso
from commune_desk.store.engine import settings
from commune_desk.store.intake import comparing
from commune_desk.store.writing.transaction import Tx
from sync.change import FeedPosition
from sync.checksums import TheirRecords, range_of, sums_of, term
from tests.helpers.builders import make_file, make_person, make_report, make_visit, save_all
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import FragileReplica, RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


class Office:
    """Two desks of one commune with some history, both up to date."""

    def __init__(self, folder: Path, real: RealProvince) -> None:
        self.real = real
        self.desks = []
        for number in range(2):
            make_register(folder / f"{number}.db", real.enrol())
            self.desks.append(RealDesk(folder / f"{number}.db", SystemClock(), real.transport))
        self.people = [make_person(f"Chìu Văn {number}") for number in range(8)]
        first, second = self.desks
        first.register.write(save_all(*self.people)).result()
        for person in self.people[:3]:
            first.register.write(save_all(make_file(person.id), make_visit(person.id))).result()
        first.register.write(save_all(make_report(person=self.people[0].id))).result()
        for desk in (first, second):
            desk.sync()
        first.edit(Person, self.people[1].id, phone="0912000222")
        second.edit(Person, self.people[1].id, phone="0912000333")
        first.edit(Person, self.people[2].id, phone="0912000444")
        for desk in (first, second, first):
            desk.sync()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with real_province(tmp_path) as real:
        made = Office(tmp_path, real)
        yield made
        for desk in made.desks:
            desk.register.close()


def spoil(desk: RealDesk, sql: str, *values: object) -> None:
    """Damage that no program of ours does."""
    desk.register.write(lambda tx: tx.connection.execute(sql, values)).result()


def compare(desk: RealDesk, replica: FragileReplica | None = None) -> comparing.Comparison:
    desk.register.write(comparing.ask).result()
    desk.sync(replica)
    return desk.register.write(lambda tx: comparing.last(tx.connection)).result()[0]


def phone(desk: RealDesk, person: RecordId) -> str:
    ((shown,),) = desk.ask("SELECT phone FROM person WHERE id=?", person)
    return str(shown)


def test_whoever_saw_the_same_has_the_same_sums(office: Office) -> None:
    first, second = office.desks
    assert sums_here(first) == sums_here(second) == sums_there(office.real)
    assert sums_here(first).whole.count > 10
    found = compare(first)
    assert found == comparing.Comparison(at=found.at)


def test_a_lost_update_is_put_right(office: Office) -> None:
    desk, person = office.desks[1], office.people[2].id
    ((former,),) = desk.ask("SELECT writers FROM person WHERE id=?", office.people[3].id)
    spoil(desk, "UPDATE person SET phone='0912999999', writers=? WHERE id=?", former, person)
    assert compare(desk).put_right == 1
    assert phone(desk, person) == "0912000444"
    assert sums_here(desk) == sums_there(office.real)
    ((detail,),) = desk.ask("SELECT detail FROM audit WHERE action='repair'")
    assert '"records":1' in detail


@pytest.mark.parametrize("kind", ["person", "child_file", "home_visit", "report"])
def test_a_lost_row_comes_back(office: Office, kind: str) -> None:
    desk = office.desks[1]
    before = desk.ask(f"SELECT * FROM {kind} ORDER BY id")
    spoil(desk, f"DELETE FROM {kind} WHERE id=(SELECT min(id) FROM {kind})")
    assert compare(desk).put_right == 1
    assert [row[:2] + row[3:] for row in desk.ask(f"SELECT * FROM {kind} ORDER BY id")] == [
        row[:2] + row[3:] for row in before
    ]
    assert sums_here(desk) == sums_there(office.real)


def test_a_conflict_that_was_closed_from_outside_is_open_again(office: Office) -> None:
    desk = office.desks[1]
    spoil(desk, "UPDATE conflict SET state='closed'")
    assert compare(desk).put_right == 1
    assert desk.ask("SELECT count(*) FROM conflict WHERE state='open'") == [(1,)]


def test_a_row_too_many_stays_and_is_told(office: Office) -> None:
    desk = office.desks[1]
    spoil(desk, "INSERT INTO person SELECT ?, scope, writers, " + _columns(desk) + " FROM person LIMIT 1", "f" * 32)
    found = compare(desk)
    assert (found.put_right, found.only_here, found.unlike) == (0, 1, 0)
    assert desk.ask("SELECT count(*) FROM person WHERE id=?", "f" * 32) == [(1,)]
    again = compare(desk)
    assert again.only_here == 1
    assert desk.ask("SELECT count(*) FROM audit WHERE action='repair'") == [(1,)]


class Tidying(FragileReplica):
    """A desk whose control is taken out: what a reply does not list goes."""

    def put_right(self, scope: str, at: FeedPosition, theirs: TheirRecords) -> bool:
        listed = {line.change.record for _, line in theirs.events}

        def tidy(tx: Tx) -> None:
            for (one,) in tx.connection.execute("SELECT id FROM person").fetchall():
                if range_of(one) in theirs.ranges and one not in listed:
                    tx.connection.execute("DELETE FROM person WHERE id=?", (one,))

        is_right = super().put_right(scope, at, theirs)
        self._write(tidy)
        return is_right


def test_taken_out_for_its_absence_it_would_be_lost(office: Office) -> None:
    """The twin."""
    desk = office.desks[1]
    spoil(desk, "INSERT INTO person SELECT ?, scope, writers, " + _columns(desk) + " FROM person LIMIT 1", "f" * 32)
    compare(desk, Tidying(desk.register, lambda changes: None))
    assert desk.ask("SELECT count(*) FROM person WHERE id=?", "f" * 32) == [(0,)]


def _columns(desk: RealDesk) -> str:
    return ", ".join(
        row[1] for row in desk.ask("PRAGMA table_info(person)") if row[1] not in ("id", "scope", "writers")
    )


class Uncompared(FragileReplica):
    """A desk whose control is taken out: it never compares."""

    def scope_to_compare(self, now: str) -> str:
        return ""


def test_without_comparing_the_damage_would_stay(office: Office) -> None:
    """The twin."""
    desk, person = office.desks[1], office.people[2].id
    spoil(desk, "UPDATE person SET phone='0912999999', writers='' WHERE id=?", person)
    compare(desk, Uncompared(desk.register, lambda changes: None))
    assert phone(desk, person) == "0912999999"
    assert sums_here(desk) != sums_there(office.real)


class Typing(FragileReplica):
    """An officer saves while the repair is under way."""

    typed: Callable[[], None]

    def put_right(self, scope: str, at: FeedPosition, theirs: TheirRecords) -> bool:
        self.typed()
        return super().put_right(scope, at, theirs)


def test_what_is_typed_meanwhile_is_never_overwritten(office: Office) -> None:
    desk, person = office.desks[1], office.people[2].id
    made, other = (
        desk.ask("SELECT id FROM change WHERE record=? ORDER BY id", one.id)[0][0] for one in office.people[2:4]
    )
    spoil(desk, "UPDATE person SET writers=replace(writers, ?, ?) WHERE id=?", made, other, person)
    replica = Typing(desk.register, lambda changes: None)
    replica.typed = lambda: desk.edit(Person, person, phone="0912000555")
    compare(desk, replica)
    assert phone(desk, person) == "0912000555"
    for one in (desk, office.desks[0]):
        one.sync()
        assert phone(one, person) == "0912000555"
    assert sums_here(desk) == sums_there(office.real)


def test_while_something_waits_nothing_is_compared(office: Office) -> None:
    desk = office.desks[1]
    replica = desk.replica()
    desk.edit(Person, office.people[4].id, phone="0912000666")
    seq, chain = desk.ask("SELECT seq, chain FROM cursor")[0]
    assert replica.held_sums(COMMUNE, FeedPosition(seq, bytes(chain))) is None
    desk.sync()
    seq, chain = desk.ask("SELECT seq, chain FROM cursor")[0]
    assert replica.held_sums(COMMUNE, FeedPosition(seq, bytes(chain))) == sums_there(office.real)


def test_once_a_day_is_enough(office: Office) -> None:
    desk, person = office.desks[1], office.people[2].id
    compare(desk)
    spoil(desk, "UPDATE person SET writers='' WHERE id=?", person)
    desk.sync()
    assert sums_here(desk) != sums_there(office.real)
    yesterday = comparing.Comparison(at=to_iso(SystemClock().now() - timedelta(days=1)))
    desk.register.write(lambda tx: settings.put(tx.connection, comparing.COMPARED, yesterday)).result()
    desk.sync()
    assert sums_here(desk) == sums_there(office.real)


@given(st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.lists(st.sampled_from("abcdef"))), max_size=40))
def test_a_sum_knows_no_order_and_misses_no_record(records: list[tuple[bytes, list[str]]]) -> None:
    found = {one.hex(): term(one.hex(), writers, ()) for one, writers in records}
    whole = sums_of(found.items())
    assert whole == sums_of(reversed(found.items()))
    assert whole.whole.count == sum(one.count for one in whole.ranges) == len(found)
    for record in found:
        less = sums_of((one, value) for one, value in found.items() if one != record)
        assert [place for place in range(256) if less.ranges[place] != whole.ranges[place]] == [range_of(record)]


def test_a_new_record_has_an_id_whose_last_byte_is_random() -> None:
    assert len({range_of(new_record_id()) for _ in range(2000)}) > 200
