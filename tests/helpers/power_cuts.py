"""The power goes before something is written to the keyfile or the register."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from commune_desk.store.desk.register import Register
from commune_desk.vault import vault
from commune_desk.vault.keyfile import save


class PowerCut(Exception):
    """The power went out."""


@contextmanager
def power_cut(monkeypatch: pytest.MonkeyPatch, step: int) -> Iterator[None]:
    """What is done meanwhile ends before its so many-th write, counted from 0; with fewer writes it ends by itself."""
    left = step

    def cut(write: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise PowerCut
            return write(*args, **kwargs)

        return run

    with monkeypatch.context() as broken, suppress(PowerCut):
        broken.setattr(vault, "save", cut(save))
        broken.setattr(Register, "write", cut(Register.write))
        yield
