"""Seeded courses: a copy of a PC's disk goes on as a second one while children move and the province is put back, with
a word and without. Whatever a child's officer wrote is with the province in the end, and everybody comes to rest."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.exchange import staged
from tests.helpers.builders import make_visit, save_all
from tests.simulator.seeds import fresh
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import PLACES, TravelledOffice, Traveller, travelled_office

SHORT, LONG = 2, 25
FOUND = 1
"""A seed at which it is found that what waited under a former name stays there."""
_COPY = "twin"
_ASKS_FOR_A_CODE = ("Forked", "NotRecognised")
"""One of two that bear one name; enrolled after the backup was made."""


class Course:
    """One course of events at the office, by its seed."""

    def __init__(self, office: TravelledOffice, seed: int) -> None:
        self.office = office
        self._random = random.Random(seed)
        self._children = [office.child(name) for name in ("Chìu Văn Sáng", "Bàn Văn Hai", "Tằng Thị Ba")]
        self.written: set[RecordId] = set()
        self._backups = 0

    def play(self) -> None:
        doings: dict[Callable[[], None], int] = {
            self._visit: 7,
            self._move: 2,
            self._sync: 7,
            self._go_on_as_two: 2,
            self._keep: 2,
            self._put_back: 2,
        }
        for _ in range(self._random.randint(10, 24)):
            self._random.choices(list(doings), list(doings.values()))[0]()
        for _ in range(8):
            for desk in self.office.desks.values():
                self._round(desk, is_helped=True)

    def lost(self) -> set[RecordId]:
        return self.written - self.office.homes("home_visit").keys()

    def _any_desk(self) -> tuple[str, Traveller]:
        return self._random.choice(list(self.office.desks.items()))

    def _child_of(self, desk: Traveller) -> RecordId | None:
        held = {child for (child,) in desk.ask("SELECT id FROM person")}
        return next(iter(self._random.sample(sorted(held), 1)), None) if held else None

    def _visit(self) -> None:
        name, desk = self._any_desk()
        if child := self._child_of(desk):
            visit = make_visit(child, scope=Scope(PLACES.get(name, COMMUNE)))
            desk.run(save_all(visit))
            self.written.add(visit.id)

    def _move(self) -> None:
        name, desk = self._any_desk()
        child = self._child_of(desk)
        if child and PLACES.get(name, COMMUNE) == COMMUNE:
            with suppress(Refusal):  # it is on its way already
                self.office.move(name, child, OTHER_COMMUNE)

    def _sync(self) -> None:
        self._round(self._any_desk()[1], is_helped=self._random.random() < 0.7)

    def _round(self, desk: Traveller, *, is_helped: bool) -> None:
        """`is_helped`: who is stopped gets a new code."""
        if desk.stopped() in _ASKS_FOR_A_CODE and is_helped:
            desk.enrol_anew()
            desk.stopped()

    def _go_on_as_two(self) -> None:
        if _COPY not in self.office.desks:
            self.office.doubled("ours", _COPY)

    def _keep(self) -> None:
        self._backups += 1
        self.office.back_up(f"backup {self._backups}")
        shutil.rmtree(self.office.folder / "copy", ignore_errors=True)
        self.office.copy_silently()

    def _put_back(self) -> None:
        if not self._backups:
            return
        if self._random.random() < 0.3:
            self.office.put_back(f"backup {self._backups}")
        else:
            self.office.put_back_silently()


def played(folder: Path, seed: int) -> Course:
    with travelled_office(folder) as office:
        course = Course(office, seed)
        course.play()
        assert not course.lost(), f"lost with the seed {seed}"
        assert office.unrest() == {}, f"no rest with the seed {seed}"
    return course


@pytest.mark.parametrize("seed", fresh(SHORT, chunk=0))
def test_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    played(tmp_path, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", fresh(LONG, chunk=1))
def test_nothing_is_lost_in_many_courses(tmp_path: Path, seed: int) -> None:
    played(tmp_path, seed)


def test_what_waits_under_a_former_name_for_ever_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(staged, "_take_numbers_back", lambda *_: None)
    with pytest.raises(AssertionError, match="lost with the seed"):
        played(tmp_path, FOUND)
