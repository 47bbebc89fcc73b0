"""However a feed is cut into pages and its scopes are mixed, the same register comes of it (I7)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.changes import writers
from commune_desk.store.intake.incoming import Incoming
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync import protocol
from sync.change import START, FeedPosition, Line, next_chain, read_line
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from tests.helpers.builders import SHELTER_SCOPE, make_child, make_person, make_report, make_visit, save_all
from tests.helpers.examples import examples
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import HOUSE, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")

Events = list[tuple[protocol.Event, Line]]


@dataclass(frozen=True)
class Kept:
    """A feed of two scopes, and the register of a desk that pulled nothing of it and has edits of its own waiting."""

    register: Path
    feeds: tuple[Events, Events]
    places: dict[tuple[str, int], FeedPosition]
    province: RealProvince


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("pages")
    with real_province(folder) as province:
        desks = [_desk(folder / f"{name}.db", province, province.enrol()) for name in ("one", "two", "reader")]
        child = _written(desks)
        house = _desk(folder / "house.db", province, province.enrol(HOUSE))
        for number in range(4):
            house.register.write(save_all(make_person(f"Khách {number}", scope=SHELTER_SCOPE))).result()
        house.sync()
        _edit(desks[2], child, phone="0912000009")
        _edit(desks[2], child, occupation="bán hàng")
        for desk in (*desks, house):
            desk.register.close()
        feeds = (_feed(province, "C:06838"), _feed(province, "S:AD01"))
        places = {place: where for feed in feeds for place, where in _places(feed)}
        yield Kept(folder / "reader.db", feeds, places, province)


def _places(feed: Events) -> Iterator[tuple[tuple[str, int], FeedPosition]]:
    """Where the feed stands after each of its events."""
    place = START
    for event, line in feed:
        place = FeedPosition(event.seq, next_chain(place.chain, event.seq, line.digest))
        yield (event.scope, event.seq), place


def _desk(path: Path, province: RealProvince, enrolment: Any) -> RealDesk:
    make_register(path, enrolment)
    return RealDesk(path, SystemClock(), province.transport)


def _written(desks: Sequence[RealDesk]) -> RecordId:
    """A child that all know, then edits of two desks that meet, conflicts, a decision, a report and visits."""
    one, two, reader = desks
    person, file = make_child()
    one.register.write(save_all(person, file, make_report(), make_visit(person.id))).result()
    for desk in (one, two, reader):
        desk.sync()
    for turn in range(3):
        for name, desk in enumerate((one, two)):
            _edit(desk, person.id, phone=f"09120000{turn}{name}", occupation=f"nghề {turn}{name}")
            _save_file(desk, file.id, turn, name)
        one.sync()
        two.sync()
        if turn == 1:
            _decide(two, person.id)
    two.sync()
    one.sync()
    return person.id


def _save_file(desk: RealDesk, file: RecordId, turn: int, name: int) -> None:
    risks, kinds = ("low", "medium", "high"), (("dt1",), ("dt1", "dt2"), ("dt3",))

    def change(tx: Any) -> None:
        stored = tx.existing(KINDS["child_file"].struct, file)
        wanted = {"risk_level": risks[(turn + name) % 3], "disability_types": kinds[(turn + 2 * name) % 3]}
        tx.save(msgspec.structs.replace(stored, **wanted))

    desk.register.write(change).result()


def _edit(desk: RealDesk, person: RecordId, **values: str) -> None:
    desk.register.write(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, person), **values))).result()


def _decide(desk: RealDesk, person: RecordId) -> None:
    ids = [one for (one,) in desk.ask("SELECT id FROM conflict WHERE state='open' AND field='phone'")]
    if ids:
        desk.register.write(
            lambda tx: decide_conflict(tx, kind="person", record=person, field="phone", ids=ids, value="0912000077")
        ).result()


def _feed(province: RealProvince, scope: str) -> Events:
    """The whole feed of a scope, as a page would carry it."""
    feed, change = tables.feed, tables.change
    statement = feed.select().with_only_columns(feed.c.event, change.c.raw, change.c.signature)
    joined = statement.select_from(feed.join(change, change.c.id == feed.c.change)).where(feed.c.scope == scope)
    rows = province.province.database.read(
        lambda connection: connection.execute(joined.order_by(feed.c.seq)).all(), WHOLE_PROVINCE
    )
    return [
        (
            protocol.decode(row.event.encode(), protocol.Event),
            read_line(protocol.b64(row.signature).encode() + b" " + row.raw),
        )
        for row in rows
    ]


def _after(
    kept: Kept, pieces: Sequence[Events], folder: Path, *, merged_again: Sequence[tuple[protocol.Event, Line]] = ()
) -> dict[str, Any]:
    """What a register holds once the pieces were applied, one after another.

    `merged_again`: events that then come by another feed, where their places in this one say nothing.
    """
    path = folder / "copy.db"
    shutil.copy(kept.register, path)
    desk = RealDesk(path, SystemClock(), kept.province.transport)
    try:
        replica = desk.replica()
        for piece in pieces:
            replica.apply(piece, {event.scope: kept.places[event.scope, event.seq] for event, _ in piece})
        desk.register.write(lambda tx: Incoming(tx, {}).apply(merged_again, {})).result()
        return _content(desk)
    finally:
        desk.register.close()
        path.unlink()


_TABLES = {
    "change": "SELECT id, desk, n, raw, state, seq, outcomes FROM change ORDER BY id",
    "conflict": "SELECT id, kind, record, field, base, ours, theirs, state, closed_by FROM conflict ORDER BY id",
    "cursor": "SELECT scope, seq, chain FROM cursor ORDER BY scope",
    "shadow": "SELECT record, field, value, writer FROM shadow ORDER BY record, field",
    "child_index": "SELECT * FROM child_index ORDER BY file",
}


def _content(desk: RealDesk) -> dict[str, Any]:
    found: dict[str, Any] = {name: desk.ask(sql) for name, sql in _TABLES.items()}
    for kind, declared in KINDS.items():
        rows = desk.ask(f"SELECT id, scope, writers, {', '.join(declared.fields)} FROM {kind} ORDER BY id")
        found[kind] = [(row[0], row[1], writers.parse(row[2]), *row[3:]) for row in rows]
    return found


def _mixed(feeds: tuple[Events, Events], turns: Sequence[bool], sizes: Sequence[int]) -> list[Events]:
    """Both feeds in their own order, drawn from by `turns`, cut into pieces of `sizes`."""
    left, right = list(feeds[0]), list(feeds[1])
    order = [(left if turn else right).pop(0) for turn in turns if (left if turn else right)]
    order += left + right
    pieces: list[Events] = []
    sizes_ = iter(sizes)
    while order:
        size = next(sizes_, len(order))
        pieces, order = [*pieces, order[:size]], order[size:]
    return pieces


def _fresh_events(kept: Kept) -> tuple[Events, Events]:
    """What the reader has not pulled yet: it knows the beginning of its commune's feed."""
    commune, shelter = kept.feeds
    return commune[_known(kept) :], shelter


def _known(kept: Kept) -> int:
    desk = RealDesk(kept.register, SystemClock(), kept.province.transport)
    try:
        return int(desk.replica().cursors()["C:06838"])
    finally:
        desk.register.close()


@pytest.fixture(scope="module")
def fresh(kept: Kept) -> tuple[Events, Events]:
    return _fresh_events(kept)


@pytest.fixture(scope="module")
def whole(kept: Kept, fresh: tuple[Events, Events], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes of one page."""
    return _after(kept, [[*fresh[0], *fresh[1]]], tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cut")


def test_the_feed_is_worth_cutting(fresh: tuple[Events, Events], whole: dict[str, Any]) -> None:
    """Conflicts opened and closed, members, sealed values, and own edits behind which other values came."""
    outcomes = {outcome for event, _ in fresh[0] for outcome in event.outcomes.values()}
    assert {"conflict", "applied+conflict"} & outcomes
    assert any(event.closed for event, _ in fresh[0])
    assert len(whole["shadow"]) == 2
    assert [len(feed) > 3 for feed in fresh] == [True, True]


@settings(max_examples=examples(25))
@given(st.lists(st.booleans(), max_size=40), st.lists(st.integers(1, 5), max_size=30))
def test_any_cut_and_any_mixture_gives_the_same_register(
    kept: Kept, fresh: tuple[Events, Events], whole: dict[str, Any], folder: Path, turns: list[bool], sizes: list[int]
) -> None:
    assert _after(kept, _mixed(fresh, turns, sizes), folder) == whole


def test_a_piece_that_was_applied_before_changes_nothing(
    kept: Kept, fresh: tuple[Events, Events], whole: dict[str, Any], folder: Path
) -> None:
    pieces = [fresh[0], fresh[1]]
    again = _after(kept, [*pieces, fresh[0][: len(fresh[0]) // 2]], folder)
    assert {**again, "cursor": None} == {**whole, "cursor": None}


def test_what_another_feed_carries_too_is_merged_once(
    kept: Kept, fresh: tuple[Events, Events], whole: dict[str, Any], folder: Path
) -> None:
    """Of a record that stands in two places each change comes twice: the older one does not take the later one back."""
    assert _after(kept, fresh, folder, merged_again=fresh[0][: len(fresh[0]) // 2]) == whole


def test_a_record_held_back_within_a_page_would_be_found(
    kept: Kept, fresh: tuple[Events, Events], whole: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: each event reads the stored row, as if it stood alone in its page."""
    honest = Incoming._hold

    def forgetful(self: Incoming, kind: Any, change: Any, scope: str) -> Any:
        self._held.clear()
        return honest(self, kind, change, scope)

    monkeypatch.setattr(Incoming, "_hold", forgetful)
    assert _after(kept, [[*fresh[0], *fresh[1]]], folder) != whole
