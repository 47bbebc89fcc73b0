"""Training registers as a working week leaves them: tasks, reports in every state, a full house."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope, commune_scope, new_record_id, shelter_scope
from commune_desk.domain.records.attachments import PDF
from commune_desk.domain.records.kinds import Report
from commune_desk.domain.time.clock import SystemClock, local_day, to_iso
from commune_desk.program_files import code_book
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import FileFacts, Prepared, attach
from commune_desk.usecases.records.reports import record_measures, record_report
from commune_desk.usecases.records.tasks import add_task
from commune_desk.usecases.registers.opening import OpenDesk, make_training_register
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.usecases.registers.training_register import fill_commune
from tests.helpers import shelter_house

LOGIN, PASSPHRASE = "desk.1", "bon con meo di bien"
OFFICER = NewOfficer(LOGIN, "Cán bộ Một", PASSPHRASE)
CHILDREN = 120
LONGEST_STORY = (
    "SELECT f.person FROM child_file f LEFT JOIN home_visit v ON v.person=f.person"
    " GROUP BY f.person ORDER BY count(v.id) DESC, f.person LIMIT 1"
)
"""Who it is."""

_TASKS = (
    ("Gửi báo cáo quý cho tỉnh", 1),
    ("Họp nhà trường về ba cháu nghỉ học dài ngày", 3),
    ("Gọi trạm y tế hỏi thẻ bảo hiểm", None),
)
_PAPERS = (
    ("birth_certificate", ""),
    ("minutes", "Biên bản họp xác định nhu cầu của cháu"),
    ("medical_paper", "Giấy khám của Bệnh viện đa khoa khu vực"),
)
_REPORTS = (
    # source, hours ago, place, age, sex, description, what was done, whether it is closed
    ("111", 1.5, "Thôn Đồng Mô", 13, "female", "Trẻ bỏ nhà từ hôm qua, nghi bị rủ qua biên giới.", "", False),
    ("school", 30, "Trường tiểu học", 7, "male", "Cháu nghỉ học ba ngày, có vết bầm.", "Đã đưa cháu về bà nội.", False),
    ("police", 75, "Khu Bình Quân", 15, "female", "Cháu lang thang ở chợ lúc nửa đêm.", "Đã giao gia đình.", True),
)


def make_commune(folder: Path) -> Profile:
    """A commune's training register with children, visits, tasks and reports, closed."""
    desk = _make(folder, commune_scope("06838"), Role.COMMUNE_OFFICER)
    fill_commune(desk.register, CHILDREN)
    for title, days in _TASKS:
        desk.register.write(partial(_task, title=title, days=days)).result()
    for told in _REPORTS:
        desk.register.write(partial(_report, told=told)).result()
    desk.register.write(_files).result()
    desk.register.close()
    return desk.profile


def make_shelter(folder: Path) -> Profile:
    """A shelter's training register with nine residents and their logs, closed."""
    desk = _make(folder, shelter_scope("AD01"), Role.SHELTER_WORKER)
    shelter_house.fill(Workplace(desk.register, code_book()))
    desk.register.close()
    return desk.profile


def _make(folder: Path, scope: Scope, role: Role) -> OpenDesk:
    folder.mkdir(parents=True)
    return make_training_register(Profile(folder), OFFICER, scope=scope, role=role, clock=SystemClock())


def _files(tx: Tx) -> None:
    """Papers of the child with the longest story."""
    person = RecordId(tx.connection.execute(LONGEST_STORY).fetchone()[0])
    for document, caption in _PAPERS:
        attach(tx, person, Prepared(PDF, b"%PDF-1.7 " + caption.encode() * 2000), FileFacts(document, caption))


def _task(tx: Tx, title: str, days: int | None) -> None:
    today = local_day(tx.ledger.now())
    add_task(tx, title, (today + timedelta(days=days)).isoformat() if days is not None else None)


def _report(tx: Tx, told: tuple[str, float, str, int, str, str, str, bool]) -> None:
    source, hours, place, age, sex, description, measures, is_closed = told
    received = tx.ledger.now() - timedelta(hours=hours)
    report = record_report(
        tx,
        Report(
            id=new_record_id(),
            scope=tx.actor.scope,
            received_at=to_iso(received),
            source=source,
            place=place,
            child_age=age,
            child_sex=sex,
            description=description,
        ),
    )
    taken_up = to_iso(received + timedelta(minutes=10))
    tx.save(msgspec.structs.replace(tx.existing(Report, report), acknowledged_at=taken_up))
    if measures:
        acted = to_iso(received + timedelta(hours=4))
        record_measures(tx, report, measures=measures, acted_at=acted, is_closed=is_closed)
