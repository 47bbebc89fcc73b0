"""docs/protocol.md is one page that needs no other: its contents are true, and what anybody calls a section is one."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT, sources
from tests.data_dictionary import TARGET
from tests.helpers.protocol_page import PAGE, section
from tests.protocol_tables import with_tables

_CITED = r"protocol\.md(?:\]\([./]*protocol\.md\))?,?\s+sections?\s+(\d+(?:\.\d+)?(?:(?:, | and )\d+(?:\.\d+)?)*)"
_TOLD = r"[sS]ections? (\d+(?:\.\d+)?(?:(?:, | and | to )\d+(?:\.\d+)?)*)"


def headings(page: str) -> list[tuple[str, str]]:
    """Marks and words of each that has a number."""
    return re.findall(r"^(###?) (\d.*)$", page, re.MULTILINE)


def numbers(page: str) -> list[str]:
    return [words.split(" ")[0].rstrip(".") for _, words in headings(page)]


def anchor(words: str) -> str:
    """What a heading is called in a link, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def contents(page: str) -> list[str]:
    return ["  " * (len(marks) - 2) + f"- [{words}](#{anchor(words)})" for marks, words in headings(page)]


def faults(page: str) -> list[str]:
    """What keeps it from being the one page that somebody needs."""
    top = [int(number) for number in numbers(page) if "." not in number]
    below = [number for number in numbers(page) if "." in number]
    listed = re.findall(r"^ *- \[\d.*\]\(#.*\)$", page.partition("\n## 1. ")[0], re.MULTILINE)
    told = [number for found in re.findall(_TOLD, page) for number in re.findall(r"\d+(?:\.\d+)?", found)]
    return [
        *([] if top == list(range(1, len(top) + 1)) else ["sections out of order"]),
        *([] if below == _in_order(below) else ["parts out of order"]),
        *([] if listed == contents(page) else ["contents"]),
        *(f"no section {number}" for number in told if number not in numbers(page)),
        *(f"another page: {name}" for name in re.findall(r"[\w-]+\.md\b", page)),
        *(f"a link: {to}" for to in re.findall(r"\]\(([^#)][^)]*)\)", page) if to != "courier-example.cdsync"),
    ]


def _in_order(below: list[str]) -> list[str]:
    counts = {number.split(".")[0]: 0 for number in below}
    for number in below:
        counts[number.split(".")[0]] += 1
    return [f"{number}.{part}" for number, count in counts.items() for part in range(1, count + 1)]


def test_the_page_is_whole() -> None:
    assert len(numbers(PAGE)) > 60
    assert faults(PAGE) == []


@pytest.mark.parametrize(
    ("now", "then", "found"),
    [
        ("\n## 12. ", "\n## 13. ", "sections out of order"),
        ("\n### 8.3 ", "\n### 8.4 ", "parts out of order"),
        ("\n### 8.3 What is set aside", "\n### 8.3 What is kept", "contents"),
        ("(section 27.2)", "(section 27.9)", "no section 27.9"),
        ("(section 13)", "(protocol-lifecycle.md)", "another page: protocol-lifecycle.md"),
        ("(section 13)", "([sums](sums.html))", "a link: sums.html"),
    ],
)
def test_a_page_that_is_not_whole_would_be_found(now: str, then: str, found: str) -> None:
    """The twin."""
    assert found in faults(PAGE.replace(now, then, 1))


def test_there_is_no_other_page_of_the_protocol() -> None:
    assert [path.name for path in (ROOT / "docs").glob("protocol*")] == ["protocol.md"]
    papers = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    told = {path.name: path.read_text("utf-8") for path in papers} | {source.path: source.text for source in sources()}
    del told["tests/architecture/test_one_page.py"]  # it makes them up
    assert len(told) > 500
    assert [name for name, text in told.items() if re.search(r"protocol-\w+\.md", text)] == []
    cited = {
        number
        for text in told.values()
        for found in re.findall(_CITED, text)
        for number in re.findall(r"\d+(?:\.\d+)?", found)
    }
    assert len(cited) > 10
    assert cited <= set(numbers(PAGE))


def test_its_tables_are_those_of_the_declarations() -> None:
    assert with_tables(PAGE) == PAGE, "run: python -m tests.data_dictionary"
    assert "protocol.md" in TARGET.read_text("utf-8")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("| `occupation` | Occupation | text, up to 80 | 1 | lww |", "| `occupation` | Occupation | text | 1 | lww |"),
        ("`male` Male; ", ""),
        ("The schema version of what stands here is ", "The schema is "),
    ],
)
def test_a_table_that_says_otherwise_would_be_found(now: str, then: str) -> None:
    """The twin."""
    assert PAGE.count(now) == 1
    assert with_tables(PAGE.replace(now, then)) == PAGE


def test_a_page_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no markers for codes"):
        with_tables(PAGE.replace("<!-- end of generated: codes -->", ""))


def test_what_other_sections_lean_on_is_there() -> None:
    assert section("14").lstrip().startswith("`count")
    assert "spelled as in section 14" in " ".join(section("23.2").split())
    assert "signing key of section 17" in " ".join(section("23.7").split())
    assert "feed of section 17" in " ".join(section("29.5").split())
    assert "Signing key" in section("17.1")
