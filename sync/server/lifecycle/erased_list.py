"""The list of what was erased, beside the database: a backup that is put back must not bring it back.

It holds ids and places alone. Each line is signed by the authority: whoever may write into the data folder could have
records erased otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.erased import order_of
from sync.protocol import Malformed, b64, unb64
from sync.server.answers.snapshots import forget_snapshots
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE, StoreFault
from sync.server.engine.private_files import write_private
from sync.server.identity.province import Province
from sync.server.intake.standing import lines_of
from sync.server.lifecycle.erasing import Act, erase_again
from sync.server.reasons import reason_of

FILE = "erased.list"
_log = logging.getLogger(__name__)


def settle(province: Province) -> int:
    """Erase again what the list names and the database holds, or may hold again, and bring the list up to date.

    How many acts had to be repeated. Raises Fault for a list that is not as the province wrote it.
    """
    listed = {act.id: act for act in _read(province)}
    known = {act.id: act for act in province.database.read(_acts, WHOLE_PROVINCE)}
    missing = [act for act in listed.values() if act.id not in known]
    for act in sorted(missing, key=lambda one: one.id):
        repeat(province, act)
    if missing:
        cut_log(province)
    write(province, {**listed, **{one: _both(act, listed.get(one, act)) for one, act in known.items()}}.values())
    return len(missing)


def cut_log(province: Province) -> bool:
    """Leave nothing of what was erased in the database's log; False where somebody reads, or the disk refuses."""
    try:
        return province.database.cut_log()
    except StoreFault as fault:
        _log.warning("the log of the database was not cut off: %s", fault)
        return False


def _both(known: Act, listed: Act) -> Act:
    """The act with every place that either names: some were told after it was listed, some are forgotten since."""
    places = {**listed.scopes, **known.scopes}
    scopes = {one: sorted({*known.scopes.get(one, ()), *listed.scopes.get(one, ())}) for one in places}
    return msgspec.structs.replace(listed, records=sorted({*known.records, *listed.records}), scopes=scopes)


def repeat(province: Province, act: Act) -> None:
    emptied = province.database.write(lambda connection: erase_again(connection, province, act), WHOLE_PROVINCE)
    forget_snapshots(province, emptied.snapshots)


def write(province: Province, acts: Iterable[Act]) -> None:
    """Put the list in place whole, where it is another. Raises Fault."""
    lines = []
    for act in sorted(acts, key=lambda one: one.id):
        body = msgspec.json.encode(act)
        lines.append(f"{b64(province.keys.authority.sign(seal.ERASED, body))} ".encode() + body + b"\n")
    path, content = province.data / FILE, b"".join(lines)
    present = path.read_bytes() if path.exists() else b""
    if content != present:
        write_private(path, content)


def _read(province: Province) -> list[Act]:
    path = province.data / FILE
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None
    acts = [_act(province, line) for line in lines]
    if any(act is None for act in acts):
        raise Fault(
            N_(
                "The list of what was erased, {path}, is not as this province wrote it. Nothing was erased by it; put "
                "back a copy of it, or move it away if there is none."
            ),
            path=path,
        )
    return [act for act in acts if act is not None]


def _act(province: Province, line: bytes) -> Act | None:
    signature, _, body = line.partition(b" ")
    try:
        signed = unb64(signature.decode("ascii"))
        act = msgspec.json.decode(body, type=Act)
    except (Malformed, RecursionError, UnicodeDecodeError, msgspec.DecodeError):
        return None
    return act if seal.verify(province.keys.authority.public, seal.ERASED, body, signed) else None


def _acts(connection: Connection) -> list[Act]:
    """What the database itself knows of its erasures: of each scope what the act's change in it said."""
    erased, left = tables.erasure, tables.departure
    kinds: dict[str, list[tuple[str, str]]] = {}
    at: dict[str, str] = {}
    for row in connection.execute(select(erased)):
        kinds.setdefault(row.act, []).append((row.kind, row.record))
        at[row.act] = row.at
    told: dict[str, list[tuple[str, str, str]]] = {}
    for row in connection.execute(select(left).join(erased, erased.c.record == left.c.record)):
        told.setdefault(row.change, []).append((row.scope, row.kind, row.record))
    made: dict[str, Act] = {}
    for line in lines_of(connection, told):
        change = line.change
        if change.group in kinds:
            known = made.get(change.group)
            scopes = dict(known.scopes) if known else {}
            who, why = order_of(change)
            scopes[change.scope] = sorted((kind, record) for _, kind, record in told[change.id])
            made[change.group] = Act(
                id=change.group,
                kind=change.kind,
                record=change.record,
                at=at[change.group],
                who=who,
                why=why,
                records=sorted(kinds[change.group]),
                scopes=scopes,
            )
    return list(made.values())
