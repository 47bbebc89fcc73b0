"""The content of files: ciphertext in pieces inside the register, and how far each file is on its way.

Inside the register it is encrypted twice, comes into every backup by itself, and is written or not together with what
speaks of it. What a file is says its record (`Attachment`), which has its own way to the province.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import msgspec

from commune_desk.domain.model.batches import batched
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes.journal import IS_UNSENT
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.files import confirming, unfetched
from commune_desk.store.files.day_budget import BUDGET_MB, NO_BOUND, SENT_NOW_ON, budget
from commune_desk.store.writing.transaction import Tx
from sync import content
from sync.file_wire import FileTask

FILES, FILES_ASKED = "files", "files_asked"
"""Topics: how far a file is; an officer waits for files."""
_MOST_TRIES = 3
_SETTLED = ("done", "refused")
"""What is known of a file for good: the province has all of it, or does not take it."""
_LEFT = "files_left"
"""The setting that names the content of records that have left, made here and kept until a backup surely holds it."""


class FileProgress(msgspec.Struct, frozen=True):
    """Where the content of a file is: made `here` or come whole; else how many of its bytes came."""

    direction: str
    state: str
    code: str
    reached: int
    at: str

    @property
    def is_here(self) -> bool:
        return self.direction == "up" or self.state == "done"


class _Left(msgspec.Struct, frozen=True, array_like=True):
    """Of which record a content was, and the first number that this desk gave to a change after it was all sent."""

    record: str
    n: int


_ENTER = (
    "INSERT OR IGNORE INTO file_queue (sha256, scope, size, direction, reached, state, code, asked, tries, at)"
    " VALUES (?,?,?,?,0,'waiting','',?,0,'')"
)
_CHANGES_WAIT = f"EXISTS (SELECT 1 FROM change c WHERE c.record=a.id AND c.{IS_UNSENT})"  # noqa: S608 - constants only
_IS_NAMED = "EXISTS (SELECT 1 FROM attachment a WHERE a.sha256=file_queue.sha256)"
"""What no record names is not carried any more, though it may be kept: nobody waits for it."""
_IS_WANTED = (
    "EXISTS (SELECT 1 FROM attachment a WHERE a.sha256=file_queue.sha256"
    " AND NOT EXISTS (SELECT 1 FROM attachment_withdrawal w WHERE w.attachment=a.id))"
)
"""What was taken back is not fetched any more, and that it was refused or came damaged troubles nobody."""
_COUNTS = f"CASE WHEN direction='up' AND state='waiting' THEN {_IS_NAMED} ELSE {_IS_WANTED} END"
_OFFER = (
    "UPDATE file_queue SET direction='up', state='waiting', code='', tries=0, reached=0, at=''"
    " WHERE (direction='up' OR state='done')"
)
"""What is here whole, wherever it came from."""
_UNHEARD_OF = (
    "UPDATE file_queue SET state='waiting', code='', tries=0 WHERE state='refused' AND code='not_found' AND sha256"
)
_ASKED = (
    "SELECT scope, sha256, size, direction, reached FROM file_queue"  # noqa: S608 - constants only
    f" WHERE state='waiting' AND direction='down' AND asked=1 AND {_IS_WANTED}"
)
# Text goes first: a file whose change still waits would be refused, for nobody has named it yet.
_UP = (
    "SELECT q.scope, q.sha256, q.size, q.direction, q.reached FROM file_queue q"  # noqa: S608 - constants only
    " JOIN attachment a ON a.sha256=q.sha256 WHERE q.state='waiting' AND q.direction='up'"
    f" AND NOT {_CHANGES_WAIT} ORDER BY a.added_at, a.id"
)
_DOWN = (
    "SELECT scope, sha256, size, direction, reached FROM file_queue WHERE state='waiting' AND direction='down'"  # noqa: S608
    f" AND asked=0 AND {_IS_WANTED}"
)


def keep(tx: Tx, file: Attachment, ciphertext: bytes) -> None:
    """Keep the content of a file that was added here; it goes up once its change is at the province."""
    pieces = range(0, len(ciphertext), content.PIECE)
    tx.connection.executemany(
        "INSERT INTO file_piece (sha256, start, data) VALUES (?,?,?)",
        [(file.sha256, start, ciphertext[start : start + content.PIECE]) for start in pieces],
    )
    _enter(tx.connection, file.scope, file.sha256, file.size, "up", asked=False)
    tx.topic(FILES)


def send_again(tx: Tx, file: Attachment) -> None:
    """Let the content go up from here, if it is here, once the file's record is at the province."""
    tx.connection.execute(f"{_OFFER} AND sha256=?", (file.sha256,))
    tx.topic(FILES)


def offer_named(tx: Tx, records: Iterable[str]) -> None:
    """Content that the province had never heard of goes up or comes after all: it has heard of these records by now."""
    for some in batched(dict.fromkeys(records)):
        marks = ",".join("?" * len(some))
        tx.connection.execute(f"{_UNHEARD_OF} IN (SELECT sha256 FROM attachment WHERE id IN ({marks}))", some)  # noqa: S608
        tx.topic(FILES)


def ask_for(tx: Tx, file: Attachment) -> None:
    """Fetch the content as soon as there is a line, whatever the day's budget says."""
    _enter(tx.connection, file.scope, file.sha256, file.size, "down", asked=True)
    tx.connection.execute(
        "UPDATE file_queue SET asked=1, tries=0, code='', state='waiting'"
        " WHERE sha256=? AND direction='down' AND state<>'done'",
        (file.sha256,),
    )
    tx.topic(FILES)
    tx.topic(FILES_ASKED)


def send_now(tx: Tx, day: date) -> None:
    """Set the budget of `day` aside, and try again what was refused."""
    settings.put(tx.connection, SENT_NOW_ON, day.isoformat())
    tx.connection.execute(
        "UPDATE file_queue SET state='waiting', code='', tries=0"  # noqa: S608 - constants only
        f" WHERE state IN ('refused','damaged') AND {_IS_NAMED}"
    )
    tx.topic(FILES)
    tx.topic(FILES_ASKED)


def set_budget(tx: Tx, megabytes: int) -> None:
    """Megabytes of files a day; 0 sets no bound."""
    settings.put(tx.connection, BUDGET_MB, megabytes)
    tx.audit(AuditAction.SETTING, detail={"name": BUDGET_MB, "value": megabytes})
    tx.topic(FILES)


def waiting(db: Connection) -> tuple[int, int, int]:
    """How many files wait, with how many bytes still to go, and how many were refused or came damaged."""
    row = db.execute(
        "SELECT total(state='waiting'), total(CASE WHEN state='waiting' THEN size-reached END),"  # noqa: S608
        " total(state IN ('refused','damaged')) FROM file_queue"
        f" WHERE state IN ('waiting','refused','damaged') AND {_COUNTS}"
    ).fetchone()
    left = _left_to_send(db)
    return int(row[0]) + len(left), int(row[1]) + sum(one.size - one.reached for one in left), int(row[2])


def count_unsent(db: Connection) -> int:
    """How many files that were added here the province has not got whole."""
    asked = f"SELECT count(*) FROM file_queue WHERE direction='up' AND state<>'done' AND {_IS_NAMED}"  # noqa: S608
    return int(db.execute(asked).fetchone()[0]) + len(_left_to_send(db))


def count_going_up(db: Connection) -> int:
    """How many files that were added here still wait to be sent; those that the province refused do not."""
    asked = f"SELECT count(*) FROM file_queue WHERE direction='up' AND state='waiting' AND {_IS_NAMED}"  # noqa: S608
    return int(db.execute(asked).fetchone()[0]) + len(_left_to_send(db))


def offer_again(tx: Tx) -> None:
    """The province may have lost what it had: it is asked again about every file whose content is here."""
    tx.connection.execute(_OFFER)
    tx.topic(FILES)


def _enter(db: Connection, scope: str, sha256: str, size: int, direction: str, *, asked: bool) -> None:
    db.execute(_ENTER, (sha256, scope, size, direction, int(asked)))


def drop(db: Connection, file: str) -> None:
    """Forget the content of a file, unless a record still names it."""
    if not _is_named(db, file):
        db.execute("DELETE FROM file_piece WHERE sha256=?", (file,))
        db.execute("DELETE FROM file_queue WHERE sha256=?", (file,))


def _is_named(db: Connection, file: str) -> bool:
    return db.execute("SELECT 1 FROM attachment WHERE sha256=? LIMIT 1", (file,)).fetchone() is not None


def keep_on(db: Connection, file: str, record: str, desk: str) -> None:
    """Keep what was made here though its record has left, until a backup holds the next change of this desk.

    All of the content was at the province before that one: a backup that holds the change holds the content, too.
    """
    (last,) = db.execute("SELECT max(n) FROM change WHERE desk=? AND n IS NOT NULL", (desk,)).fetchone()
    settings.put(db, _LEFT, _left(db) | {file: _Left(record, (last or 0) + 1)})


def keep_longer(db: Connection, file: str, desk: str) -> None:
    """The province has it all, once more where it had been put back, or refuses it: a backup from before says nothing
    of it."""
    left = _left(db).get(file)
    if left is not None:
        keep_on(db, file, left.record, desk)


def _left_to_send(db: Connection) -> list[FileTask]:
    """What was made here about what has left, and a province that was put back may lack."""
    asked = (
        "SELECT scope, sha256, size, reached FROM file_queue WHERE sha256=? AND direction='up' AND state='waiting'"  # noqa: S608
        f" AND NOT {_IS_NAMED}"
    )
    rows = [row for file in _left(db) for row in db.execute(asked, (file,)).fetchall()]
    return [FileTask(scope, file, size, True, reached, NO_BOUND) for scope, file, size, reached in rows]


def _next_left(db: Connection, most: int, passed_over: Collection[str]) -> FileTask | None:
    """Behind its record's own words, as every file."""
    unsent = f"SELECT 1 FROM change WHERE record=? AND {IS_UNSENT} LIMIT 1"  # noqa: S608 - constants only
    left = _left(db)
    for task in _left_to_send(db):
        if task.file not in passed_over and db.execute(unsent, (left[task.file].record,)).fetchone() is None:
            return msgspec.structs.replace(task, most=most)
    return None


def drop_durable(db: Connection, durable_n: int) -> None:
    """Forget what was kept of records that have left, where a verified backup is sure to hold it.

    And what the province refused for good, once a backup is later than that: put back, it would refuse it again.
    """
    left = _left(db)
    sure = [file for file, one in left.items() if one.n <= durable_n and _is_settled(db, file)]
    for file in sure:
        drop(db, file)
        del left[file]
    if sure:
        settings.put(db, _LEFT, left)


def contents_of(db: Connection, record: str) -> list[str]:
    """The content of a record: what it names, or what is kept of it after it has left."""
    named = db.execute("SELECT sha256 FROM attachment WHERE id=? AND sha256 IS NOT NULL", (record,)).fetchall()
    return [*(row[0] for row in named), *(file for file, one in _left(db).items() if one.record == record)]


def _left(db: Connection) -> dict[str, _Left]:
    return settings.get(db, _LEFT, dict[str, _Left], {})


def _is_settled(db: Connection, file: str) -> bool:
    progress = progress_of(db, file)
    return progress is not None and progress.state in _SETTLED


def goes_up(db: Connection, attachment: str) -> bool:
    """Whether the content that the record names was added here and is still to be sent."""
    asked = (
        "SELECT 1 FROM attachment a JOIN file_queue q ON q.sha256=a.sha256"
        " WHERE a.id=? AND q.direction='up' AND q.state='waiting'"
    )
    return db.execute(asked, (attachment,)).fetchone() is not None


def next_task(db: Connection, day: date, passed_over: Collection[str] = ()) -> FileTask | None:
    """What to carry next; None for nothing, also where the day's budget holds it back. `passed_over` are left out.

    First what an officer waits for, then what the province is asked about once more, what was added here, the rest.
    """
    left, may_send = budget(db, day).left, not _awaits_pull(db)
    ways = [(_ASKED, NO_BOUND), *([(confirming.NEXT, NO_BOUND)] if may_send else [])]
    if left:
        unfetched.follow(db)
        ways += [*([(_UP, left)] if may_send else []), (_DOWN, left), (unfetched.NEXT, left)]
    for sql, most in ways:
        for scope, file, size, direction, reached in db.execute(sql):
            if file not in passed_over and content.is_digest(file):
                return FileTask(scope, file, size, direction == "up", reached, most)
    return _next_left(db, left, passed_over) if left and may_send else None


def _awaits_pull(db: Connection) -> bool:
    """Whether a new enrolment has not found yet what the province lacks: a file of which it lacks the words too would
    be refused."""
    return settings.get(db, settings.AWAITS_PULL, bool, False)


def piece_from(db: Connection, file: str, offset: int, most: int) -> bytes:
    """At most `most` bytes of the ciphertext from `offset` on, from one stored piece."""
    row = db.execute(
        "SELECT substr(data, ? - start + 1, ?) FROM file_piece WHERE sha256=? AND start<=? ORDER BY start DESC LIMIT 1",
        (offset, most, file, offset),
    ).fetchone()
    return bytes(row[0]) if row else b""


def note_sent(db: Connection, file: str, reached: int, at: str) -> None:
    """The province holds the file up to `reached`; with `at`, it said then that it has it all: its first word."""
    confirming.note_answer(db, file)
    db.execute(
        "UPDATE file_queue SET reached=?1, at=CASE WHEN ?2='' OR at='' THEN ?2 ELSE at END, code='',"
        " state=CASE WHEN ?2='' THEN 'waiting' ELSE 'done' END, direction=CASE WHEN ?2='' THEN 'up' ELSE direction END"
        " WHERE sha256=?3 AND (direction='up' OR state='done')",
        (reached, at, file),
    )


def take_piece(db: Connection, task: FileTask, data: bytes, at: str) -> bool:
    """Keep what came; whole, it must be what its record names, or it is fetched anew. Whether it is whole.

    `task.size` is the province's word: a record may say another. Nothing is kept of a file that was let go meanwhile.
    """
    if not _goes_on(db, task):
        return False
    db.execute("INSERT OR REPLACE INTO file_piece VALUES (?,?,?)", (task.file, task.reached, data))
    reached = task.reached + len(data)
    if reached < task.size:
        db.execute("UPDATE file_queue SET reached=?, size=?, code='' WHERE sha256=?", (reached, task.size, task.file))
        return False
    if content.digest_of(_whole(db, task.file)) == task.file:
        db.execute(
            "UPDATE file_queue SET reached=?, size=?, state='done', code='', asked=0, at=? WHERE sha256=?",
            (reached, task.size, at, task.file),
        )
        return True
    db.execute("DELETE FROM file_piece WHERE sha256=?", (task.file,))
    db.execute(
        "UPDATE file_queue SET reached=0, tries=tries+1,"
        " state=CASE WHEN tries+1<? THEN 'waiting' ELSE 'damaged' END WHERE sha256=?",
        (_MOST_TRIES, task.file),
    )
    return True


def _goes_on(db: Connection, task: FileTask) -> bool:
    """Whether more of the file is to come, from there on: a stick may bring an erasure while a piece is on its way."""
    if not _is_named(db, task.file):
        return False
    _enter(db, task.scope, task.file, task.size, "down", asked=False)
    now = progress_of(db, task.file)
    return now is not None and (now.direction, now.state, now.reached) == ("down", "waiting", task.reached)


def note_refused(db: Connection, task: FileTask, code: str, *, for_good: bool) -> None:
    """Why the province does not take or give a file; `for_good` until a person tries again.

    What was fetched is here, whatever it says of it.
    """
    confirming.note_answer(db, task.file)
    has_left = not _is_named(db, task.file)
    if has_left and task.file not in _left(db):
        return
    if has_left and for_good:
        keep_longer(db, task.file, settings.identity(db).desk)
    _enter(db, task.scope, task.file, task.size, "up" if task.is_up else "down", asked=False)
    state = "refused" if for_good else "waiting"
    db.execute(
        "UPDATE file_queue SET code=?, state=? WHERE sha256=? AND NOT (direction='down' AND state='done')",
        (code, state, task.file),
    )


def progress_of(db: Connection, file: str) -> FileProgress | None:
    """How far a file is; None when nothing of it is here and nobody asked for it."""
    row = db.execute("SELECT direction, state, code, reached, at FROM file_queue WHERE sha256=?", (file,)).fetchone()
    return FileProgress(*row) if row else None


def ciphertext_of(db: Connection, file: str) -> bytes | None:
    """The whole ciphertext, or None while it is not all here."""
    progress = progress_of(db, file)
    return _whole(db, file) if progress is not None and progress.is_here else None


def _whole(db: Connection, file: str) -> bytes:
    rows = db.execute("SELECT data FROM file_piece WHERE sha256=? ORDER BY start", (file,))
    return b"".join(bytes(row[0]) for row in rows)
