"""Every measure by name: unit, budget, and what a person feels."""

from __future__ import annotations

from bench import paging, saving, searching, starting, syncing, taking_in, wire
from bench.measure import Judged, Measure

_ALL = (
    Measure(
        name="start",
        unit="ms",
        budget=2,
        person="the unlock page within 1 s of the double click",
        take=starting.start_to_unlock,
    ),
    Measure(
        name="unlock",
        unit="ms",
        budget=3,
        person="4,000 children at hand within 1 s of Enter",
        take=starting.unlock_to_today,
    ),
    Measure(
        name="save",
        unit="µs",
        budget=2,
        person="a visit is safe before the key is up (100 ms)",
        take=saving.save_visit,
    ),
    Measure(
        name="save_write_ahead",
        unit="µs",
        person="the same beside SQLite with a write-ahead log, which is quicker than SQLite as it comes",
        take=saving.save_visit_write_ahead,
    ),
    Measure(
        name="save_same_engine",
        unit="µs",
        person="the same beside SQLCipher with a write-ahead log and without a key",
        take=saving.save_visit_same_engine,
    ),
    Measure(
        name="save_row",
        unit="µs",
        person="one encrypted row with nothing of the program: below it no save can go",
        take=saving.encrypted_row,
    ),
    Measure(
        name="search",
        unit="ms",
        budget=2,
        judged=Judged.P95,
        person="100,000 children follow each letter (100 ms)",
        take=searching.search,
    ),
    Measure(
        name="scroll",
        unit="ms a frame",
        budget=2,
        judged=Judged.P95,
        person="100,000 rows under the wheel: 16 ms a frame is smooth",
        take=paging.register_scroll,
    ),
    Measure(
        name="jump",
        unit="ms a frame",
        judged=Judged.P95,
        person="the scroll bar dragged to anywhere (16 ms a frame)",
        take=paging.register_jump,
    ),
    Measure(
        name="memory",
        unit="MiB",
        budget=2,
        person="room for the browser on a PC of 4 GB",
        take=starting.idle_memory,
    ),
    Measure(
        name="memory_synced",
        unit="MiB",
        budget=2,
        person="the same on an enrolled desk, after a sync",
        take=starting.synced_memory,
    ),
    Measure(
        name="child_page",
        unit="ms",
        person="a child's page with 15 visits (100 ms)",
        take=paging.child_page_opens,
    ),
    Measure(
        name="register_page",
        unit="ms",
        person="the list of 4,000 children (100 ms)",
        take=paging.register_page_opens,
    ),
    Measure(
        name="push",
        unit="changes/s",
        is_rate=True,
        person="10,000 changes are years of one officer's work",
        take=syncing.push,
    ),
    Measure(
        name="pull",
        unit="changes/s",
        is_rate=True,
        person="a new PC is filled while one makes tea",
        take=syncing.pull,
    ),
    Measure(
        name="push_bytes",
        unit="bytes/change",
        person="a visit over a poor line: one small packet",
        take=syncing.push_bytes,
    ),
    Measure(
        name="pull_bytes",
        unit="bytes/change",
        person="the same on the way down",
        take=syncing.pull_bytes,
    ),
    Measure(
        name="bulk_bytes",
        unit="bytes",
        budget=2.6,
        person="a whole commune goes up: 600 children, 7,200 visits",
        take=wire.bulk_bytes,
    ),
    Measure(
        name="edit_bytes",
        unit="bytes",
        budget=5,
        person="2,000 telephone numbers corrected",
        take=wire.edit_bytes,
    ),
    Measure(
        name="visit_bytes",
        unit="bytes",
        person="one visit and its receipt (1,200 bytes)",
        take=wire.visit_bytes,
    ),
    Measure(
        name="poll_bytes",
        unit="bytes",
        person="asking whether there is anything new (1,024 bytes)",
        take=wire.poll_bytes,
    ),
    Measure(
        name="first_sync",
        unit="s",
        budget=5,
        person="a new PC of that commune begins to work",
        take=wire.first_sync,
    ),
    Measure(
        name="push_postgres",
        unit="changes/s",
        budget=4,
        is_rate=True,
        person="after a week without a line all desks of a province send at once",
        take=taking_in.push_postgres,
    ),
    Measure(
        name="bulk_time",
        unit="s",
        budget=6,
        person="a commune's 600 children and 7,200 visits have their receipts",
        take=taking_in.bulk_time,
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
