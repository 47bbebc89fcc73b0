"""What `GET /v1/schema` says: the kinds, fields and verbs that this program knows, from their declarations."""

from __future__ import annotations

import msgspec

from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.records.registry import SaidKind, said_kinds
from sync.change import Verb
from sync.protocol import encode


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """Signed under `seal.SCHEMA`. Of the same program it is the same bytes for everybody."""

    schema: int
    verbs: list[str]
    kinds: list[SaidKind]


def declared() -> bytes:
    """The route's body."""
    return encode(Schema(schema=SCHEMA_VERSION, verbs=[verb.value for verb in Verb], kinds=said_kinds()))
