"""Scopes: a commune, a shelter or the province; each has a feed with a chain and a key that values are sealed to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from commune_desk.domain.model.ids import commune_scope
from commune_desk.domain.time.clock import SystemClock, local_day
from commune_desk.program_files import code_book
from sync import seal
from sync.change import GENESIS
from sync.protocol import ScopeKey, b64
from sync.server.engine import tables
from sync.server.engine.asking import among

_PUBLIC = select(tables.scope_key.c.scope, tables.scope_key.c.key, tables.scope_key.c.public)


def ensure_scope(connection: Connection, scope: str, name: str = "") -> None:
    """Begin the scope's feed if it has none."""
    if connection.scalar(select(tables.scope.c.id).where(tables.scope.c.id == scope)) is None:
        connection.execute(insert(tables.scope).values(id=scope, name=name, head=0, chain=GENESIS))
    elif name:
        connection.execute(tables.scope.update().where(tables.scope.c.id == scope).values(name=name))


def ensure_key(connection: Connection, scope: str, *, escrow_public: bytes) -> ScopeKey:
    """The scope's current key; made, and its private half sealed to the escrow key, the first time."""
    ensure_scope(connection, scope)
    return _ensure_keys(connection, [scope], escrow_public)[scope]


def ensure_communes(connection: Connection, *, escrow_public: bytes) -> None:
    """A key for every commune of the province: a child may move to one where no desk is enrolled yet."""
    today = local_day(SystemClock().now())
    wanted = [commune_scope(commune.code) for commune in code_book().communes if commune.is_valid_on(today)]
    begun = set(connection.scalars(select(tables.scope.c.id).where(tables.scope.c.id.in_(wanted))))
    if new := [{"id": scope, "name": "", "head": 0, "chain": GENESIS} for scope in wanted if scope not in begun]:
        connection.execute(insert(tables.scope), new)
    _ensure_keys(connection, wanted, escrow_public)


def _ensure_keys(connection: Connection, scopes: Sequence[str], escrow_public: bytes) -> dict[str, ScopeKey]:
    """The current key of each of `scopes`, which all have a feed."""
    ids = tables.scope.c.id
    connection.execute(select(ids).where(ids.in_(scopes)).order_by(ids).with_for_update())
    known = {key.scope: key for key in keys_of(connection, scopes)}  # nobody makes another one meanwhile
    made = {scope: seal.BoxKey.generate() for scope in scopes if scope not in known}
    if made:
        connection.execute(insert(tables.scope_key), [_row(scope, made[scope], escrow_public) for scope in made])
        known |= {key.scope: key for key in keys_of(connection, list(made))}
    return known


def _row(scope: str, pair: seal.BoxKey, escrow_public: bytes) -> dict[str, Any]:
    """A new key as it is kept."""
    name = seal.scope_key_id(pair.public)
    wrapped = seal.seal(escrow_public, pair.to_bytes(), info=_info(scope, name))
    return {"key": name, "scope": scope, "public": pair.public, "wrapped": wrapped}


def directory(connection: Connection) -> tuple[str, list[ScopeKey]]:
    """The present keys of the communes and the shelters, and the version of the list: where a child may be told of."""
    table = tables.scope_key
    listed = table.c.scope.like("C:%") | table.c.scope.like("S:%")
    rows = connection.execute(_PUBLIC.where(listed).order_by(table.c.scope, table.c.key))
    latest = {row.scope: ScopeKey(scope=row.scope, key=row.key, public=b64(row.public)) for row in rows}
    version = seal.sha256("".join(key.key for key in latest.values()).encode())[:8].hex()
    return version, list(latest.values())


def place_names(connection: Connection, scopes: Iterable[str]) -> dict[str, str]:
    """The names that the province gave to `scopes`; empty for one that goes by the code list's."""
    table = tables.scope
    rows = connection.execute(select(table.c.id, table.c.name).where(among(table.c.id, scopes)))
    return {scope: name for scope, name in rows}


def keys_of(connection: Connection, scopes: Sequence[str]) -> list[ScopeKey]:
    """The public keys of `scopes`."""
    rows = connection.execute(_PUBLIC.where(tables.scope_key.c.scope.in_(scopes)))
    return [ScopeKey(scope=row.scope, key=row.key, public=b64(row.public)) for row in rows]


def private_key(connection: Connection, scope: str, escrow: seal.BoxKey) -> bytes:
    """The private half of the scope's key. Raises SealBroken when `escrow` is another province's."""
    row = connection.execute(select(tables.scope_key).where(tables.scope_key.c.scope == scope)).one()
    return escrow.open(row.wrapped, info=_info(scope, row.key))


def _info(scope: str, key_id: str) -> bytes:
    return f"cd-scope-key-v1|{scope}|{key_id}".encode()
