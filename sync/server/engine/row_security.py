"""What PostgreSQL holds the serving role to: its rights, and of each table the rows within a transaction's reach.

Said anew after every migration, from the declared tables: a new table with a scope is held to it without further words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

from sync.server.engine import tables

_SCOPES = "(SELECT reached_scopes())::TEXT[]"
_BY_SCOPE = "{column} = ANY (" + _SCOPES + ") OR '*' = ANY (" + _SCOPES + ")"
_BY_DESK = "desk = (SELECT reached_desk()) OR '*' = (SELECT reached_desk())"
_BY_CHANGE = (
    "EXISTS (SELECT FROM change_key WHERE change_key.id = outcome.change AND ("
    + _BY_SCOPE.format(column="change_key.scope")
    + "))"
)
_BY_WRITER = f"true) WITH CHECK ({_BY_DESK}"
_OWN_WAYS = {
    "scope": _BY_SCOPE.format(column="id"),
    "quarantine": _BY_DESK,
    "purge": _BY_DESK,
    "desk_health": _BY_DESK,
    "courier_parked": _BY_DESK,
    "courier_question": _BY_DESK,
    "file_day": _BY_DESK,
    "signed_head": _BY_WRITER,
    "outcome": _BY_CHANGE,
    "desk_grant": None,
}
"""Tables whose rows are not told by a column `scope`. Who a desk is, is asked before it is known what it may reach; a
signed head proves changes to whoever reads one of them, and holds nothing but their hashes."""


def secure(connection: Connection, app: str) -> None:
    """Run as the owner of the tables; `app` is the serving role."""
    role = connection.dialect.identifier_preparer.quote_identifier(app)
    script = ";\n".join((*_rights(role), *_policies(connection)))
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})


def is_let_in(connection: Connection, app: str) -> bool:
    """Whether the role has been given its rights on these tables."""
    asked = text("SELECT count(*) FROM pg_roles WHERE rolname = :app AND has_table_privilege(oid, 'meta', 'INSERT')")
    return bool(connection.scalar(asked, {"app": app}))


def _rights(role: str) -> Iterator[str]:
    """On tables whole, never on a partition: nobody reads one directly."""
    changed = [name for name in tables.metadata.tables if name not in tables.APPEND_ONLY]
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT EXECUTE ON FUNCTION reached_scopes(), reached_desk() TO {role}"
    yield f"GRANT SELECT ON alembic_version, change_key, record_key TO {role}"
    yield f"GRANT SELECT, INSERT ON {_listed(tables.metadata.tables)} TO {role}"
    yield f"GRANT UPDATE ON {_listed(changed)} TO {role}"
    for name, columns in tables.BLANKED.items():
        yield f"GRANT UPDATE ({_listed(columns)}) ON {_listed([name])} TO {role}"
    yield f"GRANT DELETE ON {_listed((*tables.REMOVED_FROM, *tables.LOSES_ERASED))} TO {role}"


def _policies(connection: Connection) -> Iterator[str]:
    """On each table and on each of its partitions: a parent's policy does not cover a direct read of a partition."""
    for table in tables.metadata.sorted_tables:
        usual = _BY_SCOPE.format(column="scope") if "scope" in table.c else None
        condition = _OWN_WAYS.get(table.name, usual)
        if condition is None:
            continue
        for name in (table.name, *_partitions(connection, table.name)):
            yield f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
            yield f'DROP POLICY IF EXISTS within_reach ON "{name}"'
            yield f'CREATE POLICY within_reach ON "{name}" USING ({condition})'


def _partitions(connection: Connection, table: str) -> list[str]:
    asked = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:name AS regclass)")
    return list(connection.scalars(asked, {"name": table}))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))
