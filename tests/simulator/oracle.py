"""What must be true of every machine, reckoned apart from it: from the changes in the order in which the province took
them, by the model of `tests.sync.actors.convergence_model`. No rule of `sync` is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from commune_desk.domain.time.clock import STEPS, from_iso
from sync import seal
from sync.change import Change
from tests.simulator.facts import Fed, Own
from tests.sync.actors.convergence_model import DeskModel, Edit, Model

PERSON, FILE, REPORT = "person", "child_file", "report"
TRACKED = {
    PERSON: ("phone", "occupation"),
    FILE: ("risk_level", "status", "disability_types"),
    REPORT: ("description",),
}
_AT_FIRST = {"status": "active"}
"""What a field holds that nobody has written."""


@dataclass
class Subject:
    """One record: its model, and what each desk did to it."""

    kind: str
    scope: str
    born: str
    """The id of its first change."""
    model: Model = field(default_factory=Model)
    views: dict[int, DeskModel] = field(default_factory=dict)

    def view(self, desk: int) -> DeskModel:
        return self.views.setdefault(desk, DeskModel())


@dataclass(frozen=True)
class Memory:
    """What a PC knows at one moment: the changes that were typed there, and by record its edits of tracked fields."""

    own: frozenset[str]
    views: dict[str, tuple[Edit, ...]]


class Oracle:
    """Told of every change once when its desk has saved it, and once when the province has ordered it."""

    def __init__(self, boxes: dict[str, seal.BoxKey]) -> None:
        """`boxes` are the scopes' keys by scope: what the province cannot read, the observer can."""
        self.subjects: dict[str, Subject] = {}
        self.places: dict[str, int] = {}
        self.order: dict[str, list[Fed]] = {}
        self._boxes = boxes
        self._edits: dict[str, Edit] = {}
        self._own: dict[int, set[str]] = {}
        self._names: dict[str, int] = {}

    def saved(self, desk: int, own: Own) -> Edit | None:
        """A desk saved a change; the edit of a tracked field that it is, if any."""
        change = own.change
        edit = self._read(change, desk)
        self._own.setdefault(desk, set()).add(change.id)
        if edit is not None:
            self.subjects[change.record].view(desk).own.append(edit)
        return edit

    def memory(self, desk: int) -> Memory:
        """All that a PC knows of what was typed there."""
        views = {record: tuple(one.view(desk).own) for record, one in self.subjects.items()}
        return Memory(frozenset(self.own(desk)), views)

    def recall(self, desk: int, memory: Memory) -> None:
        """From now on a PC knows no more than it did then."""
        self._own[desk] = set(memory.own)
        for record, subject in self.subjects.items():
            subject.view(desk).own[:] = memory.views.get(record, ())

    def ordered(self, fed: Fed) -> None:
        """The province gave a change the next place of its scope."""
        change = fed.change
        edit = self._edits.get(change.id) or self._read(change, desk=-1)
        place = self.places.get(change.scope, 0) + 1
        assert fed.seq == place, f"place {fed.seq} of {change.scope} follows {place - 1}"
        self.places[change.scope] = place
        self.order.setdefault(change.scope, []).append(fed)
        for record, subject in self.subjects.items():
            if subject.scope != change.scope:
                continue
            if record == change.record and edit is not None:
                capped = min(edit.stamp, (int(from_iso(fed.received_at).timestamp() * 1000) + 1) * STEPS - 1)
                subject.model.take(replace(edit, stamp=capped, desk=self._name(change.desk)))
            else:
                subject.model.skip()

    def _name(self, desk: str) -> int:
        """A number for the name under which a change was sent: enrolled anew, a desk is another one."""
        return self._names.setdefault(desk, len(self._names))

    def own(self, desk: int) -> set[str]:
        """The ids of the changes that a desk made."""
        return self._own.get(desk, set())

    def is_known(self, subject: Subject, desk: int, cursor: int) -> bool:
        """Whether a desk must have the record: its own, or its first change lies before the cursor."""
        return subject.born in self.own(desk) or any(
            fed.change.id == subject.born for fed in self.order_of(subject)[:cursor]
        )

    def order_of(self, subject: Subject) -> list[Fed]:
        return self.order.get(subject.scope, [])

    def _read(self, change: Change, desk: int) -> Edit | None:
        subject = self._subject(change)
        names = [name for name in change.fields if name in TRACKED.get(change.kind, ())]
        assert len(names) <= 1, "one tracked field at a time"
        if subject is None or not names:
            return None
        (name,) = names
        edit = self._edit(change, name, desk)
        self._edits[change.id] = edit
        return edit

    def _subject(self, change: Change) -> Subject | None:
        if change.kind not in TRACKED:
            return None
        if change.record not in self.subjects:
            made = Subject(change.kind, change.scope, change.id)
            made.model.truth.value.update({k: v for k, v in _AT_FIRST.items() if k in TRACKED[change.kind]})
            for _ in range(self.places.get(change.scope, 0)):
                made.model.skip()
            self.subjects[change.record] = made
        return self.subjects[change.record]

    def _edit(self, change: Change, name: str, desk: int) -> Edit:
        value: object = change.set.get(name)
        if name in change.seal:
            box = self._boxes[change.scope]
            value = seal.open_value(box, change.seal[name], scope=change.scope, record=change.record, field=name)
        codes = value if isinstance(value, list) else []
        return Edit(
            change.id,
            name,
            change.base.get(name),
            change.stamp,
            desk=desk,
            value=value if isinstance(value, str) else None,
            added=frozenset(code[1:] for code in codes if code[0] == "+"),
            removed=frozenset(code[1:] for code in codes if code[0] == "-"),
            decides=frozenset(change.resolves.get(name, ())),
        )
