"""A child who moves to another commune: protocol.md, section 11."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from .desk import Desk
from .sealing import key_id, open_value, seal_value
from .spelling import b64, compact, new_id
from .standing import Value
from .writing import Record


def move(desk: Desk, person: str, to: str) -> str:
    """The child goes, and what is sealed about them is sealed again for who opens it there. Gives the verb's id."""
    group = new_id()
    verb = desk.journal.write(Record(desk.scope, "person", person, 0), {}, k="move", to=to, tx=group)
    public = desk.directory[to]
    for record, fields in _sealed(desk, person):
        base = {name: value.writer for name, value in fields.items()}
        again = {name: _again(desk, public, to, (record.id, name), value) for name, value in fields.items()}
        desk.journal.write(record, again, base, k="reseal", to=to, tx=group, key=key_id(public))
    return verb


def let_go(desk: Desk, verb: str) -> list[str]:
    """Say that what left by `verb` was removed here; gives what the province has such a statement of."""
    records = desk.here.left[verb]
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = compact({"desk": desk.enrolled.desk, "change": verb, "records": records, "at": at})
    statement = {"body": b64(body), "signature": b64(desk.enrolled.key.sign(b"cd-purge-v1" + body))}
    said = json.loads(desk.wire.ask("/v1/report", compact({"purges": [statement]}), b"cd-hello-v1")[0])
    return list(said["purges"])


def _sealed(desk: Desk, person: str) -> Iterator[tuple[Record, dict[str, Value]]]:
    """Of each record that goes with the person, the sealed values of one class."""
    for (kind, record), fields in list(desk.here.records.items()):
        if desk.here.value(kind, record, "person") != person:
            continue
        classes: dict[int, dict[str, Value]] = defaultdict(dict)
        for name, value in fields.items():
            if value.key:
                classes[desk.here.changes[value.writer]["dc"]][name] = value
        for data_class, sealed in classes.items():
            yield Record(desk.scope, kind, record, data_class), sealed


def _again(desk: Desk, public: bytes, to: str, place: tuple[str, str], value: Value) -> str:
    words = open_value(desk.enrolled.opens[desk.scope], (desk.scope, *place), value.value)
    return seal_value(public, (to, *place), words)
