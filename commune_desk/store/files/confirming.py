"""Asking once more whether the province still has the files that it said it has.

Put back without a word to a moment between a photo's words and its content, a province lacks the content alone, and no
number tells of it: all words are there. So each file is asked about again on the days after it was sent.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from commune_desk.domain.time.clock import VIETNAM, local_day, to_iso
from commune_desk.store.files.file_queue import FILES, IS_NAMED
from commune_desk.store.writing.transaction import Tx

_DAYS = timedelta(days=3)
"""A backup that is put back is rarely older; by then most PCs have sent words after the photo, which tell of it."""
_ASK = (
    "UPDATE file_queue SET state='waiting' WHERE direction='up' AND state='done' AND at>=? AND at<?"  # noqa: S608
    f" AND {IS_NAMED}"
)


def ask_once_more(tx: Tx, since: str, now: str) -> None:
    """Have the province asked about what it got in the last days, and since `since` if that is longer ago.

    What came today is left for tomorrow. Instants of the province (ISO); `since` may be empty.
    """
    today = datetime.combine(local_day(now), time(), VIETNAM)
    first = to_iso(today - _DAYS)
    if tx.connection.execute(_ASK, (min(first, since or first), to_iso(today))).rowcount:
        tx.topic(FILES)
