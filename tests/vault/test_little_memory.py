"""A PC without the memory that a passphrase is stretched in, or a keyfile changed to want more: a sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import NotEnoughMemory, make_slot, open_slot

if sys.platform == "win32":
    pytest.skip("a limit of POSIX systems", allow_module_level=True)

import resource

PASSPHRASE = "bốn con mèo đi biển"
GIBIBYTE_KIB, SPARE = 1 << 20, 512 << 20


@pytest.fixture
def little_memory() -> Iterator[None]:
    """This process may take half a gibibyte more than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + SPARE, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
def test_what_cannot_be_stretched_here_is_a_sentence() -> None:
    slot = make_slot(RegisterKey.generate(), "db", login="hoa", officer_id="o", passphrase=PASSPHRASE)
    with pytest.raises(NotEnoughMemory):
        open_slot(msgspec.structs.replace(slot, memory_kib=GIBIBYTE_KIB), "db", PASSPHRASE)
    open_slot(slot, "db", PASSPHRASE)
