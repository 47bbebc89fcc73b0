"""Faults that both halves of the program share: they understand each other, and whoever goes by the page does not."""

from __future__ import annotations

from tests.mutations.fault import Fault

_PLAIN = "sync/wire/test_plain_client.py"

FAULTS = (
    Fault(
        name="a-snapshot-is-sealed-otherwise-than-the-page-says",
        file="sync/snapshot.py",
        old='    return msgspec.json.encode(["cd-snapshot-v1", scope])\n',
        new='    return msgspec.json.encode([scope, "cd-snapshot-v1"])\n',
        tests=(f"{_PLAIN}::test_a_snapshot_fetched_in_two_parts_says_what_the_feed_said",),
    ),
    Fault(
        name="a-locked-push-is-sealed-otherwise-than-the-page-says",
        file="sync/seal.py",
        old='_LOCKED_PUSH = b"cd-locked-push-v1"\n',
        new='_LOCKED_PUSH = b"cd-locked-push"\n',
        tests=(f"{_PLAIN}::test_what_was_written_at_lock_goes_by_the_doorbell",),
    ),
    Fault(
        name="a-field-merges-otherwise-than-the-page-says",
        file="commune_desk/domain/records/families.py",
        old='field(N_("Occupation"), merge=Merge.LWW, max_chars=80)',
        new='field(N_("Occupation"), max_chars=80)',
        tests=("architecture/test_one_page.py::test_its_tables_are_those_of_the_declarations",),
    ),
)
