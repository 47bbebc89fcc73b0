"""Signed heads: what proves changes that carry no signature of their own, kept at push and handed out with a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from sync import seal
from sync.change import MAX_RUN, next_head
from sync.protocol import Malformed, PushHeader, Run, b64, head_statement, unb64
from sync.server.engine import tables
from sync.server.problems import Refused

_DIGEST = 32


class Linked(NamedTuple):
    """A change as the chain of its desk sees it."""

    n: int
    digest: bytes
    is_signed: bool


def proven(
    header: PushHeader, fresh: Sequence[Linked], *, before: bytes, public: bytes
) -> tuple[bytes, list[dict[str, object]]]:
    """The desk's chain after the push, and the rows of the signed heads that prove lines without a signature.

    `before` is the chain after the last change known so far. Raises Refused when a head is not what the desk signed,
    Malformed when one lies too far behind a change that it should prove.
    """
    said = unb64(header.head)
    marks = {mark.n: unb64(mark.signature) for mark in header.marks} | {header.last_n: unb64(header.head_signature)}
    _check(header.desk, header.last_n, said, marks[header.last_n], public)
    head, start, rows = before, before, []
    run: list[Linked] = []
    for item in fresh:
        run.append(item)
        head = next_head(head, item.digest)
        if item.n in marks:
            _check(header.desk, item.n, head, marks[item.n], public)
            if row := _row(header.desk, run, start, marks[item.n]):
                rows.append(row)
            run, start = [], head
    if fresh and head != said:
        raise Refused(409, "head")
    return head, rows


def _row(desk: str, run: Sequence[Linked], before: bytes, signature: bytes) -> dict[str, object] | None:
    if all(item.is_signed for item in run):
        return None
    if len(run) > MAX_RUN:
        raise Malformed
    return {
        "desk": desk,
        "first_n": run[0].n,
        "last_n": run[-1].n,
        "before": before,
        "signature": signature,
        "digests": b"".join(item.digest for item in run),
    }


def _check(desk: str, n: int, head: bytes, signature: bytes, public: bytes) -> None:
    if not seal.verify(public, seal.HEAD, head_statement(desk, n, head), signature):
        raise Refused(409, "head")


def runs_of(connection: Connection, unsigned: dict[str, set[int]], present: dict[str, set[int]]) -> list[Run]:
    """What proves the numbers in `unsigned`, by desk; of `present` ones the reader has the bytes."""
    return [
        _run(row, present[desk])
        for desk, numbers in sorted(unsigned.items())
        for row in _heads(connection, desk, numbers)
    ]


def _heads(connection: Connection, desk: str, numbers: set[int]) -> list[Any]:
    table = tables.signed_head
    within = (table.c.desk == desk) & (table.c.last_n >= min(numbers)) & (table.c.first_n <= max(numbers))
    rows = connection.execute(select(table).where(within).order_by(table.c.last_n))
    return [row for row in rows if not numbers.isdisjoint(range(row.first_n, row.last_n + 1))]


def _run(row: Any, present: set[int]) -> Run:
    digests = (row.digests[start : start + _DIGEST] for start in range(0, len(row.digests), _DIGEST))
    return Run(
        desk=row.desk,
        first_n=row.first_n,
        last_n=row.last_n,
        before=b64(row.before),
        signature=b64(row.signature),
        absent={n: b64(digest) for n, digest in enumerate(digests, start=row.first_n) if n not in present},
    )
