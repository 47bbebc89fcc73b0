"""A province in error that says it has all of a file and not when: no receipt, and nothing to ask for without end."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from sync.client import errors
from sync.file_wire import FileOffset
from sync.server.answers import files
from tests.sync.actors.file_office import Office, file_office

SIZE, MOST = 50_000, 20
"""Bytes of the file, and so many answers about it are enough for any sync."""


@pytest.fixture
def office() -> Iterator[Office]:
    with file_office() as made:
        yield made


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The file of each answer; one more than `MOST` would be without end."""
    told, said = files._told, []

    def without_when(*asked: object) -> FileOffset:
        answer = msgspec.structs.replace(told(*asked), at="")  # type: ignore[arg-type]
        said.append(answer.file)
        assert len(said) <= MOST, "asked without end"
        return answer

    monkeypatch.setattr(files, "_told", without_when)
    return said


def test_it_is_a_fault_of_the_line_and_the_file_stays_unsent(office: Office, answers: list[str]) -> None:
    file = office.add(SIZE)
    assert isinstance(office.here.carry().file_fault, errors.Unproven)
    assert len(answers) == 2, "how far it is, and that it is whole"
    assert office.here.ask("SELECT state FROM file_queue") == [("waiting",)]
    assert office.here.content(file) is not None
