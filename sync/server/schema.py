"""Brings a database to this program's schema, and refuses one that a newer program has been at."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from commune_desk.domain.errors import Refusal
from commune_desk.domain.labels import N_
from sync.server.database import WHOLE_PROVINCE, Database

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(database: Database) -> None:
    """Apply the migrations still missing, all in one transaction. Raises Refusal for a newer database."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))

    def work(connection: Connection) -> None:
        refuse_newer(MigrationContext.configure(connection).get_current_revision(), config)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    database.write(work, WHOLE_PROVINCE)


def refuse_newer(revision: str | None, config: Config) -> None:
    """Raise Refusal unless this program knows `revision`."""
    try:
        ScriptDirectory.from_config(config).get_revision(revision or "base")
    except CommandError:
        raise Refusal(
            N_("The database was made by a newer version of this program. Nothing was changed; install that version.")
        ) from None
