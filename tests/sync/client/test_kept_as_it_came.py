"""What a register keeps and later reads must be what it says: a sealed value, an instant, a desk's key.

One that is not is refused or left out where it comes in; kept, it would stop every later page or sync.
"""

from __future__ import annotations

import tracemalloc
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.store.desk.lease import take_lease
from commune_desk.store.intake import conflicts
from sync import protocol, seal, snapshot
from sync.client import errors
from sync.client.page import verified_keys
from tests.sync.actors.attacked_office import Office
from tests.sync.actors.scripted_desks import KEY_ID
from tests.sync.actors.scripted_province import SCOPE, Raw

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.desk.register.close()


def _sealed_bytes(office: Office, record: str, plaintext: bytes) -> str:
    """What an author may have sealed who does not keep to the agreed form."""
    place = msgspec.json.encode(["cd-value-v1", SCOPE, record, "description"])
    return protocol.b64(b"cd1" + seal.seal(office.box.public, seal.pad(plaintext), info=place))


NO_VALUES = {
    "bottomless": b"[" * 20_000,
    "deep and whole": b"[" * 5000 + b"]" * 5000,
    "no text": b'"\xff\xfe"',
    "half a character": b'"\xed\xa0\x80"',
    "no number": b"NaN",
    "nothing": b"",
}


@pytest.mark.parametrize("name", NO_VALUES)
def test_sealed_bytes_that_are_no_value_stop_no_feed(office: Office, name: str) -> None:
    """A colleague's stolen PC has the place's key, and one such value would stop every desk of the place for good."""
    record = office.report()
    office.tell_sealed(record, _sealed_bytes(office, record, NO_VALUES[name]))
    after = office.report()
    office.desk.sync()
    assert dict(office.desk.ask("SELECT id, description FROM report")) == {record: "", after: ""}
    assert office.cursor == 3


def test_read_by_a_reader_that_knows_one_fault_they_would(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what the reader of JSON raises besides its own error goes through to the page."""

    def open_value(key: seal.BoxKey, sealed: str, *, scope: str, record: str, field: str) -> object:
        box, place = b64decode(sealed)[3:], msgspec.json.encode(["cd-value-v1", scope, record, field])
        try:
            value: object = msgspec.json.decode(seal.unpad(key.open(box, info=place)))
        except msgspec.DecodeError as error:
            raise seal.SealBroken from error
        return value

    record = office.report()
    office.tell_sealed(record, _sealed_bytes(office, record, NO_VALUES["bottomless"]))
    monkeypatch.setattr("sync.seal.open_value", open_value)
    for _ in range(2):
        with pytest.raises(RecursionError):
            office.desk.sync()
    assert office.cursor == 0


@pytest.mark.parametrize("value", [{"a": 1}, ["một"], [1], 7, True])
def test_a_sealed_value_of_the_wrong_kind_is_shown_as_unreadable_to_who_decides(office: Office, value: object) -> None:
    record = office.report()
    office.tell_sealed(record, office.sealed(record, "đứng đó"))
    line = office.colleague.record(
        SCOPE, "report", record, {}, seal={"description": office.sealed(record, value)}, data=2, key=KEY_ID
    )
    stands = office.province.feed[SCOPE][-1][1].change.id
    opened = protocol.OpenedConflict(id=uuid7(), field="description", base=None, ours=stands, theirs=line.change.id)
    office.province.publish(line, outcomes={"description": "conflict"}, opened=[opened])
    office.desk.sync()
    (shown,) = office.desk.register.write(lambda tx: conflicts.open_conflicts(tx.connection)).result()[0]
    assert [(side.value, side.is_readable) for side in shown.sides] == [("đứng đó", True), (None, False)]


NO_INSTANTS = ("then", "2026-02-30T00:00:00Z", "2026-11-24T01:00:00Z\n", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z")


def _tells(office: Office, **head: object) -> None:
    """Every page of the province says this at its head."""

    def pull(body: bytes) -> Raw:
        head_line, _, rest = office.province.page(protocol.decode(body, protocol.PullRequest)).partition(b"\n")
        header = msgspec.structs.replace(protocol.decode(head_line, protocol.PullHeader), **head)
        return office.province.signed(protocol.encode(header) + b"\n" + rest, seal.FEED)

    office.province.pranks["/v1/pull"] = pull


GOOD = "2026-11-24T01:00:00Z"


@pytest.mark.parametrize("instant", NO_INSTANTS)
def test_an_instant_that_is_none_is_no_page_and_shuts_none(office: Office, instant: str) -> None:
    """Kept once, it would have every page of the program refuse to show itself, and every sync after it fail."""
    office.report()
    for head in ({"at": GOOD, "lease_until": instant}, {"at": instant, "lease_until": GOOD}):
        _tells(office, **head)
        with pytest.raises(protocol.Malformed):
            office.desk.sync()
    _tells(office, late_conflicts={uuid7(): instant})
    with pytest.raises(protocol.Malformed):
        office.desk.sync()
    office.province.pranks.clear()
    office.desk.sync()
    assert office.desk.register.read(conflicts.count_open) == 0
    assert office.cursor == 1


def test_kept_as_it_came_it_would_shut_every_page(office: Office) -> None:
    """The twin: the register is told what no message may say any more."""
    office.desk.sync()
    office.desk.run(lambda tx: take_lease(tx, at=GOOD, until="then"))
    with pytest.raises(ValueError, match="then"):
        office.desk.register.read(conflicts.count_open)


def test_nobody_certifies_a_desk_another_key_than_its_own(office: Office) -> None:
    """With one, words of anybody's could be told to its officers as their own."""
    office.report()
    office.province.keys["AAAAAA"] = seal.SigningKey.generate()
    with pytest.raises(errors.Unproven):
        office.desk.sync()
    assert office.cursor == 0


def test_believed_it_would_put_words_into_its_mouth(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(
        "sync.client.exchange.keys_told",
        lambda header, me, known: verified_keys(header, me.authority_public).get,
    )
    office.report()
    office.province.keys["AAAAAA"] = seal.SigningKey.generate()
    office.desk.sync()
    assert office.cursor == 1


def _memory_for(body: bytes) -> int:
    """The most bytes that reading a snapshot's body takes beside it."""
    tracemalloc.start()
    try:
        with pytest.raises(protocol.Malformed):
            snapshot.read_body(body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_snapshot_of_empty_lines_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _memory_for(b"\n" * snapshot.MAX_LINES) < 1 << 20
    monkeypatch.setattr(snapshot, "MAX_LINES", 1 << 40)  # the twin: cut up uncounted
    assert _memory_for(b"\n" * 1_000_000) > 8 << 20
