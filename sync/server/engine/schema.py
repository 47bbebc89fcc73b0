"""Brings a database to this program's schema, and refuses one that another program has been at."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, select

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, WHOLE_PROVINCE, Database
from sync.server.engine.row_security import is_let_in, secure

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(database: Database, *, app: str = "", empty: bool = False) -> None:
    """Apply the migrations still missing, all in one transaction.

    `app` is the role that PostgreSQL's tables are to serve. Raises Refusal for a newer database, and with `empty` for
    one that was migrated before.
    """

    def work(connection: Connection) -> None:
        database.one_after_another(connection, "schema")
        revision = _revision(connection)
        if empty and revision is not None:
            refuse_used(connection)
        refuse_newer(revision)
        is_there = revision == _head()
        if is_there and (not app or (empty and is_let_in(connection, app))):
            return
        if not is_there:
            _upgrade(connection)
        if app:
            secure(connection, app)

    database.write(work, WHOLE_PROVINCE)


def refuse_used(connection: Connection) -> None:
    """Raise Refusal for a database that holds a province, or what a move that was cut has left of one."""
    if any(connection.execute(select(table).limit(1)).first() for table in tables.metadata.sorted_tables):
        raise Refusal(N_("The database holds a province already; nothing was overwritten. Name an empty one."))


def refuse_another(database: Database) -> None:
    """Raise Refusal unless the database is at exactly this program's schema."""
    revision = database.read(_revision, NO_SCOPE)
    if revision is None:
        raise unfounded()
    refuse_newer(revision)
    if revision != _head():
        raise Refusal(
            N_("The database was made by an older version of this program. Bring it up: commune-desk-server upgrade")
        )


def unfounded() -> Refusal:
    """What is said of a database that lacks what `init` leaves."""
    return Refusal(N_("The database lacks its founding facts; it was not made by: commune-desk-server init"))


def refuse_newer(revision: str | None) -> None:
    """Raise Refusal unless this program knows `revision`."""
    try:
        _scripts().get_revision(revision or "base")
    except CommandError:
        raise Refusal(
            N_("The database was made by a newer version of this program. Nothing was changed; install that version.")
        ) from None


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    return _scripts().get_current_head()


@cache
def _scripts() -> ScriptDirectory:
    """The migrations, whose files are read once for a process: each store that is opened asks which is the last."""
    return ScriptDirectory.from_config(_config())


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
