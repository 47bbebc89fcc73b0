"""The machine behind `test_moved_in_any_course`: what officers of two communes do, and what must hold after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import literal, select, union_all

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync.client import errors
from sync.server.answers import pull
from sync.server.engine import tables
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.builders import make_visit, save_all
from tests.sync.actors import kept_provinces
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.communes_office import DESKS, PLACES, Communes, name_of, registered, row_of, saved
from tests.sync.actors.moving_model import Added, Decided, Desk, Moved, Truth, Typed
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.two_communes import words_in

MOST_CHILDREN, WORTH = 3, 8
_DESK, _CHILD = st.sampled_from(DESKS), st.integers(0, MOST_CHILDREN - 1)
_FAILURES = st.sampled_from([(way, path) for way in ("down_at", "lose_reply_of") for path in ("/v1/push", "/v1/pull")])
_ALL_IDS = " UNION ALL ".join(f"SELECT '{name}', id FROM {name}" for name in KINDS)
_ALL_THERE = union_all(
    *(select(literal(name), table.c.id, table.c.scope) for name, table in tables.RECORDS.items() if name in KINDS)
)


class MovingChildren(RuleBasedStateMachine):
    """Each rule happens at one desk or at the province; after each, all show what the model says."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = pytest.MonkeyPatch()
        self.sizes.setattr(pull, "WORTH", WORTH)
        self.office = Communes()
        self.truth = Truth()
        self.models = [Desk(place) for place in PLACES]
        self.children = [self.office.first.child]
        self.numbers = 0
        self.models[0].write(self.office.first)
        self.models[0].sends(self.truth)
        for model in self.models:
            model.hears(self.truth)

    @precondition(lambda self: len(self.children) < MOST_CHILDREN)
    @rule(desk=_DESK)
    def register(self, desk: int) -> None:
        made = registered(self.office.desks[desk], len(self.children))
        self.children.append(made.child)
        self.models[desk].write(made)

    @rule(desk=_DESK, of=_CHILD)
    def visit(self, desk: int, of: int) -> None:
        if (child := self._shown(desk, of)) is not None:
            visit = make_visit(RecordId(child), scope=Scope(PLACES[desk]))
            (said,) = saved(self.office.desks[desk], save_all(visit))
            self.models[desk].write(Added(child, row_of(said)))

    @rule(desk=_DESK, of=_CHILD)
    def telephone(self, desk: int, of: int) -> None:
        if (child := self._shown(desk, of)) is None:
            return
        number, saw = self._new_number(), self.models[desk].shown[child].number

        def run(tx: Tx) -> None:
            tx.save(msgspec.structs.replace(tx.existing(Person, child), phone=number))

        if self._done_unless_on_its_way(desk, child, run):
            self.models[desk].write(Typed(child, number, saw))

    @rule(desk=_DESK, of=_CHILD, at_once=st.booleans())
    def move(self, desk: int, of: int, at_once: bool = True) -> None:
        if (child := self._shown(desk, of)) is None:
            return
        to = Scope(OTHER_COMMUNE if PLACES[desk] == COMMUNE else COMMUNE)
        said = self._done_unless_on_its_way(desk, child, lambda tx: move_child(tx, RecordId(child), to))
        if said:
            self.models[desk].write(Moved(child, to, said[0]["id"]))
        if said and at_once:
            self.sync(desk)

    @rule(desk=_DESK, of=_CHILD)
    def decide(self, desk: int, of: int) -> None:
        """An officer looks at all that is asked about a child, and chooses."""
        if (child := self._shown(desk, of)) is not None:
            self._decide(desk, child)

    def _decide(self, desk: int, child: str) -> None:
        if not self.models[desk].shown[child].asked:
            return
        number, shown = self._new_number(), self.models[desk].shown[child]
        asked = "SELECT id FROM conflict WHERE state='open' AND record=?"
        ids = [one for (one,) in self.office.desks[desk].ask(asked, child)]

        def run(tx: Tx) -> None:
            decide_conflict(tx, kind="person", record=child, field="phone", ids=ids, value=number)

        if self._done_unless_on_its_way(desk, child, run):
            self.models[desk].write(Decided(child, number, shown.number, frozenset(shown.asked)))

    @rule(desk=_DESK)
    def sync(self, desk: int) -> None:
        self._all_is_sent_and_heard(desk, lambda: None)

    @rule(desk=_DESK, of=_CHILD, typed=st.booleans())
    def sync_while_the_officer_writes(self, desk: int, of: int, typed: bool) -> None:
        """Between what it sends and what it hears."""
        self._all_is_sent_and_heard(desk, lambda: (self.telephone if typed else self.visit)(desk, of))

    @rule(desk=_DESK, failure=_FAILURES)
    def sync_on_a_line_that_fails(self, desk: int, failure: tuple[str, str]) -> None:
        """Before the province has heard, or after it has; the desk hears nothing."""
        way, path = failure
        model, line = self.models[desk], self.office.real.line
        if not model.waiting if path == "/v1/push" else model.begins_anew:
            return
        setattr(line, way, path)
        with pytest.raises((errors.NoLine, errors.LineFault)):
            self.office.desks[desk].sync()
        setattr(line, way, "")
        if failure != ("down_at", "/v1/push"):
            model.sends(self.truth)
        if path == "/v1/pull":
            model.is_told_that_all_arrived(self.truth)

    @rule(desk=_DESK)
    def begin_anew(self, desk: int) -> None:
        """With the next sync, from a snapshot."""
        self.office.desks[desk].run(begin_all_anew)
        self.models[desk].begins_anew = True

    @rule(desk=_DESK)
    def start_again(self, desk: int) -> None:
        self.office.desks[desk].restart()

    @precondition(lambda self: not self.truth.erased)
    @rule(of=_CHILD)
    def erase_by_law(self, of: int) -> None:
        child = self.children[of % len(self.children)]
        if child not in self.truth.known:
            return
        province, order = self.office.real.province, Ordered("Sở Y tế", "QĐ 12/2026")
        self.office.real.write(lambda connection: erase(connection, province, "person", child, order)[0])
        erased_list.settle(province)
        self.truth.erase(child)

    @invariant()
    def every_desk_holds_what_the_model_says_and_nothing_else(self) -> None:
        """I10, I11, I14: at any time, not only at rest."""
        for number, model in enumerate(self.models):
            desk = self.office.desks[number]
            here = {tuple(row) for row in desk.ask(_ALL_IDS)}
            known = {child: model.shown[child].rows for child in model.shown}
            may_go = {row for child in model.going for row in known[child]}
            assert here - may_go == {row for rows in known.values() for row in rows} - may_go, number
            phones = dict(desk.ask("SELECT id, phone FROM person WHERE id IN (SELECT person FROM child_file)"))
            assert {child: phone or "" for child, phone in phones.items() if child not in model.going} == {
                child: one.number for child, one in model.shown.items() if child not in model.going
            }, number

    @invariant()
    def the_province_holds_what_the_model_says(self) -> None:
        """I12: what stands at each child's one home, and what waits there for a person."""
        people = {row.id: row for row in self.office.held(tables.RECORDS["person"])}
        for child, known in self.truth.known.items():
            assert (people[child].scope, people[child].phone or "") == (self.truth.home[child], known.number)
        there = {(name, record): scope for name, record, scope in self.office.held(_ALL_THERE)}
        assert there == {row: self.truth.home[child] for child, known in self.truth.known.items() for row in known.rows}
        asked = [row for row in self.office.held(tables.conflict) if row.closed_by is None]
        said = {row.id: row.raw for row in self.office.held(tables.change)}
        assert sorted(
            (row.scope, row.record, msgspec.json.decode(said[row.theirs])["set"][row.field]) for row in asked
        ) == sorted(
            (self.truth.home[child], child, number)
            for child, known in self.truth.known.items()
            for number in known.asked
        )

    def teardown(self) -> None:
        try:
            self._comes_to_rest()
        finally:
            self.close()

    def close(self) -> None:
        self.office.close()
        self.sizes.undo()

    def _comes_to_rest(self) -> None:
        self._settle()
        self._nothing_waits_and_sums_agree(enumerate(self.office.desks))
        self._who_left_was_told_removed()
        self._a_new_pc_begins_with_the_same()
        self._no_word_stays_of_who_is_elsewhere()
        assert not any(known.asked for known in self.truth.known.values()), "all was decided"

    def _settle(self) -> None:
        """Twice, for the last that is heard is told to the first."""
        for desk in (*DESKS, *DESKS):
            self.sync(desk)
        assert not any(model.waiting for model in self.models)
        self.every_desk_holds_what_the_model_says_and_nothing_else()
        self.the_province_holds_what_the_model_says()
        for number, model in enumerate(self.models):
            asked = self.office.desks[number].ask("SELECT record FROM conflict WHERE state<>'closed'")
            expected = [child for child, known in model.shown.items() for _ in known.asked]
            assert sorted(child for (child,) in asked) == sorted(expected), number

    def _nothing_waits_and_sums_agree(self, desks: Any) -> None:
        """I8 and I10: what a desk holds is what the province holds of its place, value by value."""
        for number, desk in desks:
            scope = desk.register.identity.scope
            assert desk.ask("SELECT id FROM change WHERE state IN ('waiting', 'staged')") == [], number
            assert desk.ask("SELECT record FROM departure WHERE is_gone=0") == [], number
            assert desk.ask("SELECT record FROM shadow") == [], number
            assert sums_here(desk, scope) == sums_there(self.office.real, scope), number

    def _who_left_was_told_removed(self) -> None:
        """I11: what was removed was removed for a signed leave or erasure, and its desk has signed that it did."""
        changes = [row for row in self.office.held(tables.change) if row.raw]
        orders = {row.id for row in changes if msgspec.json.decode(row.raw).get("k") == "erase"}
        signed = {(row.desk, row.change) for row in self.office.held(tables.purge)}
        assert {change for _, change in signed} <= self.truth.moves.keys() | orders
        aside = {row.id for row in self.office.held(tables.quarantine) if row.code == "moved"}
        assert aside == set(self.truth.set_aside)
        for number, desk in enumerate(self.office.desks):
            own = desk.register.identity.desk
            for child in self.models[number].removed - self.truth.erased.keys():
                by = {change for change, left in self.truth.moves.items() if left == (child, PLACES[number])}
                assert any((own, change) in signed for change in by), (number, child)

    def _a_new_pc_begins_with_the_same(self) -> None:
        """I14: a snapshot brings back nobody who left or was erased."""
        for number, scope in enumerate((COMMUNE, OTHER_COMMUNE)):
            new = self.office.new_desk(f"new{number}.db", scope)
            try:
                new.sync()
                self._nothing_waits_and_sums_agree([(scope, new)])
                rows = {tuple(row) for row in new.ask(_ALL_IDS)}
                here = self.truth.children_of(scope)
                assert rows == {row for child in here for row in self.truth.known[child].rows}, scope
                self._has_no_word_of(new, set(self.children) - set(here), scope)
            finally:
                new.register.close()

    def _no_word_stays_of_who_is_elsewhere(self) -> None:
        """I10: nothing else on the disk. What a desk wrote itself goes once a backup of the province has it."""
        for number, desk in enumerate(self.office.desks):
            gone = set(self.children) - self.models[number].shown.keys()
            self._has_no_word_of(desk, gone - self.models[number].wrote | self.truth.erased.keys(), number)
        kept_provinces.back_up(self.office.real, self.office.key_file, self.office.folder / "backup")
        for number in DESKS:
            self._all_is_decided_at(number)
            self.register(number)  # a receipt tells of the backup
        self._settle()
        for number, desk in enumerate(self.office.desks):
            self._has_no_word_of(desk, set(self.children) - self.models[number].shown.keys(), number)
        kept_provinces.discard(self.office.folder / "backup")

    def _has_no_word_of(self, desk: RealDesk, children: set[str], of: object) -> None:
        words = words_in(desk)
        names = [name_of(self.children.index(child)) for child in children]
        assert [name for name in names if name in words] == [], of
        for file in self.office.folder.glob("*.db*"):
            content = file.read_bytes()
            assert not any(name_of(place).encode() in content for place in range(len(self.children))), file.name

    def _all_is_decided_at(self, desk: int) -> None:
        """I12: what was asked of the new commune can be decided there."""
        if desk == PLACES.index(PLACES[desk]):
            for child in list(self.models[desk].shown):
                self._decide(desk, child)

    def _all_is_sent_and_heard(self, desk: int, write: Callable[[], object]) -> None:
        model, replica = self.models[desk], self.office.desks[desk].replica()
        before = set(model.shown)

        def meantime() -> None:
            model.sends(self.truth)
            model.is_told_that_all_arrived(self.truth)
            if not model.begins_anew:  # else what stands there is on the screen already
                write()

        replica.meantime = meantime
        self.office.desks[desk].sync(replica)
        model.hears(self.truth)
        left = {child for child, place in self.truth.moves.values() if place == model.place}
        model.removed |= (before - model.shown.keys()) & left

    def _shown(self, desk: int, of: int) -> str | None:
        """One of the children who are on this desk's list."""
        here = self.models[desk].shown.keys() - self.models[desk].going
        listed = [child for child in self.children if child in here]
        return listed[of % len(listed)] if listed else None

    def _new_number(self) -> str:
        self.numbers += 1
        return f"09{self.numbers:08}"

    def _done_unless_on_its_way(self, desk: int, child: str, run: Callable[[Tx], object]) -> list[Any]:
        """What was said by it; nothing where the program refuses, which it does of who is leaving alone."""
        try:
            return saved(self.office.desks[desk], run)
        except Refusal:
            assert child in self.models[desk].unheard | self.models[desk].staying
            return []


@contextmanager
def two_communes() -> Iterator[MovingChildren]:
    """The same machine, led by hand: each scenario ends with all at rest."""
    machine = MovingChildren()
    try:
        yield machine
        machine.every_desk_holds_what_the_model_says_and_nothing_else()
        machine.the_province_holds_what_the_model_says()
    except BaseException:
        machine.close()
        raise
    machine.teardown()
