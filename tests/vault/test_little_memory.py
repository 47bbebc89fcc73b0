"""A PC without the memory that a passphrase is stretched in, or a keyfile changed to want more: a sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from commune_desk.vault.keyfile import read_with_key, save
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import NotEnoughMemory, WrongPassphrase, make_slot, open_slot
from commune_desk.vault.throttle import DELAYS, TooManyTries

from .conftest import PASSPHRASE, Desk

if sys.platform == "win32":
    pytest.skip("a limit of POSIX systems", allow_module_level=True)

import resource

GIBIBYTE_KIB, SPARE = 1 << 20, 512 << 20


@contextmanager
def little_memory() -> Iterator[None]:
    """This process may take half a gibibyte more than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + SPARE, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def wanting_more(desk: Desk) -> Iterator[None]:
    """The officer's slot wants a gibibyte, and the PC has less."""
    keyfile = read_with_key(desk.path, desk.key)
    greedy = msgspec.structs.replace(keyfile.slots[0], memory_kib=GIBIBYTE_KIB)
    save(desk.path, msgspec.structs.replace(keyfile, slots=(greedy,)), desk.key)
    with little_memory():
        yield
    save(desk.path, keyfile, desk.key)


def test_what_cannot_be_stretched_here_is_a_sentence() -> None:
    slot = make_slot(RegisterKey.generate(), "db", login="hoa", officer_id="o", passphrase=PASSPHRASE)
    with little_memory():
        with pytest.raises(NotEnoughMemory):
            open_slot(msgspec.structs.replace(slot, memory_kib=GIBIBYTE_KIB), "db", PASSPHRASE)
        open_slot(slot, "db", PASSPHRASE)


def test_a_passphrase_that_could_not_be_tried_is_no_wrong_one(desk: Desk) -> None:
    """Whoever is told to close programs and try again is not sent away for a quarter of an hour."""
    with wanting_more(desk):
        for _ in DELAYS:
            with pytest.raises(NotEnoughMemory):
                desk.unlock()
    assert desk.unlock() == desk.key


def test_what_could_not_be_tried_makes_no_wrong_ones_forgotten(desk: Desk) -> None:
    """The twin: taken for the right one, a full PC would let somebody guess without end."""
    for _ in range(3):
        with pytest.raises(WrongPassphrase):
            desk.unlock(passphrase="không phải câu này")
    with wanting_more(desk), pytest.raises(NotEnoughMemory):
        desk.unlock()
    with pytest.raises(WrongPassphrase):
        desk.unlock(passphrase="không phải câu này")
    with pytest.raises(TooManyTries):
        desk.unlock()
