"""Opens the store of a data folder, whichever engine keeps it, at the schema of this program."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from stat import S_ISREG

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.protocol import encode
from sync.server.engine import address, schema
from sync.server.engine.address import PostgresAddress
from sync.server.engine.database import NO_SCOPE, Database
from sync.server.engine.embedded import FILE, EmbeddedDatabase
from sync.server.engine.private_files import write_private
from sync.server.identity.keyfile import KeyFile

FRESH = "restoring.db"
"""What a backup is called in a data folder until it comes into its place."""
ASIDE = "before-restore-"
"""How the folders begin into which a restore puts what was there."""


def refuse_none(data: Path) -> None:
    """Raise Fault unless there is a province in `data`; PermissionError where this account may not even ask."""
    if not _is_file(data / FILE) and not _is_file(data / address.ADDRESS_FILE):
        if (data / FRESH).exists() or any(data.glob(f"{ASIDE}*")):
            raise Fault(
                N_("A restore into {data} was broken off; what was there is kept aside. Run the same restore again."),
                data=data,
            )
        raise Fault(N_("There is no province in {data}. Make one with: commune-desk-server init"), data=data)


def _is_file(path: Path) -> bool:
    """What `Path.is_file` says, but that newer versions of Python say no where one may not ask."""
    try:
        return S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def open_store(data: Path, keys: KeyFile) -> Database:
    """The store that `init` made. The embedded one is brought to this program's schema; PostgreSQL's must be at it.

    Raises Fault (empty, not reachable) or Refusal (a newer or an older schema).
    """
    remembered = address.remembered(data)
    if remembered is not None:
        return _opened(remembered)
    path = data / FILE
    if not path.stat().st_size:
        raise Fault(N_("The database {path} is empty. Nothing was changed; restore the last backup."), path=path)
    return _embedded(path, keys)


def prepare(where: PostgresAddress) -> None:
    """Make the tables at `where` and see that the serving role gets at them.

    Raises Refusal when there is a province in them, Fault when one of the roles is not let in.
    """
    bring_up(where, empty=True)
    _opened(where).close()


def new_store(data: Path, keys: KeyFile, where: PostgresAddress | None) -> Database:
    """An empty store: the embedded file in `data`, or the tables that `prepare` made at `where`."""
    if where is None:
        write_private(data / FILE, b"")  # what the engine puts beside it gets the same rights
        return _embedded(data / FILE, keys)
    write_private(data / address.ADDRESS_FILE, encode(where) + b"\n")
    return postgres(where)


def bring_up(where: PostgresAddress, *, empty: bool = False) -> None:
    """Bring a PostgreSQL store to this program's schema, as the role that owns it.

    `empty`: Raises Refusal when it holds a province already.
    """
    owned = postgres(where, as_owner=True)
    try:
        schema.migrate(owned, app=where.app, empty=empty)
    finally:
        owned.close()


def postgres(where: PostgresAddress, *, as_owner: bool = False) -> Database:
    from sync.server.engine.postgres import PostgresDatabase  # a province of the embedded engine loads no driver

    return PostgresDatabase(where, as_owner=as_owner)


def _opened(where: PostgresAddress) -> Database:
    from sync.server.engine.postgres import refuse_unfit

    database = postgres(where)
    with ExitStack() as undo:
        undo.callback(database.close)
        schema.refuse_another(database)
        database.read(refuse_unfit, NO_SCOPE)
        undo.pop_all()
    return database


def _embedded(path: Path, keys: KeyFile) -> Database:
    database = EmbeddedDatabase(path, keys.database_key)
    schema.migrate(database)
    return database
