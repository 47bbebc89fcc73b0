"""What stands in this register alone, though others wrote it: written once more, as changes of this desk.

A province that was put back from a backup has lost what came after it. Who wrote it sends it again. Where that PC is
gone too nobody would, and a person here may ask for it; the comparison with the province names the records.
"""

from __future__ import annotations

from collections.abc import Mapping

from commune_desk.domain.model.record import Kind, Record
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.changes import writers
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing
from commune_desk.store.writing.transaction import Tx

Writers = Mapping[str, str]
"""By field, the change whose value stands in it."""
There = Mapping[str, Writers]
"""What the province holds of records, by their ids; nothing of one that it does not have."""
RECORDS_AT_ONCE = 50
"""In a transaction: typing never waits for them."""
_ASKED = "speaks_for_others"
_KINDS = sorted(KINDS.values(), key=lambda kind: kind.name != "person")
"""Persons first: where they are held says where what belongs to them goes."""


def ask(tx: Tx) -> None:
    """Let the next sync compare, and send what it finds here alone."""
    settings.put(tx.connection, _ASKED, True)
    comparing.ask(tx)


def is_asked(connection: Connection) -> bool:
    return settings.get(connection, _ASKED, bool, False)


def end(tx: Tx) -> None:
    """What could be sent waits by now; of the rest a person has to ask again."""
    settings.put(tx.connection, _ASKED, False)


def speak_for(tx: Tx, there: There) -> set[str]:
    """Write what the province lacks of these records; the ids of those of which there was something.

    Left as it is: what this officer may not write, what is on its way to another commune, and a sealed value that
    does not open here.
    """
    spoken: set[str] = set()
    for kind in _KINDS:
        for record_id in sorted(there.keys() - spoken):
            row = tx.connection.execute(SELECT_ONE[kind.name], (record_id,)).fetchone()
            if row is not None and _is_said(tx, kind, *read_record(kind, row), there[record_id]):
                spoken.add(record_id)
    return spoken


def _is_said(tx: Tx, kind: Kind, record: Record, written: str, there: Writers) -> bool:
    here = {} if kind.append_only else writers.parse(written)
    lost = [name for name in kind.fields if (name not in there or there[name] != here.get(name, there[name]))]
    try:
        is_said = tx.say_again(record, {name: there.get(name) for name in lost})
    except DeskError:  # it stays, and the comparison goes on telling of it
        return False
    if is_said and isinstance(record, Attachment):
        file_queue.send_again(tx, record)
    return is_said
