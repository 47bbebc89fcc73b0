"""The page that a desk in another language would be written from tells the truth: codes, limits, the worked example."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from sync import protocol, seal
from sync.change import GENESIS, next_chain, next_head, read_line, sign
from sync.enrolment_code import EnrolmentCode
from sync.server import problems
from sync.server.intake import admission, ordering, push
from sync.server.intake.conflicts import conflict_id

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = ("protocol.md", "protocol-files.md", "protocol-chains.md", "protocol-lifecycle.md")
PAGE = "\n".join((DOCS / name).read_text(encoding="utf-8") for name in PAGES)


def test_the_example_of_the_page_can_be_made_again() -> None:
    written = next(line.strip() for line in PAGE.splitlines() if '"t":"person"' in line).encode()
    line, key = read_line(written), seal.SigningKey.from_bytes(b"\x01" * 32)
    assert sign(line.change, key).encode() == written
    head = next_head(GENESIS, line.digest)
    statement = protocol.head_statement(line.change.desk, 1, head)
    for value in (
        key.public.hex(),
        line.digest.hex(),
        head.hex(),
        protocol.b64(key.sign(seal.HEAD, statement)),
        next_chain(GENESIS, 1, line.digest).hex(),
        conflict_id(line.change.id, "phone"),
    ):
        assert f"`{value}`" in PAGE


def test_the_enrolment_of_the_page_can_be_made_again() -> None:
    fingerprint, locator, secret = bytes(range(32)), bytes.fromhex("abcd"), bytes.fromhex("0102030405")
    code = EnrolmentCode(locator, secret, fingerprint[:3])
    assert code.spelled() in PAGE
    assert EnrolmentCode.read(code.spelled()) == code
    assert code.keys(fingerprint).request.hex() in PAGE


def test_every_code_that_the_server_says_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    door = " ".join(Path(module.__file__ or "").read_text("utf-8") for module in (admission, ordering, push))
    quarantine = set(re.findall(r'(?:return|code =|else) "([a-z_]+)"', door))
    assert {"grant", "unreadable", "moved"} <= quarantine
    assert quarantine <= named
    assert set(problems.SENTENCES) <= named


def test_every_member_of_a_change_and_an_event_is_explained() -> None:
    from sync.change import Change

    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {info.encode_name for struct in (Change, protocol.Event) for info in msgspec.structs.fields(struct)} <= named
    for message in (protocol.Hello, protocol.Enrolled, protocol.Receipt, protocol.PullHeader, protocol.PullTrailer):
        assert all(re.search(rf"\b{name}\b", PAGE) for name in message.__struct_fields__)
