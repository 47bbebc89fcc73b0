"""All that speaks of a record, wherever it lives: what an erasure takes along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, select

from commune_desk.domain.limits.erasure import ABOUT, notices_of
from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.record import SCOPE_PREFIX, ScopeRule
from commune_desk.domain.records.kinds import KINDS
from commune_desk.program_files import code_book
from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.tables import RECORDS
from sync.server.intake.erasures import made_about, named_in
from sync.server.intake.joining import one_with
from sync.server.intake.records import kinds_of
from sync.server.intake.set_aside import read_set_aside
from sync.server.intake.whereabouts import PERSON

_HOUSES = SCOPE_PREFIX[ScopeRule.SHELTER]
Named = dict[str, str]
"""Records: the kind of each by its id."""


def all_about(connection: Connection, kind: str, record: str) -> Named:
    """The record, what speaks of it, and what is here for their sake alone: a mother whom no other record names, and
    what a house wrote of a resident before it knew who that is."""
    found = {record: kind}
    while more := _for_their_sake(connection, _closed(connection, found)):
        found |= more
    return found


def _for_their_sake(connection: Connection, found: Named) -> Named:
    return _brought(connection, found) | _former_residents(connection, found)


def _former_residents(connection: Connection, found: Named) -> Named:
    """The house's own records of people whom stays of `found` named once, and whom nothing else names."""
    stays = [record for record, kind in found.items() if kind == "placement"]
    change, person = tables.change, RECORDS[PERSON]
    named: set[str] = set()
    for some in batched(stays):
        raws = connection.scalars(select(change.c.raw).where(change.c.record.in_(some)))
        said = (read_set_aside(raw) for raw in raws if raw)
        named |= {str(one.set["person"]) for one in said if one is not None and one.set.get("person")}
    own = [
        one
        for some in batched(sorted(named - found.keys()))
        for one in connection.scalars(
            select(person.c.id).where(person.c.id.in_(some), person.c.scope.startswith(_HOUSES, autoescape=True))
        )
    ]
    return {one: PERSON for one in own if not _is_named_elsewhere(connection, one, found)}


def _closed(connection: Connection, found: Named) -> Named:
    """Add to `found` what speaks of any of it, and of that in turn."""
    fresh = dict(found)
    while fresh:
        spoken = {record: kind for record, kind in _speaking_of(connection, fresh)}
        fresh = {record: kind for record, kind in spoken.items() if record not in found}
        found |= fresh
    return found


def _speaking_of(connection: Connection, named: Named) -> Iterator[tuple[str, str]]:
    people = [record for record, kind in named.items() if kind == PERSON]
    yield from ((record, PERSON) for record in one_with(connection, people))  # the same child under another id
    for name, fields in ABOUT.items():
        table = RECORDS[name]
        for field in fields:
            for some in batched(named):
                for record in connection.scalars(select(table.c.id).where(table.c[field].in_(some))):
                    yield record, name
    stays = [record for record, kind in named.items() if kind == "placement"]
    notice = RECORDS["placement_notice"]
    for some in batched(notices_of(stays, (commune.code for commune in code_book().communes))):
        for record in connection.scalars(select(notice.c.id).where(notice.c.id.in_(some))):
            yield record, "placement_notice"


def set_aside_about(connection: Connection, found: Named) -> Named:
    """The records that changes which were set aside would have made about any of it, and for their sake alone: some
    parts of them name nobody."""
    aside = connection.scalars(select(tables.quarantine.c.raw)).all()
    changes = [change for change in map(read_set_aside, aside) if change is not None]
    known = kinds_of(connection, {change.record for change in changes})
    fresh = [change for change in changes if change.record not in known]
    made: Named = {}
    while more := made_about(fresh, {*found, *made}, known) or _brought_aside(connection, fresh, {**found, **made}):
        made |= more
    return made


def _brought_aside(connection: Connection, fresh: Iterable[Change], found: Named) -> Named:
    """Whom set-aside records of `found` needed, made by changes set aside too, as far as nothing else does."""
    made = {change.record for change in fresh}
    needed: Named = {}
    elsewhere: set[str] = set()
    for change in fresh:
        wanted = _needs(change)
        if change.record in found:
            needed |= {record: kind for record, kind in wanted.items() if record in made and record not in found}
        else:
            elsewhere |= {*wanted, *named_in(change)} - {change.record}
    return {
        record: kind
        for record, kind in needed.items()
        if record not in elsewhere and not _is_named_elsewhere(connection, record, found)
    }


def _needs(change: Change) -> Named:
    brings = KINDS[change.kind].brings if change.kind in KINDS else {}
    said = ((change.set.get(field), kind) for field, kind in brings.items())
    return {record: kind for record, kind in said if isinstance(record, str)}


def _brought(connection: Connection, found: Named) -> Named:
    """What records of `found` needed, as far as nothing else does."""
    wanted = needed_by(connection, found)
    return {record: kind for record, kind in wanted.items() if not _is_named_elsewhere(connection, record, found)}


def needed_by(connection: Connection, found: Mapping[str, str]) -> Named:
    """Whom these records need and who is not among them: a child's mother, the household of its file."""
    wanted: Named = {}
    for name, kind in KINDS.items():
        table = RECORDS[name]
        mine = [record for record, of_kind in found.items() if of_kind == name]
        for field, of_kind in kind.brings.items():
            for some in batched(mine):
                rows = connection.scalars(select(table.c[field]).where(table.c.id.in_(some)))
                wanted |= {record: of_kind for record in rows if record is not None and record not in found}
    return wanted


def _is_named_elsewhere(connection: Connection, record: str, found: Mapping[str, str]) -> bool:
    """Whether a record outside of `found` speaks of it or needs it."""
    for name, kind in KINDS.items():
        table = RECORDS[name]
        for field in {*ABOUT.get(name, ()), *kind.brings}:
            rows = connection.scalars(select(table.c.id).where(table.c[field] == record))
            if any(one not in found for one in rows):
                return True
    return False
