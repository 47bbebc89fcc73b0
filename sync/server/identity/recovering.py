"""A forgotten passphrase: the province answers a request that an officer reads out, and writes down that it did."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from commune_desk.domain.model.ids import DeskId
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE
from sync.server.identity.desks import ACTIVE, FROZEN, REVOKED, grants_of
from sync.server.identity.province import Province, audited

_ANSWERED = (ACTIVE, FROZEN)
"""One that was stopped too: the new code that it needs is typed behind the passphrase."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Which desk asks; of one that is not known here its id alone."""

    desk: str
    label: str = ""
    scopes: str = ""


def who_asks(province: Province, request: str, *, since_backup: bool = False) -> Caller:
    """The desk behind a request. Raises Invalid (misread) or Refusal (no such desk, one withdrawn, no recovery key).

    `since_backup`: somebody vouches that a desk which is not known here was enrolled after the backup that was put
    back. What was sent from there since may be nowhere else.
    """
    asked, _ = seal.answer_recovery(province.keys.escrow.to_bytes(), request)
    return province.database.read(lambda connection: _caller(connection, asked, since_backup), NO_SCOPE)


def answer(province: Province, request: str, *, since_backup: bool = False) -> str:
    """The answer to read out once its officer is known, when the audit log holds that it was given. Raises as
    `who_asks`."""
    asked, answer_code = seal.answer_recovery(province.keys.escrow.to_bytes(), request)

    def work(connection: Connection) -> None:
        audited(connection, province, "recover", _caller(connection, asked, since_backup).desk)

    province.database.write(work, NO_SCOPE)
    return answer_code


def _caller(connection: Connection, asked: DeskId, since_backup: bool) -> Caller:
    known = connection.execute(select(tables.desk.c.id, tables.desk.c.label, tables.desk.c.status)).all()
    found = next((desk for desk in known if asked == desk.id), None)
    if found is not None and found.status == REVOKED:
        raise Refusal(
            N_(
                "Desk {desk} was withdrawn, and a thief may ask too: no answer was given. Find out who is calling. If "
                "it is its own officer, put its register away and give the PC a new enrolment code."
            ),
            desk=found.id,
        )
    if found is None and since_backup:
        return Caller(desk=asked)
    if found is None or found.status not in _ANSWERED:
        raise Refusal(
            N_(
                "No desk in service here made this request. No answer was given; find out who is calling. If it is a "
                "PC that was enrolled after the backup that was put back here, add --since-backup."
            )
        )
    return Caller(desk=found.id, label=found.label, scopes=", ".join(grants_of(connection, found.id)))
