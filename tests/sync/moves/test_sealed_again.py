"""What is sealed of a child that moves opens in the new commune, whoever knew of it when the child was moved."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id, uuid7
from commune_desk.domain.records.attachments import Attachment
from commune_desk.store.desk.versions import begin_all_anew
from commune_desk.store.intake import handing_on
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from sync import protocol, seal
from sync.change import WITHOUT_FIELDS, Change, Line
from sync.server.answers import pull, snapshots
from sync.server.answers.unopened import Closed
from sync.server.intake import merging
from sync.server.intake.merging import Batch, Merged
from sync.server.intake.records import Stored
from sync.server.intake.whereabouts import Route, Whereabouts
from tests.helpers.builders import make_report, save_all
from tests.sync.actors.real_desks import Crash, RealDesk
from tests.sync.actors.real_province import COMMUNE as HERE
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk, World
from tests.sync.actors.two_communes import Two, move
from tests.sync.moves.test_joined_at_desks import joins, listed
from tests.sync.moves.test_server_moves import Child, key_of, page_of

pytestmark = pytest.mark.usefixtures("store_engine")


class SealedRecord:
    """A report or a file of the child with one sealed field, and what seals it again."""

    def __init__(self, child: Child, kind: str = "report", *, expected: str = "ok") -> None:
        self.desk, self.kind, self.id = child.desk, kind, uuid7()
        self.field = {"report": "description", "attachment": "caption"}[kind]
        opened = {"report": {"source": "person", "place": "Bản"}, "attachment": {"document": "photo"}}[kind]
        group = uuid7()
        made = self.desk.change(kind, self.id, {"person": child.person, **opened}, group=group)
        first = self.sealed(COMMUNE, group=group)
        assert self.desk.results(made, first) == [(expected, "")] * 2
        self.writer = first.change.id

    def sealed(self, to: str, desk: ServerDesk | None = None, verb: str = "set", **more: Any) -> Line:
        key = key_of(self.desk.world, to)
        value = seal.seal_value(protocol.unb64(key.public), "Bị đánh", scope=to, record=self.id, field=self.field)
        said = {self.field: value}
        more |= {"to": OTHER} if verb == "reseal" else {}
        return (desk or self.desk).change(self.kind, self.id, said, data=2, key=key.key, verb=verb, **more)

    def again(self, base: str, desk: ServerDesk | None = None) -> Line:
        """The same for the other commune."""
        return self.sealed(OTHER, desk, verb="reseal", base={self.field: base} if base else {})

    def stands(self) -> object:
        return self.desk.world.row(self.kind, self.id)[self.field]


@pytest.mark.parametrize("kind", ["report", "attachment"])
def test_what_is_sealed_again_stands_in_place_of_what_the_new_commune_cannot_open(world: World, kind: str) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    one = SealedRecord(child, kind)
    child.move(OTHER)
    again = one.again(one.writer)
    assert old.results(again) == [("late", "")]
    assert one.stands() == again.change.seal[one.field]
    assert page_of(new, OTHER, world).events[-1][1].change.id == again.change.id
    wrong = one.sealed(COMMUNE, verb="reseal")
    assert old.results(wrong) == [("quarantined", "key")]


def test_of_two_that_seal_it_again_the_first_stands_and_nobody_is_asked(world: World) -> None:
    old, other, new = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    one = SealedRecord(child)
    child.move(OTHER)
    first = one.again(one.writer)
    assert old.results(first) == [("late", "")]
    assert other.results(one.again(one.writer, other)) == [("noop", "")]
    assert one.stands() == first.change.seal["description"]
    edit = one.sealed(OTHER, new, scope=OTHER, base={"description": first.change.id})
    assert new.results(edit) == [("ok", "")]
    assert other.results(one.again(one.writer, other)) == [("noop", "")], "what was written there since stands"
    assert one.stands() == edit.change.seal["description"]
    assert world.open_conflicts() == []


def test_two_that_seal_it_again_would_ask_a_person_what_nobody_can_tell(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: merged as any other sealed value, the second is a conflict of one value with itself."""

    def as_any_other(self: Batch, record: Stored, change: Change, name: str, latest: int, merged: Merged) -> None:
        self._merge_field(record, change, name, merging._NEWER, latest, merged)

    monkeypatch.setattr(Batch, "_reseal", as_any_other)
    old, other = world.desk(), world.desk()
    child = Child(old)
    one = SealedRecord(child)
    child.move(OTHER)
    assert old.results(one.again(one.writer)) == [("late", "")]
    assert other.results(one.again(one.writer, other)) == [("conflict", "")]


def test_sealing_again_writes_nothing_where_nothing_was(world: World) -> None:
    old = world.desk()
    child = Child(old)
    one = SealedRecord(child)
    child.move(OTHER)
    key = key_of(world, OTHER)
    value = seal.seal_value(protocol.unb64(key.public), "Khác", scope=OTHER, record=one.id, field="measures")
    line = old.change("report", one.id, {"measures": value}, data=2, key=key.key, verb="reseal", to=OTHER)
    assert old.results(line) == [("noop", "")]
    assert world.row("report", one.id)["measures"] is None


def test_an_earlier_program_names_no_base_of_what_is_written_once(world: World) -> None:
    child = Child(world.desk())
    one = SealedRecord(child, "attachment")
    child.move(OTHER)
    again = one.again("")
    assert child.desk.results(again) == [("late", "")]
    assert one.stands() == again.change.seal["caption"]


def reports(desk: RealDesk) -> list[str | None]:
    """What each report says, as far as it opens here."""
    return [row[0] for row in desk.ask("SELECT description FROM report ORDER BY description")]


BOTH = ["Bị đánh", "Hàng xóm nghe tiếng khóc mỗi tối."]


def moved_by_who_had_not_heard(two: Two, child: RecordId, again: RecordId) -> None:
    """One desk joins the two; the other, which has not heard of it, moves the one that is kept."""
    joins(two.old, again, child)
    two.old.sync()
    move(two.late, child)


def test_a_desk_that_had_not_heard_of_the_joining_moves_the_child_and_everything_opens_there(
    two: Two, child: RecordId, again: RecordId
) -> None:
    moved_by_who_had_not_heard(two, child, again)
    two.sync()
    two.sync()
    assert listed(two.new) == [child]
    assert reports(two.new) == BOTH
    for desk in (two.old, two.late):
        assert reports(desk) == []
        assert desk.ask("SELECT count(*) FROM person WHERE id IN (?,?)", child, again) == [(0,)]
        assert desk.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]
    assert two.new.ask("SELECT count(*) FROM conflict") == [(0,)]


def test_what_was_joined_would_stay_closed_there(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: only what the desk that moved the child held by then is sealed again."""
    monkeypatch.setattr(handing_on, "seal_again", lambda *_: None)
    moved_by_who_had_not_heard(two, child, again)
    two.sync()
    assert reports(two.new) == ["", "Bị đánh"]


def pushes_and_is_gone(desk: RealDesk) -> None:
    replica = desk.replica()
    replica.trip = "before apply"
    with pytest.raises(Crash):
        desk.sync(replica)


def test_it_opens_though_the_desk_that_moved_the_child_never_comes_back(
    two: Two, child: RecordId, again: RecordId
) -> None:
    moved_by_who_had_not_heard(two, child, again)
    pushes_and_is_gone(two.late)
    for desk in (two.old, two.old, two.new):
        desk.sync()
    assert reports(two.new) == BOTH
    assert reports(two.old) == []


@pytest.mark.parametrize("is_told", [True, False])
def test_a_desk_that_hears_of_the_move_from_a_snapshot_sees_to_it_too(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """The twin: a snapshot that says only what left."""
    if not is_told:
        monkeypatch.setattr(snapshots, "unopened", lambda *_: Closed([]))
    moved_by_who_had_not_heard(two, child, again)
    pushes_and_is_gone(two.late)
    two.old.run(begin_all_anew)
    for desk in (two.old, two.old, two.new):
        desk.sync()
    assert reports(two.new) == (BOTH if is_told else ["", "Bị đánh"])
    assert reports(two.old) == []


@pytest.mark.parametrize("is_told", [True, False])
def test_it_opens_though_the_desk_that_joined_them_never_comes_back(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    """The joining is told after its record has left; the twin: else nobody seals what nothing ties to the child."""
    if not is_told:
        monkeypatch.setattr(pull, "_NAMING_IDS", WITHOUT_FIELDS)
    moved_by_who_had_not_heard(two, child, again)
    for desk in (two.late, two.late, two.new):
        desk.sync()
    assert reports(two.new) == (BOTH if is_told else ["", "Bị đánh"])


def test_a_desk_that_is_being_removed_seals_nothing_and_goes_on(two: Two, child: RecordId) -> None:
    (report,) = two.old.ask("SELECT id FROM report")[0]
    asked = protocol.Event(scope=HERE, seq=1, left=[("report", report)], unopened=[("report", report)])
    move_of = two.old.register.write(lambda tx: relocation_of(tx, child)).result()[0]

    def withdrawn(tx: Tx) -> None:
        tx.ledger.end()
        handing_on.seal_again(tx, asked, move_of)

    two.old.run(withdrawn)


def test_no_province_has_a_desk_seal_what_no_signed_change_joins_to_the_child(
    two: Two, child: RecordId, again: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names another child's report beside the one that moves: that is not sealed for anybody."""
    (report,) = two.old.ask("SELECT id FROM report WHERE person=?", again)[0]
    asked = protocol.Event(scope=HERE, seq=1, left=[("report", report)], unopened=[("report", report)])
    move_of = two.old.register.write(lambda tx: relocation_of(tx, child)).result()[0]
    seals = "SELECT count(*) FROM change WHERE json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k')='reseal' AND record=?"
    two.old.run(lambda tx: handing_on.seal_again(tx, asked, move_of))
    assert two.old.ask(seals, report) == [(0,)]
    monkeypatch.setattr(handing_on, "_is_of", lambda *_: True)
    two.old.run(lambda tx: handing_on.seal_again(tx, asked, move_of))
    assert two.old.ask(seals, report) == [(1,)], "the twin"


def relocation_of(tx: Tx, child: RecordId) -> Change:
    """The move of the child, as this desk wrote it."""
    move_child(tx, child, Scope(OTHER_COMMUNE))
    (raw,) = tx.connection.execute("SELECT raw FROM change WHERE record=? ORDER BY stamp DESC", (child,)).fetchone()
    return msgspec.json.decode(raw, type=Change)


def test_who_moves_a_joined_child_knowingly_seals_all_of_it_and_the_mover_nothing_twice(
    two: Two, child: RecordId, again: RecordId
) -> None:
    joins(two.old, again, child)
    two.sync()
    move(two.late, child)
    two.sync()
    assert reports(two.new) == BOTH
    sealed = "SELECT count(*) FROM change WHERE json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k')='reseal'"
    assert two.late.ask(sealed) == [(2,)]


def test_a_report_of_the_same_morning_opens_there(two: Two, child: RecordId) -> None:
    """Sent by a colleague before the move went up, and not yet heard of by the desk that moved the child."""
    two.old.register.write(save_all(make_report(person=child))).result()
    two.old.sync()
    move(two.late, child)
    two.sync()
    two.sync()
    assert reports(two.new) == BOTH


def told_late(two: Two, child: RecordId, *, is_between: bool) -> None:
    """A report about a child who has left by then, sent before the move is heard of; or typed just before that."""
    move(two.late, child)
    two.late.sync()
    replica = two.old.replica()

    def report() -> None:
        two.old.register.write(save_all(make_report(person=child))).result()

    if is_between:
        replica.meantime = report
    else:
        report()
    two.old.sync(replica)
    two.sync()
    two.sync()


@pytest.mark.parametrize("is_between", [False, True])
def test_a_report_that_was_on_its_way_while_the_child_moved_opens_there(
    two: Two, child: RecordId, *, is_between: bool
) -> None:
    told_late(two, child, is_between=is_between)
    assert reports(two.new) == BOTH
    assert reports(two.old) == []
    assert two.old.ask("SELECT count(*) FROM change WHERE state IN ('waiting', 'quarantined')") == [(0,)]
    assert two.old.ask("SELECT DISTINCT is_gone FROM departure") == [(1,)]


def test_it_would_follow_closed(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(handing_on, "seal_late", lambda *_: False)
    told_late(two, child, is_between=False)
    assert reports(two.new) == ["", "Bị đánh"]


def test_what_the_province_does_not_take_is_sealed_once_and_keeps_nobody_here(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the child has moved on to a third place by then."""
    monkeypatch.setattr("sync.server.intake.ordering._record_fault", _nothing_is_sealed_again)
    told_late(two, child, is_between=False)
    sealed = "SELECT count(*) FROM change WHERE json_extract(CAST(raw AS TEXT), '$.k')='reseal' GROUP BY record"
    assert two.old.ask(sealed) == [(1,), (1,)], "what moved, and what followed"
    assert two.old.ask("SELECT DISTINCT is_gone FROM departure") == [(1,)]


def _nothing_is_sealed_again(_batch: Batch, change: Change, route: Route | None) -> str | None:
    return "moved" if change.verb == "reseal" or route is None else None


def test_what_followed_is_its_authors_own_with_all_its_parts_and_nobody_elses(world: World) -> None:
    """In one push or in several; it is no conflict, and no other desk of the former commune writes there."""
    old, other = world.desk(), world.desk()
    child = Child(old)
    child.move(OTHER)
    late = SealedRecord(child, expected="late")
    assert world.row("report", late.id)["place"] == "Bản"
    said = {"measures": str(late.stands())}
    foreign = other.change("report", late.id, said, data=2, key=key_of(world, COMMUNE).key)
    assert other.results(foreign) == [("quarantined", "moved")]
    assert other.results(other.change("report", late.id, {"person": child.person})) == [("quarantined", "moved")]
    assert other.results(late.again(late.writer, other)) == [("quarantined", "moved")]
    place = old.change("report", late.id, {"place": "Khe Lạc"}, base={})
    assert old.results(place) == [("conflict", "")], "as anybody's who did not see what stands"
    assert old.results(late.again(late.writer)) == [("late", "")]


def test_the_parts_of_what_followed_would_be_set_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Whereabouts, "settle", lambda self, change, home: self._homes.setdefault(change.record, home))
    child = Child(world.desk())
    child.move(OTHER)
    made = child.desk.change("report", uuid7(), {"person": child.person, "source": "person", "place": "Bản"})
    second = child.desk.change("report", made.change.record, {"received_at": "2026-11-22T15:40:00Z"}, data=0)
    assert child.desk.results(made, second) == [("late", ""), ("quarantined", "moved")]


@pytest.mark.parametrize("is_joined", [False, True])
def test_a_photo_opens_there(two: Two, child: RecordId, again: RecordId, *, is_joined: bool) -> None:
    """What is written once names no writers in its row."""
    photo = Attachment(
        id=new_record_id(),
        scope=Scope(HERE),
        person=again if is_joined else child,
        document="photo",
        media_type="image/jpeg",
        size=10,
        sha256="a" * 64,
        added_at="2026-11-22T15:40:00Z",
        caption="Nhà ở",
        content_key="k" * 44,
    )
    two.old.register.write(save_all(photo)).result()
    two.sync()
    if is_joined:
        joins(two.old, again, child)
        two.old.sync()
    move(two.late, child)
    two.sync()
    opened = "SELECT caption, content_key FROM attachment"
    assert two.new.ask(opened) == [("Nhà ở", "k" * 44)]
    assert two.new.ask("SELECT count(*) FROM conflict") == [(0,)]

    def back(desk: RealDesk) -> None:
        desk.run(lambda tx: move_child(tx, child, Scope(HERE)))

    back(two.new)
    two.sync()
    move(two.late, child)
    two.sync()
    assert two.new.ask(opened) == [("Nhà ở", "k" * 44)], "there, back and there again"
