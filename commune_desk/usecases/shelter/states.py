"""Whether a resident is in the house, where several of its PCs wrote that without a line.

The province lets the step stand that it hears last; a PC that comes late would have somebody in the house who has gone
out again since. Each desk of the house looks by itself, and says again what was written last; of a stay that a
colleague had ended before that, people are asked.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.placements import ACTIVE, Placement
from commune_desk.store.changes.last_words import Words, words_of
from commune_desk.store.engine import settings
from commune_desk.store.exchange.feeds import cursors
from commune_desk.store.pages.placements import active_stays
from commune_desk.store.writing.opened import Base
from commune_desk.store.writing.transaction import Tx

_STATE = "status"


def let_last_words_stand(tx: Tx, touched: Iterable[str]) -> None:
    """What was written last of the state of each stay that a sync `touched`, or that goes on, if any of it is new."""
    if tx.actor.role not in kind_of(Placement).write:
        return
    heard = cursors(tx.connection).get(tx.actor.scope, 0)
    looked = settings.get(tx.connection, settings.STATES_LOOKED_AT, int, -1)
    if looked != heard:
        settings.put(tx.connection, settings.STATES_LOOKED_AT, heard)
    if not 0 <= looked < heard:
        return
    for stay_id in sorted({*touched, *(stay.id for stay in active_stays(tx.connection))}):
        stay, words = tx.get(Placement, stay_id), words_of(tx.connection, stay_id, _STATE)
        if stay is not None and not words.is_open and words.heard_to > looked:
            _say_last(tx, stay, words)


def _say_last(tx: Tx, stay: Placement, words: Words) -> None:
    last = words.last
    if last is None or last.value == stay.status or last.value not in ACTIVE:
        return
    again = msgspec.structs.replace(stay, status=str(last.value))
    if stay.status in ACTIVE:
        tx.save(again, group=last.change)
    elif not words.is_said_again(last):
        unseen: Base = {_STATE: last.change}  # its author had not seen the end: the province asks people about the two
        tx.save(again, unseen, group=last.change)
