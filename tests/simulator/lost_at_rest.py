"""What must hold at rest where PCs were lost: what the province had in time stands, and of the rest not a word does."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.intake.conflicts import OpenConflict, open_conflicts
from commune_desk.usecases.registers.profile import LANGUAGE, LOCK_FILE, REMOVED
from commune_desk.usecases.sync.conflicts import decide_conflict
from sync import protocol, purge_wire, seal
from sync.server.answers.log_export import export_log
from sync.server.commands.proof_commands import authority_fingerprint
from sync.server.engine import tables
from sync.server.identity.desks import REVOKED
from tests.helpers.attached import ask_for, content_at
from tests.simulator import communes, together
from tests.simulator.at_rest import Check, held
from tests.simulator.communes import Course, rows
from tests.simulator.lost import Missing, Office, office_of
from tests.simulator.together import whole_of
from tests.simulator.whole_at_rest import ALL_AT_REST
from tests.sync.actors.real_desks import RealDesk

_VERIFIER = Path(__file__).resolve().parents[1] / "verifier" / "verify_log.py"
_ERASED = "erased"
_ROUNDS = 6


def _aside(office: Office) -> dict[str, dict[str, Any]]:
    """What was typed at a PC that is lost and was not with the province in time, by id of the change."""
    return {one: msgspec.json.decode(raw) for gone in office.missing for one, raw in gone.aside.items()}


def _sunk(office: Office) -> dict[str, dict[str, Any]]:
    """What was typed at a PC that is lost, or was, and went with its disk, by id of the change."""
    disks = [office.sunk, *(gone.sunk for gone in office.missing)]
    return {one: msgspec.json.decode(raw) for disk in disks for one, raw in disk.items()}


def erased_of(course: Course) -> set[str]:
    """Every record that the law erased, as the province remembers it."""
    return {row.record for row in held(course, tables.erasure)}


def _speaks_of(said: dict[str, Any], erased: set[str]) -> bool:
    values = said.get("set", {}).values()
    return said["r"] in erased or any(isinstance(value, str) and value in erased for value in values)


def what_came_in_time_is_kept(course: Course) -> None:
    """With the bytes that were receipted; what came later is set aside with its own, unless the law erased it."""
    office, erased = office_of(course), erased_of(course)
    there = {row.id: row for row in held(course, tables.change)}
    kept: dict[tuple[str, str], list[Any]] = {}
    for row in held(course, tables.quarantine):
        kept.setdefault((row.desk, row.id), []).append(row)
    for gone in office.missing:
        assert gone.held is not None
        for one, raw in gone.journal.items():
            found = [there[one]] if one in gone.held and one in there else kept.get((gone.name, one), [])
            if not found:
                assert one not in gone.held, f"{one} of {gone.name} was held and is not any more"
                continue
            said = msgspec.json.decode(raw)
            if found[0].desk == said["d"] and not _speaks_of(said, erased):
                digests, bytes_of = ({bytes(getattr(row, name)) for row in found} for name in ("digest", "raw"))
                assert hashlib.sha256(raw).digest() in digests, f"{one} of {gone.name} has other bytes"
                assert raw in bytes_of, f"{one} of {gone.name} reads otherwise"


def what_came_late_is_set_aside_and_nowhere_else(course: Course) -> None:
    """In no feed, no record, no conflict, and with no colleague."""
    office = office_of(course)
    aside = _aside(office)
    code = {(row.desk, row.id): row.code for row in held(course, tables.quarantine)}
    for gone in office.missing:
        found = {code[gone.name, one] for one in gone.aside if (gone.name, one) in code}
        assert found <= {REVOKED, _ERASED}, gone.name
    assert not aside.keys() & {row.id for row in held(course, tables.change)}, "merged in silence"
    assert not aside.keys() & {row.change for row in held(course, tables.feed)}
    asked = {side for row in held(course, tables.conflict) for side in (row.base, row.ours, row.theirs)}
    assert not aside.keys() & asked, "people are asked about it"
    for number, desk in enumerate(course.desks):
        assert not aside.keys() & {one for (one,) in rows(desk, "SELECT id FROM change")}, f"desk {number}"


def who_turned_up_has_sent_all(course: Course) -> None:
    """Nothing is dropped: every number of it is with the province, and the desk has a signed receipt for the last."""
    office = office_of(course)
    last = {row.id: row for row in held(course, tables.desk)}
    kept = {(row.desk, row.id) for table in (tables.change_key, tables.quarantine) for row in held(course, table)}
    for gone in office.missing:
        assert last[gone.name].status == REVOKED
        if gone.is_found:
            lacks = {one for one in gone.aside if (gone.name, one) not in kept}
            assert lacks <= (set() if gone.is_over else _unnumbered(gone)), f"{gone.name} never sent {lacks}"
            if not gone.is_over:
                assert gone.desk.register.identity.frozen == REVOKED
                _is_receipted(office, gone, last[gone.name].last_n)


def _unnumbered(gone: Missing) -> set[str]:
    """What waits at a PC that was enrolled anew and withdrawn before it heard its place: another code lets it go."""
    return {one for (one,) in gone.desk.ask("SELECT id FROM change WHERE state='staged'")}


def _is_receipted(office: Office, gone: Missing, last_n: int) -> None:
    """For the last that the province has, or for all that is on a disk that was set back and wrote nothing since: which
    is nothing where the copy is older than its first number."""
    ((on_it,),) = rows(gone.desk, "SELECT max(n) FROM change WHERE desk=? AND state<>'received'", gone.name)
    found = rows(gone.desk, "SELECT accepted_n, body, signature FROM receipt ORDER BY accepted_n DESC LIMIT 1")
    for accepted_n, body, signature in found:
        assert seal.verify(office.real.province.keys.authority.public, seal.RECEIPT, bytes(body), bytes(signature))
        receipt = protocol.decode(bytes(body), protocol.Receipt)
        assert receipt.desk == gone.name
        assert accepted_n in (last_n, on_it), gone.name
    assert found or not last_n or not on_it


def a_removed_pc_keeps_nothing_and_has_signed(course: Course) -> None:
    """Once its word is with the province, and not before; a PC that was not ordered so keeps all it has."""
    office = office_of(course)
    public = {row.id: row.sign_public for row in held(course, tables.desk)}
    signed = {row.desk: row for row in held(course, tables.purge) if row.change == purge_wire.REMOVED}
    for gone in office.missing:
        assert gone.is_over == (gone.is_found and gone.removes), gone.name
        if gone.left is not None:
            assert gone.left <= {REMOVED, LOCK_FILE, LANGUAGE}, gone.name
            row = signed[gone.name]
            assert seal.verify(public[gone.name], seal.PURGE, row.body, row.signature)
            assert protocol.decode(row.body, purge_wire.PurgeStatement).desk == gone.name
    assert signed.keys() <= {gone.name for gone in office.missing if gone.removes and gone.is_found}


def every_photo_is_there_unless_it_went_with_its_pc(course: Course) -> None:
    """Of whom a removed PC had taken a photo the province has the content, merged or set aside."""
    office, whole = office_of(course), whole_of(course)
    done = {row.sha256 for row in held(course, tables.blob) if row.done_at is not None}
    erased = erased_of(course)
    named = {photo: (sha256, gone) for gone in office.missing for photo, sha256 in _photos_of(gone).items()}
    for photo, (sha256, gone) in named.items():
        lives = photo in whole.photos and whole.photos[photo].child not in erased
        is_there = sha256 in done or sha256 in gone.sunk_photos
        assert not gone.is_over or is_there or not lives, f"{gone.name} took a photo along"
    there = {row.id: row.scope for row in held(course, tables.RECORDS["attachment"])}
    known = {one for one, photo in whole.photos.items() if photo.child not in erased and one not in whole.gone}
    assert there.keys() == known
    whole_ones = {one for one in known if one not in named or named[one][0] in done}
    for number, desk in enumerate(course.desks):
        here = [one for one in sorted(whole_ones) if there[one] == course.scope(desk)]
        for one in here:
            ask_for(desk.register, one)
        together.settle(course)
        for one in here:
            if not (one in named and _was_for_another_place(named[one][1], one, there[one])):
                assert content_at(desk.register, one) == whole.photos[one].content, (number, one)


def _was_for_another_place(gone: Missing, photo: RecordId, place: str) -> bool:
    """Its key was sealed late for a place that the child had left, and who could seal it again is lost: it may stay
    closed (decisions/0023-what-stays-closed.md)."""
    said = [msgspec.json.decode(raw) for raw in gone.journal.values()]
    return any(one["r"] == photo and one["s"] != place for one in said)


def _photos_of(gone: Missing) -> dict[RecordId, str]:
    return photos_in(gone.journal.values())


def photos_in(journal: Iterable[bytes]) -> dict[RecordId, str]:
    """By record, the content of the photos that changes tell of."""
    said = [msgspec.json.decode(raw) for raw in journal]
    return {RecordId(one["r"]): one["set"]["sha256"] for one in said if one.get("set", {}).get("sha256")}


def people_can_decide_all(course: Course) -> None:
    """Whoever asked, and whoever is gone: those who are left are asked and can answer."""
    for _ in range(_ROUNDS):
        if not [row for row in held(course, tables.conflict) if row.closed_by is None]:
            return
        for desk in course.desks:
            for one in desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]:
                _decide(desk, one)
            together.settle(course)
    raise AssertionError("conflicts do not come to an end")


def _decide(desk: RealDesk, one: OpenConflict) -> None:
    readable = [side.value for side in one.sides if side.is_readable]
    assert readable, f"nobody can read what {one.kind}.{one.field} is asked about"
    said = communes.tried(
        desk,
        lambda tx: decide_conflict(
            tx, kind=one.kind, record=one.record, field=one.field, ids=one.ids, value=readable[-1]
        ),
    )
    assert said == "saved", f"{one.kind}.{one.field}: {said}"


def the_log_holds(course: Course) -> None:
    """Signatures, chains and numbers from the first change, by the verifier that has no line of ours."""
    province, path = course.real.province, course.folder / "log.zst"
    export_log(province, path)
    words = [sys.executable, "-I", str(_VERIFIER), str(path), authority_fingerprint(province)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False, cwd=course.folder)
    assert done.returncode == 0, done.stdout + done.stderr


def take_out_what_is_lost(course: Course) -> None:
    """What only a lost PC had, or sent too late, must stand nowhere: from now on the model does not ask for it."""
    office = office_of(course)
    aside, erased = _aside(office) | _sunk(office), erased_of(course)
    known = together.known(course, without=REVOKED)
    made = office.visits | office.logged | {one: photo.child for one, photo in office.photos.items()}
    gone = {one for one, child in made.items() if one not in known and child not in erased}
    assert gone <= {said["r"] for said in aside.values()}, "it is gone and was at no lost PC"
    office.gone |= gone
    lost = [one for one in office.typed if one.phone not in known and one.child not in erased]
    numbers = {said.get("set", {}).get("phone") for said in aside.values()}
    assert {one.phone for one in lost} <= numbers, "it is gone and was typed at no lost PC"
    office.typed = [one for one in office.typed if one not in lost]


LOST_AT_REST: Sequence[Check] = (
    take_out_what_is_lost,
    what_came_in_time_is_kept,
    what_came_late_is_set_aside_and_nowhere_else,
    who_turned_up_has_sent_all,
    a_removed_pc_keeps_nothing_and_has_signed,
    *ALL_AT_REST[:-1],
    every_photo_is_there_unless_it_went_with_its_pc,
    people_can_decide_all,
    *ALL_AT_REST,
    the_log_holds,
)
