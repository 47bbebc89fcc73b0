"""The page that a desk in another language would be written from tells the truth: codes, limits, the worked example."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from requests import PreparedRequest

from sync import checksums, enrolment_wire, file_wire, framing, protocol, purge_wire, refusals, seal, snapshot
from sync.change import GENESIS, BadLine, Change, next_chain, next_head, read_line, sign
from sync.client.signing import RequestSigner
from sync.enrolment_code import EnrolmentCode
from sync.server.intake import admission, ordering, push
from sync.server.intake.conflicts import conflict_id
from tests.helpers.protocol_page import section, sections

PAGE = sections(*range(1, 20), 22, 24, 26, 27, 29, 31)
"""What is said of the line: a code or member that only the tables of kinds name is not explained."""


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
    sources = " ".join(Path(module.__file__ or "").read_text("utf-8") for module in (admission, ordering, push))
    quarantine = set(re.findall(r'(?:return|code =|else) "([a-z_]+)"', sources))
    assert {"grant", "unreadable", "moved"} <= quarantine
    assert quarantine <= named
    assert set(refusals.SENTENCES) <= named


def test_every_member_of_a_change_and_an_event_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {info.encode_name for struct in (Change, protocol.Event) for info in msgspec.structs.fields(struct)} <= named
    for message in (
        protocol.Hello,
        enrolment_wire.Enrolled,
        protocol.Receipt,
        protocol.PullHeader,
        protocol.PullTrailer,
    ):
        assert all(re.search(rf"\b{name}\b", PAGE) for name in message.__struct_fields__)


def test_a_signed_request_of_the_page_is_the_one_that_a_desk_would_send() -> None:
    body, key = bytes.fromhex("28b52ffd20021100007b7d"), seal.SigningKey.from_bytes(b"\x01" * 32)
    assert f"`{body.hex()}`" in PAGE
    assert framing.inflate(body) == b"{}"
    request = PreparedRequest()
    request.prepare("POST", "https://province/v1/report", headers={"Content-Type": framing.CONTENT_TYPE}, data=body)
    RequestSigner("7ZK2MQ", key).sign(request, body, "AAAA.1")
    lines = re.findall(r'^    (".*)$', section("17.3"), re.MULTILINE)
    components = [line.partition(": ")[0].strip('"') for line in lines]
    assert components == [*protocol.SIGNED_COMPONENTS, "@signature-params"]
    assert lines[3] == f'"content-digest": {request.headers["Content-Digest"]}'
    made, said = request.headers["Signature-Input"].partition("=")[2], lines[4].partition(": ")[2]
    ignored = r';(created=\d+|alg="ed25519")'
    assert re.sub(ignored, "", made) == re.sub(ignored, "", said)
    signature = next(iter(re.findall(r"`sig=:(.+?):`", PAGE)))
    assert seal.verify(key.public, b"", "\n".join(lines).encode(), protocol.unb64(signature))


def test_the_sealed_value_of_the_page_opens() -> None:
    key = seal.BoxKey.from_bytes(b"\x02" * 32)
    assert key.public.hex() in PAGE
    assert f"id `{seal.scope_key_id(key.public)}`" in PAGE
    sealed = next(line.strip() for line in PAGE.splitlines() if line.startswith("    Y2Qx"))
    place = {"scope": "C:06838", "record": "01a20cb2d481700895ed221e78996b8b", "field": "description"}
    assert seal.open_value(key, sealed, **place) == "Mô tả"


_LINE = next(line.strip() for line in PAGE.splitlines() if '"t":"person"' in line).partition(" ")[2]


def _said(text: str) -> bytes:
    return (" " + _LINE.replace("0912345678", text)).encode()


_AS_IT_IS = [*"/<>&\x7f", "\u2028", "ế", "😀"]
_ESCAPED = [r"\"", r"\\", r"\b", r"\t", r"\n", r"\f", r"\r", r"\u0001", r"\u001f"]


@pytest.mark.parametrize("text", [*_AS_IT_IS, *_ESCAPED])
def test_one_spelling_is_read(text: str) -> None:
    assert read_line(_said(text)).change.set == {"phone": msgspec.json.decode(f'"{text}"')}


@pytest.mark.parametrize(
    "text",
    [r"\/", r"\u003c", r"\u0026", r"\u007f", r"\u2028", r"\u1ebf", r"\ud83d\ude00", r"\u000a", r"\u0008", r"\u001F"],
)
def test_no_other_spelling_is(text: str) -> None:
    assert isinstance(msgspec.json.decode(f'"{text}"'), str)  # as JSON it would do
    with pytest.raises(BadLine):
        read_line(_said(text))


def test_members_of_a_change_stand_in_any_order_but_some_must_stand() -> None:
    members = msgspec.json.decode(_LINE)
    backwards = msgspec.json.encode(dict(reversed(members.items())))
    assert read_line(b" " + backwards).change == read_line(b" " + _LINE.encode()).change
    musts = re.findall(r"^\| (`.*`) \| \*must\*", PAGE, re.MULTILINE)
    required = {info.encode_name for info in msgspec.structs.fields(Change) if info.required}
    assert {name for cell in musts for name in re.findall(r"`(\w+)`", cell)} == required


_REQUESTS = (
    (protocol.HelloRequest, "/v1/hello"),
    (enrolment_wire.Proven, "/v1/enrol"),
    (enrolment_wire.EnrolRequest, "/v1/enrol"),
    (protocol.PushHeader, "/v1/push"),
    (protocol.PullRequest, "/v1/pull"),
    (purge_wire.PurgeRequest, "/v1/report"),
    (purge_wire.PurgeStatement, "/v1/report"),
    (snapshot.SnapshotRequest, "/v1/snapshot"),
    (checksums.RangesRequest, "/v1/ranges"),
    (checksums.RecordsRequest, "/v1/records"),
    (file_wire.FileAsked, "/v1/files/offset"),
    (file_wire.FilePut, "/v1/files/put"),
    (file_wire.FileGet, "/v1/files/get"),
)


@pytest.mark.parametrize("route", sorted({route for _message, route in _REQUESTS}))
def test_what_a_request_must_name_is_said(route: str) -> None:
    messages = [message for message, of in _REQUESTS if of == route]
    required = {info.encode_name for message in messages for info in msgspec.structs.fields(message) if info.required}
    row = next(line for line in section("16.2").splitlines() if f"`{route}`" in line.partition(" | ")[0])
    assert set(re.findall(r"`(\w+)`", row.partition(" | ")[2])) == required


def test_every_domain_of_signatures_is_in_the_table() -> None:
    domains = {value.decode() for value in vars(seal).values() if isinstance(value, bytes) and value.startswith(b"cd-")}
    assert {"cd-change-v1", "cd-file-v1"} <= domains
    inside = {"cd-locked-push-v1"}  # names a box, signs nothing
    assert set(re.findall(r"^\| `(cd-[a-z]+-v1)` \|", PAGE, re.MULTILINE)) == domains - inside


@pytest.mark.parametrize("number", ["20.3", "28.1"])
def test_where_the_page_says_which_records_go_it_names_the_member_that_travels(number: str) -> None:
    said = re.findall(r"event of the change has `(\w+)`|erasure whose `(\w+)` names", section(number))
    left = next(info.encode_name for info in msgspec.structs.fields(protocol.Event) if info.name == "left")
    assert {name for pair in said for name in pair if name} == {left}
