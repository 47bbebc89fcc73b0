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
from commune_desk.store.pages.children import Kin

_SAID_OF_BOTH = ("sex", "id_number")
"""What of two who have it both is the same if they are one."""


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


def same_kin(kin: Sequence[Kin], relation: str) -> tuple[Kin, ...]:
    """All records of the relative whom the relation of this id names; empty where there is none."""
    found = (one.records for one in kin_once(kin))
    return next((some for some in found if relation in {each.relation.id for each in some}), ())


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
    return not (one.has_file or other.has_file) and _may_be_one(one.person, other.person)


def _may_be_one(one: Person, other: Person) -> bool:
    said = [{getattr(person, name) for person in (one, other)} - {None, ""} for name in _SAID_OF_BOTH]
    return (
        syllables(one.full_name) == syllables(other.full_name)
        and may_be_born_together(one.birth_date, other.birth_date)
        and all(len(values) < 2 for values in said)
    )


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
