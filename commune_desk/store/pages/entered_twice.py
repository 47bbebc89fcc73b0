"""What two officers entered of one child each for themselves, shown once: the same group, the same relative.

Nothing is written: both records stay, with their history. The rules ask what the records say and nothing else, so
that every desk shows the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from commune_desk.domain.records.children import GroupMembership
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.dates import may_be_born_together
from commune_desk.domain.vietnamese.text import syllables
from commune_desk.store.pages.children import ChildRecord, Kin

_SAID_OF_BOTH = ("sex", "id_number")
"""What of two who have it both is the same if they are one."""
IDENTITY = ("full_name", "birth_date", *_SAID_OF_BOTH)
"""The fields of a person by which two entries are one relative or two."""
_HAS_ONE = ("mother", "father")
"""Relations in which a child has one person: two records that name two contradict each other."""


class KinShown(msgspec.Struct, frozen=True):
    """A relative as the page shows them: `kin` says what any of the `records` says."""

    kin: Kin
    records: tuple[Kin, ...]


def groups_once(groups: Iterable[GroupMembership]) -> list[GroupMembership]:
    """The memberships, those of one group whose times touch as one: since the first day of them, until the last.

    Of one child, in the order in which each began. The id is that of the first; the papers are those of all.
    """
    runs: list[list[GroupMembership]] = []
    for one in sorted(groups, key=lambda group: (group.group_code, group.from_on or "", group.id)):
        if runs and _goes_on(runs[-1], one):
            runs[-1].append(one)
        else:
            runs.append([one])
    return sorted(map(_as_one, runs), key=lambda group: (group.from_on or "", group.id))


def kin_once(kin: Sequence[Kin]) -> list[KinShown]:
    """The relatives, those as one who stand in the same relation and may be the same person by all that is written.

    In the order given, which begins with who is a relative still. A child of the register is one by its record alone.
    """
    shown: list[list[Kin]] = []
    for one in kin:
        same = next((some for some in shown if all(_is_same(other, one) for other in some)), None)
        if same is None:
            shown.append([one])
        else:
            same.append(one)
    return [KinShown(_filled(some), tuple(some)) for some in shown]


def shown_as(kin: Sequence[Kin], relation: str) -> KinShown | None:
    """The relative whom the relation of this id names, with all records of them; None where there is none."""
    return next((one for one in kin_once(kin) if relation in {each.relation.id for each in one.records}), None)


def same_kin(kin: Sequence[Kin], relation: str) -> tuple[Kin, ...]:
    """All records of the relative whom the relation of this id names; empty where there is none."""
    shown = shown_as(kin, relation)
    return shown.records if shown else ()


def told_differently(record: ChildRecord) -> list[tuple[KinShown, ...]]:
    """The relatives of now whom two records of the child tell differently, each with all that is told of them.

    They are named alike, or are the mother or the father by both. What one record alone says is no contradiction.
    """
    rest = [one for one in kin_once(record.kin) if not one.kin.relation.ended_on]
    found: list[tuple[KinShown, ...]] = []
    while rest:
        first, *rest = rest
        others = [one for one in rest if _contradict(first, one, record.written_in)]
        rest = [one for one in rest if one not in others]
        if others:
            found.append((first, *others))
    return found


def differing(one: Person, other: Person) -> list[str]:
    """The fields of IDENTITY in which the two contradict each other."""
    found = [] if syllables(one.full_name) == syllables(other.full_name) else ["full_name"]
    found += [] if may_be_born_together(one.birth_date, other.birth_date) else ["birth_date"]
    said = {name: {getattr(person, name) for person in (one, other)} - {None, ""} for name in _SAID_OF_BOTH}
    return [*found, *(name for name, values in said.items() if len(values) > 1)]


def _contradict(one: KinShown, other: KinShown, written_in: dict[str, str]) -> bool:
    a, b = one.kin, other.kin
    if a.relation.relation != b.relation.relation:
        return False
    sources = [{written_in.get(each.relation.id) for each in shown.records} for shown in (one, other)]
    is_named_alike = "full_name" not in differing(a.person, b.person)
    return sources[0].isdisjoint(sources[1]) and (is_named_alike or a.relation.relation in _HAS_ONE)


def _goes_on(run: Sequence[GroupMembership], later: GroupMembership) -> bool:
    if run[0].group_code != later.group_code:
        return False
    return any(not one.to_on or (later.from_on or "") <= one.to_on for one in run)


def _as_one(run: Sequence[GroupMembership]) -> GroupMembership:
    ends = [one.to_on for one in run if one.to_on]
    papers = dict.fromkeys(one.basis for one in run if one.basis)
    return msgspec.structs.replace(
        run[0],
        from_on=next((one.from_on for one in run if one.from_on), None),
        to_on=max(ends) if len(ends) == len(run) else None,
        basis="; ".join(papers) or None,
    )


def _is_same(one: Kin, other: Kin) -> bool:
    a, b = one.relation, other.relation
    if a.relation != b.relation or (a.ended_on is None) != (b.ended_on is None):
        return False
    if one.person.id == other.person.id:
        return True
    return not (one.has_file or other.has_file or differing(one.person, other.person))


def _filled(some: Sequence[Kin]) -> Kin:
    """The first record with what it lacks from the others; who looks after the child by one of them does."""
    first, *others = some
    lacking = [name for name in Person.__struct_fields__ if getattr(first.person, name) in (None, "")]
    values = {name: next(filter(None, (getattr(one.person, name) for one in others)), None) for name in lacking}
    person = msgspec.structs.replace(first.person, **{name: value for name, value in values.items() if value})
    relation = msgspec.structs.replace(
        first.relation,
        is_caregiver=any(one.relation.is_caregiver for one in some),
        is_guardian=any(one.relation.is_guardian for one in some),
    )
    return Kin(relation, person, first.has_file)
