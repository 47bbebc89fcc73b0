"""The province as an open whole: its database, its keys, its clock, and what it is called."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from commune_desk.domain.time.clock import Clock, SystemClock, to_iso
from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.change import GENESIS
from sync.protocol import PROVINCE_DESK, unb64
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.engine.database import ANOTHER_KEY, NO_SCOPE, Database
from sync.server.engine.schema import unfounded
from sync.server.identity import keyfile
from sync.server.identity.authority import unreadable
from sync.server.identity.stores import open_store, refuse_none
from sync.server.reasons import reason_of

CA_FILE = "ca.crt"
CERT_FILE = "server.crt"
KEY_FILE = "server.key"


@dataclass(frozen=True, kw_only=True)
class Province:
    """Everything a command or a request needs."""

    data: Path
    database: Database
    keys: keyfile.KeyFile
    clock: Clock
    name: str
    ca: bytes
    escrow_public: bytes

    @property
    def fingerprint(self) -> bytes:
        """What a code names the province by. Raises Fault for an authority's certificate that a cut copy left half."""
        try:
            return seal.certificate_fingerprint(self.ca)
        except ValueError:
            raise unreadable() from None

    def now(self) -> str:
        return to_iso(self.clock.now())

    def close(self) -> None:
        self.database.close()


def open_province(data: Path, key_path: Path, *, clock: Clock | None = None) -> Province:
    """Open what `init` made, on the engine that its folder names.

    Raises Fault (missing, key-file of another province, damaged, read-only, not reachable) or Refusal (key-file inside,
    another schema).
    """
    refuse_none(data)
    keys = keyfile.read(key_path, data=data)
    ca = _authority(data / CA_FILE)
    database = open_store(data, keys)
    with ExitStack() as undo:
        undo.callback(database.close)
        facts = database.read(read_meta, NO_SCOPE)
        if not facts:
            raise unfounded()
        database.read(lambda connection: _refuse_another_key(connection, keys), NO_SCOPE)
        undo.pop_all()
    return Province(
        data=data,
        database=database,
        keys=keys,
        clock=clock or SystemClock(),
        name=facts["name"],
        ca=ca,
        escrow_public=unb64(facts["escrow_public"]),
    )


def _refuse_another_key(connection: Connection, keys: keyfile.KeyFile) -> None:
    """Raise Fault for the key-file of another province: PostgreSQL opens without one, and what would be signed by it
    stands in feeds for good, where no desk gets past it."""
    table = tables.desk
    asked = select(table.c.sign_public, table.c.cert, table.c.cert_signature).where(table.c.id == PROVINCE_DESK)
    own = connection.execute(asked).first()
    if own is None:
        raise unfounded()
    is_signed = seal.verify(keys.authority.public, seal.DESK_CERT, own.cert, own.cert_signature)
    if own.sign_public != keys.province_desk.public or not is_signed:
        raise Fault(ANOTHER_KEY)


def _authority(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault(N_("The file {path} cannot be read: {reason}."), path=path, reason=reason_of(error)) from None


def read_meta(connection: Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(select(tables.meta))}


def write_meta(connection: Connection, facts: Mapping[str, str]) -> None:
    connection.execute(insert(tables.meta), [{"name": name, "value": value} for name, value in facts.items()])


def fact(connection: Connection, name: str) -> str:
    """One entry of `meta`. Raises Refusal when `init` did not leave it."""
    return founding(facts_of(connection, (name,)), name)


def facts_of(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Those entries of `meta` that there are."""
    table = tables.meta
    rows = connection.execute(select(table.c.name, table.c.value).where(among(table.c.name, names)))
    return {name: value for name, value in rows}


def founding(said: Mapping[str, str], name: str) -> str:
    """What the facts say under `name`. Raises Refusal when `init` did not leave it."""
    value = said.get(name)
    if value is None:
        raise unfounded()
    return value


MOVED_TO = "moved_to"
"""The fact that names the data folder from which a province that was moved is served; empty where it came back."""


def refuse_moved(province: Province) -> None:
    """Raise Refusal for a store that another one has followed: what is written here would reach nobody."""
    refuse_followed(province.database)


def followed_by(database: Database) -> str:
    """The data folder from which a province that was moved is served; empty where it is served from here."""
    return database.read(lambda connection: facts_of(connection, (MOVED_TO,)), NO_SCOPE).get(MOVED_TO, "")


def refuse_followed(database: Database) -> None:
    """The same of a store that is no open province."""
    if place := followed_by(database):
        raise Refusal(
            N_(
                "This province was moved and is served with --data {place} now; nothing was done here. If what is "
                "there is lost, the command restored brings this one back into use."
            ),
            place=place,
        )


def note_moved(connection: Connection, place: str) -> None:
    """Remember where the province is served from; with an empty `place`, from here."""
    table = tables.meta
    if not connection.execute(update(table).where(table.c.name == MOVED_TO).values(value=place)).rowcount and place:
        write_meta(connection, {MOVED_TO: place})


HOSTS = "hosts"
"""The fact that holds what the server's certificate was last made for, with blanks between."""


def note_hosts(connection: Connection, province: Province, hosts: Sequence[str]) -> None:
    """The server's certificate was made anew for these host names and IP addresses."""
    table, named = tables.meta, " ".join(hosts)
    connection.execute(update(table).where(table.c.name == HOSTS).values(value=named))
    audited(connection, province, "renew", named)


EPOCH = "epoch"
"""The fact that names this life of the database: another one begins whenever it was put back from a backup."""


def epoch_of(connection: Connection) -> str:
    """The database's present epoch, as every process finds it."""
    return fact(connection, EPOCH)


def begin_epoch(connection: Connection, province: Province, *, actor: str, after: str = "") -> str:
    """The database was put back to an earlier time: from now on every desk sends again what it lacks; the new epoch.

    `after`: only where this one still goes on, for another desk may have found the same at the same moment.
    """
    epoch, table = secrets.token_hex(8), tables.meta
    present = [table.c.name == EPOCH, *((table.c.value == after,) if after else ())]
    if not connection.execute(update(table).where(*present).values(value=epoch)).rowcount:
        return epoch_of(connection)
    audited(connection, province, "epoch", epoch, actor=actor)
    return epoch


def audited(connection: Connection, province: Province, action: str, subject: str, actor: str = "admin") -> None:
    """Chain one line into the audit log. `subject` holds ids and places, never a person's data."""
    province.database.one_after_another(connection, "audit")
    last = connection.execute(
        select(tables.audit.c.seq, tables.audit.c.chain).order_by(tables.audit.c.seq.desc()).limit(1)
    ).first()
    seq, head = (last.seq + 1, last.chain) if last else (1, GENESIS)
    at = province.now()
    body = "\x1f".join((str(seq), at, actor, action, subject)).encode()
    chain = seal.sha256(head + body)
    connection.execute(
        insert(tables.audit).values(seq=seq, at=at, actor=actor, action=action, subject=subject, chain=chain)
    )
