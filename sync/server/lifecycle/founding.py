"""Founding a province: folder, key-file, authority, certificate, database, and the desk it signs under itself."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from sqlalchemy import Connection

from commune_desk.domain.model.ids import new_record_id
from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync.protocol import b64
from sync.server.engine.address import PostgresAddress
from sync.server.engine.database import WHOLE_PROVINCE, Database
from sync.server.engine.private_files import make_folder, write_private
from sync.server.engine.schema import refuse_used
from sync.server.identity import keyfile
from sync.server.identity.authority import Identity, make_authority, make_server, under_password
from sync.server.identity.desks import found_province_desk
from sync.server.identity.province import (
    CA_FILE,
    CERT_FILE,
    EPOCH,
    HOSTS,
    KEY_FILE,
    Province,
    audited,
    open_province,
    write_meta,
)
from sync.server.identity.stores import new_store, prepare

_LONGEST_NAME, _LONGEST_HOST = 60, 253
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def found(
    data: Path,
    key_path: Path,
    *,
    name: str,
    hosts: Sequence[str],
    clock: Clock,
    where: PostgresAddress | None = None,
) -> Province:
    """Make a province: on the embedded engine, or on PostgreSQL at `where`.

    Raises Invalid for a name or host that cannot be, Refusal when one is there already, Fault when the place cannot
    be written; then nothing of it stays.
    """
    check_name(name)
    check_hosts(hosts)
    keyfile.refuse_inside(key_path, data=data)
    if where is not None:
        prepare(where)
    make_folder(data)
    secret: list[Path] = []
    with ExitStack() as undo:  # who has made room can ask for the same again
        undo.callback(_take_away, data, secret)
        authority = make_authority(name, clock=clock)
        keys = keyfile.create(key_path, ca_key=authority.key)
        secret.append(key_path)
        write_certificates(data, authority, keys, hosts, clock=clock)
        _fill(data, new_store(data, keys, where), keys, authority.certificate, (name, hosts), clock=clock)
        undo.pop_all()
    return open_province(data, key_path, clock=clock)


def _take_away(data: Path, secret: Sequence[Path]) -> None:
    """What was made in a folder that was empty, and the key to it."""
    with suppress(OSError):
        for path in (*data.iterdir(), *secret):
            path.unlink()


def _fill(
    data: Path,
    database: Database,
    keys: keyfile.KeyFile,
    ca: bytes,
    named: tuple[str, Sequence[str]],
    *,
    clock: Clock,
) -> None:
    """Write what makes an empty store a province's; `named`: its name and its hosts."""
    name, hosts = named
    facts = {
        "name": name,
        EPOCH: secrets.token_hex(8),
        "escrow_public": b64(keys.escrow.public),
        "officer": new_record_id(),
        HOSTS: " ".join(hosts),
    }
    made = Province(
        data=data, database=database, keys=keys, clock=clock, name=name, ca=ca, escrow_public=keys.escrow.public
    )
    with closing(made):
        database.write(lambda connection: _begin(connection, made, facts), WHOLE_PROVINCE)


def _begin(connection: Connection, province: Province, facts: Mapping[str, str]) -> None:
    """All of it or nothing: what opens as a province has the desk that it signs under."""
    province.database.one_after_another(connection, "init")
    refuse_used(connection)
    write_meta(connection, facts)
    found_province_desk(connection, province)
    audited(connection, province, "init", province.name)


def check_name(name: str) -> None:
    """Raises Invalid for a name that no certificate could carry."""
    if not 1 <= len(name.strip()) <= _LONGEST_NAME or not name.isprintable():
        raise Invalid(N_("The province's name must have 1 to 60 characters. Nothing was made."))


def check_hosts(hosts: Sequence[str]) -> None:
    """Raises Invalid for what is neither a host name nor an IP address."""
    for host in hosts:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if not _HOST_NAME.fullmatch(host) or len(host) > _LONGEST_HOST:
                raise Invalid(
                    N_('"{host}" is neither a host name nor an IP address. Nothing was made.'), host=host
                ) from None


def write_certificates(
    data: Path, authority: Identity, keys: keyfile.KeyFile, hosts: Sequence[str], *, clock: Clock
) -> None:
    """Make a certificate for `hosts` and put it, its key and the authority's certificate into the folder."""
    server = make_server(authority, hosts, clock=clock)
    locked = under_password(server.key, keys.tls_password)
    for name, content in ((CA_FILE, authority.certificate), (CERT_FILE, server.certificate), (KEY_FILE, locked)):
        write_private(data / name, content)
