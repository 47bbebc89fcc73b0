"""Requests of any kind to every route, signed by desks of other places and by nobody: no failure, no word, no trace.

What may stand in a request is read from the types that the wire declares (`tests/sync/actors/any_requests.py`). A route
that is added later without a strategy fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sync import carried_wire, enrolment_wire, file_wire, framing, protocol
from sync.server.answers import sums
from sync.server.intake.admission import Admission
from tests.helpers.examples import examples
from tests.sync.actors.any_requests import BODIES, FETCHED, TRICKS
from tests.sync.actors.questions import BELLS, OPEN
from tests.sync.actors.server_fixtures import Reply
from tests.sync.actors.two_places import CALLERS, TwoPlaces, two_places_in

pytestmark = pytest.mark.usefixtures("store_engine")

SMALL = 16 * 1024
MOST = {
    "/v1/push": protocol.MAX_BODY,
    protocol.SEALED_PUSH: protocol.MAX_BODY,
    "/v1/files/put": file_wire.MAX_MESSAGE,
    "/v1/enrol": enrolment_wire.MAX_ENROLMENT,
    carried_wire.ROUTE: carried_wire.MAX_CARRIED,
}
"""Bytes of a body as it comes in; elsewhere `SMALL`."""
INSIDE = {"/v1/push": protocol.MAX_INFLATED, protocol.SEALED_PUSH: protocol.MAX_INFLATED}
"""Bytes that it may grow to; elsewhere as many as come in."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, store_engine: object) -> Iterator[TwoPlaces]:
    with two_places_in(tmp_path_factory.mktemp("two")) as made:
        yield made


def test_every_route_has_its_strategy(stage: TwoPlaces) -> None:
    assert {route.path for route in stage.world.service.app().routes} == BODIES.keys() | set(FETCHED)


def _tried(stage: TwoPlaces, path: str, most: int, **how: Any) -> None:
    """Raises AssertionError for the first answer that tells too much or is a failure, and for a row that changed."""

    @settings(max_examples=most, suppress_health_check=list(HealthCheck), **how)
    @given(caller=CALLERS, draft=BODIES[path](stage.pool))
    def ask(caller: str, draft: Any) -> None:
        said, reply = stage.ask(caller, path, draft)
        assert reply.status < 500, reply.code
        assert reply.status == 401 or caller in stage.askers or path in OPEN
        told = stage.told_of_the_asked(said, reply)
        assert not told, f"told: {told}"
        if reply.status == 200:
            assert_nothing_changed()

    def assert_nothing_changed() -> None:
        changed = stage.changed_of_the_asked()
        assert not changed, f"changed: {changed}"

    ask()
    assert_nothing_changed()  # nor did what was refused


@pytest.mark.parametrize("path", BODIES)
def test_any_body_is_answered_and_tells_and_changes_nothing(stage: TwoPlaces, path: str) -> None:
    _tried(stage, path, examples(10))


NUMERALS = ("", "-1", "+1", "1e3", "\xb2", "1_0", " 7", "9" * 5000, "0x10")
HEADERS = st.one_of(
    st.tuples(st.just("Content-Length"), st.sampled_from(NUMERALS)),
    st.tuples(
        st.sampled_from(["Content-Length", "Range", "Content-Type", "Signature", "Signature-Input", "Content-Digest"]),
        st.text(st.characters(max_codepoint=255), max_size=30),
    ),
)
RANGES = st.sampled_from(["bytes=0-", "bytes=7-9", "bytes=-1", "bytes=999999999999-", "bytes=\xb2-", "bytes=0-,1-", ""])
ENDS = st.one_of(st.sampled_from(TRICKS), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


@st.composite
def _paths(draw: st.DrawFn) -> str:
    route = draw(st.sampled_from([*BODIES, *FETCHED])).removesuffix("{token:str}")
    return "/" + draw(st.sampled_from([route[1:], route[1:], "v1/", "v1/files/", ""])) + draw(st.just("") | ENDS)


def test_any_path_is_answered(stage: TwoPlaces) -> None:
    """Paths come as they are and with what a server in front has made of them: `%2e%2e` is a name here, `..` too."""
    tokens = [f"/v1/snapshots/{token}" for token in stage.tokens]

    @settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
    @given(
        method=st.sampled_from(["GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]),
        path=st.one_of(_paths(), _paths(), st.sampled_from(tokens)),
        said=RANGES,
        body=st.binary(max_size=30),
    )
    def ask(method: str, path: str, said: str, body: bytes) -> None:
        reply = stage.world.call(path, body, [("Range", said)], method)
        assert reply.status < 500
        assert not stage.told_of_the_asked(path.encode(), reply)
        assert b"PRIVATE KEY" not in reply.raw
        if path.startswith("/v1/snapshots/") and path not in tokens:
            assert reply.status in ((404, 204) if method == "OPTIONS" else (404,))  # 204 says how one may ask

    ask()
    assert not stage.changed_of_the_asked()


@pytest.mark.parametrize("path", BODIES)
def test_any_header_is_answered(stage: TwoPlaces, path: str) -> None:
    @settings(max_examples=examples(15), suppress_health_check=list(HealthCheck))
    @given(more=HEADERS)
    def ask(more: tuple[str, str]) -> None:
        body = framing.deflate(b"{}")
        desk = stage.askers["officer"]
        name, value = more
        signed = [one for one in desk.headers(path, body) if one[0].lower() != name.lower()]
        for headers in ([more], [*signed, more], [more, *desk.headers(path, body)]):
            reply = stage.world.call(path, body, headers)
            assert reply.status < 500, (headers, reply.code)
            assert not stage.told_of_the_asked(value.encode(), reply)

    ask()


def _posted(stage: TwoPlaces, path: str, packed: bytes) -> Reply:
    desk = stage.askers["officer"]
    bell = {"key": desk.bell, "keyid": f"{desk.id}{protocol.BELL_SUFFIX}"} if path in BELLS else {}
    return stage.world.call(path, packed, desk.headers(path, packed, **bell))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", BODIES)
def test_the_limits_of_a_body_hold_on_every_route(stage: TwoPlaces, path: str) -> None:
    most = MOST.get(path, SMALL)
    reply = _posted(stage, path, os.urandom(most + 1))
    assert (reply.status, reply.code) == (413, "too_large")
    assert _posted(stage, path, os.urandom(most)).status == 400, "the twin: so many are read"
    bomb = zstandard.compress(bytes(INSIDE.get(path, most) + 1))
    assert _posted(stage, path, bomb).status == 400


class OpenAdmission(Admission):
    """The control taken out: whoever has a key writes wherever they like."""

    def fault(self, *args: object, **more: object) -> str | None:
        return None


class BrokenAdmission(Admission):
    """The control taken out: from some moment on it stumbles over what it is asked."""

    is_broken = False

    def fault(self, *args: Any, **more: Any) -> str | None:
        if self.is_broken:
            raise ZeroDivisionError
        return super().fault(*args, **more)


FIRST_ONE = {"phases": [Phase.generate], "derandomize": True, "database": None, "report_multiple_bugs": False}


def _found(stage: TwoPlaces, path: str) -> str:
    with pytest.raises(AssertionError) as found:
        _tried(stage, path, 300, **FIRST_ONE)
    return str(found.value)


def test_not_asked_who_it_is_the_strangers_answer_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(sums, "_refuse_stranger", lambda _caller, _scope: None)
    with two_places_in(tmp_path) as stage:
        assert "told: [" in _found(stage, "/v1/records")


def test_let_in_unasked_a_strangers_writing_would_be_found(tmp_path: Path) -> None:
    """The twin."""
    with two_places_in(tmp_path, admission=OpenAdmission()) as stage:
        assert "changed: ['change'" in _found(stage, "/v1/push")


def test_a_failure_would_be_found(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The twin."""
    admission = BrokenAdmission()
    with two_places_in(tmp_path, admission=admission) as stage:
        admission.is_broken = True
        assert "bug" in _found(stage, "/v1/push")
    caplog.clear()
