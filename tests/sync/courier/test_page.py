"""What the page says of bundles is enough to read one by: the file beside it opens to what it says."""

from __future__ import annotations

import re

import msgspec

from sync import bundle, protocol, seal
from sync.bundle import PartKind
from tests.architecture.sources import ROOT
from tests.helpers.protocol_page import section

PAGE = section("23")
FILE = (ROOT / "docs" / "courier-example.cdsync").read_bytes()
SENDER = seal.SigningKey.from_bytes(b"\x01" * 32)
BOX = seal.BoxKey.from_bytes(b"\x02" * 32)


def test_the_example_opens_to_what_the_page_says() -> None:
    opened = bundle.open_bundle(FILE, BOX, protocol.PROVINCE_DESK)
    (push, body), (_, question) = opened.parts(PartKind.PUSH, PartKind.PULL)
    assert opened.signed_by(SENDER.public)
    assert (push.first_n, push.last_n, len(body)) == (1, 1, push.size)
    for value in (
        BOX.public.hex(),
        seal.sha256(FILE).hex(),
        bundle.fingerprint(FILE),
        bundle.file_name(FILE),
        FILE[:10].hex(),
        FILE[10:18].hex(),
        FILE[18:50].hex(),
        protocol.b64(SENDER.sign(seal.BUNDLE, opened.signed)),
        question.decode(),
        seal.BoxKey.from_bytes(seal.derive(SENDER.to_bytes(), b"cd-courier-v1")).public.hex(),
    ):
        assert f"`{value}`" in PAGE, value
    assert f"    {opened.signed.decode()}\n" in PAGE


def test_the_tag_and_the_padding_are_as_the_page_says() -> None:
    """By hand, as another language would do it."""
    assert FILE[10:18] == seal.sha256(b"cd-bundle-tag-v1" + BOX.public + FILE[18:50])[:8]
    content = BOX.open(FILE[18:], info=FILE[:10])
    assert len(FILE) == int.from_bytes(FILE[8:10]) * 65536 == len(content) + 66
    assert content.rstrip(b"\0").endswith(b"\x80")
    assert protocol.b64(opened_signature(content)) in PAGE


def opened_signature(content: bytes) -> bytes:
    return protocol.unb64(content.partition(b" ")[0].decode())


def test_every_member_and_every_kind_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE)) | set(re.findall(r"[{ ]([a-z_]+)[,}]", PAGE))
    members = {field.encode_name for struct in (bundle.Header, bundle.Part) for field in msgspec.structs.fields(struct)}
    assert members <= named
    assert {kind.value for kind in PartKind} <= named
    for number in (bundle.MAX_PARTS, 64, 500, "16 MiB", "15 MiB", "64 KiB"):
        assert str(number) in PAGE
