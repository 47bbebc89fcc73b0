"""The recording of this release has every route and every member of the messages that this program declares."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from sync.server.edge.app import Service
from tests.sync.actors.server_fixtures import province_in
from tests.traces.said import Said, declared, said_in
from tests.traces.trace import KEPT, Trace

NOT_SAID: Said = {
    ("Carried", "another_time"),  # of a province that was put back
    ("Carried", "missing"),  # of a stick that came before an earlier one
    ("Change", "im"),  # the list that a row came in with
    ("Change", "v"),  # 1 as long as there is one form
    ("DoorbellReply", "newest"),  # of a report of the province, as the next
    ("DoorbellReply", "oldest_received_at"),
    ("Event", "a"),  # of joined records that move, and of what is sealed or was written once its child has gone on
    ("Event", "u"),
    ("Event", "v"),
    ("Event", "w"),
    ("HeadMark", "n"),  # of a push behind changes whose head is not known
    ("HeadMark", "signature"),
    ("Hello", "dictionary"),
    ("Hello", "retry_after"),  # of a province that is busy
    ("Problem", "head"),
    ("Problem", "removes"),  # to a desk that is withdrawn for good
    ("Problem", "retry_after"),
    ("PullHeader", "drops_stubs"),  # by another policy
    ("PullHeader", "late_conflicts"),  # weeks later
    ("PullRequest", "max_bytes"),  # of the page that was refused
    ("PullTrailer", "snapshots"),  # of a feed of thousands
    ("PullRequest", "only_chains"),  # of a province that contradicted itself
    ("PurgeRequest", "clock_ahead"),  # of a clock that is off
    ("PurgeRequest", "oldest_waiting_at"),  # of a sync that was refused, as the next
    ("PurgeRequest", "waiting"),
    ("PushHeader", "audit_cut"),  # of a log that was cut
    ("PurgeRequest", "carried_n"),  # in a bundle alone
    ("PurgeRequest", "carried_since"),
    ("PushHeader", "marks"),
    ("RecordsRequest", "changes"),  # of a province that was put back
    ("Run", "absent"),
    ("SnapshotEnd", "heard"),
}
"""What this recording lacks, by name; a member that is new to the wire is recorded, or named here with a reason."""


def recorded() -> Trace:
    return Trace.read(KEPT / f"{version('commune-desk')}.trace")


def routes_in(trace: Trace) -> set[str]:
    return {re.sub(r"^/v1/snapshots/[0-9a-f]+$", "/v1/snapshots/{token:str}", one.path) for one in trace.exchanges}


@pytest.fixture
def routes(tmp_path: Path) -> set[str]:
    with province_in(tmp_path) as world:
        return {route.path for route in Service(world.province).app().routes}


def test_this_release_is_recorded_with_every_route(routes: set[str]) -> None:
    assert routes - routes_in(recorded()) == set()


def test_and_with_every_member_of_its_messages() -> None:
    said: Said = set().union(*map(said_in, recorded().exchanges))
    assert declared() - said == NOT_SAID, "said and not named, or named and said"


def test_the_recording_of_an_earlier_build_lacks_what_came_since(routes: set[str]) -> None:
    """The twin, and why there are two."""
    earlier = Trace.read(KEPT / "0.1.0-2026-11-27.trace")
    assert {"/v1/doorbell", "/v1/sealed-push", "/v1/records"} <= routes - routes_in(earlier)
    said: Said = set().union(*map(said_in, earlier.exchanges))
    assert {("Receipt", "head"), ("PullHeader", "accepted_n"), ("EnrolRequest", "receipt")} <= declared() - said
