"""Where a PostgreSQL server is, as the data folder remembers it: never with a password."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from commune_desk.domain.words.errors import Fault, Invalid, Refusal
from commune_desk.domain.words.labels import N_
from sync.protocol import Malformed, decode
from sync.server.engine.roles import APP, OWNER
from sync.server.reasons import reason_of

ADDRESS_FILE = "database.json"


class PostgresAddress(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is a libpq address with the serving role in it; `owner` the role that owns the tables."""

    url: str
    owner: str = OWNER

    @property
    def app(self) -> str:
        return make_url(self.url).username or APP

    @property
    def owner_url(self) -> str:
        return _spelled(make_url(self.url).set(username=self.owner))


def read_url(text: str, *, owner: str = OWNER) -> PostgresAddress:
    """`postgresql://[role@]host[:port]/name[?sslmode=…]`.

    Raises Invalid for another form or when both roles are one, Refusal for a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise _unreadable() from None
    if url.drivername not in ("postgresql", "postgres") or not url.database:
        raise _unreadable()
    if url.password is not None or {"password", "passfile", "sslpassword"} & set(url.query):
        raise Refusal(
            N_(
                "No password in the address: it would stay in the shell's history and in the data folder. "
                "Put it into the account's password file (~/.pgpass, or PGPASSFILE). Nothing was made."
            )
        )
    if owner == (url.username or APP):
        raise Invalid(N_("The role that serves must not own the tables: name another as --owner. Nothing was made."))
    plain = url.set(drivername="postgresql", username=url.username or APP)
    return PostgresAddress(url=_spelled(plain), owner=owner)


def remembered(data: Path) -> PostgresAddress | None:
    """The address that a data folder names; None for one with the embedded engine. Raises Fault."""
    path = data / ADDRESS_FILE
    try:
        return decode(path.read_bytes(), PostgresAddress)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None
    except Malformed:
        raise Fault(N_("The file {path} is damaged. Nothing was changed; put it back."), path=path) from None


def _spelled(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _unreadable() -> Invalid:
    return Invalid(N_("A database is named like postgresql://host/name. Nothing was made."))
