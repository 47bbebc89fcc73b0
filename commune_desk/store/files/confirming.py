"""Asking once more whether the province still has the files that it took or gave.

Put back without a word to a moment between a photo's words and its content, a province lacks the content alone, and no
number tells of it: all words are there. So each file is asked about again on the days after it was sent, and after it
was fetched: its author's PC may be gone by then. It counts as sent meanwhile: only an answer says otherwise.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from commune_desk.domain.time.clock import VIETNAM, local_day, to_iso
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

_ASKED_ABOUT = "files_asked_about"
"""The setting that names what the province is still to be asked about, by its SHA-256."""
_DAYS = timedelta(days=3)
"""A backup that is put back is rarely older; by then most PCs have sent words after the photo, which tell of it."""
_MOST = 100
"""Questions a day, of the latest files: after a new enrolment the content of every file here is sent anew."""
_LATELY = "SELECT sha256 FROM file_queue WHERE state='done' AND at>=? AND at<? ORDER BY at DESC LIMIT ?"
"""What the province took or gave, the latest first."""
NEXT = (
    "SELECT scope, sha256, size, 'up', reached FROM file_queue WHERE state='done' AND sha256 IN"  # noqa: S608
    f" (SELECT j.value FROM setting s, json_each(CAST(s.value AS TEXT)) j WHERE s.name='{_ASKED_ABOUT}')"
)
"""What the province is still to be asked about."""


def ask_once_more(tx: Tx, since: str, now: str) -> None:
    """Have the province asked about what it got or gave in the last days, and since `since` if that is longer ago.

    What came today is left for tomorrow. Instants of the province (ISO); `since` may be empty.
    """
    today = datetime.combine(local_day(now), time(), VIETNAM)
    first = to_iso(today - _DAYS)
    rows = tx.connection.execute(_LATELY, (min(first, since or first), to_iso(today), _MOST)).fetchall()
    settings.put(tx.connection, _ASKED_ABOUT, [file for (file,) in rows])


def note_answer(db: Connection, file: str) -> None:
    """The province has said how much of the file it has, or that it does not say."""
    left = settings.get(db, _ASKED_ABOUT, list[str], [])
    if file in left:
        settings.put(db, _ASKED_ABOUT, [one for one in left if one != file])
