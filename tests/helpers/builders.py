"""Records with valid defaults; a test names only what it is about."""

from __future__ import annotations

from typing import Any

from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.model.record import Record
from commune_desk.domain.records.children import ChildFile, GroupMembership
from commune_desk.domain.records.families import Household, Person, Relation
from commune_desk.domain.records.placements import Bed, CareLogEntry, Placement, PlacementNotice
from commune_desk.domain.records.reports import Report
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.store.writing.transaction import Tx

COMMUNE_SCOPE = Scope("C:06838")
SHELTER_SCOPE = Scope("S:AD01")


def _in_commune(values: dict[str, Any]) -> dict[str, Any]:
    return {"id": new_record_id(), "scope": COMMUNE_SCOPE} | values


def _in_shelter(values: dict[str, Any]) -> dict[str, Any]:
    return {"id": new_record_id(), "scope": SHELTER_SCOPE} | values


def make_person(full_name: str = "Đặng Thị Hoà", **values: Any) -> Person:
    """A girl of 14 on 23/11/2026, unless told otherwise."""
    defaults = {"sex": "female", "birth_date": "2012-02-03", "village": "Khe Lạc"}
    return Person(full_name=full_name, **_in_commune(defaults | values))


def make_file(person: RecordId, **values: Any) -> ChildFile:
    return ChildFile(person=person, **_in_commune({"opened_on": "2024-03-02"} | values))


def make_group(person: RecordId, group_code: str = "HCDB01", **values: Any) -> GroupMembership:
    return GroupMembership(person=person, group_code=group_code, **_in_commune({"from_on": "2024-03-02"} | values))


def make_relation(person: RecordId, relative: RecordId, relation: str = "mother", **values: Any) -> Relation:
    return Relation(person=person, relative=relative, relation=relation, **_in_commune(values))


def make_household(head_name: str = "Bàn Thị Mùi", **values: Any) -> Household:
    return Household(head_name=head_name, **_in_commune({"village": "Khe Lạc"} | values))


def make_visit(person: RecordId, visited_on: str = "2026-11-20", **values: Any) -> HomeVisit:
    defaults = {"risk_level": "medium", "observations": "Cháu khoẻ, đi học đều.", "next_visit_on": "2026-12-04"}
    return HomeVisit(person=person, visited_on=visited_on, **_in_commune(defaults | values))


def make_report(**values: Any) -> Report:
    defaults = {
        "received_at": "2026-11-22T15:40:00Z",
        "source": "111",
        "place": "Khe Lạc",
        "description": "Hàng xóm nghe tiếng khóc mỗi tối.",
    }
    return Report(**_in_commune(defaults | values))


def make_bed(label: str = "P1-1", **values: Any) -> Bed:
    return Bed(label=label, **_in_shelter(values))


def make_placement(person: RecordId, **values: Any) -> Placement:
    defaults = {"admitted_at": "2026-11-22T15:40:00Z", "alias": "Bé Mây", "reason": "domestic_violence"}
    return Placement(person=person, **_in_shelter(defaults | values))


def make_log_entry(placement: RecordId, **values: Any) -> CareLogEntry:
    defaults = {"logged_at": "2026-11-22T16:00:00Z", "note": "Ăn tối, ngủ yên."}
    return CareLogEntry(placement=placement, **_in_shelter(defaults | values))


def make_notice(case_code: str = "QN-06838-2026-A1-0031", **values: Any) -> PlacementNotice:
    defaults = {"since_on": "2026-11-22", "stay_until": "2027-02-22"}
    return PlacementNotice(case_code=case_code, **_in_commune(defaults | values))


def save_all(*records: Record) -> Any:
    """An operation for `Workplace.write` that saves the records in order."""

    def operation(tx: Tx) -> None:
        for record in records:
            tx.save(record)

    return operation


def make_child(full_name: str = "Đặng Thị Hoà", **values: Any) -> tuple[Person, ChildFile]:
    """A person and the file; `status`, `risk_level`, `case_number` and `import_id` go to the file."""
    own = {name: values.pop(name) for name in ("status", "risk_level", "case_number", "import_id") if name in values}
    person = make_person(full_name, **values)
    return person, make_file(person.id, **own)
