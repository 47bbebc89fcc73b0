"""The golden vectors as files: the page says the same, and the client that was written from the page makes them again.

The program is held to the page by `test_protocol_page.py`, `test_chains_page.py`, `test_kinds_page.py` and
`files/test_page.py`, `courier/test_page.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import framing
from tests.architecture.sources import ROOT
from tests.helpers.protocol_page import PAGE, section
from tests.plain_client import enrolling, frames, sealing, sticks, wire
from tests.plain_client.feed import climb
from tests.plain_client.spelling import b64, compact, head_words, next_head, next_link, public_of, sha, unb
from tests.plain_client.standing import term
from tests.plain_client.writing import Written

FILES = sorted((ROOT / "tests" / "vectors").glob("*.json"))
EXAMPLES = {"chains": "29.5", "courier": "23.7", "files": "26.4", "protocol": "17"}
"""The section of the page that has the values of each file."""
WHERE = {"chains": "29", "courier": "23", "dictionary": "30", "files": "26", "kinds": "25", "protocol": "17"}
"""And the one that says all of its words."""
KEYS = {"01" * 32, "02" * 32, bytes(range(32)).hex()}
"""The page says these in words."""


def vectors(file: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / f"{file}.json").read_text("utf-8"))[name]
    return found


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    else:
        yield str(value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_page_says_every_vector(file: Path) -> None:
    page = section(WHERE[file.stem]).replace(",", "")
    said = set(leaves(json.loads(file.read_text("utf-8")))) - KEYS
    assert len(said) > 3
    assert [value for value in sorted(said) if value.replace(",", "") not in page] == []


@pytest.mark.parametrize("file", sorted(EXAMPLES))
def test_every_value_of_the_page_is_a_vector(file: str) -> None:
    values = re.findall(r"\| `([^`]+)` \|$", section(EXAMPLES[file]), re.MULTILINE)
    assert len(values) > 5
    assert set(values) <= set(leaves(json.loads((ROOT / "tests" / "vectors" / f"{file}.json").read_text("utf-8"))))


def test_a_change_and_its_chains_are_made_again() -> None:
    known = vectors("protocol", "change")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["signing_key"]))
    signature, _, raw = known["line"].encode().partition(b" ")
    change = json.loads(raw)
    assert compact(change) == raw
    assert Written(change["id"], raw, b64(key.sign(b"cd-change-v1" + raw))).line == known["line"].encode()
    head = next_head(bytes(32), raw)
    assert public_of(key).hex() == known["signing_public"]
    assert (sha(raw).hex(), head.hex()) == (known["digest"], known["head"])
    assert b64(key.sign(b"cd-head-v1" + head_words(change["d"], change["n"], head))) == known["head_signature"]
    assert next_link(bytes(32), 1, sha(raw)).hex() == known["feed_chain"]
    assert sha(f"{change['id']}|phone".encode()).hex()[:32] == known["conflict"]
    assert signature


def test_what_is_said_of_a_stick_and_of_what_is_declared_is_signed_again() -> None:
    carried, declared = vectors("protocol", "handed_on"), vectors("protocol", "schema")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(carried["signing_key"]))
    file = (ROOT / "docs" / "courier-example.cdsync").read_bytes()
    assert json.loads(carried["said"])["digest"] == b64(sha(file))
    assert b64(key.sign(b"cd-carried-v1" + carried["said"].encode() + b"\n" + file)) == carried["signature"]
    assert b64(key.sign(b"cd-schema-v1" + declared["body"].encode())) == declared["signature"]


def test_a_code_is_read_again_and_stretched() -> None:
    known = vectors("protocol", "enrolment")
    code = enrolling.read_code(known["code"])
    fingerprint = bytes.fromhex(known["fingerprint"])
    assert code == (bytes.fromhex(known["locator"]), bytes.fromhex(known["secret"]), fingerprint[:3])
    assert enrolling.code_keys(code, fingerprint).request.hex() == known["request_key"]


def test_a_request_is_signed_again() -> None:
    known = vectors("protocol", "request")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["signing_key"]))
    body = bytes.fromhex(known["body"])
    assert frames.unpack(body) == b"{}"
    headers = wire.signed_headers(key, known["path"], body, (known["key_id"], known["nonce"], known["created"]))
    parameters = headers["Signature-Input"].removeprefix("sig=")
    made = wire.signature_base(known["path"], headers["Content-Digest"], parameters)
    assert made == "\n".join(known["signature_base"]).encode()
    assert headers["Signature"] == known["signature"]


def test_a_frame_of_the_dictionary_is_read_and_made_again() -> None:
    known = vectors("dictionary", "dictionary")
    dictionary = frames.dictionary_of(PAGE)
    content = dictionary.as_bytes()
    assert (len(content), sha(content).hex()) == (known["size"], known["sha256"])
    frame = unb(known["frame"])
    assert len(frame) == known["frame_size"]
    assert frames.unpack(frame, dictionary) == known["body"].encode()
    made = frames.pack(known["body"].encode(), dictionary)
    assert framing.inflate(made) == known["body"].encode(), "read by the program, too"
    with pytest.raises(zstandard.ZstdError):
        frames.unpack(frame)


def test_a_sealed_value_opens_again() -> None:
    known = vectors("protocol", "sealed_value")
    private = bytes.fromhex(known["private"])
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    place = (known["scope"], known["record"], known["field"])
    assert (public.hex(), sealing.key_id(public)) == (known["public"], known["key"])
    assert sealing.open_value(private, place, known["sealed"]) == known["value"]


def test_sums_and_a_root_are_made_again() -> None:
    known = vectors("chains", "sums_and_root")
    alone = term(known["record"], {known["change"]}, [])
    conflicted = term(known["record"], {known["change"]}, [known["conflict"]])
    assert (f"{alone:016x}", f"{conflicted:016x}") == (known["term"], known["term_with_conflict"])
    assert f"{(alone + conflicted) % 2**64:016x}" == known["total"]
    assert int(known["record"][-2:], 16) == known["range"]
    first, second = (sha(b"\x00" + leaf.encode()) for leaf in known["leaves"])
    root = climb(first, 0, 2, [second])
    assert (first.hex(), root.hex()) == (known["root_of_one"], known["root"])
    assert climb(second, 1, 2, [first]) == root
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["authority_key"]))
    statement = compact({**known["statement"], "root": b64(root)})
    assert key.sign(b"cd-root-v1" + statement) == unb(known["statement_signature"])


def test_the_content_of_a_file_is_made_again() -> None:
    known = vectors("files", "content")
    key = bytes.fromhex(known["key"])
    small, large = (
        sealing.encrypt_content(key, known["text"].encode()),
        sealing.encrypt_content(key, bytes(known["zeros"])),
    )
    assert (small.hex(), sha(small).hex()) == (known["ciphertext"], known["sha256"])
    assert (len(large), large[:32].hex()) == (known["size_of_zeros"], known["first_of_zeros"])
    assert large[sealing.PIECE + sealing.TAG :].hex() == known["last_piece_of_zeros"]
    assert sha(large).hex() == known["sha256_of_zeros"]
    assert compact({"scope": "C:06838", "file": known["sha256"], "offset": 0}).decode() == known["put"]


def test_a_bundle_is_opened_again() -> None:
    known = vectors("courier", "bundle")
    file = (ROOT / "docs" / known["file"]).read_bytes()
    assert (sha(file).hex(), enrolling.spell(sha(file)[:5])) == (known["sha256"], known["fingerprint"])
    assert (file[:10].hex(), file[10:18].hex(), file[18:50].hex()) == (
        known["start"],
        known["tag"],
        known["encapsulated"],
    )
    found = sticks.opened(bytes.fromhex(known["public"]), bytes.fromhex(known["private"]), file)
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["signing_key"]))
    assert found.words.decode() == known["header"]
    assert b64(found.signature) == b64(key.sign(b"cd-bundle-v1" + found.words)) == known["signature"]
    parts = [words.decode() for _, words in found.parts()]
    assert parts[1] == known["second_part"]
    assert parts[0].endswith(vectors("protocol", "change")["line"])


def test_the_courier_key_follows_from_the_authoritys_again() -> None:
    known = vectors("courier", "courier_key")
    private = HKDF(SHA256(), 32, None, b"cd-courier-v1").derive(bytes.fromhex(known["seed"]))
    assert X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex() == known["public"]


def test_ids_that_all_programs_make_alike_are_made_again() -> None:
    known = vectors("kinds", "ids_made_alike")
    stay: str = known["stay"]

    def made(words: str) -> str:
        return stay[:12] + sha(f"{stay}|{words}".encode()).hex()[:20]

    assert (made(known["commune"]), made("follow-up 0")) == (known["notice"], known["first_task"])
