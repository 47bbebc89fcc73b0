"""What children who move between communes come to, told by the words of docs/protocol.md alone: plain sets and dicts.

It knows what each officer wrote and in what order the province heard it, and not one line of `sync` or of the store.
A telephone number is written once only, so that a number stands for the change that wrote it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

Row = tuple[str, str]
"""Kind and id of a record."""


@dataclass(frozen=True)
class Registered:
    child: str
    rows: frozenset[Row]


@dataclass(frozen=True)
class Added:
    """Something that is only ever added: a visit."""

    child: str
    row: Row


@dataclass(frozen=True)
class Typed:
    """A number; `saw` is the one that stood on the screen."""

    child: str
    number: str
    saw: str


@dataclass(frozen=True)
class Decided:
    """An officer chose `number` where `among` were asked about."""

    child: str
    number: str
    saw: str
    among: frozenset[str]


@dataclass(frozen=True)
class Moved:
    child: str
    to: str
    change: str


Act = Registered | Added | Typed | Decided | Moved


@dataclass
class Child:
    """All that is known of a child in one place."""

    rows: set[Row] = field(default_factory=set)
    number: str = ""
    asked: set[str] = field(default_factory=set)
    """Numbers that a person has to choose among, beside the one that stands."""


class Truth:
    """The province: each child has one home."""

    def __init__(self) -> None:
        self.home: dict[str, str] = {}
        self.known: dict[str, Child] = {}
        self.moves: dict[str, tuple[str, str]] = {}
        """By move that was done: the child, and the place that it left."""
        self.set_aside: list[str] = []
        """Moves by who did not know that the child had left, and what was written of who had been erased."""
        self.erased: dict[str, set[Row]] = {}
        """With every record that speaks of them."""

    def take(self, place: str, act: Act) -> None:
        """A desk of that place is heard."""
        if isinstance(act, Registered):
            self.home[act.child] = place
            self.known[act.child] = Child(rows=set(act.rows))
        elif act.child in self.erased:
            self.erased[act.child] |= {act.row} if isinstance(act, Added) else set()
        elif isinstance(act, Added):
            self.known[act.child].rows.add(act.row)
        elif isinstance(act, Moved):
            self._move(place, act)
        else:
            self._write(place, act)

    def _move(self, place: str, act: Moved) -> None:
        if self.home[act.child] != place:
            self.set_aside.append(act.change)
            return
        self.moves[act.change] = (act.child, place)
        self.home[act.child] = act.to

    def _write(self, place: str, act: Typed | Decided) -> None:
        """What stands is written over by who saw it, at the child's home; else people are asked."""
        child = self.known[act.child]
        is_late = self.home[act.child] != place
        if isinstance(act, Decided):
            child.asked -= act.among
        if not is_late and act.saw == child.number:
            child.number = act.number
            return
        child.asked.discard(act.saw)  # its author wrote on: one question, not two
        child.asked.add(act.number)

    def erase(self, child: str) -> None:
        self.erased[child] = self.known.pop(child).rows
        del self.home[child]

    def children_of(self, place: str) -> list[str]:
        return [child for child, home in self.home.items() if home == place]


class Desk:
    """What a desk must show, and what of its own the province may lack."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.shown: dict[str, Child] = {}
        self.waiting: list[Act] = []
        self.unheard: set[str] = set()
        """Children whom it moved and was not told of since."""
        self.staying: set[str] = set()
        """Who has left, as it was told, and stays as long as the province lacks something."""
        self.begins_anew = False
        """From a snapshot, with the next sync."""
        self.wrote: set[str] = set()
        """Children of whom it wrote something: that it keeps until the province has a backup."""
        self.going: set[str] = set()
        """Of whom some may be gone already."""
        self.removed: set[str] = set()
        """Children who were here and have left since."""

    def write(self, act: Act) -> None:
        self.waiting.append(act)
        self.wrote.add(act.child)
        self._put(self.shown, act)

    def _put(self, shown: dict[str, Child], act: Act) -> None:
        if isinstance(act, Registered):
            shown[act.child] = Child(rows=set(act.rows))
            return
        child = shown[act.child]
        if isinstance(act, Added):
            child.rows.add(act.row)
        elif isinstance(act, Moved):
            self.unheard.add(act.child)
        else:
            child.number = act.number
            child.asked -= act.among if isinstance(act, Decided) else set()

    def sends(self, truth: Truth) -> None:
        """All that waits reaches the province."""
        for act in self.waiting:
            truth.take(self.place, act)
        self.waiting = []

    def is_told_that_all_arrived(self, truth: Truth) -> None:
        """And nothing else: who stayed for that goes. What was refused as an erased child's goes at once, the rest of
        that child when it is told of the erasure."""
        self.going = self.shown.keys() & truth.erased.keys()
        self.removed |= self.staying
        self.shown = {child: known for child, known in self.shown.items() if child not in self.staying}
        self.staying = set()

    def hears(self, truth: Truth) -> None:
        """It is told everything. What was written since it sent waits, and who left stays for that."""
        unsent = [act for act in self.waiting if act.child not in truth.erased]
        kept = {act.child for act in unsent if truth.home.get(act.child, self.place) != self.place}
        shown = {child: copy.deepcopy(truth.known[child]) for child in truth.children_of(self.place)}
        shown |= {child: self.shown[child] for child in kept}
        self.staying, self.unheard, self.going, self.shown = kept, set(), set(), shown
        for act in unsent:
            if isinstance(act, Registered) or act.child in shown:
                self._put(shown, act)
        self.waiting, self.begins_anew = unsent, False
