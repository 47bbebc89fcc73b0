"""A process that works through a day with known names, says so, and waits to be killed with everything open.

`python -m tests.security.full_day FOLDER` makes the profiles `commune` and `shelter`; the lists it reads lie elsewhere.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.logs import start_log
from commune_desk.program_files import code_book
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.lists.import_reading import ListReading
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from commune_desk.usecases.locked.doorbell import leave_card
from commune_desk.usecases.locked.window_state import WindowState, keep_window
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from commune_desk.usecases.records.drafts import save_draft
from commune_desk.usecases.records.reports import record_report
from commune_desk.usecases.records.visits import record_visit
from commune_desk.usecases.registers.backups import back_up
from commune_desk.usecases.registers.officers import add_officer
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.usecases.shelter.beds import NewBed, set_up_shelter
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter, log_care
from tests.helpers.builders import make_log_entry, make_person, make_placement, make_report, make_visit

PASSPHRASE = "bốn con Mèo Quẫng đi biển"
CHILD, MOTHER, OFFICER, COLLEAGUE = "Đặng Thị Nghiễng", "Bàn Thị Khuyếch", "Cán bộ Thoắng", "Cán bộ Quyểnh"
VISIT, REPORT, DRAFT = "Cháu kể chuyện Lưỡng Tuyềnh", "Nghe tiếng khóc ở Ngưỡm Thuồng", "Đang gõ dở Chuyễnh"
LISTED, REFUSED = "Triệu Mùi Thuyểng", "Chíu Sáng Nhuyễng"
RESIDENT, CONDITION, HIDDEN_PLACE = "Lỷ Thị Xuyểng", "Bầm tay, tên kẻ đánh Khuỵnh", "Nhà số 7 ngõ Nguồng"
NUMBER, PHONE = "022316004518", "0987111223"
WORDS = (
    *(PASSPHRASE, CHILD, MOTHER, OFFICER, COLLEAGUE, VISIT, REPORT, DRAFT, LISTED, REFUSED, RESIDENT, CONDITION),
    *(HIDDEN_PLACE, NUMBER, PHONE),
    *(
        "Nghiễng",
        "Khuyếch",
        "Thoắng",
        "Quyểnh",
        "Tuyềnh",
        "Thuồng",
        "Chuyễnh",
        "Thuyểng",
        "Nhuyễng",
        "Xuyểng",
        "Khuỵnh",
    ),
)
"""What must be in clear nowhere. The single words are no Vietnamese anybody would use: finding one is a leak."""


def write_lists(folder: Path) -> tuple[Path, Path]:
    """A list to bring in, and one to leave standing between reading and importing, with a row that is refused."""
    head = "Danh sách trẻ em\nHọ và tên;Ngày sinh;Thôn\n"
    first, second = folder / "first.csv", folder / "second.csv"
    first.write_text(head + f"{LISTED};03/02/2018;Khe Lạc\n", encoding="utf-8-sig")
    rows = f"{REFUSED};31/02/2018;Khe Lạc\n{LISTED} Hai;03/02/2017;Khe Lạc\n"
    second.write_text(head + rows, encoding="utf-8-sig")
    return first, second


def work_in_commune(folder: Path, lists: tuple[Path, Path]) -> OpenDesk:
    folder.mkdir()
    desk = _begin(folder, Scope("C:06838"), Role.COMMUNE_OFFICER)
    start_log(folder)
    workplace = Workplace(desk.register, code_book())
    add_officer(desk, NewOfficer("may2", COLLEAGUE, "năm chú vịt ra đồng"))
    child = _enter_child(workplace)
    today = date.today() - timedelta(days=1)  # noqa: DTZ011 - yesterday anywhere is past here too
    visit = make_visit(child, today.isoformat(), observations=VISIT, next_visit_on=None)
    workplace.write(lambda tx: record_visit(tx, visit))
    report = make_report(description=REPORT, received_at=f"{today.isoformat()}T01:00:00Z")
    workplace.write(lambda tx: record_report(tx, report))
    workplace.note(AuditAction.SEARCH, detail="digest")
    bring_in(workplace, lists)
    workplace.write(lambda tx: save_draft(tx, "visit", child, "observations", {"observations": DRAFT, "who": CHILD}))
    back_up(desk, folder / "backup.cdbackup")
    keep_window(desk, WindowState(page="child", record=child, form="visit"))
    leave_card(desk, [desk.register.clock.now()])
    _fail_in_the_log()
    return desk


def _begin(folder: Path, scope: Scope, role: Role) -> OpenDesk:
    officer = NewOfficer("may1", OFFICER, PASSPHRASE)
    return make_training_register(Profile(folder), officer, scope=scope, role=role, clock=SystemClock())


def _enter_child(workplace: Workplace) -> RecordId:
    scope = Scope(workplace.actor.scope)
    person = make_person(CHILD, birth_date="2016-02-03", id_number=NUMBER)
    mother = Person(id=new_record_id(), scope=scope, full_name=MOTHER, phone=PHONE)
    kin = KinEntry(person=mother, relation="mother", is_caregiver=True)
    file = ChildFile(id=new_record_id(), scope=scope, person=person.id)
    return workplace.write(lambda tx: register_child(tx, ChildEntry(person=person, file=file, kin=(kin,))))[0]


def bring_in(workplace: Workplace, lists: tuple[Path, Path]) -> None:
    for path in lists:
        head = look_into(path)
        assert head.header is not None
        header = head.header
        reading = ListReading(workplace, source_of(head, workplace.read(lambda c, h=header: mapping_for(c, h))))  # type: ignore[misc]
        while not reading.step().is_over:
            pass
        saving = ListSaving(workplace, reading.import_id)
        while path == lists[0] and not saving.step().is_over:
            pass


def _fail_in_the_log() -> None:
    try:
        raise KeyError(CHILD)
    except KeyError as error:
        logging.getLogger("commune_desk.day").error("could not read %s", NUMBER, exc_info=error)
    logging.getLogger("library").warning("lost %s", CHILD)


def work_in_shelter(folder: Path) -> OpenDesk:
    folder.mkdir()
    desk = _begin(folder, Scope("S:AD01"), Role.SHELTER_WORKER)
    workplace = Workplace(desk.register, code_book())
    workplace.write(lambda tx: set_up_shelter(tx, "Ngôi nhà", [NewBed("A1", "standard")]))
    person = make_person(RESIDENT, scope="S:AD01")
    at = desk.register.clock.now() - timedelta(hours=2)
    stay = make_placement(person.id, admitted_at=f"{at:%Y-%m-%dT%H:%M:%SZ}", condition=CONDITION, home_commune="06838")
    workplace.write(lambda tx: admit_to_shelter(tx, Admission(person=person, placement=stay)))
    entry = make_log_entry(stay.id, logged_at=f"{at:%Y-%m-%dT%H:%M:%SZ}", note=f"Về {HIDDEN_PLACE}")
    workplace.write(lambda tx: log_care(tx, entry))
    back_up(desk, folder / "backup.cdbackup")
    return desk


def main() -> int:
    folder = Path(sys.argv[1])
    lists = write_lists(folder.parent)
    desks = (work_in_commune(folder / "commune", lists), work_in_shelter(folder / "shelter"))
    sys.stdout.write(json.dumps([desk.key.hex for desk in desks]) + "\n")
    sys.stdout.flush()
    time.sleep(600)
    return 1


if __name__ == "__main__":
    sys.exit(main())
