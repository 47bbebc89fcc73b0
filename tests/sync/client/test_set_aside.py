"""Changes that the province set aside: the desk knows it, and nothing built on them gets stuck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.client import errors
from sync.server.engine import tables
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


class Pair:
    """Two desks of a commune, and a person both know who has no phone yet."""

    def __init__(self, folder: Path, province: RealProvince) -> None:
        self.province = province
        self.desks = []
        for number in range(2):
            make_register(folder / f"{number}.db", province.enrol())
            self.desks.append(RealDesk(folder / f"{number}.db", SystemClock(), province.transport))
        self.a, self.b = self.desks
        self.person = make_person()
        self.a.register.write(save_all(self.person)).result()
        self.sync_all()

    def sync_all(self) -> None:
        for desk in (self.a, self.b, self.a):
            desk.sync()

    def phone(self, desk: RealDesk, number: str) -> None:
        person = desk.register.write(lambda tx: tx.existing(Person, self.person.id)).result()[0]
        desk.register.write(save_all(msgspec.structs.replace(person, phone=number))).result()

    def shown(self, desk: RealDesk) -> str:
        return str(desk.ask("SELECT phone FROM person WHERE id=?", self.person.id)[0][0])

    @contextmanager
    def without_its_grant(self, desk: RealDesk) -> Iterator[None]:
        """For a while the province takes this desk for one of another commune."""
        self._grant(desk, OTHER_COMMUNE)
        yield
        self._grant(desk, COMMUNE)

    def _grant(self, desk: RealDesk, scope: str) -> None:
        grant = tables.desk_grant
        moved = update(grant).where(grant.c.desk == desk.register.identity.desk).values(scope=scope)
        self.province.write(lambda connection: connection.execute(moved))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with real_province(tmp_path) as province:
        made = Pair(tmp_path, province)
        yield made
        for desk in made.desks:
            desk.register.close()


def _states(desk: RealDesk) -> list[tuple[str, str | None]]:
    own = desk.register.identity.desk
    return desk.ask("SELECT state, code FROM change WHERE desk=? ORDER BY n DESC LIMIT 1", own)


def _lose_the_receipt(pair: Pair) -> None:
    pair.phone(pair.a, "0912000001")
    with pair.without_its_grant(pair.a):
        pair.province.line.lose_reply_of = "/v1/push"
        with pytest.raises(errors.LineFault):
            pair.a.sync()
        pair.province.line.lose_reply_of = ""
    pair.a.sync()


def test_a_desk_whose_receipt_was_lost_still_learns_what_was_set_aside(pair: Pair) -> None:
    _lose_the_receipt(pair)
    assert _states(pair.a) == [("quarantined", "grant")]


def test_what_was_set_aside_does_not_hide_what_others_write(pair: Pair) -> None:
    _lose_the_receipt(pair)
    pair.phone(pair.b, "0912000002")
    pair.sync_all()
    assert (pair.shown(pair.a), pair.shown(pair.b)) == ("0912000002", "0912000002")


def test_taken_for_accepted_it_would_hide_the_others_value_for_ever(pair: Pair) -> None:
    """The twin: a change that never comes back in a feed, but counts as accepted, stands before all that follow."""
    _lose_the_receipt(pair)
    pair.a.ask("UPDATE change SET state='accepted' WHERE state='quarantined'")
    pair.phone(pair.b, "0912000002")
    pair.sync_all()
    assert pair.shown(pair.a) == "0912000001"


def test_an_edit_upon_a_change_that_was_set_aside_is_decided_once(pair: Pair) -> None:
    """The later edit waits for a person; shown is what the province has; the decision closes it for good."""
    pair.phone(pair.a, "0912000001")
    with pair.without_its_grant(pair.a):
        pair.a.sync()
    pair.phone(pair.a, "0912000003")
    pair.sync_all()
    ((conflict,),) = pair.a.ask("SELECT id FROM conflict WHERE state='open'")
    assert pair.shown(pair.a) == pair.shown(pair.b) == "None"
    pair.a.register.write(
        lambda tx: decide_conflict(
            tx, kind="person", record=pair.person.id, field="phone", ids=[conflict], value="0912000003"
        )
    ).result()
    pair.sync_all()
    for desk in pair.desks:
        assert pair.shown(desk) == "0912000003"
        assert desk.ask("SELECT count(*) FROM conflict WHERE state<>'closed'") == [(0,)]


def test_a_province_that_lost_its_last_days_gets_what_was_set_aside_again(pair: Pair) -> None:
    """Numbers have no holes: without what was set aside, nothing after it could ever be sent again."""
    pair.phone(pair.a, "0912000001")
    with pair.without_its_grant(pair.a):
        pair.a.sync()
    pair.phone(pair.a, "0912000003")
    pair.a.sync()
    pair.a.replica().resend_from(1)
    pair.a.sync()
    assert pair.a.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]
    assert pair.a.ask("SELECT count(*) FROM change WHERE state='quarantined'") == [(1,)]
