"""What must become of concurrent edits, written from the protocol page alone: no line of `sync` is used here.

One commune's scope: changes in the order the province takes them. Each place keeps the truth after it, so that a desk
that has pulled up to there can be compared with it.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field

REVIEW, LATEST, SEVEREST, MEMBERS, STATE, SEALED = "review", "latest", "severest", "members", "state", "sealed"
RULES = {
    "phone": REVIEW,
    "occupation": LATEST,
    "risk_level": SEVEREST,
    "status": STATE,
    "disability_types": MEMBERS,
}
RULE_OF = RULES | {"description": SEALED}
"""Those of `RULES` for the child that `three_desks` edits, and of what the province cannot read."""
SEVERITY = (None, "low", "medium", "high")
FOLLOWED = "active"
STEPS = {
    "active": {"moved_away", "came_of_age", "died", "closed"},
    "moved_away": {"active"},
    "came_of_age": {"active"},
    "closed": {"active"},
    "died": {"active"},
}

Scalar = str | None


@dataclass(frozen=True)
class Edit:
    """One desk's change of one field. `base` is the edit whose value its author saw, `decides` conflicts it closes."""

    id: str
    field: str
    base: str | None
    stamp: int
    desk: int = 0
    value: Scalar = None
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    decides: frozenset[str] = frozenset()


@dataclass
class Truth:
    """The commune's record as it stands at one place of the feed."""

    value: dict[str, Scalar] = field(default_factory=dict)
    writer: dict[str, str | None] = field(default_factory=dict)
    stamp: dict[str, int] = field(default_factory=dict)
    members: dict[str, dict[int, int]] = field(default_factory=dict)
    """Each member of the one set field with the desks that added it, and where each last did."""
    open: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Conflict id to field and losing edit."""


@dataclass
class Model:
    """The province, as the protocol page has it."""

    history: list[Truth] = field(default_factory=lambda: [Truth()])
    place: dict[str, int] = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)
    agreed: dict[str, str | None] = field(default_factory=dict)
    """An edit that wrote what stood already, and the edit that it thereby agreed with."""

    @property
    def truth(self) -> Truth:
        return self.history[-1]

    def at(self, place: int) -> Truth:
        return self.history[place]

    def skip(self) -> None:
        """A change of no tracked field took a place."""
        self.history.append(deepcopy(self.truth))

    def take(self, edit: Edit) -> None:
        """The province takes an edit, at the next place."""
        self.skip()
        self.place[edit.id] = len(self.history) - 1
        self.edits[edit.id] = edit
        if RULE_OF[edit.field] == MEMBERS:
            self._take_members(edit)
        elif edit.decides:
            self._decide(edit)
        else:
            self._take_value(edit)

    def _take_members(self, edit: Edit) -> None:
        """An addition wins over a removal that had not seen it; a decision also closes what it names."""
        truth, seen = self.truth, self.place.get(edit.base or "", 0)
        for member in edit.removed & truth.members.keys():
            adders = truth.members[member]
            for desk in [one for one, place in adders.items() if place <= seen or one == edit.desk]:
                del adders[desk]
            if not adders:
                del truth.members[member]
        for member in edit.added:
            truth.members.setdefault(member, {})[edit.desk] = self.place[edit.id]
        truth.writer[edit.field] = edit.id
        for conflict in edit.decides & truth.open.keys():
            del truth.open[conflict]

    def _decide(self, edit: Edit) -> None:
        """A decision stands if its author knew all there was; else two decisions are one new conflict."""
        truth = self.truth
        knew_all = edit.decides <= truth.open.keys() and self.saw(edit.base) == truth.writer.get(edit.field)
        for conflict in edit.decides & truth.open.keys():
            del truth.open[conflict]
        if knew_all:
            self._write(edit)
        elif RULE_OF[edit.field] == SEALED or edit.value != truth.value.get(edit.field):
            self._open(edit)
        else:
            self.agreed[edit.id] = truth.writer.get(edit.field)

    def _take_value(self, edit: Edit) -> None:
        truth = self.truth
        standing, writer = truth.value.get(edit.field), truth.writer.get(edit.field)
        saw = self.saw(edit.base)
        moved_on = [one for one, (name, loser) in truth.open.items() if (name, loser) == (edit.field, edit.base)]
        for conflict in moved_on:
            del truth.open[conflict]
        overruled_somebody = bool(moved_on) and edit.base == writer and RULE_OF[edit.field] != STATE
        is_later = (edit.stamp, edit.id) >= (truth.stamp.get(edit.field, 0), writer or "")
        agrees = edit.value == standing and RULE_OF[edit.field] != SEALED
        agrees = agrees and not (is_later and RULE_OF[edit.field] == LATEST)
        if saw != writer and writer is not None and agrees:
            self.agreed[edit.id] = writer
        elif saw == writer or (RULE_OF[edit.field] == STATE and edit.value in STEPS.get(standing or "", ())):
            self._write(edit)
            goes_on = saw != writer and edit.value == FOLLOWED
            if overruled_somebody or goes_on:  # whom it overruled is still to be asked
                self._open(edit)
        elif RULE_OF[edit.field] == LATEST:
            if is_later:
                self._write(edit)
        else:
            if RULE_OF[edit.field] == SEVEREST and SEVERITY.index(edit.value) > SEVERITY.index(standing):
                self._write(edit)
            self._open(edit)

    def _write(self, edit: Edit) -> None:
        truth = self.truth
        truth.value[edit.field], truth.writer[edit.field] = edit.value, edit.id
        truth.stamp[edit.field] = edit.stamp

    def _open(self, edit: Edit) -> None:
        name = hashlib.sha256(f"{edit.id}|{edit.field}".encode()).digest()[:16].hex()
        self.truth.open[name] = (edit.field, edit.id)

    def saw(self, base: str | None) -> str | None:
        """The edit whose value stood where `base` says what its author saw."""
        while base in self.agreed:
            base = self.agreed[base]
        return base


@dataclass
class DeskModel:
    """What an officer must see: the truth at the desk's cursor, and over it every own edit that has not come back."""

    own: list[Edit] = field(default_factory=list)
    """In the order made; those the province took are in `Model.place`."""

    def pending(self, model: Model, cursor: int, name: str) -> list[Edit]:
        return [edit for edit in self.own if edit.field == name and model.place.get(edit.id, cursor + 1) > cursor]

    def shows(self, model: Model, cursor: int, name: str) -> Scalar | frozenset[str]:
        truth, pending = model.at(cursor), self.pending(model, cursor, name)
        if RULE_OF[name] == MEMBERS:
            members = frozenset(truth.members)
            for edit in pending:
                members = (members - edit.removed) | edit.added
            return members
        return pending[-1].value if pending else truth.value.get(name)

    def base(self, model: Model, cursor: int, name: str) -> str | None:
        """The edit whose value the officer sees in the field; of members, the last that came from the province."""
        pending = [] if RULE_OF[name] == MEMBERS else self.pending(model, cursor, name)
        return pending[-1].id if pending else model.at(cursor).writer.get(name)
