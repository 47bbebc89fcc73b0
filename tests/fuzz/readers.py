"""Readers that take bytes and nothing else: lines, pages, snapshots, bundles, files, roots, codes and keyfiles."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from commune_desk.domain.words.errors import DeskError
from commune_desk.vault import keyfile
from commune_desk.vault.keys import RegisterKey
from sync import (
    bundle,
    content,
    erased,
    file_wire,
    framing,
    protocol,
    purge_wire,
    roots,
    seal,
    snapshot,
    spelling,
    split_view,
)
from sync.change import GENESIS, START, Change, FeedPosition, Line, next_chain, read_line
from sync.client.page import Page, keys_told, read_page, rest_of, verify_page
from sync.client.snapshots import prove, read_offer
from sync.enrolment_code import EnrolmentCode
from tests.architecture.sources import ROOT
from tests.fuzz.fuzzer import Target
from tests.fuzz.honest import (
    ME,
    PUBLIC,
    bundle_insides,
    header_and_end,
    header_of,
    lines_of,
    page_of,
    root_statement,
    short_page,
    snapshot_body,
    steps_of,
)
from tests.fuzz.keys import AUTHORITY, BOX, COLLEAGUE, FIELD, OWN, RECORD, SCOPE


def require_written(lines: Iterator[Line]) -> None:
    """What is believed is, byte for byte, what its author wrote."""
    honest = {line.raw for line in lines_of()}
    for line in lines:
        assert line.raw in honest, "a change that nobody signed was believed"


def _change(data: bytes) -> None:
    line = read_line(data)
    assert line.encode() == data, "read otherwise than it is written"
    assert msgspec.json.decode(line.raw, type=Change) == line.change
    if line.signed_by(COLLEAGUE.public):
        require_written(iter([line]))


def _event(data: bytes) -> None:
    event, line = protocol.read_event(data)
    assert line is not None or event.digest
    assert line is None or data.endswith(line.encode())


def _proven(page: Page, positions: dict[str, FeedPosition]) -> None:
    reached = verify_page(page, positions, keys_told(page.header, ME, PUBLIC.get))
    assert len(reached) == len(page.steps)
    require_written(line for _, line in page.events)


def _page(data: bytes) -> None:
    """As it is, and as the rest of one whose beginning is known."""
    page = read_page(data)
    first = FeedPosition(1, next_chain(GENESIS, 1, lines_of()[0].digest))
    try:
        _proven(rest_of(page, {SCOPE: 1}), {SCOPE: first})
    finally:
        _proven(page, {SCOPE: START})


def _snapshot(data: bytes) -> None:
    read = snapshot.read_body(data)
    prove(read, SCOPE, PUBLIC.get)
    require_written(line for _, line in read.events)


def _packed(data: bytes) -> None:
    snapshot.unpack(data)


def _sealed(data: bytes) -> None:
    """Whatever opens was sealed: to this place and this key."""
    text = data.decode("latin-1")
    if not seal.is_sealed(text):
        assert _opens(text) is None
        return
    assert _opens(text) in (None, "Kể lại")


def _opens(text: str) -> object:
    try:
        return seal.open_value(BOX, text, scope=SCOPE, record=RECORD, field=FIELD)
    except seal.SealBroken:
        return None


def _sealed_anew(data: bytes) -> None:
    """What an author seals may be anything."""
    box = seal.seal(BOX.public, data, info=seal._place(SCOPE, RECORD, FIELD))
    text = b64encode(seal._VALUE_MAGIC + box).decode()
    if seal.is_sealed(text):
        seal.open_value(BOX, text, scope=SCOPE, record=RECORD, field=FIELD)


def _bundle(data: bytes) -> None:
    opened = bundle.open_bundle(data, seal.BoxKey.from_bytes(b"\x02" * 32), protocol.PROVINCE_DESK)
    assert opened.signed_by(seal.SigningKey.from_bytes(b"\x01" * 32).public), "it opened, and is another one"
    assert data == _example()


def _bundle_anew(data: bytes) -> None:
    """Sealed to the desk by anybody at all, as nothing but the desk's public key is needed."""
    head, newline, inside = data.partition(b"\n")
    packed = head + newline + (framing.deflate(inside) if newline else b"")
    read = bundle._read(packed)
    assert sum(map(len, read.contents)) == len(inside)
    for kind in bundle.PartKind:
        read.parts(kind)
    if read.signed_by(AUTHORITY.public):
        assert head in {one.partition(b"\n")[0] for one in bundle_insides()}, "not what the province signed"
        assert bundle.digest_of(read.contents) == read.header.digest


def _file_messages(data: bytes) -> None:
    for kind in (file_wire.FilePiece, file_wire.FilePut):
        header, inside = file_wire.split_bytes(data, kind)
        assert data.endswith(inside)
        assert len(inside) <= file_wire.MAX_PIECE
        assert protocol.decode(protocol.encode(header), kind) == header


_FILE_KEY = bytes(range(32))
_CONTENT = b"a photo" * 20


def _file(data: bytes) -> None:
    assert content.decrypted(_FILE_KEY, data) == _CONTENT


def _root(data: bytes) -> None:
    """What was shown, in whatever dress: what is believed is what the province signed."""
    shown = protocol.decode(data, protocol.RootShown)
    known = roots.proven_root(shown, AUTHORITY.public)
    if known is None:
        return
    honest, leaves = root_statement()
    assert shown.body == honest.body
    assert shown.leaf == leaves[0], "another leaf was believed"
    assert not roots.contradicts(known, known)


def _leaf(data: bytes) -> None:
    roots.read_feed_leaf(data.decode("utf-8", "replace"))


def _path(data: bytes) -> None:
    """Any path to any root: it leads to the honest one from an honest leaf alone."""
    leaf, index, count, path = protocol.decode(data, tuple[str, int, int, list[str]])
    if roots.root_by_path(leaf, index, count, path) == roots.root_of(root_statement()[1]):
        assert leaf in root_statement()[1]


def _split(data: bytes) -> None:
    known = roots.proven_root(root_statement()[0], AUTHORITY.public)
    assert known is not None
    split_view.other_root(known, data, AUTHORITY.public)
    split_view.names_another_chain(known, data)


def _erased(data: bytes) -> None:
    read = erased.read_erased(data)
    assert read is None or len(read[1]) == 32


def _code(data: bytes) -> None:
    """Whatever is typed; a whole code is spelled in one way."""
    text = data.decode("utf-8", "replace")
    assert EnrolmentCode.read(EnrolmentCode.read(text).spelled()) == EnrolmentCode.read(text)


def _recovery(data: bytes) -> None:
    """Whatever is read out over a telephone."""
    desk, answer = seal.answer_recovery(BOX.to_bytes(), data.decode("utf-8", "replace"))
    assert seal.is_desk_id(desk)
    assert len(spelling.read_spelled(answer)) == 16


def _certificate(data: bytes) -> None:
    seal.certificate_fingerprint(data)


def _keyfile(data: bytes) -> None:
    """The file as it lies there, and one whose sums are right whatever it says."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "key.json"
        path.write_bytes(data)
        read = keyfile.read_copies(path)
        assert not read[0].belongs_to(RegisterKey(bytes(32))) or read[0].content == _keyfile_seed()


def _keyfile_anew(data: bytes) -> None:
    authentic = keyfile._authentic(keyfile.VERSION, data)
    code = seal.mac(keyfile._mac_key(RegisterKey(bytes(32))), authentic)
    outside = {
        "magic": keyfile.MAGIC,
        "version": keyfile.VERSION,
        "sum": seal.sha256(authentic + code),
        "mac": code,
        "body": msgspec.Raw(data),
    }
    keyfile._decode(msgspec.json.encode(outside))


@cache
def _keyfile_seed() -> bytes:
    slot = keyfile.KeySlot(
        login="thu", officer_id="o", salt=bytes(16), rounds=3, memory_kib=65536, lanes=4, wrapped=bytes(60)
    )
    blob = keyfile.RecoveryBlob(
        desk_id=OWN, generation=1, escrow_public=bytes(32), ephemeral_public=bytes(32), wrapped=bytes(60)
    )
    made = keyfile.Keyfile(db_id="db", generation=2, slots=(slot,), recovery=blob)
    return keyfile._encode(made, RegisterKey(bytes(32)))


def _offer(data: bytes) -> None:
    offer = read_offer(data, ME)
    keys_told(offer.header, ME, PUBLIC.get)


def _offer_seed() -> bytes:
    at = protocol.FeedHead(seq=9, chain=protocol.b64(GENESIS))
    return protocol.encode(
        snapshot.SnapshotOffer(
            token="ab" * 16, scope=SCOPE, at=at, size=900, sha256="AA==", key="abcd0123", box="AA==", header=header_of()
        )
    )


def _told(data: bytes) -> None:
    for message in (purge_wire.PurgeRequest, purge_wire.PurgeReply):
        said = protocol.decode(data, message)
        if isinstance(said, purge_wire.Health):
            bounded = purge_wire.bounded(said)
            assert purge_wire.bounded(bounded) == bounded


def all_targets() -> list[Target]:
    pem = b"-----BEGIN CERTIFICATE-----\nMIIB+jCCAaA=\n-----END CERTIFICATE-----\n"
    put = file_wire.with_bytes(file_wire.FilePut(scope=SCOPE, file="ab" * 32, offset=3), b"cipher")
    piece = file_wire.with_bytes(file_wire.FilePiece(scope=SCOPE, file="ab" * 32, offset=3, size=9), b"cipher")
    leaves = root_statement()[1]
    ways = [[leaf, at, 3, [protocol.b64(one) for one in roots.path_to(leaves, at)]] for at, leaf in enumerate(leaves)]
    malformed = (protocol.Malformed,)
    sealed = seal.seal_value(BOX.public, "Kể lại", scope=SCOPE, record=RECORD, field=FIELD)
    return [
        Target("change", [line.encode() for line in lines_of()[:5]], _change),
        Target("event", steps_of(lines_of()[:5]) + short_page().split(b"\n")[2:3], _event, malformed),
        Target("page", [page_of(), short_page()], _page),
        Target("snapshot", [snapshot_body()], _snapshot),
        Target("snapshot-packed", [framing.deflate(snapshot_body())], _packed, malformed),
        Target("snapshot-offer", [_offer_seed()], _offer),
        Target("sealed", [sealed.encode()], _sealed),
        Target("sealed-anew", [seal.pad(b'"K"'), seal.pad(b'["a",1]'), b"\x80"], _sealed_anew, (seal.SealBroken,)),
        Target("bundle", [_example()], _bundle, (bundle.BundleFault,), runs=200),
        Target("bundle-anew", bundle_insides(), _bundle_anew, malformed),
        Target("file-messages", [put, piece], _file_messages, malformed),
        Target("file", [content.encrypted(_FILE_KEY, _CONTENT)], _file, (seal.SealBroken,)),
        Target("root", [protocol.encode(root_statement()[0])], _root, malformed),
        Target("leaf", [leaf.encode() for leaf in leaves], _leaf, malformed),
        Target("path", [msgspec.json.encode(way) for way in ways], _path, malformed),
        Target("split", [short_page(), header_and_end()], _split, malformed),
        Target("erased", [erased.erased_line("a", bytes(32))], _erased, malformed),
        Target("code", [EnrolmentCode(b"ab", b"cdefg", b"hij").spelled().encode()], _code),
        Target("recovery", [seal.recovery_request(OWN, BOX.public).encode()], _recovery, (DeskError,), runs=600),
        Target("certificate", [pem], _certificate, (ValueError,)),
        Target("keyfile", [_keyfile_seed()], _keyfile, runs=600),
        Target("keyfile-anew", [msgspec.json.encode(_body_of_keyfile())], _keyfile_anew),
        Target(
            "told", [b'{"purges":[{"body":"e30=","signature":"AA=="}],"waiting":3,"clock_ahead":-9}'], _told, malformed
        ),
    ]


def _body_of_keyfile() -> Any:
    return msgspec.json.decode(_keyfile_seed())["body"]


def _example() -> bytes:
    """The example of the page, for whose keys the golden vectors know the secret half."""
    return (ROOT / "docs" / "courier-example.cdsync").read_bytes()
