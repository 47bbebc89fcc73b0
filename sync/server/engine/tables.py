"""The province's tables: those of the protocol, and one per record kind read from its declaration."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text, UniqueConstraint

from commune_desk.domain.model.record import Field, Kind
from commune_desk.domain.records.kinds import KINDS

metadata = MetaData()


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, primary_key=primary_key)


def _maybe(name: str) -> Column[str | None]:
    return Column(name, Text, nullable=True)


def _number(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=False, autoincrement=False, primary_key=primary_key)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


meta = Table("meta", metadata, _text("name", primary_key=True), _text("value"))

desk = Table(
    "desk",
    metadata,
    _text("id", primary_key=True),
    _text("label"),
    _text("status"),
    _bytes("sign_public"),
    _bytes("box_public"),
    _bytes("doorbell_public"),
    _number("last_n"),
    _bytes("head"),
    _number("durable_n"),
    _text("program_version"),
    _text("audit_head"),
    _maybe("enrolled_at"),
    _maybe("seen_at"),
    _bytes("cert"),
    _bytes("cert_signature"),
    _maybe("lease_until"),
    _maybe("removal_at"),
    _maybe("former"),
)

desk_grant = Table(
    "desk_grant",
    metadata,
    _text("desk", primary_key=True),
    _text("scope", primary_key=True),
    _text("role"),
    Index("desk_grant_by_scope", "scope"),
)

scope = Table("scope", metadata, _text("id", primary_key=True), _text("name"), _number("head"), _bytes("chain"))

scope_key = Table(
    "scope_key",
    metadata,
    _text("key", primary_key=True),
    _text("scope"),
    _bytes("public"),
    _bytes("wrapped"),
    Index("scope_key_by_scope", "scope"),
)

signed_head = Table(
    "signed_head",
    metadata,
    _text("desk", primary_key=True),
    _number("last_n", primary_key=True),
    _number("first_n"),
    _bytes("before"),
    _bytes("signature"),
    _bytes("digests"),
)

scope_writer = Table("scope_writer", metadata, _text("scope", primary_key=True), _text("desk", primary_key=True))

change = Table(
    "change",
    metadata,
    _text("id", primary_key=True),
    _text("desk"),
    _number("n"),
    _bytes("digest"),
    _bytes("raw"),
    _bytes("signature"),
    _text("scope"),
    _text("kind"),
    _text("record"),
    _text("status"),
    _text("received_at"),
    _number("skew_ms"),
    UniqueConstraint("desk", "n"),
    Index("change_by_record", "record"),
)

feed = Table(
    "feed",
    metadata,
    _text("scope", primary_key=True),
    _number("seq", primary_key=True),
    _text("change"),
    _bytes("chain"),
    _text("event"),
    Column("line", LargeBinary, nullable=True),
    Index("feed_by_change", "change"),
)
"""`line` holds a change's own line where it was written for another scope; else it stands in `change`."""

guest = Table(
    "guest",
    metadata,
    _text("scope", primary_key=True),
    _text("record", primary_key=True),
    _text("kind"),
    _text("since"),
    Index("guest_by_record", "record"),
)
"""Scopes that hold a record beside its home, each since a change."""

departure = Table(
    "departure",
    metadata,
    _text("scope", primary_key=True),
    _text("record", primary_key=True),
    _text("kind"),
    _text("change"),
    _number("seq"),
    Index("departure_by_record", "record"),
)
"""Records that left a scope and are not back: by which change, and where that stands in the scope's feed."""

outcome = Table(
    "outcome",
    metadata,
    _text("change", primary_key=True),
    _text("field", primary_key=True),
    _text("outcome"),
    _maybe("stands_for"),
)

conflict = Table(
    "conflict",
    metadata,
    _text("id", primary_key=True),
    _text("scope"),
    _text("kind"),
    _text("record"),
    _text("field"),
    _maybe("base"),
    _maybe("ours"),
    _text("theirs"),
    _text("opened_at"),
    _maybe("closed_by"),
    Index("conflict_by_record", "record", "field"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _text("desk", primary_key=True),
    _number("n", primary_key=True),
    _text("id"),
    _text("code"),
    _bytes("digest"),
    _bytes("raw"),
    _bytes("signature"),
    _text("received_at"),
)

awaited = Table(
    "awaited",
    metadata,
    _text("scope", primary_key=True),
    _text("record", primary_key=True),
    _text("desk", primary_key=True),
    _number("n", primary_key=True),
    Index("awaited_by_desk", "desk", "n"),
)
"""What of the quarantine waits for a record to be in a scope."""

snapshot = Table(
    "snapshot",
    metadata,
    _text("token", primary_key=True),
    _text("scope"),
    _text("epoch"),
    _number("seq"),
    _bytes("chain"),
    _number("size"),
    _bytes("sha256"),
    _text("key"),
    _text("box"),
    _text("made_at"),
    Index("snapshot_by_scope", "scope", "seq"),
)
"""Snapshots whose files lie beside the database, the last one of a scope first in line."""

root = Table(
    "root",
    metadata,
    _number("n", primary_key=True),
    _text("day"),
    _text("epoch"),
    _bytes("body"),
    _bytes("signature"),
    _text("leaves"),
    UniqueConstraint("epoch", "day"),
)
"""Signed roots, one a day in each epoch; `leaves` are the lines that they were made of."""

purge = Table(
    "purge",
    metadata,
    _text("desk", primary_key=True),
    _text("change", primary_key=True),
    _bytes("body"),
    _bytes("signature"),
    _text("received_at"),
)
"""Desks' signed words that they removed what left with a change."""

desk_health = Table(
    "desk_health",
    metadata,
    _text("desk", primary_key=True),
    _text("said_at"),
    _number("waiting"),
    _text("oldest_at"),
    Column("clock_ahead", BigInteger, nullable=True),
    _text("program_version"),
    _number("schema"),
    Column("carried_n", BigInteger, nullable=True),
    _maybe("carried_since"),
)
"""How each desk said last that it stands, at the province's time `said_at`; `oldest_at` is empty if nothing waits.

By stick `said_at` is when it was written, by that PC's clock, and the last two say what was on its way then.
"""

erasure = Table(
    "erasure",
    metadata,
    _text("record", primary_key=True),
    _text("kind"),
    _text("act"),
    _text("at"),
)
"""Records that were erased by law: their ids, by which act (the group of its changes), and when."""

enrol_code = Table(
    "enrol_code",
    metadata,
    _text("locator", primary_key=True),
    _text("desk"),
    _text("label"),
    _bytes("request_key"),
    _bytes("reply_key"),
    _bytes("locker"),
    _text("expires_at"),
    _number("tries"),
    _maybe("used_at"),
)

courier_parked = Table(
    "courier_parked",
    metadata,
    _text("desk", primary_key=True),
    Column("digest", LargeBinary, nullable=False, primary_key=True),
    _number("first_n"),
    _number("last_n"),
    _bytes("body"),
    _text("parked_at"),
)

courier_question = Table(
    "courier_question",
    metadata,
    _text("desk", primary_key=True),
    _bytes("request"),
    _text("asked_at"),
)

audit = Table(
    "audit",
    metadata,
    _number("seq", primary_key=True),
    _text("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _bytes("chain"),
)

blob = Table(
    "blob",
    metadata,
    _text("scope", primary_key=True),
    _text("sha256", primary_key=True),
    _number("size"),
    _number("got"),
    _maybe("done_at"),
)

blob_piece = Table(
    "blob_piece",
    metadata,
    _text("scope", primary_key=True),
    _text("sha256", primary_key=True),
    _number("start", primary_key=True),
    _bytes("data"),
)

file_day = Table(
    "file_day", metadata, _text("desk", primary_key=True), _text("day", primary_key=True), _number("bytes")
)


def _column_type(field: Field) -> type[BigInteger] | type[Text]:
    return BigInteger if field.sql_type == "INTEGER" and not field.data.is_sealed else Text


def _table_of(kind: Kind) -> Table:
    fields = [Column(f.name, _column_type(f)) for f in kind.fields.values()]
    return Table(
        f"record_{kind.name}",
        metadata,
        _text("id", primary_key=True),
        _text("scope"),
        *fields,
        _text("born"),
        _text("writers"),
        _text("tags"),
        _text("stamps"),
        _text("extra"),
        Index(f"record_{kind.name}_by_scope", "scope"),
        *(Index(f"record_{kind.name}_by_{one}", one) for one in (kind.belongs_to, *kind.brings) if one),
    )


RECORDS: dict[str, Table] = {name: _table_of(kind) for name, kind in KINDS.items()}
"""`born` says which desk and group of changes made the record; `writers`, `tags` and `stamps` are JSON by field:
the change that wrote it, a SET's members with their order, an LWW's time; `extra` keeps fields of a newer program."""

Index("record_attachment_by_sha256", RECORDS["attachment"].c.sha256)
Index("record_person_by_joined_to", RECORDS["person"].c.joined_to)

_views = MetaData()
change_key = Table("change_key", _views, *map(_text, ("id", "desk", "scope")), _number("n"), _bytes("digest"))
"""What must be known of every change whoever asks: that its id and its number are used, and by which bytes."""
record_key = Table("record_key", _views, _text("record"), _text("kind"))
"""Of which kind the record with an id is, wherever it lives."""

REMOVED_FROM = (
    "enrol_code",
    "guest",
    "departure",
    "snapshot",
    "courier_parked",
    "courier_question",
    "blob",
    "blob_piece",
    "file_day",
    "awaited",
    "quarantine",
)
"""Tables that lose rows: codes that expired long ago, places left or entered again, what came or was replaced.

Triggers see to it that what was set aside goes from there only into the log."""
APPEND_ONLY = ("change", "feed", "outcome", "quarantine", "audit", "signed_head", "root", "erasure")
"""Tables whose rows are never changed or removed but by an erasure, or on the way from one to another of them; triggers
of the migrations see to it."""
BLANKED = {"change": ("raw", "signature"), "feed": ("event", "line"), "quarantine": ("raw", "signature")}
"""What an erasure empties of what was taken in, and the triggers let nobody else: ids, numbers and hashes stay."""
LOSES_ERASED = ("outcome", "conflict", *(f"record_{kind}" for kind in RECORDS))
"""Tables that lose rows to an erasure and to nothing else; triggers see to that too."""
