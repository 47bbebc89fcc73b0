"""Reports that reach the province by 111 or 1800.1769, handed down to a commune as changes it signs itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import cast

import msgspec
from sqlalchemy import Connection, func, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import is_commune_scope, new_record_id, uuid7
from commune_desk.domain.model.record import Data, Value, check_required, check_values, difference, record_from
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.reports import Report, intake_faults
from commune_desk.domain.time.clock import VIETNAM, to_iso
from commune_desk.domain.words.errors import Fault, Invalid
from commune_desk.domain.words.labels import N_
from commune_desk.program_files import code_book
from sync import seal
from sync.change import Change, Line, Wire, to_wire
from sync.protocol import PROVINCE_DESK, ScopeKey, unb64
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks, own_changes
from sync.server.identity.places import checked_scope
from sync.server.identity.province import Province, audited
from sync.server.identity.scopes import ensure_key
from sync.server.intake.admission import Admission
from sync.server.intake.incoming import Incoming
from sync.server.intake.ordering import store


@dataclass(frozen=True, kw_only=True)
class HandedDown:
    """Where a report went: its record, how many changes carry it, and how many desks in service will see it.

    `like` is the latest report of the same place, source and hour that stood there before; empty for none. `heard_at`
    is when one of these desks was in touch last (ISO instant); empty where none ever was.
    """

    scope: str
    record: str
    changes: int
    desks: int
    like: str = ""
    heard_at: str = ""


def read_received(text: str) -> str:
    """`2026-11-23 23:40`, Viet Nam time, as a stored instant. Raises Invalid."""
    try:
        return to_iso(datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM))
    except (OverflowError, ValueError):  # in the year 1 it is not yet that hour in UTC
        raise Invalid(N_('"{text}" is no time. Write it like 2026-11-23 23:40.'), text=text) from None


def hand_down(province: Province, reports: Sequence[tuple[str, dict[str, Value]]]) -> list[HandedDown]:
    """Write reports (commune's code and fields) into their communes' scopes, all of them or none.

    Raises Invalid, naming the fields that do not hold.
    """
    now, checked = province.clock.now(), []
    for number, (commune, values) in enumerate(reports, 1):
        with naming(number, len(reports)):
            checked.append(_checked(commune, values, now))
    return province.database.write(
        lambda connection: [_hand_down_one(connection, province, report) for report in checked], WHOLE_PROVINCE
    )


@contextmanager
def naming(number: int, count: int) -> Iterator[None]:
    """Of several reports, say which one it is that does not hold. Raises Invalid."""
    try:
        yield
    except Invalid as invalid:
        if count == 1:
            raise
        raise Invalid(N_("Report {number} of {count}: {why}"), number=number, count=count, why=invalid) from None


def refuse_wrong(commune: str, values: dict[str, Value], now: datetime) -> None:
    """Raises Invalid for what does not hold of a report whose place and words are still to be told."""
    _checked(commune, {"place": "-", "description": "-", **values}, now)


def _checked(commune: str, values: dict[str, Value], now: datetime) -> Report:
    scope = checked_scope(commune)
    if not is_commune_scope(scope):
        raise Invalid(N_('"{scope}" is no commune. Reports go to the commune where it happens.'), scope=commune)
    values = {"from_province": True, **values}
    check_values(KINDS["report"], values)
    _check_codes(values)
    report = cast(Report, record_from("report", new_record_id(), scope, values))
    if faults := intake_faults(report.received_at, report.child_age, now):
        raise Invalid(N_("Some fields do not hold."), fields=faults)
    if missing := check_required(report):
        raise Invalid(N_("Some fields are missing."), fields=missing)
    return report


def _check_codes(values: dict[str, Value]) -> None:
    for name, value in values.items():
        declared = KINDS["report"].fields[name]
        if declared.codes and isinstance(value, str) and code_book().entry(declared.codes, value) is None:
            raise Invalid(N_("Some fields do not hold."), fields={name: N_("The code is not known.")})


def _hand_down_one(connection: Connection, province: Province, report: Report) -> HandedDown:
    like = _like(connection, report)
    key = ensure_key(connection, report.scope, escrow_public=province.escrow_public)
    lines = _sign(connection, province, report.id, key, difference(None, report))
    _store(connection, province, lines)
    audited(connection, province, "report-in", f"{report.scope} {report.id}")
    grant = tables.desk_grant
    seen_by, heard_at = connection.execute(
        select(func.count(), func.max(tables.desk.c.seen_at))
        .select_from(grant.join(tables.desk, tables.desk.c.id == grant.c.desk))
        .where(grant.c.scope == report.scope, tables.desk.c.status == desks.ACTIVE)
    ).one()
    done = HandedDown(scope=report.scope, record=report.id, changes=len(lines), desks=seen_by, like=like)
    return replace(done, heard_at=heard_at or "")


def _like(connection: Connection, report: Report) -> str:
    """A report that may be the same: who hands a list down twice is told. What was told is sealed and not compared."""
    there = tables.RECORDS["report"].c
    same = (getattr(there, name) == getattr(report, name) for name in ("scope", "source", "place", "received_at"))
    return connection.scalar(select(there.id).where(*same).order_by(there.id.desc()).limit(1)) or ""


def _sign(
    connection: Connection, province: Province, record: str, key: ScopeKey, groups: dict[Data, dict[str, Value]]
) -> list[Line]:
    """One change for each data class."""
    drafts = (
        partial(
            Change,
            scope=key.scope,
            kind="report",
            record=record,
            data=int(data),
            set={} if data.is_sealed else {name: _wire(value) for name, value in fields.items()},
            seal=_sealed(key, record, fields) if data.is_sealed else {},
            key=key.key if data.is_sealed else "",
        )
        for data, fields in sorted(groups.items())
    )
    return own_changes.sign_own(connection, province, uuid7(), drafts)


def _wire(value: Value) -> Wire:
    """The codes of a list travel as additions: a new report has none yet."""
    return [f"+{code}" for code in value] if isinstance(value, tuple) else to_wire(value)


def _sealed(key: ScopeKey, record: str, fields: dict[str, Value]) -> dict[str, str]:
    public = unb64(key.public)
    return {
        name: seal.seal_value(public, to_wire(value), scope=key.scope, record=record, field=name)
        for name, value in fields.items()
    }


def _store(connection: Connection, province: Province, lines: list[Line]) -> None:
    state, admission = own_changes.own_desk(connection), Admission()
    incoming = [Incoming(line.change.n, line.raw, line) for line in lines]
    for item, line in zip(incoming, lines, strict=True):
        grants = {line.change.scope: Role.PROVINCE}
        item.code = admission.fault(line, n=item.n, public=state.sign_public, desk=PROVINCE_DESK, grants=grants)
        if item.code is not None:
            raise Fault(
                N_("The report was not written: the province itself would not take it ({code})."), code=item.code
            )
    store(connection, province, PROVINCE_DESK, incoming, WHOLE_PROVINCE)
    own_changes.advance(connection, province, lines)


class ReportFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report as a hotline's system may hand it over: JSON with the fields' own names."""

    commune: str
    source: str
    received: str
    place: str
    description: str
    child_name: str | None = None
    child_age: int | None = None
    child_sex: str | None = None
    reporter_name: str | None = None
    reporter_contact: str | None = None


def read_report_file(content: bytes) -> list[ReportFile]:
    """One report or a list of them. Raises Invalid, saying where the JSON does not hold."""
    try:
        found = msgspec.json.decode(content, type=ReportFile | list[ReportFile])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(N_("The file holds no report. The reader of JSON says: {reason}"), reason=str(error)) from None
    return found if isinstance(found, list) else [found]


def values_of_file(report: ReportFile) -> dict[str, Value]:
    """The record's fields: what is absent stays unknown."""
    named: dict[str, Value] = {
        "received_at": read_received(report.received),
        "source": report.source,
        "place": report.place,
        "description": report.description,
        "child_name": report.child_name,
        "child_age": report.child_age,
        "child_sex": report.child_sex,
        "reporter_name": report.reporter_name,
        "reporter_contact": report.reporter_contact,
    }
    return {name: value for name, value in named.items() if value is not None}


def reports_waiting(connection: Connection) -> list[tuple[str, str]]:
    """Scope and instant of receipt of each report that no officer has acknowledged, oldest first."""
    report = tables.RECORDS["report"]
    rows = connection.execute(
        select(report.c.scope, report.c.received_at).where(report.c.status == "waiting").order_by(report.c.received_at)
    )
    return [(row.scope, row.received_at) for row in rows]
