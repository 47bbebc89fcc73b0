"""A desk finds its own bundles among however many others, in bounded time, and says where it did not look at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.sync.courier import read_lines
from commune_desk.usecases.sync import stick
from commune_desk.usecases.sync.courier import CourierStopped
from sync import bundle
from tests.sync.actors.couriers import Office, bring, couriers

FOREIGN = bundle.MAGIC + b"\0\1" + bytes(100)


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


def crowded(office: Office, count: int = stick.MOST_READ + 5) -> Path:
    """The province's reply, by its name behind so many bundles of others."""
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    for number in range(count):
        (office.stick / f"{number:010d}.cdsync").write_bytes(FOREIGN)
    (office.stick / "z.cdsync").write_bytes(reply)
    return office.stick


def test_its_own_bundle_is_found_behind_many_of_others_and_leaves_the_stick(office: Office) -> None:
    folder = crowded(office)
    courier = office.courier(0)
    read = courier.read_in(folder)
    assert (read.files, read.others, read.is_cut) == (1, stick.MOST_READ + 5, False)
    assert office.waiting(0) == 0
    assert courier.wipe(folder, read.done_with) == 1
    assert not (folder / "z.cdsync").exists()


def test_more_of_its_own_than_are_read_at_once_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = crowded(office, 0)
    monkeypatch.setattr(stick, "MOST_READ", 1)
    assert not office.courier(0).read_in(folder).is_cut, "the twin"
    office.visit(0)
    kept = (folder / "z.cdsync").read_bytes()
    (reply,) = bring(office.province, *office.write_out(0))
    for name, data in (("y.cdsync", reply), ("z.cdsync", kept)):
        (folder / name).write_bytes(data)
    read = office.courier(0).read_in(folder)
    assert (read.files, read.is_cut) == (1, True)
    assert "Trong thư mục còn gói khác chưa đọc" in [line.text for line in read_lines(read)]


def test_a_folder_without_end_is_not_looked_at_without_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stick, "MOST_SEEN", 3)
    folder = crowded(office, 2)
    assert not office.courier(0).read_in(folder).is_cut, "the twin: three are three"
    (folder / "z.cdsync").unlink()
    for number in range(2, 9):
        (folder / f"{number:010d}.cdsync").write_bytes(FOREIGN)
    with pytest.raises(Refusal, match="Not all bundles in that folder were looked at"):
        office.courier(0).read_in(folder)


def test_looking_at_many_can_be_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = crowded(office)
    courier, seen = office.courier(0), []
    read = stick.read

    def stop_at_two(path: Path, most: int) -> bytes:
        seen.append(path)
        if len(seen) == 2:
            courier.stop()
        return read(path, most)

    monkeypatch.setattr(stick, "read", stop_at_two)
    with pytest.raises(CourierStopped):
        courier.read_in(folder)
    assert len(seen) == 2


def test_of_a_bundle_that_is_anothers_only_the_head_is_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = crowded(office, 3)
    asked: list[int | None] = []
    read = stick.read

    def noted(path: Path, most: int | None = None) -> bytes:
        asked.append(most)
        return read(path) if most is None else read(path, most)

    monkeypatch.setattr(stick, "read", noted)
    office.courier(0).read_in(folder)
    assert asked == [*[bundle.HEAD] * 4, None]
