"""The machine behind `test_three_desks`: what may happen at a desk, and what must hold after each step."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Record
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.change import Change
from sync.client import errors
from sync.server.engine import tables
from sync.server.identity.province import Province, open_province
from tests.helpers.builders import COMMUNE_SCOPE, make_file, make_person, make_visit, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.convergence_model import MEMBERS, RULES, DeskModel, Edit, Model
from tests.sync.actors.real_desks import Crash, RealDesk, make_register
from tests.sync.actors.real_province import OFFICE, RealProvince, real_province

DESKS = (0, 1, 2)
PERSON_FIELDS = {"phone", "occupation"}
VALUES: dict[str, st.SearchStrategy[object]] = {
    "phone": st.sampled_from(["0912000001", "0912000002", "0912000003"]),
    "occupation": st.sampled_from(["nông dân", "thợ mỏ", None]),
    "risk_level": st.sampled_from(["low", "medium", "high"]),
    "status": st.sampled_from(["active", "moved_away", "closed"]),
    "disability_types": st.lists(st.sampled_from(["dt1", "dt2", "dt3"]), unique=True).map(
        lambda codes: tuple(sorted(codes))
    ),
}
FOCUS = st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=2, unique=True)
"""Few fields at a time, so that edits meet."""


class SlowClock:
    """A PC whose battery died: ten years behind."""

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(days=3650)


def _office() -> Path:
    """A province and three enrolled desks, copied for each example."""
    folder = Path(tempfile.mkdtemp(prefix="office-"))
    with real_province(folder) as real:
        for number in DESKS:
            make_register(folder / f"desk{number}.db", real.enrol(OFFICE))
    return folder


class Office:
    """A copy of the office, opened."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="desks-"))
        engine.copy(engine.kept("three desks", _office), self._folder)
        self.province: Province = open_province(self._folder / "province", self._folder / "key-file")
        self.real = RealProvince(self.province)
        clocks = (SystemClock(), SlowClock(), SystemClock())
        self.desks = [
            RealDesk(self._folder / f"desk{number}.db", clocks[number], self.real.transport) for number in DESKS
        ]

    def close(self) -> None:
        for desk in self.desks:
            desk.register.close()
        self.real.line.shut()
        self.province.close()
        engine.forget(self._folder)
        shutil.rmtree(self._folder)


class ThreeDesks(RuleBasedStateMachine):
    """Each rule happens at one desk; after each, every desk must show what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.desks = self.office.desks
        self.model = Model()
        self.views = [DeskModel() for _ in DESKS]
        self.journal: list[list[Edit | None]] = [[] for _ in DESKS]
        """Every change of each desk in order; None for one of no tracked field."""
        self.taken = [0 for _ in DESKS]
        """How many of them the province has."""
        self.visits: set[str] = set()
        self.records: dict[str, RecordId] = {}
        self.fields: list[str] = []

    @initialize(fields=FOCUS)
    def a_child_known_to_all(self, fields: list[str]) -> None:
        self.fields = fields
        person = make_person()
        file = make_file(person.id)
        self.records = dict.fromkeys(PERSON_FIELDS, person.id)
        self.records |= dict.fromkeys(RULES.keys() - PERSON_FIELDS, file.id)
        self.desks[0].register.write(save_all(person, file)).result()
        made = self._changes_of(0)
        self.journal[0] += [None for _ in made]
        self.model.truth.value["status"] = "active"
        self._province_takes(0)
        for desk in self.desks:
            desk.sync()

    @rule(desk=st.sampled_from(DESKS), data=st.data())
    def edit(self, desk: int, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.fields))
        self.change(desk, name, data.draw(VALUES[name]))

    def change(self, desk: int, name: str, value: object) -> None:
        before = self._record(desk, name)
        if getattr(before, name) == value:
            return
        after = msgspec.structs.replace(before, **{name: value})
        self._write(desk, name, lambda tx: tx.save(after))

    @rule(desk=st.sampled_from(DESKS))
    def visit(self, desk: int) -> None:
        one = make_visit(self.records["phone"])
        self.desks[desk].register.write(save_all(one)).result()
        self.journal[desk].append(None)
        self.visits.add(one.id)

    @rule(desk=st.sampled_from(DESKS), data=st.data())
    def decide(self, desk: int, data: st.DataObject) -> None:
        """An officer decides all open conflicts of a field that the desk shows."""
        shown = sorted({row[0] for row in self.desks[desk].ask("SELECT field FROM conflict WHERE state='open'")})
        if not shown:
            return
        name = data.draw(st.sampled_from(shown))
        self.decide_for(desk, name, data.draw(VALUES[name]))

    def decide_for(self, desk: int, name: str, value: object) -> None:
        ids = [row[0] for row in self.desks[desk].ask("SELECT id FROM conflict WHERE state='open' AND field=?", name)]
        kind = "person" if name in PERSON_FIELDS else "child_file"
        record = self.records[name]
        self._write(
            desk,
            name,
            lambda tx: decide_conflict(tx, kind=kind, record=record, field=name, ids=ids, value=value),  # type: ignore[arg-type]
        )

    @rule(desk=st.sampled_from(DESKS))
    def sync(self, desk: int) -> None:
        self._province_takes(desk)
        self.desks[desk].sync()

    @rule(desk=st.sampled_from(DESKS), data=st.data())
    def sync_while_the_officer_types(self, desk: int, data: st.DataObject) -> None:
        self._province_takes(desk)
        replica = self.desks[desk].replica()
        replica.meantime = lambda: self.edit(desk, data)
        self.desks[desk].sync(replica)

    @rule(desk=st.sampled_from(DESKS), path=st.sampled_from(["/v1/hello", "/v1/push"]))
    def sync_on_a_line_that_fails(self, desk: int, path: str) -> None:
        if path == "/v1/push" and self.taken[desk] == len(self.journal[desk]):
            return
        if path == "/v1/hello":
            self.desks[desk].ask("DELETE FROM setting WHERE name='ticket'")  # or none is said
        line = self.office.real.line
        line.down_at = path
        with pytest.raises(errors.NoLine):
            self.desks[desk].sync()
        line.down_at = ""

    @rule(desk=st.sampled_from(DESKS))
    def sync_whose_reply_is_lost(self, desk: int) -> None:
        line = self.office.real.line
        if self.taken[desk] == len(self.journal[desk]):
            return
        line.lose_reply_of = "/v1/push"
        self._province_takes(desk)
        with pytest.raises(errors.LineFault):
            self.desks[desk].sync()
        line.lose_reply_of = ""

    @rule(
        desk=st.sampled_from(DESKS),
        place=st.sampled_from(["before acknowledge", "after acknowledge", "before apply", "after apply"]),
        pieces=st.integers(0, 2),
    )
    def sync_that_crashes(self, desk: int, place: str, pieces: int) -> None:
        replica = self.desks[desk].replica()
        replica.trip, replica.applies_before_crash = place, pieces
        self._province_takes(desk)
        with suppress(Crash):
            self.desks[desk].sync(replica)
        self.desks[desk].restart()

    @rule(desk=st.sampled_from(DESKS))
    def everything_is_sent_again(self, desk: int) -> None:
        self._province_takes(desk)
        self.desks[desk].replica().resend_from(1)
        self.desks[desk].sync()

    @rule()
    def the_server_restarts(self) -> None:
        self.office.real.restart()

    @precondition(lambda self: self.records)
    @invariant()
    def every_desk_shows_what_the_model_says(self) -> None:
        for number, view in enumerate(self.views):
            cursor = self._cursor(number)
            for name in RULES:
                shown = getattr(self._record(number, name), name)
                expected = view.shows(self.model, cursor, name)
                assert (frozenset(shown) if RULES[name] == MEMBERS else shown) == expected, (number, name)
            open_now = {row[0] for row in self.desks[number].ask("SELECT id FROM conflict WHERE state<>'closed'")}
            assert open_now == self.model.at(cursor).open.keys(), number

    @invariant()
    def every_desk_counts_what_the_model_says(self) -> None:
        """What no receipt names yet waits: at least what the province has not taken, and no more than was written."""
        for number, desk in enumerate(self.desks):
            facts = sync_facts(desk.register.reader)
            waiting = sum(one.changes for one in facts.waiting)
            written = len(self.journal[number])
            assert written - self.taken[number] <= waiting <= written, number
            assert facts.set_aside_codes == (), number
            assert facts.open_conflicts <= len(self._asked_about(self.model.at(self._cursor(number)).open)), number

    @staticmethod
    def _asked_about(open_now: dict[str, tuple[str, str]]) -> set[str]:
        """The fields: one question each, however many conflicts it has."""
        return {name for name, _ in open_now.values()}

    def teardown(self) -> None:
        try:
            if self.records:
                self._settle()
        finally:
            self.office.close()

    def _settle(self) -> None:
        """All sync until there is nothing left: then each desk holds the truth, and the province holds everything."""
        for number in (*DESKS, *DESKS):
            self._province_takes(number)
            self.desks[number].sync()
        self.every_desk_shows_what_the_model_says()
        heard_or_numbered = "SELECT id FROM change WHERE n IS NOT NULL OR seq>0"  # a new desk has given no number yet
        made = {row[0] for desk in self.desks for row in desk.ask(heard_or_numbered)}
        held = set(self.office.real.scalars(select(tables.change.c.id)))
        assert self.office.real.scalars(select(tables.quarantine.c.id)) == []
        assert held == made
        assert len(held) == sum(map(len, self.journal)) == len(self.model.history) - 1
        for number, desk in enumerate(self.desks):
            assert desk.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]
            facts = sync_facts(desk.register.reader)
            assert (facts.waiting, facts.behind, facts.set_aside_codes) == ((), 0, ())
            assert facts.open_conflicts == len(self._asked_about(self.model.truth.open))
            assert desk.ask("SELECT count(*) FROM shadow") == [(0,)]
            assert self._cursor(number) == len(held)
            assert {row[0] for row in desk.ask("SELECT id FROM home_visit")} == self.visits
            assert sums_here(desk) == sums_there(self.office.real)

    def _write(self, desk: int, name: str, operation: Callable[[Tx], object]) -> None:
        """One save of one field, told to the model; the author's base must be what the model says was seen."""
        cursor = self._cursor(desk)
        seen = self.views[desk].base(self.model, cursor, name)
        known = len(self.journal[desk])
        self.desks[desk].register.write(operation).result()
        (change,) = self._changes_of(desk)[known:]
        assert change.base.get(name) == seen
        value = change.set[name]
        codes = value if isinstance(value, list) else []
        edit = Edit(
            change.id,
            name,
            seen,
            change.stamp,
            desk=desk,
            value=value if isinstance(value, str) else None,
            added=frozenset(code[1:] for code in codes if code[0] == "+"),
            removed=frozenset(code[1:] for code in codes if code[0] == "-"),
            decides=frozenset(change.resolves.get(name, ())),
        )
        self.views[desk].own.append(edit)
        self.journal[desk].append(edit)

    def _province_takes(self, desk: int) -> None:
        """Tell the model that a push is about to reach the province."""
        for edit in self.journal[desk][self.taken[desk] :]:
            if edit is None:
                self.model.skip()
            else:
                self.model.take(edit)
        self.taken[desk] = len(self.journal[desk])

    def _changes_of(self, desk: int) -> list[Change]:
        own = self.desks[desk].register.identity.desk
        rows = self.desks[desk].ask("SELECT raw FROM change WHERE desk=? ORDER BY n", own)
        return [msgspec.json.decode(row[0], type=Change) for row in rows]

    def _cursor(self, desk: int) -> int:
        rows = self.desks[desk].ask("SELECT seq FROM cursor WHERE scope=?", COMMUNE_SCOPE)
        return int(rows[0][0]) if rows else 0

    def _record(self, desk: int, name: str) -> Record:
        struct = type(make_person()) if name in PERSON_FIELDS else type(make_file(RecordId("")))
        record = self.records[name]
        return self.desks[desk].register.write(lambda tx: tx.existing(struct, record)).result()[0]


@contextmanager
def three_desks() -> Iterator[ThreeDesks]:
    """The same machine, led by hand: each scenario ends with all desks settled."""
    machine = ThreeDesks()
    try:
        machine.a_child_known_to_all([])
        yield machine
        machine.every_desk_shows_what_the_model_says()
    finally:
        machine.teardown()
