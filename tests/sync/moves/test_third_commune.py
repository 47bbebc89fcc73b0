"""A child moves on to a third commune before everybody of the first has heard of the first move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import set_language
from commune_desk.presenters.child.page import ChildPage, ChildView
from commune_desk.program_files import code_book
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.intake import handing_on
from commune_desk.store.pages import closed_values
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.moves import move_child
from sync import protocol
from sync.change import Change
from sync.server.answers import unopened
from sync.server.intake.whereabouts import Route, Whereabouts
from tests.helpers.builders import make_report, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE as HERE
from tests.sync.actors.two_communes import Two, move, two_communes, visit, words_in
from tests.sync.moves.test_joined_at_desks import joins
from tests.sync.moves.test_sealed_again import BOTH, relocation_of, reports

pytestmark = pytest.mark.usefixtures("store_engine")

THIRD = Scope("C:06840")


class Three(Two):
    """And one of a third commune."""

    def __init__(self, folder: Path, real: object) -> None:
        super().__init__(folder, real)  # type: ignore[arg-type]
        make_register(folder / "third.db", self.real.enrol({THIRD: Role.COMMUNE_OFFICER}))
        self.third = RealDesk(folder / "third.db", SystemClock(), self.real.transport)
        self.desks["third"] = self.third


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Three]:
    with two_communes(tmp_path, Three) as made:
        yield made


def go_on(desk: RealDesk, child: RecordId) -> None:
    desk.run(lambda tx: move_child(tx, child, THIRD))


def both_moves(two: Three, child: RecordId) -> None:
    """To the second commune and on to the third, before a desk of the first has heard of either."""
    move(two.late, child)
    for desk in (two.late, two.new):
        desk.sync()
    go_on(two.new, child)
    two.new.sync()


def to_all(two: Three) -> None:
    two.sync()
    two.sync()


def test_a_visit_of_the_first_commune_follows_to_the_third(two: Three, child: RecordId) -> None:
    both_moves(two, child)
    visit(two.old, child)
    two.old.sync()
    to_all(two)
    assert two.third.ask("SELECT count(*) FROM home_visit") == [(1,)]


def test_by_the_first_of_the_moves_it_would_stop_the_feed_there(
    two: Three, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the third commune knows nothing of the move that led to the second."""
    monkeypatch.setattr(Whereabouts, "_last_move", lambda self, _connection, record, _home: self._left[HERE, record])
    both_moves(two, child)
    visit(two.old, child)
    two.old.sync()
    with pytest.raises(protocol.Malformed):
        two.third.sync()


def test_what_is_late_comes_to_a_guest_by_the_share_that_it_knows() -> None:
    """Who holds a record since a day after the move has never heard of that."""
    route = Route("C:2", {"C:2": "", "S:1": "a share"}, is_late=True, entered="a move")
    assert route.brought_to("C:2", "C:1") == "a move"
    assert route.brought_to("S:1", "C:1") == "a share"


@pytest.mark.parametrize("is_told", [True, False])
def test_what_was_joined_opens_in_the_third(
    two: Three, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """The twin: the first commune is asked only where the move took the child."""
    if not is_told:
        monkeypatch.setattr(unopened, "_gone_on_to", lambda *_: "")
    joins(two.old, again, child)
    two.old.sync()
    both_moves(two, child)
    to_all(two)
    assert reports(two.third) == (BOTH if is_told else ["", "Bị đánh"])
    assert reports(two.old) == []
    assert two.old.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]
    assert two.old.ask("SELECT count(*) FROM setting WHERE name='gone_on' AND CAST(value AS TEXT)<>'{}'") == [(0,)]
    assert two.third.ask("SELECT count(*) FROM conflict") == [(0,)]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_report_that_followed_opens_in_the_third(
    two: Three, child: RecordId, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """Its author hears of the first move only after the second."""
    if not is_told:
        monkeypatch.setattr(unopened, "_gone_on_to", lambda *_: "")
    both_moves(two, child)
    two.old.register.write(save_all(make_report(person=child))).result()
    to_all(two)
    assert reports(two.third) == (BOTH if is_told else ["", "Bị đánh"])
    assert reports(two.old) == []


@pytest.mark.parametrize("is_told", [True, False])
def test_from_a_snapshot_too(
    two: Three, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    if not is_told:
        monkeypatch.setattr(unopened, "_gone_on_to", lambda *_: "")
    joins(two.old, again, child)
    two.old.sync()
    both_moves(two, child)
    two.old.run(begin_all_anew)
    to_all(two)
    assert reports(two.third) == (BOTH if is_told else ["", "Bị đánh"])


@pytest.mark.parametrize("place", [HERE, "S:AD01", "C:99999"])
def test_a_page_that_names_anything_but_another_commune_has_nothing_sealed(
    two: Three, child: RecordId, place: str
) -> None:
    ((report,),) = two.old.ask("SELECT id FROM report")
    move_of = two.old.register.write(lambda tx: relocation_of(tx, child)).result()[0]
    seals = "SELECT count(*) FROM change WHERE json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k')='reseal'"
    before = two.old.ask(seals)
    for gone_on, more in ((place, 0), (THIRD, 1)):
        named = [("report", report)]
        asked = protocol.Event(scope=HERE, seq=1, left=named, unopened=named, gone_on=gone_on)
        two.old.run(lambda tx, event=asked: handing_on.seal_again(tx, event, move_of))  # type: ignore[misc]
        assert two.old.ask(seals) == [(before[0][0] + more,)], "the second is the twin"


@pytest.mark.parametrize("is_anything_closed", [False, True])
def test_nobody_is_told_where_a_child_went_on_to_unless_something_is_closed(
    two: Three, child: RecordId, monkeypatch: pytest.MonkeyPatch, *, is_anything_closed: bool
) -> None:
    """The twin: a province that takes everything for closed tells."""
    told: list[str] = []
    seal_again = handing_on.seal_again

    def listen(tx: Tx, event: protocol.Event, move_of: Change) -> None:
        told.append(event.gone_on)
        seal_again(tx, event, move_of)

    monkeypatch.setattr(handing_on, "seal_again", listen)
    if is_anything_closed:
        monkeypatch.setattr(unopened, "_closed_in", lambda _connection, _scope, _place, named: sorted(named))
    both_moves(two, child)
    two.old.sync()
    assert (THIRD in told) is is_anything_closed
    if not is_anything_closed:
        assert THIRD not in words_in(two.old).replace(f'"scope":"{THIRD}"', "")


def page_of(desk: RealDesk, child: RecordId) -> ChildView:
    view = ChildPage(Workplace(desk.register, code_book()), child).view()
    assert view is not None
    return view


def test_what_nobody_can_open_is_said_on_the_childs_page_with_whom_to_ask(
    two: Three, child: RecordId, again: RecordId
) -> None:
    """Of the first commune nobody has synced since; the notice goes when the value opens after all."""
    set_language("en")
    joins(two.old, again, child)
    two.old.sync()
    both_moves(two, child)
    two.third.sync()
    assert page_of(two.third, child).closed_notice == (
        "Sealed for Bình Liêu Commune, so nobody here can open it: Report (description). If a PC there still holds it, "
        "it opens here by itself once that PC has synced. If it stays closed, ask Bình Liêu Commune what it says."
    )
    to_all(two)
    assert page_of(two.third, child).closed_notice == ""


def test_it_would_be_an_unexplained_blank(
    two: Three, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(closed_values, "_sealing", lambda *_: ())
    joins(two.old, again, child)
    two.old.sync()
    both_moves(two, child)
    two.third.sync()
    assert reports(two.third) == ["", "Bị đánh"]
    assert page_of(two.third, child).closed_notice == ""


def test_what_was_left_empty_is_not_called_closed(two: Three, child: RecordId) -> None:
    set_language("en")
    assert page_of(two.old, child).closed_notice == ""
    both_moves(two, child)
    two.third.sync()
    assert page_of(two.third, child).closed_notice == ""
