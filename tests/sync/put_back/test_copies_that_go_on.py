"""Seeded courses: copies of PCs' disks go on beside them while children move, lines break and the province is put back,
with a word and without. What anybody wrote is with the province in the end, photos too, and everybody comes to rest."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.exchange import staged
from sync.client.errors import SyncFault
from tests.helpers.attached import add_file, scan
from tests.helpers.builders import make_visit, save_all
from tests.simulator.seeds import fresh
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller, travelled_office

SHORT, LONG, CHUNKS = 2, 5, range(5)
FOUND = 4
"""A seed at which it is found that what waited under a former name stays there."""
_MOST_COPIES = 2
_ASKS_FOR_A_CODE = ("Forked", "NotRecognised")
"""One of two that bear one name; enrolled after the backup was made."""
_ROUTES = ("/v1/push", "/v1/pull", "/v1/snapshot", "/v1/files/put")


class Course:
    """One course of events at the office, by its seed."""

    def __init__(self, office: TravelledOffice, seed: int) -> None:
        self.office = office
        self._random = random.Random(seed)
        self._photos = self._random.random() < 0.5
        self._is_told = self._random.random() < 0.4
        self._kept = self._copies = 0
        self.visits: set[RecordId] = set()
        self.photos: set[str] = set()
        for name in ("Chìu Văn Sáng", "Bàn Văn Hai"):
            office.child(name)

    def play(self) -> None:
        doings: dict[Callable[[], None], int] = {
            self._visit: 6,
            self._photo: 2,
            self._move: 2,
            self._sync: 9,
            self._broken_line: 2,
            self._go_on_as_two: 1,
            self._keep: 2,
            self._put_back: 2,
        }
        for _ in range(self._random.randint(15, 45)):
            self._random.choices(list(doings), list(doings.values()))[0]()
        for _ in range(9):
            for desk in self.office.desks.values():
                self._round(desk, is_helped=True)

    def lost(self) -> set[str]:
        return (self.visits - self.office.homes("home_visit").keys()) | (self.photos - self.office.whole_files().keys())

    def unrest(self) -> dict[str, object]:
        """A second move of a child that had left by the first is rightly set aside."""
        found = self.office.unrest()
        return {name: told for name, told in found.items() if not _is_of_moves_alone(told)}

    def _any_desk(self) -> tuple[str, Traveller]:
        return self._random.choice(sorted(self.office.desks.items()))

    def _any_child(self, desk: Traveller) -> RecordId | None:
        held = desk.ask(f"SELECT id FROM person WHERE scope='{_place(desk)}' ORDER BY id")
        return self._random.choice(held)[0] if held else None

    def _visit(self) -> None:
        _name, desk = self._any_desk()
        if child := self._any_child(desk):
            visit = make_visit(child, scope=_place(desk))
            desk.run(save_all(visit))
            self.visits.add(visit.id)

    def _photo(self) -> None:
        _name, desk = self._any_desk()
        if self._photos and (child := self._any_child(desk)):
            self.photos.add(add_file(desk.register, child, scan(4000, len(self.photos))).sha256)

    def _move(self) -> None:
        name, desk = self._any_desk()
        if child := self._any_child(desk):
            with suppress(Refusal):  # it is on its way already
                self.office.move(name, child, OTHER_COMMUNE if _place(desk) == COMMUNE else COMMUNE)

    def _sync(self) -> None:
        self._round(self._any_desk()[1], is_helped=self._random.random() < 0.7)

    def _round(self, desk: Traveller, *, is_helped: bool) -> None:
        """`is_helped`: who is stopped gets a new code."""
        if desk.stopped() in _ASKS_FOR_A_CODE and is_helped:
            desk.enrol_anew()
            desk.stopped()

    def _broken_line(self) -> None:
        self.office.real.line.down_at = self._random.choice(_ROUTES)
        with suppress(SyncFault):
            self._any_desk()[1].go()
        self.office.real.line.down_at = ""

    def _go_on_as_two(self) -> None:
        if self._copies < _MOST_COPIES:
            self._copies += 1
            name, _desk = self._any_desk()
            self.office.doubled(name, f"{name} {self._copies}")

    def _keep(self) -> None:
        self._kept += 1
        if self._is_told:
            self.office.back_up(f"backup {self._kept}")
        else:
            self.office.copy_silently(f"copy {self._kept}")

    def _put_back(self) -> None:
        if not self._kept:
            return
        if self._is_told:
            self.office.put_back(f"backup {self._kept}")
        else:
            self.office.put_back_silently(f"copy {self._kept}")


def _place(desk: Traveller) -> Scope:
    return Scope(desk.register.identity.scope)


def _is_of_moves_alone(found: object) -> bool:
    return (
        isinstance(found, dict)
        and found.keys() == {"set aside"}
        and {"moved"} == {why for why, *_ in found["set aside"]}
    )


def played(folder: Path, seed: int) -> None:
    folder.mkdir(exist_ok=True)
    with travelled_office(folder) as office:
        course = Course(office, seed)
        course.play()
        assert not course.lost(), f"lost with the seed {seed}"
        assert course.unrest() == {}, f"no rest with the seed {seed}"


def test_nothing_is_lost(tmp_path: Path) -> None:
    for seed in fresh(SHORT, chunk=0):
        played(tmp_path / str(seed), seed)


@pytest.mark.long
@pytest.mark.parametrize("chunk", CHUNKS)
def test_nothing_is_lost_in_many_courses(tmp_path: Path, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(tmp_path / str(seed), seed)


def test_what_waits_under_a_former_name_for_ever_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(staged, "_take_numbers_back", lambda *_: None)
    with pytest.raises(AssertionError, match="with the seed"):
        played(tmp_path, FOUND)
