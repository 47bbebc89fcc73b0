"""All targets by name, and the inputs that are kept for each."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

from tests.fuzz import carried, province, readers, recorded
from tests.fuzz.fuzzer import Build, Finding, spelled

FOUND = Path(__file__).parent / "found.txt"
"""Inputs that found something once: `target base64`, and what it was behind a `#`."""

TARGETS: dict[str, Build] = {
    **{one.name: (lambda _folder, _stack, one=one: one) for one in readers.all_targets()},  # type: ignore[misc]
    "answers": recorded.answers,
    "answers-to-a-house": recorded.answers_to_a_house,
    "colleagues": recorded.colleagues,
    "colleagues-of-a-house": recorded.colleagues_of_a_house,
    "pushes": province.pushes,
    "questions": province.questions,
    "sticks": province.sticks,
    **carried.TARGETS,
}


def kept(name: str) -> list[bytes]:
    """What is tried first."""
    lines = FOUND.read_text("utf-8").splitlines()
    return [b64decode(one.split()[1]) for one in lines if one.split(" ")[0] == name]


def note(finding: Finding) -> None:
    """Keep what found something: it is tried first from now on, in this test and for ever."""
    line = spelled(finding.target, finding.data)
    if line not in FOUND.read_text("utf-8").splitlines():
        with FOUND.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


REFUSE_NOTHING = ("keyfile-anew", "sealed", "ticket")
"""Readers that have no word for a refusal: they say False, or nothing."""
