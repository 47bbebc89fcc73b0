"""Who wins: pure rules, the same at the province and in every reader's head. See docs/protocol.md, section 10."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec

from commune_desk.domain.model.record import Field, Merge
from sync.change import Wire


class Outcome(StrEnum):
    """What became of one field of a change."""

    APPLIED = "applied"
    NOOP = "noop"
    CONFLICT = "conflict"
    """The present value stays; a person decides."""
    APPLIED_CONFLICT = "applied+conflict"
    """The new value is the more severe, or keeps open what was ended, and stands; a person decides all the same."""
    OLDER = "older"
    """Trivia: a later value already stands."""
    PAST = "past"
    """Handed on with its record for what else it wrote: another change wrote what stands in this field."""


_STANDS = frozenset({Outcome.APPLIED.value, Outcome.APPLIED_CONFLICT.value})


def stands(outcomes: Mapping[str, str], field: str) -> bool:
    """Whether what a change wrote in a field stands, by the `outcomes` of its event, which name what was not plain."""
    return outcomes.get(field, Outcome.APPLIED.value) in _STANDS


class Standing(msgspec.Struct, frozen=True):
    """A field as the province holds it: its value and the change that wrote it (None: never written)."""

    value: Wire
    writer: str | None
    stamp: int = 0


class Decision(msgspec.Struct, frozen=True):
    """What to do with one field: the value that stands afterwards, and whether a conflict opens."""

    outcome: Outcome
    value: Wire


def decide(
    rule: Field, standing: Standing, incoming: Wire, base: str | None, stamp: int, change_id: str = ""
) -> Decision:
    """Merge one unsealed field by its declared rule (`rule.merge`: LWW, FSM, MAX_RISK or review; SET: see merge_set).

    `standing`: value and writer as the province holds them. `incoming`: the value written by `change_id`. `base`: the
    id of the change whose value its author saw, None for none; where it is the present writer the edit is not
    concurrent, and applies. `stamp`: the author's hybrid clock (milliseconds * 1000 + counter).

    An equal value of a concurrent edit is NOOP: the writer stays. Only under LWW does a later one become the writer
    nevertheless, so that the outcome of a third edit does not depend on the order in which these two came.
    """
    is_later = rule.merge is Merge.LWW and _is_later(standing, stamp, change_id)
    if incoming == standing.value and standing.writer not in (None, base) and not is_later:
        return Decision(Outcome.NOOP, standing.value)
    if rule.merge is Merge.FSM:
        return _decide_state(rule, standing, incoming, base)
    if base == standing.writer:
        return Decision(Outcome.APPLIED, incoming)
    if rule.merge is Merge.LWW:
        return _decide_latest(standing, incoming, stamp, change_id)
    if rule.merge is Merge.MAX_RISK and _severity(rule, incoming) > _severity(rule, standing.value):
        return Decision(Outcome.APPLIED_CONFLICT, incoming)
    return Decision(Outcome.CONFLICT, standing.value)


def decide_late(standing: Standing, incoming: Wire) -> Decision:
    """Decide a field that somebody edited who did not know that the record had moved: a person of its place decides."""
    if incoming == standing.value and standing.writer is not None:
        return Decision(Outcome.NOOP, standing.value)
    return Decision(Outcome.CONFLICT, standing.value)


def decide_sealed(standing_writer: str | None, base: str | None) -> Outcome:
    """Decide a sealed field: the province cannot read it, so any concurrency goes to people on desks."""
    return Outcome.APPLIED if base == standing_writer else Outcome.CONFLICT


def delta(before: Collection[str], after: Collection[str]) -> list[str]:
    """How a SET field travels: `+code` for each addition, `-code` for each removal, sorted."""
    return sorted([f"+{c}" for c in set(after) - set(before)] + [f"-{c}" for c in set(before) - set(after)])


def apply_delta(members: Collection[str], changes: Collection[str]) -> list[str]:
    """The members after a delta that nobody competes with; sorted."""
    added = {c[1:] for c in changes if c.startswith("+")}
    removed = {c[1:] for c in changes if c.startswith("-")}
    return sorted((set(members) - removed) | added)


Tags = dict[str, dict[str, int]]
"""A SET field's members, each with the desks that added it and the place in the scope where each last did."""


def merge_set(
    tags: Tags, changes: Collection[str], *, desk: str, order: int, seen: int, own: Collection[str] = ()
) -> Tags:
    """Add-wins: a member stands as long as one addition of it stands.

    `order` is the place in the scope of this change of `desk`, `seen` the place of the change that its author last
    saw in the field (0 for none). A removal takes the additions up to there and the desk's own, which no other desk's
    removal can have hidden from it; what somebody else added meanwhile stays. `own` are the names that the desk's PC
    had before and of which nothing was heard since.
    """
    mine = {desk, *own}
    removed = {c[1:] for c in changes if c.startswith("-")}
    kept: Tags = {}
    for code, adders in tags.items():
        unseen = {who: place for who, place in adders.items() if place > seen and who not in mine}
        if left := unseen if code in removed else adders:
            kept[code] = dict(left)
    for code in (c[1:] for c in changes if c.startswith("+")):
        kept.setdefault(code, {})[desk] = order
    return kept


def _decide_state(rule: Field, standing: Standing, incoming: Wire, base: str | None) -> Decision:
    if standing.writer is None:
        return Decision(Outcome.APPLIED, incoming)
    if base == standing.writer or incoming in rule.steps.get(str(standing.value), ()):
        goes_on = base != standing.writer and incoming == rule.reopened
        return Decision(Outcome.APPLIED_CONFLICT if goes_on else Outcome.APPLIED, incoming)
    return Decision(Outcome.CONFLICT, standing.value)


def _decide_latest(standing: Standing, incoming: Wire, stamp: int, change_id: str) -> Decision:
    outcome = Outcome.APPLIED if _is_later(standing, stamp, change_id) else Outcome.OLDER
    return Decision(outcome, incoming if outcome is Outcome.APPLIED else standing.value)


def _is_later(standing: Standing, stamp: int, change_id: str) -> bool:
    return (stamp, change_id) >= (standing.stamp, standing.writer or "")


def _severity(rule: Field, value: Wire) -> int:
    return rule.ranks.index(value) if isinstance(value, str) and value in rule.ranks else -1
