"""Two records of one child are joined by a person: which is kept, and of what differs what stands in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from commune_desk.domain.model.access import require
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Merge, Record, Value, kind_of
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake.conflicts import count_open_of
from commune_desk.store.pages.children import file_of
from commune_desk.store.pages.not_joined import not_joined
from commune_desk.store.writing import joined
from commune_desk.store.writing.joining import join
from commune_desk.store.writing.leaving import ON_ITS_WAY, is_on_its_way
from commune_desk.store.writing.opened import Opened
from commune_desk.store.writing.transaction import Tx, load

_OWN = {"person": ("joined_to",), "child_file": ("person", "case_number", "import_id")}
"""By kind what each record keeps for itself; nothing of it is chosen."""
Chosen = Mapping[str, Collection[str]]
"""By kind the fields whose value is taken from the record that is joined."""


class Half(msgspec.Struct, frozen=True):
    """One of two records of a child: the person and the file."""

    person: Person
    file: ChildFile


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field in which the two differ: what stands in the record kept, and what would stand if the other's were taken.

    `takes_other`: it is proposed, for the one kept says nothing or the lesser risk.
    """

    kind: str
    field: str
    kept: Value
    other: Value
    takes_other: bool


def half_of(connection: Connection, person: str) -> Half | None:
    """The person's record with its file; None when there is none, or it is joined to another already."""
    found, file = load(connection, "person", person), file_of(connection, person)
    if not isinstance(found, Person) or file is None or joined.kept_of(connection, person) != person:
        return None
    return Half(found, file)


def older(one: Half, other: Half) -> Half:
    """Which of the two is proposed to be kept: the file that was opened first."""
    return min(one, other, key=lambda half: (half.file.opened_on or "", half.file.id))


def differences(kept: Half, other: Half) -> list[Difference]:
    """What is to be chosen, field by field, in the order of the forms."""
    return [*_differing(kept.person, other.person), *_differing(kept.file, other.file)]


def join_children(tx: Tx, opened: Opened, kept: Half, other: Half, chosen: Chosen) -> RecordId:
    """Let the two be one child from now on, and write what is `chosen` of `other` into the record kept.

    Both as they were `opened`. Raises Refusal when they may not be joined; nobody can part them again.
    """
    _check(tx, kept, other)
    _check_same(tx.connection, kept, other)
    group = join(tx, tx.existing(Person, other.person.id), tx.existing(Person, kept.person.id))
    differing = differences(kept, other)
    for record in (kept.person, kept.file):
        name = kind_of(record).name
        taken = {one.field: one.other for one in differing if one.kind == name and one.field in chosen.get(name, ())}
        if taken:
            tx.edit(opened, record, msgspec.structs.replace(record, **taken), group=group)
    return kept.person.id


def put_back(tx: Tx, person: RecordId) -> None:
    """Let stand again what stood before in what was taken of a record that the province did not join with this one.

    Raises Refusal when nothing of it stands any more.
    """
    require(tx.actor, kind_of(ChildFile).write)
    refused = not_joined(tx.connection, person)
    if refused is None or not refused.taken:
        raise Refusal(N_("Nothing of the other record stands here any more. Nothing was changed."))
    for kind, record in dict.fromkeys((one.kind, one.record) for one in refused.taken):
        stored = load(tx.connection, kind, record)
        if stored is not None:
            before: dict[str, Any] = {one.field: one.before for one in refused.taken if one.record == record}
            tx.save(msgspec.structs.replace(stored, **before))


def refusal(connection: Connection, kept: Half, other: Half) -> str | None:
    """The message id of why the two may not be joined; None when they may."""
    people = (kept.person.id, other.person.id)
    if kept.person.id == other.person.id or any(half_of(connection, person) is None for person in people):
        return N_("These two are no longer two records of the register. Nothing was changed.")
    if kept.file.scope != other.file.scope or kept.person.scope != other.person.scope:
        return N_("The two records belong to different places. Only records of one commune are joined.")
    if any(is_on_its_way(connection, person) for person in people):
        return ON_ITS_WAY
    if _are_kin(connection, *people):
        return N_("The two are written down as relatives of each other. End that relation first if it is a mistake.")
    if count_open_of(connection, (other.person.id, other.file.id)):
        return N_("Two values of the record that would be joined wait for a decision. Decide that first, then join.")
    return None


def _check(tx: Tx, kept: Half, other: Half) -> None:
    require(tx.actor, kind_of(ChildFile).write)
    said = refusal(tx.connection, kept, other)
    if said is not None:
        raise Refusal(said)
    if other.file.scope != tx.actor.scope:
        raise Refusal(N_("This record belongs to another place. Nothing was changed."))


def _check_same(connection: Connection, kept: Half, other: Half) -> None:
    """What a colleague wrote of either since nobody would be asked about."""
    now = half_of(connection, kept.person.id), half_of(connection, other.person.id)
    if now[0] and now[1] and differences(now[0], now[1]) != differences(kept, other):
        raise Refusal(N_("The file was changed meanwhile. Nothing was saved; look at its present state."))


def _are_kin(connection: Connection, one: str, other: str) -> bool:
    asked = "SELECT 1 FROM relation WHERE (person=?1 AND relative=?2) OR (person=?2 AND relative=?1) LIMIT 1"
    return connection.execute(asked, (one, other)).fetchone() is not None


def _differing(kept: Record, other: Record) -> Iterator[Difference]:
    entry = kind_of(kept)
    for name, rule in entry.fields.items():
        ours, theirs = getattr(kept, name), getattr(other, name)
        if rule.merge is Merge.SET:
            theirs = tuple(sorted({*ours, *theirs}))
        may_stand = rule.merge is not Merge.FSM or theirs in rule.steps.get(ours, ())
        if name in _OWN[entry.name] or theirs in (None, "", ()) or theirs == ours or not may_stand:
            continue
        is_graver = theirs in rule.ranks and ours in rule.ranks[: rule.ranks.index(theirs)]
        proposed = ours in (None, "", ()) or is_graver or rule.merge is Merge.SET
        yield Difference(kind=entry.name, field=name, kept=ours, other=theirs, takes_other=proposed)
