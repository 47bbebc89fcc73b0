"""What was written last of a field that several desks wrote without having seen each other, as far as it is heard.

The province lets a step between states stand whose author had not seen the state: of two, the one heard last. By the
stamps it is another, where a desk had no line.

A desk that says such a word again for all to hear names it in `tx`: whoever wrote meanwhile is measured by that word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from commune_desk.store.changes.journal import ASIDE, UNDER_WAY
from commune_desk.store.engine.database import Connection
from sync.change import Change, Wire
from sync.merge import Outcome

_OF_RECORD = (
    f"SELECT raw, coalesce(seq, 0), outcomes, {UNDER_WAY} FROM change"  # noqa: S608 - constants only
    f" WHERE record=? AND state<>'{ASIDE}' AND length(raw)>0"
)
_IS_ASKED = "SELECT 1 FROM conflict WHERE record=? AND field=? AND state<>'closed'"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a change says of the field. `base` is what its author had seen there, `repeats` the word that it says again
    for another desk (its own id where it is none of these), `seq` its place in the feed."""

    change: str
    value: Wire
    base: str
    stamp: int
    repeats: str
    seq: int
    is_under_way: bool = False
    is_refused: bool = False


class Words(msgspec.Struct, frozen=True):
    """All that is heard of one field of one record."""

    said: tuple[Word, ...]
    is_open: bool
    """Whether people are asked about it already, or a word of this desk is still on its way."""

    @property
    def heard_to(self) -> int:
        """The place in the feed of the one that was heard last."""
        return max((word.seq for word in self.said), default=0)

    @property
    def last(self) -> Word | None:
        """The word that nobody wrote over who had seen it; of several the one of the latest stamp."""
        said = [word for word in self.said if not word.is_refused]
        stands_for = {word.change: word.repeats for word in said}
        passed = {stands_for.get(word.base, word.base) for word in said if stands_for.get(word.base) != word.repeats}
        left = [word for word in said if word.repeats == word.change and word.change not in passed]
        return max(left, key=lambda word: (word.stamp, word.change), default=None)

    def is_said_again(self, word: Word) -> bool:
        """Whether somebody has said the word again, whatever became of it."""
        return any(other.repeats == word.change != other.change for other in self.said)


def words_of(connection: Connection, record: str, field: str) -> Words:
    """What is said of a field in the open."""
    said = tuple(_said(connection, record, field))
    ids = {word.change for word in said}
    own = [word if word.repeats in ids else msgspec.structs.replace(word, repeats=word.change) for word in said]
    is_asked = connection.execute(_IS_ASKED, (record, field)).fetchone() is not None
    return Words(tuple(own), is_asked or any(word.is_under_way for word in own))


def _said(connection: Connection, record: str, field: str) -> Iterator[Word]:
    for raw, seq, outcomes, is_under_way in connection.execute(_OF_RECORD, (record,)).fetchall():
        change = msgspec.json.decode(raw, type=Change)
        if field in change.set and (seq or is_under_way):
            outcome = json.loads(outcomes or "{}").get(field)
            yield Word(
                change=change.id,
                value=change.set[field],
                base=change.base.get(field) or "",
                stamp=change.stamp,
                repeats=change.group or change.id,
                seq=seq,
                is_under_way=bool(is_under_way),
                is_refused=outcome == Outcome.CONFLICT,
            )
