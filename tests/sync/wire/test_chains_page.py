"""What the page says of sums, roots and the log is true: its numbers can be made again, its members are those sent."""

from __future__ import annotations

import re

import msgspec

from sync import checksums, protocol, seal
from sync.change import GENESIS, next_chain, next_head
from sync.roots import RootStatement, desk_leaf, feed_leaf, root_of
from sync.server.answers.log_export import FORMAT
from tests.helpers.protocol_page import section

PAGE = section("29")
RECORD, CHANGE = "01a20cb2d481700895ed221e78996b8b", "01a20cb2d481700895ed221e78996b89"
DIGEST = bytes.fromhex("e750cff6df047a80ba29c493701dc30413bc57b3bf440bdc58795433f814638f")
"""Of the change in section 17.1 of protocol.md."""


def test_the_sums_of_the_page_can_be_made_again() -> None:
    alone = checksums.term(RECORD, [CHANGE], [])
    conflicted = checksums.term(RECORD, [CHANGE], ["6ad696705f8af2fb92cd674aa377e643"])
    total = checksums.sums_of([(RECORD, alone), (RECORD, conflicted)]).whole.total
    for value in (f"{alone:016x}", f"{conflicted:016x}", total, str(checksums.range_of(RECORD))):
        assert f"`{value}`" in PAGE


def test_the_root_of_the_page_can_be_made_again() -> None:
    feed = feed_leaf("C:06838", 1, protocol.b64(next_chain(GENESIS, 1, DIGEST)))
    desk = desk_leaf("7ZK2MQ", 1, protocol.b64(next_head(GENESIS, DIGEST)))
    root = root_of([feed, desk])
    statement = RootStatement(
        n=1, day="2026-11-26", at="2026-11-26T00:00:00Z", epoch="24fa000000000000", leaves=2, root=protocol.b64(root)
    )
    signature = seal.SigningKey.from_bytes(b"\x02" * 32).sign(seal.ROOT, protocol.encode(statement))
    assert f"    {feed}\n    {desk}\n" in PAGE
    for value in (root_of([feed]).hex(), root.hex(), protocol.b64(signature)):
        assert f"`{value}`" in PAGE


def test_every_member_is_explained() -> None:
    messages = (
        checksums.Sum,
        checksums.RangesRequest,
        checksums.RangesReply,
        checksums.RecordsRequest,
        RootStatement,
        protocol.RootShown,
    )
    names = {info.encode_name for message in messages for info in msgspec.structs.fields(message)}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", PAGE)] == []
    assert f"`{FORMAT}`" in PAGE
    assert f"`{seal.ROOT.decode()}`" in PAGE
