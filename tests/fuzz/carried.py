"""What comes by other ways than a page: a stick at a desk, an answer to a code, a backup, a list, a ticket."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.backup import KEYFILE_NAME, MANIFEST, Manifest, unpack_backup
from commune_desk.store.desk.register import FILE_NAME
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from commune_desk.usecases.sheets import list_guard, list_text
from sync import bundle, framing, protocol, seal
from sync.bundle import PartKind
from sync.change import GENESIS
from sync.client import courier, errors
from sync.client.address import read_address
from sync.client.enrol import enrol
from sync.client.transport import Transport
from sync.enrolment_code import EnrolmentCode
from sync.enrolment_wire import Enrolled, Proven
from sync.server.edge.tickets import Tickets
from tests.fuzz.fuzzer import Build, Target
from tests.fuzz.recorded import RecordedDesk
from tests.sync.actors.file_office import Place
from tests.traces.altered import as_it_was
from tests.traces.trace import Playback

_BETWEEN = b"\x1e"
"""Stands between the parts of a bundle, in an input."""
_BUNDLE = "cd" * 16
"""One that the desk wrote, and is answered."""


_NONE = protocol.b64(GENESIS)


class StickAtADesk:
    """A reply of the province, its parts signed anew, read in at the recorded desk before one of its syncs."""

    def __init__(self, folder: Path) -> None:
        self.desk = RecordedDesk(folder, "newcomer")
        self._path = folder / "stick.db"

    def seeds(self) -> list[bytes]:
        receipt = protocol.Receipt(desk="AAAAAA", accepted_n=0, durable_n=0, at="2026-11-24T01:00:00Z", results=[])
        problem = protocol.Problem(code="revoked", text="No.", desk="AAAAAA")
        pages = {
            one.sync: framing.inflate(one.received)
            for one in self.desk.trace.exchanges
            if one.path == "/v1/pull" and one.desk == self.desk.name
        }
        made = [self._seed(sync, b"page\n" + page) for sync, page in pages.items()]
        answers = [
            b"receipt\n" + protocol.encode(receipt),
            b"refusal\n" + protocol.encode(problem),
            b'purges-kept\n{"purges":["a"]}',
        ]
        return [*made, self._seed(1, *answers, b"page\n" + pages[1]), self._seed(3, *self._snapshot())]

    def _snapshot(self) -> list[bytes]:
        """In two pieces."""
        said = {one.path[:13]: one for one in self.desk.trace.of("newcomer", 3)}
        offer, file = framing.inflate(said["/v1/snapshot"].received), said["/v1/snapshots"].received
        return [b"snapshot 0\n" + offer + b"\n" + file[:900], b"snapshot 900\n" + offer + b"\n" + file[900:]]

    @staticmethod
    def _seed(sync: int, *parts: bytes) -> bytes:
        head = {
            "sync": sync,
            "answers": [_BUNDLE],
            "held_n": 0,
            "held_head": _NONE,
            "epoch": "",
            "at": "2026-11-24T01:00:00Z",
        }
        return _BETWEEN.join([msgspec.json.encode(head), *parts])

    def read(self, data: bytes) -> None:
        head, *pieces = data.split(_BETWEEN)
        said = protocol.decode(head, dict[str, Any])
        sync = said.pop("sync", 1)
        if sync not in range(1, len(self.desk.before) + 1) or len(pieces) > bundle.MAX_PARTS:
            raise protocol.Malformed
        self._path.write_bytes(self.desk.before[sync - 1])
        place = Place(self._path, self.desk.clock, self.desk.no_line)
        try:
            replica = RegisterReplica(place.register, lambda _changes: None)
            if sync == 3:
                replica.begin_all_anew()
            own = replica.identity()
            items = [self._part(piece.replace(b"AAAAAA", own.desk.encode())) for piece in pieces]
            said["epoch"] = said.get("epoch") or own.epoch
            courier.take_in(replica, self._bundle(said, items, own.desk), {_BUNDLE: 0})
        finally:
            held = {bytes(raw) for (raw,) in place.ask("SELECT raw FROM change WHERE raw IS NOT NULL")}
            place.register.close()
        assert held <= self.desk.written, "a change that nobody wrote came in"

    def _part(self, piece: bytes) -> bundle.Item:
        kind, _, content = piece.partition(b"\n")
        name, _, start = kind.partition(b" ")
        known = [one for one in bundle.SIGNED_UNDER if one.value.encode() == name]
        if not known:
            return bundle.part(PartKind.PULL, content)
        signed = content.partition(b"\n")[0] if known[0] == PartKind.SNAPSHOT else content
        signature = self.desk.authority.sign(bundle.SIGNED_UNDER[known[0]], signed)
        return bundle.part(
            known[0], content, signature=signature, status=403, start=int(start or 0) if start.isdigit() else 0
        )

    def _bundle(self, said: dict[str, Any], items: list[bundle.Item], desk: str) -> bundle.Bundle:
        contents = [content for _, content in items]
        whole = {
            **{"id": "ab" * 16, "from": protocol.PROVINCE_DESK, "to": desk, "key": "AA==", "v": 1},
            **said,
            "digest": bundle.digest_of(contents),
            "parts": [part for part, _ in items],
        }
        signed = msgspec.json.encode(whole)
        header = protocol.decode(signed, bundle.Header)
        return bundle.Bundle(header, contents, signed, self.desk.authority.sign(seal.BUNDLE, signed))


class CodeAnswered:
    """What the recorded province answered to a code, changed, and proven anew by the code or as it was."""

    def __init__(self, folder: Path) -> None:
        self.desk = RecordedDesk(folder, "newcomer")
        self._kept = self.desk.trace.desks["newcomer"]
        self._ca, self._said = self.desk.trace.of("newcomer", 0)
        code = EnrolmentCode.read(self._kept.code)
        self._keys = code.keys(seal.certificate_fingerprint(self._ca.received))
        answer = protocol.decode(framing.inflate(self._said.received), Proven)
        self.inside = protocol.unb64(answer.body)
        self.outside = framing.inflate(self._said.received)
        self.locker = seal.unwrap(self._keys.locker, protocol.unb64(self._enrolled().locker), code.locator)
        self._locator = code.locator

    def _enrolled(self) -> Enrolled:
        return protocol.decode(self.inside, Enrolled)

    def as_it_came(self, data: bytes) -> None:
        said = self._enrol(data)
        assert said.desk == self._enrolled().desk
        assert said.authority_public == protocol.unb64(self._enrolled().authority_public)

    def proven(self, data: bytes) -> None:
        """By the code: the province itself answers something odd."""
        mac = protocol.b64(seal.mac(self._keys.reply, data))
        self._enrol(protocol.encode(Proven(body=protocol.b64(data), mac=mac)))

    def in_the_locker(self, data: bytes) -> None:
        locker = protocol.b64(seal.wrap(self._keys.locker, data, self._locator))
        self.proven(protocol.encode(msgspec.structs.replace(self._enrolled(), locker=locker)))

    def _enrol(self, body: bytes) -> Any:
        received = framing.deflate(body)
        said = msgspec.structs.replace(
            self._said, received=received, said=self._said.said | {"content-length": str(len(received))}
        )
        line = Playback([self._ca, said], as_it_was)
        keys = EnrolmentCode.keys
        EnrolmentCode.keys = lambda *_: self._keys  # type: ignore[method-assign]
        try:
            made = enrol(
                "province.test",
                self._kept.code,
                "PC",
                program_version="0",
                credentials=self._kept.keys,
                connect=lambda _address, ca_pem: Transport("province.test", ca_pem=ca_pem, adapter=line),
            )
        finally:
            EnrolmentCode.keys = keys  # type: ignore[method-assign]
        identity_of(made, "PC of tests", "ab" * 16)
        scope_keys_of(made)
        return made


class Archives:
    """Files that are zips: a backup of the program's, and a workbook before anybody reads it."""

    def __init__(self, folder: Path) -> None:
        self._file, self._out = folder / "file", folder / "out"
        self._out.mkdir()
        self._parts = {FILE_NAME: b"register" * 9, KEYFILE_NAME: b"keyfile" * 9}

    def backups(self) -> list[bytes]:
        digests = [seal.sha256(self._parts[name]).hex() for name in (FILE_NAME, KEYFILE_NAME)]
        manifest = msgspec.json.encode(Manifest("2026-11-24T01:00:00Z", 40, 3, 2, *digests))
        return [_zip({MANIFEST: manifest, **self._parts}), _zip({MANIFEST: manifest, **self._parts}, large=True)]

    def unpack(self, data: bytes) -> None:
        self._file.write_bytes(data)
        for old in self._out.iterdir():
            old.unlink()
        manifest = unpack_backup(self._file, self._out)
        for name, said in ((FILE_NAME, manifest.register_sha256), (KEYFILE_NAME, manifest.keyfile_sha256)):
            assert seal.sha256((self._out / name).read_bytes()).hex() == said, "not what the manifest names"

    def packages(self) -> list[bytes]:
        inside = {"xl/workbook.xml": b"<workbook/>" * 20, "[Content_Types].xml": b"<Types/>"}
        return [
            _zip(inside, how=zipfile.ZIP_DEFLATED),
            _zip(inside, large=True),
            _zip({"encrypted-package": b""}),
            _zip({"content.xml": b"<a/>"}, how=zipfile.ZIP_BZIP2),
        ]

    def inspect(self, data: bytes) -> None:
        self._file.write_bytes(data)
        list_guard.inspect(self._file)

    def text(self, data: bytes) -> None:
        self._file.write_bytes(data)
        if list_guard.inspect(self._file) is list_guard.FileKind.TEXT:
            rows = list(list_text.read_rows(self._file, 500))
            assert all(isinstance(cell, str | None) for row in rows for cell in row)


def _zip(parts: dict[str, bytes], *, how: int = zipfile.ZIP_STORED, large: bool = False) -> bytes:
    """`large`: as one writes it who does not know beforehand how much it will be."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in parts.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=large) as one:
                one.write(content)
    return file.getvalue()


_LISTS = (
    "STT;Họ và tên;Ngày sinh\n1;Lò Thị Thử;01/02/2015\n2;Bàn A Sáng;\n".encode(),
    'sep=,\nHọ tên,"Ghi chú"\n"Đặng ""Hoà""","hai\ndòng"\n'.encode("utf-16"),
    "Họ\ttên\nNguyễn\tThị\n".encode("utf-16-le"),
    "Hä vµ tªn|Th«n\nNguyÔn|Khe\n".encode("latin-1"),
    "Ho\u0323 tên;Thôn\nLò\u0300;Khe\n".encode("cp1258", "replace"),
)


class _Ticket:
    """A province's tickets, and one of them: no other is taken, and this one once for each counter."""

    def __init__(self) -> None:
        self._tickets = Tickets(clock=lambda: 5.0)
        self._tickets._secret = bytes(32)
        raw = (5000).to_bytes(8) + bytes(8)
        self.known = Tickets.canonical(raw + seal.mac(bytes(32), raw))

    def spend(self, data: bytes) -> None:
        nonce = data.decode("latin-1")
        taken = self._tickets.spend("AAAAAA", nonce)
        assert not taken or nonce.partition(".")[0] == self.known, "a ticket that nobody gave"
        assert not self._tickets.spend("AAAAAA", nonce), "twice"


def _address(data: bytes) -> None:
    address = read_address(data.decode("utf-8", "replace"))
    assert read_address(address) == address
    assert address.startswith("https://")


def stick_at_a_desk(folder: Path, stack: ExitStack) -> Target:
    stick = StickAtADesk(folder)
    return Target(
        "stick-at-a-desk", stick.seeds(), stick.read, (errors.SyncFault, protocol.Malformed), runs=80, shaped=True
    )


def _of_codes(name: str, read: Callable[[CodeAnswered], tuple[bytes, Callable[[bytes], None]]]) -> Build:
    def made(folder: Path, stack: ExitStack) -> Target:
        answered = CodeAnswered(folder)
        seed, reader = read(answered)
        return Target(name, [seed], reader, runs=100, shaped=True)

    return made


def archives(name: str, runs: int, seeds: Callable[[Archives], list[bytes]], read: Callable[[Archives], Any]) -> Build:
    def made(folder: Path, stack: ExitStack) -> Target:
        one = Archives(folder)
        return Target(name, seeds(one), read(one), (DeskError,), runs)

    return made


TARGETS: dict[str, Build] = {
    "stick-at-a-desk": stick_at_a_desk,
    "code-answered": _of_codes("code-answered", lambda one: (one.outside, one.as_it_came)),
    "code-answered-anew": _of_codes("code-answered-anew", lambda one: (one.inside, one.proven)),
    "locker": _of_codes("locker", lambda one: (one.locker, one.in_the_locker)),
    "backup": archives("backup", 800, Archives.backups, lambda one: one.unpack),
    "workbook-outside": archives("workbook-outside", 800, Archives.packages, lambda one: one.inspect),
    "list-text": archives("list-text", 150, lambda _: list(_LISTS), lambda one: one.text),
    "ticket": lambda *_: Target("ticket", [f"{_Ticket().known}.7".encode()], _Ticket().spend),
    "address": lambda *_: Target("address", [b"https://10.0.0.5:8443", b"xn--a.vn", b"[::1]:80"], _address),
}
