"""The technical history of syncs as a text that support may have: times, codes, counts, bytes and versions. No names.

Whatever is no number has a shape that no name has, or is left out.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from commune_desk import __version__
from commune_desk.domain.model.ids import is_scope
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import from_iso, local_day, to_iso
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange.set_aside import Codes
from commune_desk.store.exchange.sync_history import Round, rounds
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from sync.protocol import PROTOCOL

_CODE = re.compile(r"[A-Za-z_]{1,40}")
_WORD = re.compile(r"[0-9A-Za-z-]{1,64}")
_UNFIT = "?"


def write_sync_log(register: Register, target: Path) -> None:
    """Write the history to `target`, in the place of what was there. Raises Fault where the disk refuses."""
    at = to_iso(register.clock.now())
    text = register.read_slowly(lambda connection: sync_log(connection, at)).result()
    part = target.with_name(target.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text)
        part.replace(target)
    except OSError as error:
        raise Fault(
            N_("The log cannot be written there: the disk is full or the folder is read-only. Choose another place.")
        ) from error


def log_name(register: Register) -> str:
    """What the file is called: the desk's id and the day."""
    day = local_day(register.clock.now()).isoformat()
    return f"commune-desk-sync-{code_of(register.identity.desk, _WORD)}-{day}.txt"


def sync_log(connection: Connection, at: str) -> str:
    """ASCII, one fact or round a line; `at` is the instant it is made."""
    return "\n".join((*_head(connection, at), "", *_rounds(rounds(connection)), ""))


def code_of(text: str, shape: re.Pattern[str] = _CODE) -> str:
    """`text` if it has the shape of a code; what has not could be anything."""
    return text if shape.fullmatch(text) else _UNFIT


def _instant(text: str) -> str:
    try:
        return to_iso(from_iso(text)) if text else "-"
    except ValueError:
        return _UNFIT


def _head(connection: Connection, at: str) -> Iterator[str]:
    own = settings.identity(connection)
    yield f"Commune Desk sync log, made {_instant(at)}"
    yield f"program {__version__}, schema {SCHEMA_VERSION}, protocol {PROTOCOL}"
    yield f"Python {platform.python_version()}, {sys.platform}, {platform.machine()}"
    yield f"desk {code_of(own.desk, _WORD)}, epoch {code_of(own.epoch, _WORD)}, role {code_of(own.role)}"
    yield f"stopped {code_of(own.frozen) if own.frozen else 'no'}, training {'yes' if own.is_training else 'no'}"
    yield from _state(sync_facts(connection))
    for scope, seq, head in connection.execute("SELECT scope, seq, head_seq FROM cursor ORDER BY scope").fetchall():
        yield f"feed {scope if is_scope(scope) else _UNFIT}: {int(seq)} of {int(head)}"


def _state(facts: SyncFacts) -> Iterator[str]:
    yield f"waiting: {facts.waiting_records} records, {facts.waiting_changes} changes, {facts.waiting_bytes} bytes"
    yield f"proven: {facts.proven_changes} of {facts.own_changes}, receipt {_instant(facts.proven_at)}"
    yield f"set aside: {_counted(facts.set_aside_codes)}; open conflicts: {facts.open_conflicts}"
    yield f"sealed again and not taken: {_counted(facts.sealings_set_aside)}"
    yield f"last contact {_instant(facts.last_contact)}, line {facts.line_rate:.0f} bytes/s"
    yield f"this PC's clock {facts.clock.seconds_ahead:+d} s, found {_instant(facts.clock.at)}"


def _counted(codes: Codes) -> str:
    return ", ".join(f"{code_of(code)} {count}" for code, count in codes) or "0"


def _rounds(done: list[Round]) -> Iterator[str]:
    yield "at, province's time, code, status, pushed, pulled, set aside, conflicts, bytes sent, received, ms"
    for one in reversed(done):
        numbers = (
            *(one.status, one.pushed, one.pulled, one.set_aside, one.conflicts),
            *(one.sent, one.received, one.milliseconds),
        )
        words = (_instant(one.at), _instant(one.province_at), code_of(one.code))
        yield ", ".join((*words, *(str(number) for number in numbers)))
