"""A carried page that begins before the desk's own place: what is new is proven, what is known must be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from sync import protocol
from sync.change import FeedPosition, write
from sync.client import errors
from sync.client import page as pages
from sync.client.page import Page, read_page, rest_of, verified_keys, verify_page
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.server_fixtures import COMMUNE, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

KNOWN, WHOLE = 7, 20
"""The desk stands within a run that one head signs."""


@pytest.fixture(scope="module")
def carried(
    tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine
) -> Iterator[tuple[World, Page, list[FeedPosition]]]:
    """A page from the feed's beginning with one run of unsigned changes, and where each of its steps leads."""
    with province_in(Path(tmp_path_factory.mktemp("overlap"))) as world:
        desk = world.desk()
        lines = [write(desk.change("person", uuid7(), {"full_name": "Chìu Văn Sáng"}).change) for _ in range(WHOLE)]
        assert desk.push(*lines).status == 200
        page = read_page(desk.pull_from({COMMUNE: 0}).body)
        yield world, page, verify_page(page, {}, keys_of(world, page))


def keys_of(world: World, page: Page) -> Callable[[str], bytes | None]:
    return verified_keys(page.header, world.province.keys.authority.public).get


def test_the_rest_of_a_page_goes_on_from_the_desks_place(carried: tuple[World, Page, list[FeedPosition]]) -> None:
    world, page, places = carried
    rest = rest_of(page, {COMMUNE: KNOWN})
    assert [event.seq for event, _ in rest.steps] == list(range(KNOWN + 1, WHOLE + 1))
    assert verify_page(rest, {COMMUNE: places[KNOWN - 1]}, keys_of(world, page)) == places[KNOWN:]


def test_without_the_digests_of_what_is_known_the_run_would_prove_nothing(
    carried: tuple[World, Page, list[FeedPosition]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    world, page, places = carried
    monkeypatch.setattr(pages, "_with_digests", lambda run, _lines: run)
    with pytest.raises(errors.Unproven):
        verify_page(rest_of(page, {COMMUNE: KNOWN}), {COMMUNE: places[KNOWN - 1]}, keys_of(world, page))


def test_a_feed_that_was_another_up_to_there_ends_elsewhere(carried: tuple[World, Page, list[FeedPosition]]) -> None:
    world, page, _places = carried
    told = FeedPosition(KNOWN, b"\1" * 32)
    with pytest.raises(errors.HistoryRewritten):
        verify_page(rest_of(page, {COMMUNE: KNOWN}), {COMMUNE: told}, keys_of(world, page))


def test_a_forged_line_before_the_desks_place_spoils_the_proof(carried: tuple[World, Page, list[FeedPosition]]) -> None:
    world, page, places = carried
    event, line = page.steps[0]
    assert line is not None
    false = write(msgspec.structs.replace(line.change, set={"full_name": "Khác"}))
    forged = Page(page.header, [(event, false), *page.steps[1:]], page.trailer)
    with pytest.raises(errors.Unproven):
        verify_page(rest_of(forged, {COMMUNE: KNOWN}), {COMMUNE: places[KNOWN - 1]}, keys_of(world, page))


def test_of_a_page_of_the_past_nothing_is_left(carried: tuple[World, Page, list[FeedPosition]]) -> None:
    _world, page, _places = carried
    rest = rest_of(page, {COMMUNE: WHOLE + 5})
    assert (rest.steps, rest.trailer.cursors, rest.trailer.heads, rest.trailer.runs) == ([], {}, {}, [])
    assert page.trailer.heads[COMMUNE] == protocol.FeedHead(seq=WHOLE, chain=page.trailer.cursors[COMMUNE].chain)
