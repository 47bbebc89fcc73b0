"""Where the status is green, nothing waits, every cursor is at its head and the province has it all: whatever happened.

Real registers, real rounds, the real province; what is true is asked of the province's own tables. With the twin that
a status which only counts what waits would have been green too early.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError
from commune_desk.presenters.sync.page import sync_chip
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from commune_desk.usecases.sync.agent import SyncStatus
from commune_desk.usecases.sync.desk_sync import DeskSync
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks as server_desks
from tests.helpers.builders import make_person, save_all
from tests.helpers.examples import examples
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.three_desks import Office

T = TypeVar("T")

TROUBLES = ("", "down", "down at push", "down at pull", "no receipt", "no page")
STEPS = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from(["save", "reopen", *(f"sync {one}" for one in TROUBLES)])),
    max_size=12,
)


class Watched:
    """A desk with its rounds, and what its status says."""

    def __init__(self, office: Office, desk: RealDesk) -> None:
        self.office, self.desk = office, desk
        self.failure: DeskError | None = None
        self.heads: dict[str, int] = {}
        """Where the feeds ended when a round last went through."""

    def save(self) -> None:
        self.desk.register.write(save_all(make_person())).result()

    def reopen(self) -> None:
        """A new process: what the agent only remembered is gone."""
        self.desk.restart()
        self.failure = None

    def sync(self, trouble: str = "") -> None:
        line = self.office.real.line
        line.down = trouble == "down"
        line.down_at = {"down at push": "/v1/push", "down at pull": "/v1/pull"}.get(trouble, "")
        line.lose_reply_of = {"no receipt": "/v1/push", "no page": "/v1/pull"}.get(trouble, "")
        try:
            DeskSync(self.desk.register, lambda _changes: None, connect=lambda _pins: self.desk.connect()).sync()
        except DeskError as failure:
            self.failure = failure
        else:
            self.failure = None
            self.heads = self.heads_now()

    def heads_now(self) -> dict[str, int]:
        return self._ask(lambda c: {row.id: row.head for row in c.execute(select(tables.scope)) if row.head})

    def _ask(self, work: Callable[[Connection], T]) -> T:
        return self.office.province.database.read(work, WHOLE_PROVINCE)

    def facts(self) -> SyncFacts:
        return self.desk.register.write(lambda tx: sync_facts(tx.connection)).result()[0]

    def is_green(self) -> bool:
        return sync_chip(self.facts(), SyncStatus(failure=self.failure), SystemClock().now())[1] == "good"

    def what_is_short(self) -> list[str]:
        """What of I8 does not hold, told without the code behind the status."""
        waiting = self.desk.ask("SELECT count(*) FROM change WHERE state NOT IN ('accepted', 'received')")[0][0]
        own = self.desk.ask("SELECT COALESCE(max(n), 0) FROM change WHERE desk=?", self.desk.register.identity.desk)
        cursors = dict(self.desk.ask("SELECT scope, seq FROM cursor WHERE seq>0"))
        return [
            *(["something waits"] if waiting else []),
            *(["the province lacks a change"] if self._held() < own[0][0] else []),
            *(["a cursor is behind"] if cursors != self.heads else []),
        ]

    def _held(self) -> int:
        of_desk = tables.change.c.desk == self.desk.register.identity.desk
        counted = select(func.count()).select_from(tables.change).where(of_desk)
        return self._ask(lambda connection: connection.scalar(counted) or 0)


def run(work: Callable[[list[Watched]], None]) -> None:
    office = Office()
    try:
        work([Watched(office, desk) for desk in office.desks])
    finally:
        office.close()


@settings(max_examples=examples(25))
@given(STEPS)
def test_green_means_that_nothing_waits_and_every_cursor_is_at_its_head(steps: list[tuple[int, str]]) -> None:
    def work(desks: list[Watched]) -> None:
        for number, step in steps:
            desk = desks[number]
            what, _space, trouble = step.partition(" ")
            ways: dict[str, Callable[[], None]] = {
                "save": desk.save,
                "reopen": desk.reopen,
                "sync": partial(desk.sync, trouble),
            }
            ways[what]()
            for one in desks[:2]:
                assert not one.is_green() or one.what_is_short() == []
        for one in (desks[0], desks[1], desks[0]):
            one.sync()
            assert one.is_green(), "it is said once it is true"

    run(work)


def test_a_status_that_only_counts_what_waits_would_be_green_too_early() -> None:
    """The twin: the push went through and the pull did not; what a colleague wrote is not here."""

    def work(desks: list[Watched]) -> None:
        ours, theirs = desks[:2]
        ours.sync()
        theirs.save()
        theirs.sync()
        ours.save()
        ours.sync("down at pull")
        ours.heads = ours.heads_now()
        assert ours.facts().waiting_changes == 0, "such a status"
        assert ours.what_is_short() == ["a cursor is behind"]
        assert not ours.is_green()
        ours.reopen()
        assert not ours.is_green(), "nor in a new process, which knows nothing of the failure"

    run(work)


def test_a_change_that_the_province_set_aside_is_never_green() -> None:
    def work(desks: list[Watched]) -> None:
        desk = desks[0]
        desk.sync()
        assert desk.is_green()
        province, revoked = desk.office.province, desk.desk.register.identity.desk
        province.database.write(lambda c: server_desks.revoke(c, province, revoked), WHOLE_PROVINCE)
        desk.save()
        desk.sync()
        told = desk.facts()
        assert (told.waiting_changes, told.set_aside_codes) == (0, (("revoked", 1),))
        assert not desk.is_green()

    run(work)


@pytest.mark.parametrize("lost", ["receipt", "cursor"])
def test_without_the_proof_it_is_not_green(lost: str) -> None:
    """All was sent and heard, and the register lost what proves it."""

    def work(desks: list[Watched]) -> None:
        desk = desks[0]
        desk.save()
        desk.sync()
        assert desk.is_green()
        desk.desk.register.write(lambda tx: tx.connection.execute(f"DELETE FROM {lost}")).result()
        assert desk.facts().waiting_changes == 0
        assert not desk.is_green()

    run(work)
