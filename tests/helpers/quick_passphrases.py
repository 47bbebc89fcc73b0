"""Passphrases stretched at a thousandth of the cost, for tests that open registers and do not ask how.

What it costs, and that no keyfile asks for less, is held in `tests/vault`; the program as a process stretches in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from commune_desk.vault import passphrases


def _quick(*, memory_cost: int, iterations: int, **rest: Any) -> Argon2id:
    return Argon2id(memory_cost=memory_cost // 1024, iterations=1, **rest)


@contextmanager
def quick_passphrases() -> Iterator[None]:
    """Registers made within open within only: what was stretched in full is another key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrases, "Argon2id", _quick)
        yield
