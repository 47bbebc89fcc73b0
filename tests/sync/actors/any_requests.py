"""Requests of any kind, made from what the wire declares: each route's message is read from its declared type.

A member gets a value of its declared type: an id that is somebody's, a name that is a trick, a number that is too
large. Now and then one is left out, or is something else. What needs a signature is signed when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from commune_desk.domain.model.ids import uuid7
from sync import bundle, carried_wire, enrolment_wire, file_wire, framing, protocol, purge_wire, seal
from sync.bundle import PartKind
from sync.change import Change, Line, Verb
from sync.checksums import RangesRequest, RecordsRequest
from sync.snapshot import Begin, SnapshotRequest
from tests.sync.actors.questions import bundle_of
from tests.sync.actors.server_fixtures import ServerDesk

TRICKS = (
    *("", " ", "../key.json", "..%2f..%2fkey.json", "%2e%2e/%2e%2e/data", "/etc/passwd", "..\\..\\key.json", "\x00"),
    *("a\x00b", "x" * 5000, "Đặng", "e\u0301", "\ufeff", "\u202e", "٣", "²", "'; DROP TABLE change; --", "%s", "{}"),
    *("C:", "P:22", "*", "null", "-1", "1e400", "AAAA", "AAA", "=" * 64, "00" * 32, "🧒"),
)
"""Texts that have been somebody's way in somewhere."""
NUMBERS = (0, 1, 2, 255, 256, -1, 500, 501, 1 << 31, (1 << 53) - 1, 1 << 53, 1 << 63, 1 << 64, -(1 << 63), -(10**30))
_OFTEN = 6
"""Of so many members one is not what was asked for."""


@dataclass(frozen=True)
class Pool:
    """What there is to name: by the member that it belongs into, and what it is in any."""

    named: Mapping[str, Sequence[Any]]
    texts: Sequence[str] = field(repr=False)

    def text(self, name: str) -> st.SearchStrategy[str]:
        """Mostly what belongs there, where that is known."""
        known = [one for one in self.named.get(name, ()) if isinstance(one, str)]
        return _mostly(known, st.one_of(st.sampled_from(self.texts), st.sampled_from(TRICKS), st.text(max_size=40)))

    def number(self, name: str) -> st.SearchStrategy[int]:
        """The same."""
        known = [one for one in self.named.get(name, ()) if isinstance(one, int)]
        return _mostly(known, st.one_of(st.integers(0, 300), st.sampled_from(NUMBERS)))


def _mostly(known: Sequence[Any], other: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    if not known:
        return other
    return st.integers(1, _OFTEN).flatmap(lambda one: other if one == _OFTEN else st.sampled_from(known))


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.floats(allow_nan=False) | st.sampled_from(TRICKS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TRICKS), inner, max_size=3),
    max_leaves=5,
)


def of_type(declared: Any, pool: Pool, name: str = "") -> st.SearchStrategy[Any]:
    """Values of a declared type, as JSON has them. Raises KeyError for one that nobody thought of here."""
    return _WAYS[type(declared)](declared, pool, name)


def _list(declared: Any, pool: Pool, name: str) -> st.SearchStrategy[Any]:
    return st.lists(of_type(declared.item_type, pool, name), max_size=6)


def _dict(declared: Any, pool: Pool, name: str) -> st.SearchStrategy[Any]:
    keys = of_type(declared.key_type, pool, f"{name} of")
    return st.dictionaries(keys, of_type(declared.value_type, pool, name), max_size=4)


def _union(declared: Any, pool: Pool, name: str) -> st.SearchStrategy[Any]:
    return st.one_of(*(of_type(one, pool, name) for one in declared.types))


@st.composite
def _struct(draw: st.DrawFn, declared: inspect.StructType, pool: Pool) -> dict[str, Any]:
    made = {}
    for one in declared.fields:
        if one.required or draw(st.booleans()):
            made[one.encode_name] = draw(of_type(one.type, pool, one.encode_name))
    if made and draw(st.integers(1, _OFTEN)) == 1:
        spoilt = draw(st.sampled_from(sorted(made)))
        if draw(st.booleans()):
            made[spoilt] = draw(anything)
        else:
            del made[spoilt]
    return made


_WAYS: dict[type, Callable[[Any, Pool, str], st.SearchStrategy[Any]]] = {
    inspect.StrType: lambda declared, pool, name: pool.text(name),
    inspect.IntType: lambda declared, pool, name: pool.number(name),
    inspect.BoolType: lambda declared, pool, name: st.booleans(),
    inspect.NoneType: lambda declared, pool, name: st.none(),
    inspect.ListType: _list,
    inspect.DictType: _dict,
    inspect.UnionType: _union,
    inspect.StructType: lambda declared, pool, name: _struct(declared, pool),
}


def message(declared: type[msgspec.Struct], pool: Pool) -> st.SearchStrategy[dict[str, Any]]:
    """A message of this type, as a JSON object."""
    return of_type(inspect.type_info(declared), pool)


@dataclass(frozen=True)
class Plain:
    """A body as it is."""

    body: Any
    after: bytes = b""

    def written(self, desk: ServerDesk) -> bytes:
        return msgspec.json.encode(self.body) + self.after


@dataclass(frozen=True)
class Push:
    """Changes that are in order but for what `changes` say otherwise, signed, and so is the head; `header` too."""

    changes: list[dict[str, Any]]
    header: dict[str, Any]

    def written(self, desk: ServerDesk) -> bytes:
        lines: list[Line | bytes] = [_line(desk, dict(one)) for one in self.changes]
        return desk.body(lines, **self.header)


def _line(desk: ServerDesk, more: dict[str, Any]) -> Line:
    kind, record = more.pop("kind", "person"), more.pop("record", None) or uuid7()
    return desk.change(kind, record, more.pop("set", {"full_name": "X"}), **more)


@dataclass(frozen=True)
class Sealed:
    """What a locked desk brings."""

    inner: Plain | Push

    def written(self, desk: ServerDesk) -> bytes:
        courier = desk.world.province.keys.courier.public
        return seal.seal_for_province(courier, framing.deflate(self.inner.written(desk)))


@dataclass(frozen=True)
class Report:
    """Statements, each signed by the desk that sends them."""

    statements: list[dict[str, Any]]

    def written(self, desk: ServerDesk) -> bytes:
        purges = [self._signed(desk, {"desk": desk.id} | one) for one in self.statements]
        return msgspec.json.encode({"purges": purges})

    def _signed(self, desk: ServerDesk, statement: dict[str, Any]) -> dict[str, str]:
        body = msgspec.json.encode(statement)
        return {"body": protocol.b64(body), "signature": protocol.b64(desk.key.sign(seal.PURGE, body))}


@dataclass(frozen=True)
class Carried:
    """A bundle of the desk that sends it; `header` says what is otherwise."""

    push: Plain | Push
    others: list[tuple[str, Any]]
    header: dict[str, Any]

    def written(self, desk: ServerDesk) -> bytes:
        said = [(PartKind.PUSH.value, self.push.written(desk))]
        said += [(kind, msgspec.json.encode(body)) for kind, body in self.others]
        items = [(bundle.Part(kind=kind, size=len(body)), body) for kind, body in said]
        return bundle_of(desk, items, **self.header)


Draft = Plain | Push | Sealed | Report | Carried


@st.composite
def _pushes(draw: st.DrawFn, pool: Pool) -> Push:
    changes = draw(st.lists(_changes(pool), min_size=1, max_size=3))
    is_odd = draw(st.integers(1, _OFTEN)) == _OFTEN
    return Push(changes, draw(_overrides(protocol.PushHeader, pool)) if is_odd else {})


_RELOCATING = {Verb.MOVE, Verb.SHARE, Verb.UNSHARE}


@st.composite
def _changes(draw: st.DrawFn, pool: Pool) -> dict[str, Any]:
    """Most aim well: at somebody's record, in the form that the verb has."""
    if draw(st.integers(1, _OFTEN)) == _OFTEN:
        return draw(_overrides(Change, pool))
    more: dict[str, Any] = {"record": draw(pool.text("r")), "scope": draw(pool.text("s")), "kind": draw(pool.text("t"))}
    verb = draw(pool.text("k"))
    if verb in _RELOCATING:
        return more | {"verb": verb, "to": draw(pool.text("to")), "set": {}}
    if verb == Verb.ALIAS:
        return more | {"verb": verb, "set": {"joined_to": draw(pool.text("r"))}}
    if verb == Verb.RESOLVE:
        return more | {"verb": verb, "resolves": {"full_name": draw(st.lists(pool.text("resolves"), max_size=2))}}
    return more | {"verb": verb, "base": draw(st.dictionaries(st.just("full_name"), pool.text("base")))}


@st.composite
def _overrides(draw: st.DrawFn, declared: type[msgspec.Struct], pool: Pool) -> dict[str, Any]:
    """Up to three members that are not as an honest desk would have them, by their names in the program."""
    info = inspect.type_info(declared)
    assert isinstance(info, inspect.StructType)
    members = {one.name: one for one in info.fields}
    some = draw(st.sets(st.sampled_from(sorted(members)), max_size=3))
    return {name: draw(of_type(members[name].type, pool, members[name].encode_name)) for name in sorted(some)}


def _proven(pool: Pool) -> st.SearchStrategy[Plain]:
    inner = message(enrolment_wire.EnrolRequest, pool).map(lambda one: protocol.b64(msgspec.json.encode(one)))
    made = st.fixed_dictionaries({"body": inner, "mac": pool.text("mac")})
    return st.one_of(made, message(enrolment_wire.Proven, pool)).map(Plain)


def _pieces(pool: Pool) -> st.SearchStrategy[Plain]:
    data = st.binary(max_size=200).map(lambda one: b"\n" + one) | st.just(b"")
    return st.builds(Plain, message(file_wire.FilePut, pool), data)


def _plain(declared: type[msgspec.Struct]) -> Callable[[Pool], st.SearchStrategy[Draft]]:
    return lambda pool: message(declared, pool).map(Plain)


def _reports(pool: Pool) -> st.SearchStrategy[Draft]:
    signed = st.lists(message(purge_wire.PurgeStatement, pool), max_size=3).map(Report)
    return st.one_of(signed, message(purge_wire.PurgeRequest, pool).map(Plain))


def _any_push(pool: Pool) -> st.SearchStrategy[Plain | Push]:
    return st.one_of(_pushes(pool), _pushes(pool), message(protocol.PushHeader, pool).map(Plain))


_PARTS: dict[str, type[msgspec.Struct]] = {
    PartKind.PULL: protocol.PullRequest,
    PartKind.BEGIN: Begin,
    PartKind.PURGES: purge_wire.PurgeRequest,
    PartKind.RECEIPT: protocol.Receipt,
    "of_later": protocol.Problem,
}


@st.composite
def _bundles(draw: st.DrawFn, pool: Pool) -> Draft:
    """Most are whole, and hold what a desk may put in or may not; some are no bundle at all."""
    if draw(st.integers(1, _OFTEN)) == _OFTEN:
        return draw(st.builds(Plain, anything, st.binary(max_size=200)))
    kinds = draw(st.lists(st.sampled_from(sorted(_PARTS)), max_size=4))
    others = [(kind, draw(message(_PARTS[kind], pool))) for kind in kinds]
    is_odd = draw(st.integers(1, _OFTEN)) == _OFTEN
    odd = {name: draw(pool.text(name)) for name in ("sender", "epoch", "at", "to")} if is_odd else {}
    return Carried(draw(_any_push(pool)), others, odd)


BODIES: dict[str, Callable[[Pool], st.SearchStrategy[Draft]]] = {
    "/v1/hello": _plain(protocol.HelloRequest),
    "/v1/enrol": _proven,
    "/v1/push": _any_push,
    "/v1/pull": _plain(protocol.PullRequest),
    "/v1/report": _reports,
    "/v1/snapshot": _plain(SnapshotRequest),
    "/v1/ranges": _plain(RangesRequest),
    "/v1/records": _plain(RecordsRequest),
    "/v1/doorbell": _plain(protocol.HelloRequest),
    protocol.SEALED_PUSH: lambda pool: _any_push(pool).map(Sealed),
    carried_wire.ROUTE: _bundles,
    "/v1/files/offset": _plain(file_wire.FileAsked),
    "/v1/files/put": _pieces,
    "/v1/files/get": _plain(file_wire.FileGet),
}
"""By route, what its body may be."""
FETCHED = ("/v1/ca", "/v1/schema", "/v1/snapshots/{token:str}")
"""Routes without a body."""
