"""Numbers count up as numbers, also where they grow a digit, and none is given twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from commune_desk.store.writing.numbers import next_number

PREFIX = "QN-06838-2026-7KQ4-"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE child_file (case_number TEXT)")
    made.execute("CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB)")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("held", "following"),
    [
        ((), "0001"),
        (("0009",), "0010"),
        (("9998", "9999"), "10000"),
        (("9999", "10000", "10001"), "10002"),
    ],
)
def test_the_next_number_follows_the_highest(
    connection: sqlite3.Connection, held: tuple[str, ...], following: str
) -> None:
    rows = [(PREFIX + number,) for number in (*held,)] + [("QN-06838-2026-ZZZZ-7777",), (None,)]
    connection.executemany("INSERT INTO child_file VALUES (?)", rows)
    assert next_number(connection, "child_file", "case_number", PREFIX) == PREFIX + following


def test_the_number_of_a_record_that_is_not_here_any_more_is_not_given_again(connection: sqlite3.Connection) -> None:
    first = next_number(connection, "child_file", "case_number", PREFIX)
    connection.execute("INSERT INTO child_file VALUES (?)", (first,))
    connection.execute("DELETE FROM child_file")
    assert next_number(connection, "child_file", "case_number", PREFIX) == PREFIX + "0002"
    assert next_number(connection, "child_file", "case_number", "QN-06838-2027-7KQ4-") == "QN-06838-2027-7KQ4-0001"


def test_a_number_that_somebody_typed_is_passed_over(connection: sqlite3.Connection) -> None:
    next_number(connection, "child_file", "case_number", PREFIX)
    connection.execute("INSERT INTO child_file VALUES (?)", (PREFIX + "0002",))
    assert next_number(connection, "child_file", "case_number", PREFIX) == PREFIX + "0003"
