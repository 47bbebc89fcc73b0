"""The demo's lists: written again they are the same, and the importer finds exactly what was planted."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest

from bench.demo_lists import FOLDER, MANIFEST_NAME, demo_files
from commune_desk.domain.lists.cells import (
    ALREADY_SIXTEEN,
    BIRTH_DATE_UNREADABLE,
    ID_NOT_TWELVE_DIGITS,
    ID_ZERO_RESTORED,
    NAME_MISSING,
    PHONE_UNREADABLE,
    PHONE_ZERO_RESTORED,
    SERIAL_DATE,
    YEAR_OF_TWO_DIGITS,
)
from commune_desk.domain.lists.columns import guess_mapping
from commune_desk.domain.lists.header import column_encodings, find_header
from commune_desk.domain.lists.repeats import SAME_ID
from commune_desk.domain.lists.row_kinds import RowKind
from commune_desk.domain.lists.rows import ETHNICITY_UNKNOWN, RELATION_UNKNOWN, ListedChild, ListPlan, read_row
from commune_desk.domain.time.dates import PartialDate, age_on, is_child_on
from commune_desk.domain.vietnamese.text import fold
from commune_desk.program_files import code_book
from commune_desk.training.lists import AS_OF, CURRENT_NAME, OLD_NAME, SEED
from commune_desk.training.people import AT_RISK_SHARE, HOA, SPECIAL_SHARE, training_children
from commune_desk.training.visits import training_visits
from commune_desk.usecases.sheets.read_list import open_list
from tests.helpers.lists import repeats_in

DEFECT_OF = {
    BIRTH_DATE_UNREADABLE: "date_does_not_exist",
    ALREADY_SIXTEEN: "already_sixteen",
    NAME_MISSING: "name_missing",
    ID_NOT_TWELVE_DIGITS: "id_of_13_digits",
    "The ID number belongs to the other sex.": "id_of_other_sex",
    YEAR_OF_TWO_DIGITS: "year_of_two_digits",
    SERIAL_DATE: "date_as_serial_number",
    ETHNICITY_UNKNOWN: "ethnic_group_unknown",
    RELATION_UNKNOWN: "relation_unclear",
    PHONE_UNREADABLE: "phone_unreadable",
    ID_ZERO_RESTORED: "id_as_number",
    PHONE_ZERO_RESTORED: "phone_as_number",
}
ERRORS = ("date_does_not_exist", "already_sixteen", "name_missing", "id_of_13_digits")


@dataclass
class Imported:
    """What reading one of the files gave."""

    children: list[ListedChild]
    rejected: int
    found: Counter[str]


def _import(name: str) -> Imported:
    listed = open_list(FOLDER / name)
    rows = list(listed.rows(listed.sheets[0]))
    header = find_header(rows)
    assert header is not None
    plan = ListPlan(
        mapping=guess_mapping(header.titles),
        encodings=column_encodings(rows, header),
        codebook=code_book(),
        today=AS_OF,
    )
    imported, village = Imported([], 0, Counter()), None
    for cells in rows[header.first_data_row :]:
        row = read_row(cells, plan, village=village)
        village = row.section if row.kind is RowKind.SECTION else village
        imported.found.update(problem.text for problem in row.problems)
        imported.rejected += row.kind is RowKind.CHILD and row.child is None
        imported.children += [row.child] if row.child else []
    return imported


@pytest.fixture(scope="module")
def current() -> Imported:
    return _import(CURRENT_NAME)


@pytest.fixture(scope="module")
def old() -> Imported:
    return _import(OLD_NAME)


@pytest.fixture(scope="module")
def planted() -> dict[str, dict[str, int]]:
    facts = json.loads((FOLDER / MANIFEST_NAME).read_text("utf-8"))
    return {name: file["defects"] | {"child_rows": file["child_rows"]} for name, file in facts["files"].items()}


def _unpacked(name: str, data: bytes) -> object:
    """The members of a workbook: how tightly zlib packs them is not ours to fix."""
    if not name.endswith(".xlsx"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(member.filename, member.date_time, package.read(member)) for member in package.infolist()]


def test_the_kept_files_are_what_the_generator_writes() -> None:
    files = demo_files()
    assert {path.name for path in FOLDER.iterdir()} == set(files)
    for name, data in files.items():
        assert _unpacked(name, (FOLDER / name).read_bytes()) == _unpacked(name, data), name


def test_every_planted_defect_is_found_and_no_other(current: Imported, planted: dict[str, dict[str, int]]) -> None:
    facts = planted[CURRENT_NAME]
    assert {DEFECT_OF[text]: count for text, count in current.found.items()} == {
        defect: facts[defect] for defect in DEFECT_OF.values()
    }
    assert current.rejected == sum(facts[defect] for defect in ERRORS)
    assert len(current.children) + current.rejected == facts["child_rows"]


def test_the_old_list_is_read_without_a_problem(old: Imported, planted: dict[str, dict[str, int]]) -> None:
    assert old.found == Counter()
    assert len(old.children) == planted[OLD_NAME]["child_rows"] == planted[OLD_NAME]["tcvn3_row"]
    assert all(child.sex and child.birth_date and child.village for child in old.children)


def test_repeats_within_and_between_the_lists(
    current: Imported, old: Imported, planted: dict[str, dict[str, int]]
) -> None:
    facts = planted[CURRENT_NAME]
    within = Counter(repeat.score == SAME_ID for repeat in repeats_in(current.children))
    assert within == {True: facts["repeated_with_id"], False: facts["repeated_without_id"]}
    both = len(list(repeats_in([*current.children, *old.children])))
    assert both == within.total() + planted[OLD_NAME]["also_in_current_list"]


def test_names_villages_and_parents_come_out_as_they_were_made(current: Imported, old: Imported) -> None:
    made = list(training_children(600, seed=SEED, today=AS_OF, special=0.30, at_risk=0.35))
    names = {child.full_name for child in made}
    capitals = {child.full_name.upper() for child in made}
    parents = {name for child in made for name in (child.father_name, child.mother_name, child.caregiver_name)}
    for child in (*current.children, *old.children):
        assert child.full_name in names | capitals
        assert child.village in {child.village for child in made}
        assert {child.father_name, child.mother_name, child.caregiver_name} <= parents | {None}
    by_id = {child.id_number: child for child in made}
    for child in current.children:
        if child.id_number:
            truth = by_id[child.id_number]
            assert fold(truth.full_name) == fold(child.full_name)
            assert child.groups == truth.groups
            assert PartialDate.stored(child.birth_date or "").year == truth.born.year


def test_hoa_is_there_once_with_her_grandmother(current: Imported, old: Imported) -> None:
    hers = [child for child in (*current.children, *old.children) if fold(child.full_name) == fold(HOA)]
    assert len(hers) == 1
    assert (hers[0].full_name, hers[0].birth_date, hers[0].village) == (HOA, "2012-02-03", "Thôn Khe Lặc")
    assert (hers[0].ethnicity, hers[0].caregiver_relation) == ("09", "maternal_grandmother")


def test_the_same_seed_makes_the_same_people() -> None:
    today = date(2026, 11, 24)
    first, again = (list(training_children(300, seed=5, today=today)) for _ in range(2))
    assert first == again
    assert first != list(training_children(300, seed=6, today=today))
    assert list(training_visits(first[0], seed=5, since=date(2026, 1, 1), until=today)) == list(
        training_visits(again[0], seed=5, since=date(2026, 1, 1), until=today)
    )


def test_people_hold_to_the_rules_and_to_the_shares_of_the_province() -> None:
    today, book = date(2026, 11, 24), code_book()
    people = list(training_children(20_000, seed=1, today=today))
    assert len({child.id_number for child in people}) == len(people)
    assert sum(fold(child.full_name) == fold(HOA) for child in people) == 1
    for child in people:
        assert is_child_on(PartialDate.of(child.born), today)
        assert book.entry("ethnic_groups", child.ethnicity)
        assert book.entry("relations", child.caregiver_relation)
        assert all(book.entry("child_groups", group) for group in child.groups)
    kinds = Counter(child.groups[0][:4] for child in people if child.groups)
    assert kinds["HCDB"] / len(people) == pytest.approx(SPECIAL_SHARE, rel=0.2)
    assert kinds["NGCO"] / len(people) == pytest.approx(AT_RISK_SHARE, rel=0.2)


@pytest.mark.parametrize("today", [date(2026, 11, 27), date(2028, 2, 2), date(2028, 2, 29), date(2040, 2, 3)])
def test_on_whatever_day_a_training_register_is_made_all_in_it_are_children(today: date) -> None:
    """From February 2028 on none could be made: the girl whom the demo looks for would have come of age."""
    people = list(training_children(60, seed=1, today=today))
    assert [child.full_name for child in people if not is_child_on(PartialDate.of(child.born), today)] == []
    assert age_on(PartialDate.of(people[0].born), today) == (14, 14)


def test_visits_follow_the_rhythm_and_the_code_lists() -> None:
    since, until, book = date(2026, 1, 1), date(2026, 11, 24), code_book()
    for child in training_children(50, seed=2, today=until, special=0.5):
        visits = list(training_visits(child, seed=2, since=since, until=until))
        days = [visit.visited_on for visit in visits]
        assert days == sorted(days)
        assert all(max(since, child.born) <= day <= until for day in days)
        assert not visits or visits[-1].risk_level == child.risk_level
        for visit in visits:
            assert all(book.entry("needs", need) for need in visit.needs)
            assert all(book.entry("present", who) for who in visit.present)
