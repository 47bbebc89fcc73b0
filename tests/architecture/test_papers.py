"""The papers beside the code are true: commands exist, licences are there, decisions are numbered."""

from __future__ import annotations

import ast
import importlib.metadata
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.helpers.named_tests import is_by_hypothesis, is_left_out, is_there
from tests.mutations.suite import FAULTS
from tests.test_desk_script import desk

LICENCES = ROOT / "docs" / "licences"


def locked(name: str) -> set[str]:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))


def test_the_commands_of_the_readme_exist() -> None:
    found = re.findall(r"desk\.py ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert {"demo", "test"} <= set(found)
    assert set(found) <= set(desk.COMMANDS)


def test_every_library_that_people_get_is_listed_with_its_licence() -> None:
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \|", (LICENCES / "third-party.md").read_text("utf-8"), re.MULTILINE))
    assert listed == locked("desk") | locked("server")


def test_the_licences_are_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert {"GPL-3.0.txt", "LGPL-3.0.txt"} <= {f.name for f in LICENCES.iterdir()}


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(f.name for f in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_desk_and_server_share_their_versions() -> None:
    """One lock for developing holds both, so that what is tested is what is installed."""
    assert locked("desk") | locked("server") <= locked("dev")
    assert not {"pyside6-essentials", "shiboken6"} & locked("server")
    assert not {"litestar", "uvicorn", "sqlalchemy"} & locked("desk")
    assert importlib.metadata.version("commune-desk")


@pytest.mark.parametrize("package", ["domain", "store", "usecases", "presenters"])
def test_the_rooms_are_those_of_the_map(package: str) -> None:
    """Each row of ARCHITECTURE.md says of a room what its own first line says, and no room is left out."""
    rooms = {f.parent.name: f for f in (ROOT / "commune_desk" / package).glob("*/__init__.py")}
    assert len(rooms) > 7
    assert _rooms_on_the_map(package) == {name: _purpose(file) for name, file in rooms.items()}


def test_the_ground_floor_of_the_sync_is_on_the_map() -> None:
    """The modules that both programs share, each by its name."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    told = re.search(r"^ sync +(.+?)^ +\|", text, re.MULTILINE | re.DOTALL)
    modules = {path.stem for path in (ROOT / "sync").glob("*.py")} - {"__init__"}
    assert told is not None
    assert set(re.findall(r"\w+", told[1])) - {"pure"} == modules


def _rooms_on_the_map(package: str) -> dict[str, str]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition(f"| `{package}` | what it holds |")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE))


def _purpose(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""


PROOFS = {"traceability.md": 100, "sync-proof.md": 5}
"""Papers that name tests, and at least how many."""


@pytest.mark.parametrize("paper", PROOFS)
def test_every_proof_that_is_named_is_there(paper: str) -> None:
    named = _named_in((ROOT / "docs" / paper).read_text(encoding="utf-8"))
    assert len(named) > PROOFS[paper]
    assert [f"{file}::{test}" for file, test in named if not is_there(file, test)] == []
    assert not is_there("store/desk/test_register.py", "test_nobody_wrote_this")


def _invariants(text: str) -> list[tuple[int, str, str]]:
    """Number, means and proofs of each row of the invariants."""
    found = re.findall(r"^\| I(\d+) \|[^|]+\|([^|]*)\| (.+) \|$", text, re.MULTILINE)
    return [(int(number), means, shown) for number, means, shown in found]


MEANS = {
    **dict.fromkeys((1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 14, 19, 20, 21, 23, 24, 29, 30), "H"),
    **dict.fromkeys((5, 13, 15, 17, 18, 27), "S"),
    **dict.fromkeys((6, 16, 25, 26), "F"),
    **dict.fromkeys((22, 28), "C"),
}
"""How each invariant was to be tried, by the design of the sync (its section on invariants): a row may name more means,
and none in the place of these. I19 and I20 have no letter there: they are properties of any input."""


def _lacks(means: str, shown: str, wanted: str = "") -> list[str]:
    """What a row of an invariant does not say: how, by which test, and what is found once the control is out.

    `wanted`: the means that it must name. What an ordinary run leaves out shows nothing.
    """
    course, *others = re.split(r"; (?=twins? |faults? )", shown)
    twins = [one for other in others if other.startswith("twin") for one in _named_in(other)]
    faults = [one for other in others if other.startswith("fault") for one in re.findall(r"`([a-z0-9-]+)`", other)]
    known = {fault.name for fault in FAULTS}
    drawn = any(is_there(*one) and is_by_hypothesis(*one) for one in _named_in(course))
    return [
        *([] if means.split() and {*wanted} <= {*means.split()} <= {*"HSFC"} else ["means"]),
        *([] if drawn or "H" not in means.split() else ["a test by Hypothesis"]),
        *(f"{file}::{test} left out" for file, test in _named_in(shown) if is_there(file) and is_left_out(file, test)),
        *([] if _named_in(course) else ["test"]),
        *([] if twins or faults else ["twin"]),
        *(f"{file}::{test}" for file, test in twins if not test or not is_there(file, test)),
        *(one for one in faults if one not in known),
    ]


def test_every_invariant_of_the_sync_has_its_row() -> None:
    """In order, each with its means, a test and a twin or a seeded fault, by name and there."""
    rows = _invariants((ROOT / "docs" / "traceability.md").read_text(encoding="utf-8"))
    assert [number for number, _, _ in rows] == sorted(MEANS) == list(range(1, 31))
    assert {number: lacks for number, means, shown in rows if (lacks := _lacks(means, shown, MEANS[number]))} == {}


_DRAWN, _LONG = "sync/meeting/test_three_desks.py", "simulator/test_communes.py::test_many_courses_of_moves_hold"


@pytest.mark.parametrize(
    ("means", "shown", "lacks"),
    [
        (" ", "`test_app.py::test_x`; fault `missing-dedupe`", ["means"]),
        (" C ", "`test_app.py::test_x`; fault `missing-dedupe`", ["means"]),
        (" S H ", "words; fault `missing-dedupe`", ["a test by Hypothesis", "test"]),
        (" S H ", "`sync/server/test_push.py`; fault `missing-dedupe`", ["a test by Hypothesis"]),
        (" S ", "`test_app.py::test_x`", ["twin"]),
        (" S H ", f"`{_DRAWN}`", ["twin"]),
        (" S ", f"`{_LONG}`; fault `missing-dedupe`", [f"{_LONG} left out"]),
        (
            " S ",
            "`test_app.py::test_x`; twin `test_app.py::test_nobody_wrote_this`",
            ["test_app.py::test_nobody_wrote_this"],
        ),
        (" S ", "`test_app.py::test_x`; fault `nobody-wrote-it`", ["nobody-wrote-it"]),
    ],
)
def test_a_row_that_lacks_something_would_be_found(means: str, shown: str, lacks: list[str]) -> None:
    """The twin."""
    assert _lacks(means, shown, "S") == lacks


def _edges(text: str) -> list[tuple[int, str]]:
    """Number and proofs of each row of the edges at which others lost data."""
    _, _, section = text.partition("## 3. Eighteen edges")
    found = re.findall(r"^\| (\d+) \|[^|]+\|[^|]+\| (.+) \|$", section, re.MULTILINE)
    return [(int(number), shown) for number, shown in found]


def test_every_edge_at_which_others_lost_data_has_its_row() -> None:
    """In order, each with a test and its twin, by name and there."""
    text = (ROOT / "docs" / "sync-proof.md").read_text(encoding="utf-8")
    rows = _edges(text)
    assert [number for number, _ in rows] == list(range(1, 19))
    for number, shown in rows:
        course, says_twin, twins = shown.partition("; twin")
        assert says_twin, number
        for named in (_named_in(course), _named_in(twins)):
            assert named, number
            assert [one for one in named if not one[1] or not is_there(*one)] == [], number
    assert _edges(text.replace("| 7 |", "| seven |")) != rows, "the twin: a row that is gone is missed"


def _named_in(text: str) -> list[tuple[str, str]]:
    """File and test (or "") of every proof: paths below `tests/` with a folder, and tests of the top folder."""
    found = re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)(?:::(\w+))?`", text.replace("`desk.py`", ""))
    return [(file, test) for file, test in found if "/" in file or file.startswith("test_")]
