"""A desk that begins in a commune that is there: at once, while its snapshot is still to be made, over a poor line.

The floor on loopback is the records as one zstd stream from the same server over the same HTTP and TLS, and
`executemany` of exactly the rows that the desk ended with into an empty register, in as many transactions. Over a line
it is time alone: bytes over its width, and round trips.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import zstandard

from bench.line import Line, line_to
from bench.measure import CannotMeasure, Samples
from bench.syncing import DeskLine, Exchanges, Once, enrolled_desk, sync_once
from bench.workbench import Workbench
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import connect, transaction
from commune_desk.store.engine.migrate import migrate
from commune_desk.store.exchange.tickets import TICKET
from commune_desk.store.writing import child_index
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.vault.keys import RegisterKey
from sync.client.transport import Transport
from sync.server.answers.snapshots import FOLDER

VISITS = 50
POOR_BYTES, POOR_ROUND_TRIP = 32_000, 0.3
"""256 kbit/s, and 300 ms there and back."""
HURRY = 4
"""The bulk of a commune goes over a line so much better than that: its time is a quarter, and whatever the desk itself
needs counts four times as much."""
_DESKS = 5
_SMALL = 200
"""Persons whose derived words are made at a time."""

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Visits:
    """Samples of syncs with visits: until the receipt is here, as the first of a day, after a hello and going on, and
    to the end."""

    first_of_a_day: Samples
    after_a_hello: Samples
    receipts: Samples
    whole: Samples


@dataclass(frozen=True, slots=True)
class Begun:
    unmade: Samples
    at_once: Samples
    over_a_line: Samples
    visits: Visits


def begin_desks(bench: Workbench, folder: Path, address: str, packed: bytes) -> Begun:
    """`packed`: all records as one zstd stream."""
    for made in (folder / "data" / FOLDER).glob("*"):
        made.unlink()
    unmade = _begin(bench, folder, address, "second", packed)
    others = [_begin(bench, folder, address, f"other{number}", packed) for number in range(_DESKS)]
    at_once = Samples([seconds for seconds, _ in others], [floor for _, floor in others])
    return Begun(Samples([unmade[0]], [unmade[1]]), at_once, *_over_lines(bench, folder, address))


def _begin(bench: Workbench, folder: Path, address: str, label: str, packed: bytes) -> tuple[float, float]:
    """Seconds of a desk's first sync, and of its floor."""
    desk = enrolled_desk(bench, folder, label, address)
    try:
        before = _rows_of(desk.register)
        begun = time.perf_counter()
        once = sync_once(desk.register)
        seconds = time.perf_counter() - begun
        after = _rows_of(desk.register)
        known = {table: set(rows) for table, rows in before.items()}
        fresh = {table: [row for row in rows if row not in known[table]] for table, rows in after.items()}
        return seconds, _bare(folder, desk, packed, fresh, once.transactions)
    finally:
        desk.register.close()


def _rows_of(register: Register) -> Rows:
    """Every table of the register with its rows; of the index for the search the words, which it does not give back."""
    return register.write(_all_rows).result()[0]


def _all_rows(tx: Tx) -> Rows:
    tables = tx.connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
    names = [name for (name,) in tables if "sqlite" not in name and not name.startswith("child_search")]
    rows: Rows = {name: tx.connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    people = [row[1] for row in rows["child_index"]]
    some = (people[start : start + _SMALL] for start in range(0, len(people), _SMALL))
    words = {one.columns[0]: one.words for ids in some for one in child_index.derive(tx.connection, ids)}
    rows["child_search (rowid, words)"] = [(row[0], words[row[1]]) for row in rows["child_index"]]
    return rows


def _bare(folder: Path, desk: OpenDesk, packed: bytes, rows: Rows, transactions: int) -> float:
    """Seconds of the download and the rows, with nothing else done."""
    pins = desk.register.identity.pins
    assert pins is not None
    token = secrets.token_hex(16)
    (folder / "data" / FOLDER / token).write_bytes(packed)
    target = connect(desk.profile.folder / "bare.db", RegisterKey(secrets.token_bytes(32)))
    migrate(target)
    begun = time.perf_counter()
    transport = Transport(pins.address, ca_pem=pins.ca_pem)
    pieces: list[bytes] = []
    transport.fetch(f"/v1/snapshots/{token}", 0, pieces.append)
    zstandard.decompress(b"".join(pieces))
    transport.rest()
    for share in range(transactions):
        with transaction(target):
            for table, all_of_it in rows.items():
                part = all_of_it[len(all_of_it) * share // transactions : len(all_of_it) * (share + 1) // transactions]
                if part:
                    marks = ",".join("?" * len(part[0]))
                    target.executemany(f"INSERT INTO {table} VALUES ({marks})", part)
    seconds = time.perf_counter() - begun
    target.close()
    return seconds


def _over_lines(bench: Workbench, folder: Path, address: str) -> tuple[Samples, Visits]:
    """A first sync over a line, and what that desk sends once it has been out visiting."""
    port = int(address.rpartition(":")[2])
    wide, poor = Line(POOR_BYTES * HURRY, POOR_ROUND_TRIP / HURRY), Line(POOR_BYTES, POOR_ROUND_TRIP)
    desk = enrolled_desk(bench, folder, "island", address)
    try:
        with line_to(port, wide) as near:
            begun = time.perf_counter()
            exchanges = sync_once(desk.register, port=near).exchanges
            seconds = time.perf_counter() - begun
        snapshot = sum(down for path, _, down in exchanges if path.startswith("/v1/snapshots/"))
        begun_over = Samples([seconds], [snapshot / wide.bytes_per_second])
        return begun_over, _visits(desk.register, port, poor)
    finally:
        desk.register.close()


def _visits(register: Register, port: int, line: Line) -> Visits:
    """By turns with a new session without a ticket, with one that goes on with what that one left in the register, and
    with one that has been in touch that day."""
    greeted, paused, receipts, seconds, floors = [], [], [], [], []
    with line_to(port, line) as near:
        in_touch = DeskLine(register, port=near)
        in_touch.sync()
        for _ in range(_DESKS):
            register.write(lambda tx: settings.put(tx.connection, TICKET, None)).result()
            greeted.append(_receipt_after(register, DeskLine(register, port=near), says_hello=True))
            paused.append(_receipt_after(register, DeskLine(register, port=near), says_hello=False))
            once = _sent(register, in_touch)
            seconds.append(once.seconds)
            receipts.append(once.receipt_after)
            floors.append(_pushed(once.exchanges) / line.bytes_per_second + 2 * line.round_trip)
    return Visits(*(Samples(taken, floors) for taken in (paused, greeted, receipts, seconds)))


def _receipt_after(register: Register, by: DeskLine, *, says_hello: bool) -> float:
    once = _sent(register, by)
    if (once.exchanges[0][0] == "/v1/hello") is not says_hello:
        raise CannotMeasure("the ticket that was kept, or was not, made no difference")
    return once.receipt_after


def _sent(register: Register, by: DeskLine) -> Once:
    register.write(partial(_visit, most=VISITS)).result()
    return by.sync()


def _pushed(exchanges: Exchanges) -> int:
    """Bytes of the visits as they go up, and of the receipt for them."""
    found = [up + down for path, up, down in exchanges if path == "/v1/push"]
    if not found:
        raise CannotMeasure("the visits were not sent")
    return sum(found)


def _visit(tx: Tx, *, most: int) -> None:
    """One visit to each of so many children."""
    children = tx.connection.execute("SELECT person FROM child_index ORDER BY person LIMIT ?", (most,)).fetchall()
    for number, (person,) in enumerate(children):
        tx.save(
            HomeVisit(
                id=new_record_id(),
                scope=Scope(tx.actor.scope),
                person=RecordId(person),
                visited_on=f"2026-11-{number % 28 + 1:02}",
                risk_level="medium" if number % 3 else "low",
                observations=f"Nhà số {number * 37 % 101}. Cháu khoẻ, đi học đều. Mẹ đã có việc làm ở chợ.",
                next_visit_on=f"2026-12-{number % 28 + 1:02}",
            )
        )
