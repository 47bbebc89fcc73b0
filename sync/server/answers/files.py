"""Files: ciphertext in pieces, appended in order, whole only when its SHA-256 is the one that a merged change names.

The pieces lie in the database, so that an offset is acknowledged only with its bytes on the disk, a process that dies
leaves a shorter offset, and every process of the province sees the same. What no change of a scope names is not taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.time.clock import local_day
from sync.content import MAX_FILE, digest_of, is_digest
from sync.file_wire import (
    MAX_PIECE,
    FileAsked,
    FileGet,
    FileOffset,
    FilePiece,
    FilePut,
    split_bytes,
    with_bytes,
)
from sync.protocol import Malformed, decode, encode
from sync.server.answers.pull import refuse_frozen, refuse_stopped
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity.desks import REVOKED, DeskState
from sync.server.identity.province import Province
from sync.server.intake.set_aside import size_set_aside
from sync.server.problems import Refused

_KIND = kind_of(Attachment)
_DAY_SECONDS = 6 * 3600


@dataclass(frozen=True, kw_only=True)
class FileLimits:
    """Bytes. What a desk or a place may not exceed, so that no desk fills the disk."""

    file: int = MAX_FILE
    desk_day: int = 256 << 20
    scope: int = 8 << 30


@dataclass(frozen=True)
class _Blob:
    """How far a file is; `size` is how much of it there is or, while it is not whole, may be."""

    scope: str
    sha256: str
    size: int
    got: int
    done_at: str | None


class FileAdmission:
    """Which files a desk may ask about: those that a record of a scope it holds names.

    And send: also those of a record that has left its scope before its content was here, or that was written there
    about a child who had left; and a desk that was withdrawn those that it names in what was set aside for that, for
    its register may be about to go.
    """

    def size_of(self, connection: Connection, caller: DeskState, asked: FileAsked, roles: frozenset[Role]) -> int:
        """The file's size; the largest that may be, where records say several.

        Raises Refused 404, whether it is not there or not the desk's.
        """
        if caller.grants.get(asked.scope) not in roles or not is_digest(asked.file):
            raise Refused(404, "not_found")
        sizes = {size for size in self.sizes_of(connection, asked, caller) if size > 0}
        if not sizes:
            raise Refused(404, "not_found")
        return max((size for size in sizes if size <= MAX_FILE), default=min(sizes))

    def sizes_of(self, connection: Connection, asked: FileAsked, caller: DeskState) -> set[int]:
        """What the records of its scope say of the file's size: anybody may name it once more, and be wrong."""
        record = tables.RECORDS["attachment"]
        said = select(record.c.size).where(record.c.scope == asked.scope, record.c.sha256 == asked.file)
        sizes = {size for size in connection.scalars(said.distinct()) if size is not None}
        if not sizes and caller.status == REVOKED:
            aside = size_set_aside(connection, caller.id, asked.scope, asked.file)
            sizes = {aside} if aside is not None else set()
        return sizes

    def home_of(self, connection: Connection, caller: DeskState, asked: FileAsked) -> str:
        """Where the content of a file that a desk sends lies: with its record, also where that has left the scope.

        Read with the reach of the whole province.
        """
        if caller.grants.get(asked.scope) not in _KIND.write or not is_digest(asked.file):
            return asked.scope
        record, left = tables.RECORDS["attachment"], tables.departure
        follows = or_(left.c.record == record.c.id, left.c.record == record.c.person)
        gone = select(record.c.scope).join(left, follows).where(left.c.scope == asked.scope)
        here = select(record.c.scope).where(record.c.scope == asked.scope, record.c.sha256 == asked.file)
        if connection.scalar(here.limit(1)) is not None:
            return asked.scope
        home = connection.scalar(gone.where(record.c.sha256 == asked.file).order_by(record.c.id).limit(1))
        return str(home or asked.scope)


class Files:
    """The three questions about files. Admission and limits are handed in, so that a test can take one out."""

    def __init__(self, *, admission: FileAdmission | None = None, limits: FileLimits | None = None) -> None:
        self._admission = admission or FileAdmission()
        self._limits = limits or FileLimits()

    def offset(self, province: Province, caller: DeskState, body: bytes) -> bytes:
        """From which byte on the province lacks a file. Raises Malformed or Refused."""
        asked = decode(body, FileAsked)
        refuse_frozen(caller)

        def work(connection: Connection) -> _Blob:
            named, by = self._follow(connection, province, caller, asked)
            return _find(connection, named, self._admission.size_of(connection, by, named, _KIND.write))

        blob = province.database.read(work, reach_of(caller.id, caller.grants))
        return encode(_told(province, blob, asked.scope))

    def put(self, province: Province, caller: DeskState, body: bytes) -> bytes:
        """Append a piece if it begins where the file ends so far; says where it ends now. Raises Malformed or Refused.

        Bytes that begin elsewhere are left aside: the reply says where to go on.
        """
        header, data = split_bytes(body, FilePut)
        if not data:
            raise Malformed
        refuse_frozen(caller)
        return encode(
            province.database.write(
                lambda connection: self._append(connection, province, caller, header, data),
                reach_of(caller.id, caller.grants),
            )
        )

    def get(self, province: Province, caller: DeskState, body: bytes) -> bytes:
        """A piece of a whole file. Raises Malformed, or Refused: 409 while its desk has not sent all of it."""
        asked = decode(body, FileGet)
        refuse_stopped(caller)
        named = FileAsked(scope=asked.scope, file=asked.file)

        def work(connection: Connection) -> bytes:
            blob = _find(connection, named, self._admission.size_of(connection, caller, named, _KIND.read))
            if blob.done_at is None:
                raise Refused(409, "file_waits")
            data = _bytes_from(connection, blob, asked.offset, min(asked.max_bytes or MAX_PIECE, MAX_PIECE))
            header = FilePiece(scope=asked.scope, file=asked.file, size=blob.size, offset=asked.offset)
            return with_bytes(header, data)

        return province.database.read(work, reach_of(caller.id, caller.grants))

    def _append(
        self, connection: Connection, province: Province, caller: DeskState, header: FilePut, data: bytes
    ) -> FileOffset:
        named, by = self._held(connection, province, caller, FileAsked(scope=header.scope, file=header.file))
        size = self._admission.size_of(connection, by, named, _KIND.write)
        blob = _find(connection, named, size)
        if blob.done_at is not None or header.offset != blob.got:
            return _told(province, blob, header.scope)
        if blob.got + len(data) > blob.size or blob.size > self._limits.file:
            raise Refused(413, "file_too_large")
        self._require_room(connection, blob, len(data))
        if blob.got == 0:
            _begin(connection, blob)
        self._count(connection, province, caller.id, len(data))
        place = {"scope": blob.scope, "sha256": blob.sha256, "start": blob.got, "data": data}
        connection.execute(insert(tables.blob_piece).values(place))
        grown = replace(blob, got=blob.got + len(data))
        may_end = grown.got in self._admission.sizes_of(connection, named, by)
        return _told(province, _settled(connection, province, grown, may_end=may_end), header.scope)

    def _held(
        self, connection: Connection, province: Province, caller: DeskState, asked: FileAsked
    ) -> tuple[FileAsked, DeskState]:
        """As `_follow`, with the place held: no record leaves it, or comes, until the transaction ends.

        Of two pieces in one place one waits for the other, also when neither finds the file there yet. Whoever waited
        looks again: by now the record may have gone elsewhere, and a piece that is refused is never sent again.
        """
        held: set[str] = set()
        named, by = self._follow(connection, province, caller, asked)
        while named.scope not in held:
            held.add(named.scope)
            connection.execute(select(tables.scope.c.id).where(tables.scope.c.id == named.scope).with_for_update())
            named, by = self._follow(connection, province, caller, asked)
        return named, by

    def _follow(
        self, connection: Connection, province: Province, caller: DeskState, asked: FileAsked
    ) -> tuple[FileAsked, DeskState]:
        """The file where its record is by now, and the desk as who may send it there; the transaction reaches that."""
        reach = reach_of(caller.id, caller.grants)
        with province.database.unconfined(connection, reach):
            home = self._admission.home_of(connection, caller, asked)
        if home == asked.scope:
            return asked, caller
        province.database.confine(connection, reach.and_also({home}))
        grants = caller.grants | {home: caller.grants[asked.scope]}
        return FileAsked(scope=home, file=asked.file), replace(caller, grants=grants)

    def _require_room(self, connection: Connection, blob: _Blob, more: int) -> None:
        """Raise Refused 507 when its place has no room left for so many bytes.

        Those that are there count, and not what a file may come to have: who began many with a byte each, and sent no
        more, would have the room of all others.
        """
        table = tables.blob
        held = connection.scalar(select(func.sum(table.c.got)).where(table.c.scope == blob.scope)) or 0
        if held + more > self._limits.scope:
            raise Refused(507, "file_no_room")

    def _count(self, connection: Connection, province: Province, desk: str, more: int) -> None:
        """Note what a desk sent on this day. Raises Refused 507 when it is too much."""
        table, day = tables.file_day, local_day(province.clock.now()).isoformat()
        sent = connection.scalar(select(table.c.bytes).where(table.c.desk == desk, table.c.day == day))
        if (sent or 0) + more > self._limits.desk_day:
            raise Refused(507, "file_day", retry_after=_DAY_SECONDS)
        if sent is None:
            connection.execute(delete(table).where(table.c.desk == desk))
            connection.execute(insert(table).values(desk=desk, day=day, bytes=more))
        else:
            connection.execute(update(table).where(table.c.desk == desk).values(bytes=sent + more))


def _begin(connection: Connection, blob: _Blob) -> None:
    """Enter the file into the list; one that was whole, but not what its change names, stands there already."""
    table = tables.blob
    if connection.scalar(select(table.c.got).where(_is(blob))) is None:
        connection.execute(insert(table).values(scope=blob.scope, sha256=blob.sha256, size=blob.size, got=0))


def _is(blob: _Blob) -> ColumnElement[bool]:
    return and_(tables.blob.c.scope == blob.scope, tables.blob.c.sha256 == blob.sha256)


def _find(connection: Connection, asked: FileAsked, size: int) -> _Blob:
    """How far the file is; `size` is what it may have while it is not whole."""
    table = tables.blob
    row = connection.execute(select(table).where(table.c.scope == asked.scope, table.c.sha256 == asked.file)).first()
    if row is None:
        return _Blob(asked.scope, asked.file, size, 0, None)
    return _Blob(asked.scope, asked.file, row.size if row.done_at else size, row.got, row.done_at)


def _settled(connection: Connection, province: Province, blob: _Blob, *, may_end: bool) -> _Blob:
    """Write down how far the file is. Whole, but not what its change names, it is thrown away and begins anew.

    `may_end`: some record says that it has as many bytes.
    """
    if may_end and digest_of(_bytes_from(connection, blob, 0, blob.got)) == blob.sha256:
        blob = replace(blob, size=blob.got, done_at=province.now())
    elif blob.got == blob.size:
        piece = tables.blob_piece
        connection.execute(delete(piece).where(piece.c.scope == blob.scope, piece.c.sha256 == blob.sha256))
        blob = replace(blob, got=0)
    told = {"size": blob.size, "got": blob.got, "done_at": blob.done_at}
    connection.execute(update(tables.blob).where(_is(blob)).values(told))
    return blob


def _bytes_from(connection: Connection, blob: _Blob, offset: int, most: int) -> bytes:
    """At most `most` bytes from `offset` on; none beyond the end."""
    piece = tables.blob_piece
    rows = connection.execute(
        select(piece.c.start, piece.c.data)
        .where(
            piece.c.scope == blob.scope,
            piece.c.sha256 == blob.sha256,
            piece.c.start > offset - MAX_PIECE,
            piece.c.start < offset + most,
        )
        .order_by(piece.c.start)
    ).all()
    if not rows:
        return b""
    skip = offset - rows[0].start
    return b"".join(row.data for row in rows)[skip : skip + most]


def _told(province: Province, blob: _Blob, scope: str) -> FileOffset:
    """`scope` is what the desk asked by: where the record is now is nobody's business there."""
    is_done = blob.done_at is not None
    at = province.now() if is_done else ""
    return FileOffset(scope=scope, file=blob.sha256, offset=blob.got, done=is_done, at=at)
