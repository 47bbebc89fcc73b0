"""The province moves from one file to PostgreSQL while all that may be under way is under way; the life goes on."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from sync.client.enrol import enrol
from sync.server.answers.roots import make_due
from sync.server.commands import commands, opening
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.intake.reports_in import hand_down
from sync.server.lifecycle import erased_list
from sync.server.lifecycle import moving as lifecycle_moving
from sync.server.lifecycle.chains import first_break
from tests.sync.actors.couriers import bring
from tests.sync.actors.moving_office import MovingOffice
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.server_fixtures import Done
from tests.sync.actors.travelled_office import TravelledOffice

REPORT: dict[str, Any] = {
    "received_at": "2026-11-23T16:40:00Z",
    "source": "111",
    "place": "Thôn Nà Ếch",
    "description": "Cháu bị đánh.",
}


def cut_after(office: TravelledOffice, path: str, times: int) -> None:
    """The line breaks off after so many requests of a path."""
    line, send = office.real.line, type(office.real.line).send
    left = [times]

    def counted(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.path_url.startswith(path):
            left[0] -= 1
            line.down = left[0] < 0
        return send(line, request, *args, **kwargs)

    line.send = counted  # type: ignore[method-assign]


def line_is_back(office: TravelledOffice) -> None:
    vars(office.real.line).pop("send", None)
    office.real.line.down = False


def test_all_that_is_under_way_comes_to_its_end_at_the_new_store(moving: MovingOffice) -> None:
    office = moving.office
    stays, goes, gone = map(office.child, ("Chìu Văn Sáng", "Bàn Thị Một", "Lò Thị Hai"))
    office.move("ours", gone, OTHER_COMMUNE)
    office.ours.edit(Person, stays, phone="0912000001")
    office.colleague.edit(Person, stays, phone="0912000002")
    office.sync()
    going_up, coming_down = office.photo("ours", stays, 900_000), office.photo("colleague", stays, 800_000)
    cut_after(office, "/v1/files/put", 2)
    office.sync("ours")
    line_is_back(office)
    assert 0 < office.ours.ask("SELECT reached FROM file_queue WHERE sha256=?", going_up.sha256)[0][0] < 900_000
    office.sync("colleague")
    cut_after(office, "/v1/files/get", 1)
    office.sync("ours")
    line_is_back(office)
    on_stick = office.visit("there", gone)
    stick, read_later = office.there.stick_out(), bring(office.real.province, *office.ours.stick_out())
    office.move("colleague", goes, OTHER_COMMUNE)
    office.sync("colleague")
    late = office.visit("ours", goes)
    hand_down(office.real.province, [("06838", REPORT)])
    root = make_due(office.real.province)
    before = moving.heads()

    done = moving.move()
    assert done.returncode == 0, done.stderr
    assert moving.heads() == before
    assert make_due(office.real.province) == root
    answer = bring(office.real.province, *stick)
    office.there.stick_in(answer)
    office.ours.stick_in(read_later)
    heard = {name: desk.go() for name, desk in office.desks.items()}
    assert max(outcome.pulled for outcome in heard.values()) < 20
    office.sync()
    assert office.unrest() == {}
    assert office.homes("person")[goes] == OTHER_COMMUNE
    assert office.homes("home_visit") == {late: OTHER_COMMUNE, on_stick: OTHER_COMMUNE}
    assert office.whole_files() == {going_up.sha256: COMMUNE, coming_down.sha256: COMMUNE}
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT description, from_province FROM report") == [("Cháu bị đánh.", 1)]
        assert desk.ask("SELECT field, state FROM conflict") == [("phone", "open")]
    assert office.real.province.database.read(first_break, WHOLE_PROVINCE) == ""


def test_a_snapshot_half_fetched_from_the_old_store_is_fetched_from_the_new_one(
    moving: MovingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.server.answers.pull.WORTH", 1)
    monkeypatch.setattr("sync.server.edge.app._MOST_OF_A_SNAPSHOT", 200)
    office = moving.office
    child = office.child("Chìu Văn Sáng")
    visit = office.visit("ours", child)
    office.sync("ours")
    office.colleague.replica().begin_all_anew()
    cut_after(office, "/v1/snapshots/", 2)
    office.colleague.stopped()
    line_is_back(office)
    assert office.colleague.ask("SELECT count(*) FROM snapshot_part")[0][0] > 0
    assert moving.move().returncode == 0
    office.sync()
    assert office.unrest() == {}
    assert office.colleague.ask("SELECT id FROM home_visit") == [(visit,)]


def test_what_a_withdrawn_desk_sent_before_and_after_is_kept_and_comes_again(moving: MovingOffice) -> None:
    office = moving.office
    child = office.child("Chìu Văn Sáng")
    first = office.visit("ours", child)
    named = office.ours.register.identity.desk
    office.real.write(lambda c: desks.revoke(c, office.real.province, named))
    office.ours.stopped()
    second = office.visit("ours", child)
    assert moving.move().returncode == 0
    office.ours.stopped()
    office.ours.enrol_anew()
    office.sync()
    assert office.unrest() == {}
    assert set(office.homes("home_visit")) == {first, second}


def test_an_erasure_half_heard_and_words_of_removal_not_yet_sent_come_to_their_end(
    moving: MovingOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is erased cannot be replayed: such a store is copied, two rows at a time here."""
    monkeypatch.setattr(lifecycle_moving, "_MANY", 2)
    office = moving.office
    gone, goes, stays = map(office.child, ("Chìu Văn Sáng", "Bàn Thị Một", "Lò Thị Hai"))
    office.photo("ours", gone)
    photo = office.photo("ours", stays)
    office.sync()
    office.erase(gone)
    office.sync("colleague")
    office.visit("ours", gone, "Chìu vắng nhà")
    kept = office.visit("ours", stays)
    office.move("colleague", goes, OTHER_COMMUNE)
    office.sync("colleague")
    office.real.line.down_at = "/v1/report"
    assert office.ours.stopped() == "NoLine"
    office.real.line.down_at = ""
    assert office.ours.ask("SELECT count(*) FROM purge_receipt WHERE is_sent=0") != [(0,)]
    before = moving.heads()
    done = moving.move()
    assert done.returncode == 0, done.stderr
    assert moving.heads() == before
    office.sync()
    assert office.unrest() == {}
    assert office.homes("person") == {goes: OTHER_COMMUNE, stays: COMMUNE}
    assert office.homes("home_visit") == {kept: COMMUNE}
    assert office.whole_files() == {photo.sha256: COMMUNE}
    for desk in office.desks.values():
        assert "Chìu" not in desk.words()
    assert len(office.real.scalars(select(tables.purge.c.change))) >= 3


def put_back_and_moved(moving: MovingOffice) -> RecordId:
    """A backup from before an erasure was put back, and the store moved before anything was served."""
    office = moving.office
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.erase(child)
    office.sync()
    office.real.province.close()
    assert moving.command("restore", "--from", str(office.folder / "backup")).returncode == 0
    assert moving.move().returncode == 0
    return child


def test_whom_the_law_erased_since_the_backup_does_not_come_back_with_the_move(moving: MovingOffice) -> None:
    """The list of the erased moves along."""
    office = moving.office
    put_back_and_moved(moving)
    erased_list.settle(office.real.province)
    office.sync()
    assert office.homes("person") == {}
    assert office.unrest() == {}


def test_without_the_list_it_would(moving: MovingOffice) -> None:
    """The twin."""
    child = put_back_and_moved(moving)
    (moving.office.real.province.data / erased_list.FILE).unlink()
    erased_list.settle(moving.office.real.province)
    assert moving.office.homes("person") == {child: COMMUNE}


def odd_label(office: TravelledOffice) -> None:
    """A PC that names itself with a NUL: one engine keeps it, the other cannot."""
    code = office.real.code()
    enrol("province.test", code.code, "PC\x00của phòng", program_version="0", connect=office.real.transport)


def test_a_name_with_a_sign_that_only_one_engine_keeps_moves(moving: MovingOffice) -> None:
    odd_label(moving.office)
    done = moving.move()
    assert done.returncode == 0, done.stderr


def test_compared_as_it_is_it_would_not(moving: MovingOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(lifecycle_moving, "_NUL", "\x01")
    odd_label(moving.office)
    assert "what the log yields in desk is not" in moving.move().stderr


COMMANDS: dict[str, tuple[str, ...]] = {
    "serve": ("--port", "0"),
    "report-in": ("--commune", "06838", "--received", "2026-11-23 23:40", "--place", "x", "--description", "x"),
    "enrol-code": ("--scope", COMMUNE, "--label", "x"),
    "backup": ("--to", "backup-of-the-old"),
    "bundle": ("in", "nothing"),
    "status": (),
    "root": (),
    "renew": (),
    "desk": ("list",),
    "recover": ("7ZK2M-0Q4TD", "--yes"),
    "durable": ("--until", "2026-11-23 23:40"),
    "policy": ("--lease-days", "20"),
    "conflicts": (),
    "erase": ("QN-06838-2026-K7Q2-0001", "--who", "x", "--why", "x", "--yes"),
    "erasures": (),
    "migrate-store": ("--new-data", "data-of-a-second-move"),
}
MAY_OPEN_IT = {"init", "upgrade", "export-log", "restored", "restore"}
"""They make one, mend its tables, read its log, or bring it back into use."""


def test_every_command_is_asked_or_may_open_it() -> None:
    assert sorted({*COMMANDS, *MAY_OPEN_IT}) == sorted(commands.COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_takes_the_old_store_for_the_one_that_is_served(moving: MovingOffice, name: str) -> None:
    assert moving.move().returncode == 0
    done = moving.command(name, *COMMANDS[name])
    assert (done.returncode, done.stdout) == (2, "")
    assert f"served with --data {moving.office.folder / 'new'} now" in done.stderr


def report_in(moving: MovingOffice) -> Done:
    """As a shell's history has it: for the old folder."""
    words = ("--commune", "06838", "--source", "111", "--received", "2026-11-23 23:40", "--place", "Nà Ếch")
    return moving.command("report-in", *words, "--description", "Cháu bị đánh.")


def test_taken_for_it_it_would_swallow_a_report(moving: MovingOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: handed down, as it says, to the commune, whose desks never hear of it."""
    assert moving.move().returncode == 0
    monkeypatch.setattr(opening, "refuse_moved", lambda province: None)
    assert report_in(moving).stdout.startswith("Handed down")
    moving.office.sync()
    assert moving.office.ours.ask("SELECT count(*) FROM report") == [(0,)]


def test_the_old_store_comes_back_into_use_as_one_that_was_put_back(moving: MovingOffice) -> None:
    """The new one is lost before anybody made a copy of it; what it had taken in comes again from the desks."""
    office = moving.office
    child = office.child("Chìu Văn Sáng")
    assert moving.move().returncode == 0
    visit = office.visit("ours", child)
    office.sync()
    assert moving.command("restored").returncode == 0
    moving.serve(moving.old)
    office.sync()
    assert office.homes("home_visit") == {visit: COMMUNE}
    assert office.unrest() == {}
    assert report_in(moving).returncode == 0
