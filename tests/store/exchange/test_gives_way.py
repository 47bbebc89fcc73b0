"""Whoever saves a visit does not wait for what a sync has handed in: receipts to keep, pages to write down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from tests.helpers.builders import make_child, make_visit
from tests.helpers.workplaces import make_register

RECEIPTS = 20


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    made = make_register(tmp_path)
    yield made
    made.close()


@pytest.fixture
def gate(register: Register) -> threading.Event:
    """The writer is busy until this is set."""
    made, is_taken = threading.Event(), threading.Event()

    def hold(_tx: Tx) -> None:
        is_taken.set()
        made.wait(20)

    register.write(hold)
    is_taken.wait(20)
    return made


def _receipt(register: Register, n: int) -> protocol.Receipt:
    own, at = register.identity, "2026-11-26T10:00:00Z"
    return protocol.Receipt(desk=own.desk, accepted_n=n, durable_n=0, at=at, results=[], audit_head="", epoch=own.epoch)


def _kept(tx: Tx) -> int:
    kept: int = tx.connection.execute("SELECT count(*) FROM receipt").fetchone()[0]
    return kept


def _save(tx: Tx) -> int:
    """Saves a child with a visit; how many receipts were kept by then."""
    person, file = make_child()
    for record in (person, file, make_visit(person.id)):
        tx.save(record)
    return _kept(tx)


def test_a_visit_is_saved_before_the_receipts_that_wait_to_be_kept(register: Register, gate: threading.Event) -> None:
    replica = RegisterReplica(register, lambda _changes: None)
    kept = [replica.acknowledge(_receipt(register, n), n, b"receipt", b"signature") for n in range(1, RECEIPTS + 1)]
    saved = register.write(_save)
    gate.set()
    assert saved.result(20)[0] == 0
    assert all(end() for end in kept)
    assert register.write(_kept).result(20)[0] == RECEIPTS
