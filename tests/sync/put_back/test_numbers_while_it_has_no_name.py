"""PCs that were put back from a backup, or that exist twice, go on giving case numbers until they have a new code: no
number is given to two children."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.writing import numbers
from commune_desk.usecases.records.children import ChildEntry, register_child
from sync.client.errors import Forked
from tests.helpers.builders import make_file, make_person
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import real_province


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        yield enrolled_desk(province, tmp_path / "desk")


def _register(desk: EnrolledDesk, name: str) -> None:
    entry = ChildEntry(person=make_person(name), file=make_file(RecordId("")))
    desk.open.register.write(lambda tx: register_child(tx, entry)).result()


def _numbers_at(desks: list[EnrolledDesk]) -> list[list[str]]:
    """As each of them knows them in the end."""
    for one in (*desks, *desks):
        one.sync()
    return [[number for (number,) in one.ask("SELECT case_number FROM child_file ORDER BY id")] for one in desks]


def _put_back(desk: EnrolledDesk, folder: Path, stack: ExitStack) -> list[EnrolledDesk]:
    """Two PCs that came out of one backup, each with a child who was registered before it had a new code."""
    desk.back_up(folder / "a.cdbackup")
    desk.close()
    made = [desk.restored(folder / "a.cdbackup", folder / name) for name in ("one", "other")]
    for one, name in zip(made, ("Chìu Văn Sáng", "Bàn Văn Hai"), strict=True):
        stack.callback(one.close)
        _register(one, name)
    return made


def test_of_two_put_back_from_one_backup_each_gives_its_own(desk: EnrolledDesk, tmp_path: Path) -> None:
    with ExitStack() as stack:
        made = _put_back(desk, tmp_path, stack)
        for one in made:
            one.enrol_anew()
            _register(one, "Đặng Văn Ba")
        known, known_there = _numbers_at(made)
        assert known == known_there
        assert len({*known}) == len(known) == 4


def test_who_was_put_back_twice_gives_none_of_the_first_time_again(desk: EnrolledDesk, tmp_path: Path) -> None:
    """The second backup was made while it had no name."""
    with ExitStack() as stack:
        first, _other = _put_back(desk, tmp_path, stack)
        first.back_up(tmp_path / "b.cdbackup")
        _register(first, "Đặng Văn Ba")
        again = first.restored(tmp_path / "b.cdbackup", tmp_path / "again")
        stack.callback(again.close)
        _register(again, "Đặng Văn Tư")
        for one in (first, again):
            one.enrol_anew()
        known, _known_there = _numbers_at([first, again])
        assert len({*known}) == len(known) == 3


def test_who_was_told_that_it_exists_twice_gives_others(desk: EnrolledDesk, tmp_path: Path) -> None:
    """Its copy goes on under the name that both had, and gives the next one too."""
    desk.sync()
    copy = desk.copied(tmp_path / "copy")
    with ExitStack() as stack:
        stack.callback(copy.close)
        _register(desk, "Chìu Văn Sáng")
        desk.sync()
        _register(copy, "Bàn Văn Hai")
        with pytest.raises(Forked):
            copy.sync()
        _register(desk, "Đặng Văn Ba")
        _register(copy, "Đặng Văn Tư")
        with pytest.raises(Forked):
            desk.sync()
        for one in (desk, copy):
            one.enrol_anew()
        known, _known_there = _numbers_at([desk, copy])
        assert len(known) == 4
        assert len({*known}) == 3, "the one that both gave before anybody knew"


def test_marked_as_nobody_they_would_give_the_same(
    desk: EnrolledDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(numbers, "uuid7", lambda: "0" * 32)
    with pytest.raises(AssertionError):
        test_of_two_put_back_from_one_backup_each_gives_its_own(desk, tmp_path)
