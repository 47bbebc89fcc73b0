"""What docs/protocol.md, section 25, says of kinds and values is what their declarations say."""

from __future__ import annotations

import csv
import re
from datetime import date

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Field, Merge, Value, check_of
from commune_desk.domain.records.kinds import KINDS, Kind
from commune_desk.domain.records.placements import (
    ISOLATION_DAYS,
    PAPERS,
    PAPERS_ALWAYS,
    STAY_MONTHS,
    follow_up_days,
    follow_up_id,
    notice_id,
)
from sync.server.intake import admission
from tests.architecture.sources import ROOT
from tests.helpers.protocol_page import section

WRITERS = (Role.COMMUNE_OFFICER, Role.CHAIR, Role.SHELTER_WORKER, Role.SHELTER_HEAD)
"""Those that a desk may be; the province's own desk enrols with no code."""
FIELDS = {f"{kind.name}.{field.name}": field for kind in KINDS.values() for field in kind.fields.values()}


def rows(number: str) -> set[str]:
    """The rows of the section's table, without its two of heading."""
    return set(re.findall(r"^\| .*\|$", section(number), re.MULTILINE)[1:]) - {
        "|---|---|",
        "|---|---|---|",
        "|---|---|---|---|",
    }


def listed(names: object) -> str:
    return ", ".join(f"`{name}`" for name in names) or "-"  # type: ignore[attr-defined]


def test_defaults() -> None:
    nothing: tuple[Value, ...] = (None, "", (), False)
    said = {name: f.default for name, f in FIELDS.items() if f.default not in nothing or name == "placement.companions"}
    assert rows("25.4") == {f"| `{name}` | `{value}` |" for name, value in said.items()}


def test_every_step_of_a_state() -> None:
    steps = [(name, state, after) for name, f in FIELDS.items() for state, after in f.steps.items()]
    assert rows("25.5") == {
        f"| `{name}` | `{state}` | {listed(after) if after else 'none'} |" for name, state, after in steps
    }


def _writers(kind: Kind) -> str:
    own, guests = (listed(role.value for role in WRITERS if role in roles) for roles in (kind.write, kind.guests))
    return f"| `{kind.name}` | {kind.scope.value} | {own} | {guests} |"


def test_who_writes_what() -> None:
    assert rows("25.6") == set(map(_writers, KINDS.values()))


def test_what_belongs_to_a_person() -> None:
    tied = [kind for kind in KINDS.values() if kind.belongs_to or kind.brings]
    needed = {kind.name: ", ".join(f"`{f}` (`{of}`)" for f, of in kind.brings.items()) or "-" for kind in tied}
    assert rows("25.7") == {f"| `{kind.name}` | `{kind.belongs_to}` | {needed[kind.name]} |" for kind in tied}


@pytest.mark.parametrize(
    ("name", "fine", "wrong"),
    [
        ("person.full_name", "Đặng Thị Hoa", "Đặng\x00"),
        ("person.full_name", "x" * 120, "x" * 121),
        ("person.full_name", "\u00ea", "e\u0302"),
        ("person.sex", "not_listed_yet", "x" * 41),
        ("report.status", "acted", "not_listed_yet"),
        ("child_file.risk_level", "high", "highest"),
        ("task.due_on", "2016-03-01", "2016-02-30"),
        ("person.birth_date", "~2016-03", "03/2016"),
        ("report.received_at", "2026-11-23T16:40:00Z", "2026-11-23T16:40:00.000Z"),
        ("report.received_at", "1800-01-01T00:00:00Z", "2026-11-23T23:40:00+07:00"),
        ("relation.is_guardian", True, 1),
        ("household.class_year", (1 << 53) - 1, 1 << 53),
    ],
)
def test_the_form_of_values(name: str, fine: Value, wrong: Value) -> None:
    check = check_of(FIELDS[name])
    assert check(fine) is None
    assert check(None) is None
    assert check(wrong) is not None


def _codes(field: Field) -> list[str]:
    with (ROOT / "resources" / "codes" / f"{field.codes}.csv").open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


@pytest.mark.parametrize("name", sorted(name for name, field in FIELDS.items() if field.codes))
def test_every_list_of_codes_lies_where_the_page_says(name: str) -> None:
    assert _codes(FIELDS[name])
    items = [(code,) if FIELDS[name].type is tuple else code for code in _codes(FIELDS[name])]
    assert not any(map(check_of(FIELDS[name]), items))


def test_nothing_is_no_delta_and_the_empty_list_is_one() -> None:
    """As the province looks at a change; every other field may say nothing."""
    for kind in KINDS.values():
        for name, field in kind.fields.items():
            check, is_set = admission._CHECKS[kind.name][name], field.merge is Merge.SET
            assert (check(None) is None) is not is_set, name
            assert not is_set or check([]) is None


def test_codes_without_a_list_are_spelled_out() -> None:
    plain = {name for name, f in FIELDS.items() if f.shape is Shape.CODE and not (f.codes or f.ranks or f.steps)}
    said = section("25.8")
    assert plain == {"officer.role", "placement.papers"}
    assert set(re.findall(r"`([a-z_]+)`", said.partition("`placement.papers`: ")[2].partition("\n- ")[0])) == set(
        PAPERS
    )
    assert f"{listed(PAPERS_ALWAYS)} (these three" in said


def test_ids_that_every_desk_makes_alike() -> None:
    stay, said = RecordId("01a20cb2d481700895ed221e78996b8b"), section("25.8")
    assert {f"`{stay}`", f"`{notice_id(stay, '06838')}`", f"`{follow_up_id(stay, 0)}`"} <= set(
        re.findall(r"`\w+`", said)
    )


def test_the_days_that_a_notice_says() -> None:
    assert (ISOLATION_DAYS, STAY_MONTHS) == (15, 3)
    assert follow_up_days(date(2026, 1, 31)) == (date(2026, 2, 7), date(2026, 2, 28), date(2026, 4, 30))
