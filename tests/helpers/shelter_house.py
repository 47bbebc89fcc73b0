"""A house like the one of a working week: nine residents, one of them out, free beds, one bed closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from commune_desk.domain.model.ids import RecordId, Scope, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Bed, CareLogEntry, Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.pages.placements import bed_board
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from commune_desk.usecases.shelter.beds import NewBed, close_bed, set_up_shelter
from commune_desk.usecases.shelter.placements import Admission
from commune_desk.usecases.shelter.tasks_of_stays import Reminder
from tests.helpers.builders import SHELTER_SCOPE

KINDS = {"A": "standard", "B": "standard", "C": "sickroom", "D": "mother_child"}
LABELS = ("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "C1", "C2", "D1", "D2")
RESIDENTS = (
    # bed, alias, born, nights, companions, isolation days, reason, commune
    ("A1", "Hoa Sen", "2012-02-03", 3, 0, 3, "isolation", "06838"),
    ("A2", "Hoa Mai", "1998", 6, 1, 0, "domestic_violence", "06862"),
    ("A4", "Hoa Cúc", "2017-05", 1, 0, 0, "sexual_abuse", "06838"),
    ("B2", "Hoa Đào", "1995-08-20", 88, 0, 0, "domestic_violence", None),
    ("B3", "Hoa Huệ", "2010-03-11", 12, 0, 13, "isolation", "06841"),
    ("C1", "Hoa Lan", None, 2, 0, 0, "trafficking", None),
    ("D1", "Hoa Hồng", "1990", 4, 2, 0, "domestic_violence", "06724"),
)


def set_up(workplace: Workplace) -> dict[str, Bed]:
    """The twelve beds by label."""
    beds = [NewBed(label, KINDS[label[0]]) for label in LABELS]
    workplace.write(lambda tx: set_up_shelter(tx, "Ngôi nhà Ánh Dương", beds))
    return {row.bed.label: row.bed for row in workplace.read(bed_board)}


def admission(workplace: Workplace, bed: str | None = None, alias: str = "Hoa Sen", **values: object) -> Admission:
    """An admission an hour ago; `person` values go by `full_name` and `birth_date`."""
    person = Person(
        id=new_record_id(),
        scope=SHELTER_SCOPE,
        full_name=str(values.pop("full_name", "")),
        birth_date=values.pop("birth_date", None),  # type: ignore[arg-type]
    )
    at = workplace.register.clock.now() - timedelta(hours=1)
    defaults = {"admitted_at": to_iso(at), "reason": "domestic_violence", "alias": alias}
    stay = Placement(id=new_record_id(), scope=SHELTER_SCOPE, bed=RecordId(bed) if bed else None, **(defaults | values))  # type: ignore[arg-type]
    return Admission(person=person, placement=stay)


def fill(workplace: Workplace) -> dict[str, RecordId]:
    """A full week in the house; the stays by alias."""
    beds = set_up(workplace)
    now = workplace.register.clock.now()
    stays: dict[str, RecordId] = {}
    for label, alias, born, nights, companions, isolated, reason, commune in RESIDENTS:
        began = now - timedelta(days=nights - 1, hours=2)
        made = admission(
            workplace,
            beds[label].id,
            alias,
            full_name="Mẫu Thị " + alias.removeprefix("Hoa "),
            birth_date=born,
            admitted_at=to_iso(began),
            companions=companions,
            reason=reason,
            home_commune=commune,
            brought_by="Công an xã",
            condition="Bầm ở tay trái, mệt, không sốt.",
            isolation_from=(
                began.date() if isolated == nights else (now - timedelta(days=isolated - 1)).date()
            ).isoformat()
            if isolated
            else None,
            papers=("declaration", "emergency_record", "decision") if nights > 5 else ("declaration",),
        )
        due = Reminder("Rà soát ngày thứ 3", (began.date() + timedelta(days=2)).isoformat())
        made = Admission(person=made.person, placement=made.placement, reminders=(due,) if nights < 5 else ())
        stays[alias], _changes = workplace.write(lambda tx, one=made: placements.admit_to_shelter(tx, one))  # type: ignore[misc]
    workplace.write(lambda tx: close_bed(tx, beds["C2"].id, "Đang sửa"))
    _log(workplace, stays, now)
    back = to_iso(now + timedelta(hours=3, minutes=30))
    workplace.write(
        lambda tx: placements.go_out(tx, stays["Hoa Huệ"], back_at=back, note="Đi khám ở bệnh viện cùng nhân viên.")
    )
    return stays


def log_entry(stay: RecordId, at: datetime, kind: str, note: str) -> CareLogEntry:
    return CareLogEntry(
        id=new_record_id(), scope=Scope(SHELTER_SCOPE), placement=stay, logged_at=to_iso(at), entry_kind=kind, note=note
    )


def _log(workplace: Workplace, stays: dict[str, RecordId], now: datetime) -> None:
    lines = (
        ("Hoa Sen", 26, "counselling", "Tư vấn lần 1. Cháu bắt đầu nói chuyện, muốn gọi cho bà ngoại."),
        ("Hoa Sen", 14, "daily", "Ăn tối hết suất, ngủ từ 21 giờ, không gặp ác mộng."),
        ("Hoa Sen", 1, "health", "Vết bầm ở tay trái nhạt dần. Không sốt."),
        ("Hoa Mai", 2, "daily", "Mẹ và bé ngủ yên. Bé ăn cháo buổi sáng."),
        ("Hoa Cúc", 1, "medicine", "Thuốc hạ sốt, liều 1/3."),
    )

    def operation(tx: Tx) -> None:
        for alias, hours, kind, note in lines:
            placements.log_care(tx, log_entry(stays[alias], now - timedelta(hours=hours), kind, note))

    workplace.write(operation)
