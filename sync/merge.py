"""Who wins: pure rules, the same at the province and in every reader's head. See docs/protocol.md, "Merge"."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from commune_desk.domain.record import Field, Merge
from sync.change import Wire


class Outcome(StrEnum):
    """What became of one field of a change."""

    APPLIED = "applied"
    NOOP = "noop"
    CONFLICT = "conflict"
    """The present value stays; a person decides."""
    APPLIED_CONFLICT = "applied+conflict"
    """The new value is the more severe and stands; a person decides all the same."""
    OLDER = "older"
    """Trivia: a later value already stands."""


class Standing(msgspec.Struct, frozen=True):
    """A field as the province holds it: its value and the change that wrote it (None: never written)."""

    value: Wire
    writer: str | None
    stamp: int = 0


class Decision(msgspec.Struct, frozen=True):
    """What to do with one field: the value that stands afterwards, and whether a conflict opens."""

    outcome: Outcome
    value: Wire


def decide(rule: Field, standing: Standing, incoming: Wire, base: str | None, stamp: int, change_id: str = "") -> Decision:
    """Decide one open field. `base` is the change whose value the author saw; `stamp` the author's hybrid time."""
    if rule.merge is Merge.SET:
        return Decision(Outcome.APPLIED, incoming)
    if incoming == standing.value and standing.writer is not None and base != standing.writer:
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


def decide_sealed(standing_writer: str | None, base: str | None) -> Outcome:
    """Decide a sealed field: the province cannot read it, so any concurrency goes to people on desks."""
    return Outcome.APPLIED if base == standing_writer else Outcome.CONFLICT


def merge_set(standing: Wire, incoming: Wire, before: Wire) -> list[str]:
    """Add-wins union: what `incoming` added to or removed from `before`, applied to `standing`; sorted."""
    now, new, old = _members(standing), _members(incoming), _members(before)
    return sorted((now - (old - new)) | (new - old))


def _decide_state(rule: Field, standing: Standing, incoming: Wire, base: str | None) -> Decision:
    if standing.writer is None:
        return Decision(Outcome.APPLIED, incoming)
    if base == standing.writer or incoming in rule.steps.get(str(standing.value), ()):
        return Decision(Outcome.APPLIED, incoming)
    return Decision(Outcome.CONFLICT, standing.value)


def _decide_latest(standing: Standing, incoming: Wire, stamp: int, change_id: str) -> Decision:
    if (stamp, change_id) >= (standing.stamp, standing.writer or ""):
        return Decision(Outcome.APPLIED, incoming)
    return Decision(Outcome.OLDER, standing.value)


def _severity(rule: Field, value: Wire) -> int:
    return rule.ranks.index(value) if isinstance(value, str) and value in rule.ranks else -1


def _members(value: Wire) -> set[str]:
    return set(value) if isinstance(value, list) else set()
