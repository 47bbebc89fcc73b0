"""A forgotten passphrase: the province answers a request that an officer reads out, and writes down that it did."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE
from sync.server.identity.desks import ACTIVE, grants_of
from sync.server.identity.province import Province, audited


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Which desk asks, and the answer that must not be read out before its officer is known."""

    desk: str
    label: str
    scopes: str
    answer: str = field(repr=False)


def who_asks(province: Province, request: str) -> Caller:
    """The desk behind a request. Raises Invalid (misread) or Refusal (no such desk in service, no recovery key)."""
    asked, answer_code = seal.answer_recovery(province.keys.escrow.to_bytes(), request)

    def work(connection: Connection) -> Caller:
        known = connection.execute(select(tables.desk.c.id, tables.desk.c.label, tables.desk.c.status)).all()
        found = next((desk for desk in known if asked == desk.id), None)
        if found is None or found.status != ACTIVE:
            raise Refusal(
                N_("No desk in service here made this request. No answer was given; find out who is calling.")
            )
        scopes = ", ".join(grants_of(connection, found.id))
        return Caller(desk=found.id, label=found.label, scopes=scopes, answer=answer_code)

    return province.database.read(work, NO_SCOPE)


def answer(province: Province, caller: Caller) -> str:
    """The answer to read out, once the audit log holds that it was given."""
    province.database.write(lambda connection: audited(connection, province, "recover", caller.desk), NO_SCOPE)
    return caller.answer
