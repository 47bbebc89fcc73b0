"""What was written last of a field that several desks wrote without having seen each other, as far as it is heard.

The province lets a step between states stand whose author had not seen the state: of two, the one heard last. By the
stamps it is another, where a desk had no line.

A desk that says such a word again for all to hear names it in `tx`: whoever wrote meanwhile is measured by that word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import msgspec

from commune_desk.domain.time.clock import is_a_day_after
from commune_desk.store.changes.journal import ASIDE, UNDER_WAY
from commune_desk.store.engine.database import Connection
from sync.change import Change, Verb, Wire
from sync.merge import Outcome

_OF_RECORD = (
    f"SELECT raw, coalesce(seq, 0), outcomes, {UNDER_WAY}, seq IS NOT NULL FROM change"  # noqa: S608 - constants only
    f" WHERE record=? AND state<>'{ASIDE}' AND length(raw)>0"
)
_IS_ASKED = "SELECT 1 FROM conflict WHERE record=? AND field=? AND state<>'closed'"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a change says of the field. `base` is what its author had seen there, `repeats` the word that it says again
    for another desk (its own id where it is none of these), `seq` its place in the feed."""

    change: str
    desk: str
    value: Wire
    base: str
    stamp: int
    repeats: str
    seq: int
    is_under_way: bool = False
    is_refused: bool = False
    is_same: bool = False
    """Whether the state that it writes stood already, by another word, when the province heard it."""
    is_decision: bool = False

    def has_heard(self, other: Word, base: Word | None) -> bool:
        """Whether its author had surely heard the other: a desk hears a feed in order, up to the word that it names of
        another desk; and people decide of all that was there."""
        if self.is_decision and self.seq:
            return 0 < other.seq < self.seq
        return base is not None and base.desk != self.desk and 0 < other.seq <= base.seq

    def lies_far_behind(self, other: Word) -> bool:
        """Whether the stamps do not say which was first, also where this one's author had heard the other: no clock
        follows another one that is a day ahead."""
        return is_a_day_after(other.stamp, self.stamp)


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
        known = {word.change: word for word in said}
        same = _same(said)
        left = [
            word
            for word in said
            if word.repeats == word.change and not any(_is_over(word, by, known, same) for by in said)
        ]
        return max(left, key=lambda word: (word.stamp, word.change), default=None)

    def is_said_again(self, word: Word) -> bool:
        """Whether somebody has said the word again, whatever became of it."""
        return any(other.repeats == word.change != other.change for other in self.said)


def _is_over(word: Word, by: Word, known: Mapping[str, Word], same: Mapping[str, Word]) -> bool:
    """Whether who said the one, or said it again, wrote upon the other.

    Who names a word that stood has seen others that say the same and came after it, as far as the stamps do not tell.
    """
    if by.repeats == word.change:
        return False
    base = known.get(by.base)
    if word.change in (by.base, base.repeats if base else "") or by.has_heard(word, base):
        return True
    stood = same.get(word.change)
    return (
        stood is not None
        and by.seq > word.seq
        and by.lies_far_behind(word)
        and stood.change not in (by.change, by.repeats)
        and _is_over(stood, by, known, {})
    )


def _same(said: list[Word]) -> dict[str, Word]:
    """For each word that said what stood already the one that stood there."""
    found: dict[str, Word] = {}
    stood: Word | None = None
    for word in sorted((word for word in said if word.seq), key=lambda word: word.seq):
        if not word.is_same:
            stood = word
        elif stood is not None:
            found[word.change] = stood
    return found


def words_of(connection: Connection, record: str, field: str) -> Words:
    """What is said of a field in the open."""
    said = tuple(_said(connection, record, field))
    ids = {word.change for word in said}
    own = [word if word.repeats in ids else msgspec.structs.replace(word, repeats=word.change) for word in said]
    is_asked = connection.execute(_IS_ASKED, (record, field)).fetchone() is not None
    return Words(tuple(own), is_asked or any(word.is_under_way for word in own))


def _said(connection: Connection, record: str, field: str) -> Iterator[Word]:
    for raw, seq, outcomes, is_under_way, was_heard in connection.execute(_OF_RECORD, (record,)).fetchall():
        change = msgspec.json.decode(raw, type=Change)
        if field in change.set and (was_heard or is_under_way):
            outcome = json.loads(outcomes or "{}").get(field)
            yield Word(
                change=change.id,
                desk=change.desk,
                value=change.set[field],
                base=change.base.get(field) or "",
                stamp=change.stamp,
                repeats=change.group or change.id,
                seq=seq,
                is_under_way=bool(is_under_way),
                is_refused=outcome == Outcome.CONFLICT,
                is_same=outcome == Outcome.NOOP,
                is_decision=change.verb == Verb.RESOLVE,
            )
