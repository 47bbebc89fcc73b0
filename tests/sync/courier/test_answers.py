"""What province and desk make of bundles that come late, twice, from before, from another or from nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.store.engine import settings
from commune_desk.store.exchange import courier as memory
from commune_desk.store.exchange.courier import forget_written
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync import bundle, protocol, seal
from sync.bundle import PartKind
from sync.client import errors
from sync.server.edge import courier, courier_reply, parking
from sync.server.edge.courier_answer import Answer
from sync.server.identity.province import open_province
from tests.helpers.store_engine import engine
from tests.sync.actors.couriers import Office, bring, couriers, refusal

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office() -> Iterator[Office]:
    with couriers() as made:
        yield made


def three_visits(office: Office, desk: int = 0) -> list[bytes]:
    """Three changes of a desk, a bundle for each."""
    for _ in range(3):
        office.visit(desk)
    return office.write_out(desk, room=1)


def test_what_comes_too_early_waits_and_both_ends_say_what_is_missing(office: Office) -> None:
    before = office.last_n(0)
    first, second, third = three_visits(office)
    (reply,) = bring(office.province, third)
    assert office.held_n(0) == before
    assert office.parked() == 1
    read = office.read_in(0, reply)
    assert (read.missing, read.signed_for) == ([(before + 1, before + 2)], 0)
    assert office.waiting(0) == 3
    (reply,) = bring(office.province, first)
    assert office.read_in(0, reply).missing == [(before + 2, before + 2)]
    (reply,) = bring(office.province, second)
    assert (office.held_n(0), office.parked()) == (before + 3, 0)
    read = office.read_in(0, reply)
    assert (read.missing, read.signed_for, read.events) == ([], before + 3, 2)
    assert office.waiting(0) == 0


def test_an_older_reply_takes_back_nothing_that_was_told_of_what_is_signed_for(office: Office) -> None:
    """An officer who reads "up to 309" and then "up to 12" would think that something went lost."""
    office.visit(0)
    (older,) = bring(office.province, *office.write_out(0))
    office.visit(0)
    (newer,) = bring(office.province, *office.write_out(0))
    assert office.read_in(0, newer).signed_for == office.last_n(0)
    assert office.read_in(0, older).signed_for == office.last_n(0)


def test_without_parking_it_would_have_to_be_brought_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(parking, "park", lambda *_: None)
    before = office.last_n(0)
    first, second, third = three_visits(office)
    for data in (third, first, second):
        bring(office.province, data)
    assert office.held_n(0) == before + 2


def test_a_reply_that_comes_after_a_later_one_changes_nothing(office: Office) -> None:
    office.visit(0)
    (early,) = bring(office.province, *office.write_out(0))
    office.visit(1)
    office.desks[1].sync()
    office.visit(0)
    (late,) = bring(office.province, *office.write_out(0))
    office.read_in(0, late)
    shown = office.kept(0)
    for _ in range(2):
        read = office.read_in(0, early)
        assert (read.events, read.conflicts, read.lacking, read.refusal, read.faults) == (0, 0, {}, None, [])
        assert office.kept(0) == shown
    office.desks[0].sync()
    assert office.kept(0) == shown


def test_a_page_of_the_past_does_not_bring_back_its_certificates(office: Office) -> None:
    office.real.enrol()
    (early,) = bring(office.province, *office.write_out(0))
    office.real.enrol()
    office.visit(0)
    (late,) = bring(office.province, *office.write_out(0))
    office.read_in(0, late)
    version = office.desks[0].replica().certs_version()
    assert office.read_in(0, early).files == 1
    assert office.desks[0].replica().certs_version() == version
    assert len(office.desks[0].ask("SELECT * FROM desk_cert")) == 5, "the twin: the later page brought another desk's"


def test_what_was_carried_never_lowers_how_much_is_known_to_be_new(office: Office) -> None:
    office.visit(1)
    office.desks[1].sync()
    replies = bring(office.province, *office.write_out(0))
    office.desks[0].ask("UPDATE cursor SET head_seq=999")
    assert office.read_in(0, *replies).events == 1
    assert office.desks[0].ask("SELECT head_seq FROM cursor") == [(999,)]


def test_pages_that_begin_too_late_are_left_and_the_gap_is_said(office: Office) -> None:
    for _ in range(560):
        office.visit(1)
    office.desks[1].sync()
    courier.keep_question(office.province, office.id_of(0), asked(office, 0))
    first, second = small_replies(office, 0)
    start = office.cursor(0)
    read = office.read_in(0, second)
    assert read.events == 0
    assert read.lacking == {"C:06838": (start + 1, start + 500)}
    assert office.cursor(0) == start
    assert office.read_in(0, first).more
    read = office.read_in(0, first, second)
    assert (read.events, read.lacking, read.more) == (60, {}, False)
    office.desks[1].sync()
    assert office.kept(0)["home_visit"] == office.kept(1)["home_visit"]


def test_the_files_of_a_folder_are_read_in_whatever_order_they_need(office: Office) -> None:
    for _ in range(560):
        office.visit(1)
    office.desks[1].sync()
    read = office.read_in(0, *reversed(small_replies(office, 0)))
    assert (read.files, read.lacking, read.more) == (2, {}, False)
    assert office.cursor(0) == office.cursor(1)


def asked(office: Office, desk: int) -> protocol.PullRequest:
    replica = office.desks[desk].replica()
    return protocol.PullRequest(epoch=replica.identity().epoch, cursors=dict(replica.cursors()))


def small_replies(office: Office, desk: int) -> list[bytes]:
    """One page a file."""
    courier.keep_question(office.province, office.id_of(desk), asked(office, desk))
    return list(courier_reply.reply(office.province, Answer(office.id_of(desk)), room=1))


def test_a_reply_to_a_bundle_that_nobody_remembers_proves_nothing(office: Office) -> None:
    """A province that was restored lacks what a reply from before says it has; what it says then must not count."""
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    office.desks[0].register.write(forget_written).result()
    read = office.read_in(0, reply)
    assert (read.unremembered, read.signed_for) == (1, 0)


def test_a_receipt_counts_that_answers_a_bundle_of_ours(office: Office) -> None:
    """The twin."""
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    read = office.read_in(0, reply)
    assert (read.unremembered, read.signed_for, office.waiting(0)) == (0, office.last_n(0), 0)


def test_what_a_restored_province_lacks_is_sent_again(office: Office, tmp_path: Path) -> None:
    office.province.close()
    engine.copy(office.folder / "province", tmp_path / "backup")
    office.province = open_province(office.folder / "province", office.folder / "key-file")
    office.visit(0)
    office.visit(0)
    (reply,) = bring(office.province, *office.write_out(0))
    office.read_in(0, reply)
    assert office.waiting(0) == 0
    office.province.close()
    engine.put_back(tmp_path / "backup", office.folder / "province")
    office.province = open_province(office.folder / "province", office.folder / "key-file")
    (lacking,) = bring(office.province, *office.write_out(0))
    read = office.read_in(0, lacking)
    last = office.last_n(0)
    assert read.missing == [(last - 1, last)]
    assert office.waiting(0) == 2
    office.read_in(0, reply)
    assert office.waiting(0) == 2, "the reply from before the restore is not believed any more"
    assert office.desks[0].register.identity.frozen == ""
    read = office.read_in(0, *bring(office.province, *office.write_out(0)))
    assert read.has_followed, "the receipt beside it shows the province that it was put back"
    read = office.read_in(0, *bring(office.province, *office.write_out(0)))
    assert (office.held_n(0), read.refusal, read.faults, office.waiting(0)) == (last, None, [], 0)


def test_a_feed_that_was_written_anew_is_not_taken_for_what_is_known(office: Office, tmp_path: Path) -> None:
    """Of a page that overlaps with what is here, the part that is here must be the same."""
    copy = office.copied(tmp_path / "another")
    try:
        for each in (office, copy):
            each.visit(1)
            each.desks[1].sync()
        office.desks[0].sync()
        copy.visit(1)
        copy.desks[1].sync()
        box = office.desks[0].register.identity.box
        assert box == copy.desks[0].register.identity.box
        (rewritten,) = courier_reply.reply(copy.province, Answer(copy.id_of(0)))
        before = office.kept(0)
        read = office.read_in(0, rewritten)
        assert isinstance(read.faults[0], errors.HistoryRewritten)
        assert office.kept(0) == before
        (right,) = courier_reply.reply(office.province, Answer(office.id_of(0)))
        assert office.read_in(0, right).faults == [], "the twin"
    finally:
        copy.close()


def test_a_desk_that_was_taken_out_of_service_learns_it_and_its_changes_are_kept_aside(office: Office) -> None:
    office.visit(0)
    files = office.write_out(0)
    office.revoke(0)
    read = office.read_in(0, *bring(office.province, *files))
    assert isinstance(read.refusal, errors.DeskRevoked)
    assert read.quarantined == 1
    assert office.desks[0].register.identity.frozen == "revoked"
    assert [row[3] for row in office.held()["quarantine"]] == ["revoked"]
    assert read.events == 0


def test_an_older_no_decides_nothing(office: Office) -> None:
    """The twin of the one above: the same refusal, in a reply to a bundle that this desk does not remember."""
    office.visit(0)
    files = office.write_out(0)
    office.revoke(0)
    replies = bring(office.province, *files)
    office.desks[0].register.write(forget_written).result()
    read = office.read_in(0, *replies)
    assert read.refusal is None
    assert office.desks[0].register.identity.frozen == ""


def test_a_copied_register_is_found_and_stopped(office: Office, tmp_path: Path) -> None:
    copy = office.copied(tmp_path / "copy")
    try:
        office.visit(0)
        bring(office.province, *office.write_out(0))
        copy.visit(0)
        replies = bring(office.province, *copy.write_out(0))
        read = copy.read_in(0, *replies)
        assert isinstance(read.faults[0], errors.Forked)
        assert copy.desks[0].register.identity.frozen == "fork"
        with pytest.raises(Refusal, match="enrolled anew"):
            copy.write_out(0)
        assert len(office.held()["quarantine"]) == 0
    finally:
        copy.close()


def test_too_much_is_not_parked_for_ever(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _, second, third = three_visits(office)
    monkeypatch.setattr(parking, "MOST_PUSHES", 1)
    bring(office.province, second)
    assert "Bring the earlier bundles" in refusal(bring, office.province, third)
    bring(office.province, second)
    assert office.parked() == 1
    monkeypatch.setattr(parking, "MOST_PUSHES", 2)
    bring(office.province, third)
    assert office.parked() == 2, "the twin"


def test_a_bundle_without_changes_asks_what_is_new(office: Office) -> None:
    office.visit(1)
    office.desks[1].sync()
    (question,) = office.write_out(0)
    read = office.read_in(0, *bring(office.province, question))
    assert (read.events, read.signed_for, read.more) == (1, 0, False)


def test_what_the_province_writes_unasked_begins_where_the_desk_last_stood(office: Office) -> None:
    office.visit(1)
    office.desks[1].sync()
    (unasked,) = courier_reply.reply(office.province, Answer(office.id_of(0)))
    assert office.read_in(0, unasked).events == 1
    bring(office.province, *office.write_out(0))
    office.visit(1)
    office.desks[1].sync()
    (later,) = courier_reply.reply(office.province, Answer(office.id_of(0)))
    box = seal.BoxKey.from_bytes(office.desks[0].register.identity.box)
    (page,) = bundle.open_bundle(later, box, office.id_of(0)).parts(PartKind.PAGE)
    assert page[1].count(b"\t") == 1
    assert office.read_in(0, later).events == 1


def test_the_key_for_bundles_comes_with_a_pull_to_desks_enrolled_before_there_was_one(office: Office) -> None:
    register = office.desks[0].register
    public = office.province.keys.courier.public
    assert register.identity.pins is not None
    assert register.identity.pins.courier_public == public, "these desks were enrolled without it, and have pulled"
    assert public != office.province.escrow_public


def test_a_desk_that_never_pulled_writes_nothing_and_says_why(office: Office) -> None:
    def forget(tx: Any) -> None:
        own = settings.identity(tx.connection)
        assert own.pins is not None
        pins = msgspec.structs.replace(own.pins, courier_public=b"")
        settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, pins=pins))
        tx.topic("identity")

    office.desks[0].register.write(forget).result()
    assert "first sync over a line" in refusal(office.write_out, 0)
    office.desks[0].sync()
    assert office.write_out(0)


def test_what_was_carried_is_written_down_on_both_ends(office: Office) -> None:
    office.visit(0)
    (data,) = office.write_out(0)
    (reply,) = bring(office.province, data)
    office.read_in(0, reply)
    rows = office.desks[0].ask("SELECT action, detail FROM audit WHERE action LIKE 'courier%' ORDER BY seq")
    assert [row[0] for row in rows] == ["courier_out", "courier_in"]
    assert bundle.fingerprint(data) in rows[0][1]
    assert office.audited()[-2:] == [
        ("bundle-in", f"{office.id_of(0)} {bundle.fingerprint(data)}"),
        ("bundle-out", f"{office.id_of(0)} {bundle.fingerprint(reply)}"),
    ]


def test_what_is_done_with_may_leave_the_stick(office: Office) -> None:
    office.visit(0)
    stick = office.folder / "usb"
    stick.mkdir()
    desk = office.courier(0)
    desk.write_out(stick)
    (sent,) = stick.iterdir()
    foreign = stick / "ABCDEFGHJK.cdsync"
    foreign.write_bytes(b"another's")
    (reply,) = bring(office.province, sent.read_bytes())
    (stick / bundle.file_name(reply)).write_bytes(reply)
    office.visit(0)
    desk.write_out(stick)
    read = desk.read_in(stick)
    assert len(read.done_with) == 2
    assert read.others == 2
    assert desk.wipe(stick, read.done_with) == 2
    left = sorted(path.name for path in stick.iterdir())
    assert foreign.name in left
    assert len(left) == 2
    assert not sent.exists()


def test_the_desk_remembers_so_many_bundles_and_no_more(office: Office) -> None:
    for _ in range(70):
        office.write_out(0)
    kept = office.desks[0].register.write(lambda tx: memory.written(tx.connection)).result()[0]
    assert len(kept) == 64


@pytest.mark.parametrize(("known", "goes_up"), [("2999-01-01T00:00:00Z", False), ("2000-01-01T00:00:00Z", True)])
def test_last_contact_is_the_provinces_time_and_never_goes_back(office: Office, known: str, goes_up: bool) -> None:
    """A bundle may be read a week after it was made: the twin is one that is later than the last contact."""
    replies = bring(office.province, *office.write_out(0))
    office.desks[0].register.write(lambda tx: settings.put(tx.connection, settings.CONTACT_AT, known)).result()
    office.read_in(0, *replies)
    ((kept,),) = office.desks[0].ask("SELECT value FROM setting WHERE name='last_contact'")
    assert (msgspec.json.decode(kept) != known) is goes_up


def test_what_a_stick_says_of_the_time_says_nothing_of_this_pcs_clock(office: Office) -> None:
    """It may have lain in a drawer; the last contact, which it does move, is the twin."""
    asked = "SELECT name FROM setting WHERE name IN ('clock_skew', 'last_contact')"
    replies = bring(office.province, *office.write_out(0))
    before = office.desks[0].ask(asked)
    office.read_in(0, *replies)
    assert (before, office.desks[0].ask(asked)) == ([], [("last_contact",)])


def _nothing(read: ReadIn) -> bool:
    return not (read.events or read.conflicts or read.missing or read.lacking)


def test_an_empty_reply_says_that_nothing_came(office: Office) -> None:
    assert _nothing(office.read_in(0, *bring(office.province, *office.write_out(0))))
