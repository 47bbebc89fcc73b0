"""Makes the register that is kept of this version: `python -m tests.migrations.make_kept`. Once for each version.

The file stays in `kept/` for good, so that every later program is tried on what this one really wrote.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.attachments import PDF
from commune_desk.domain.records.kinds import Officer
from commune_desk.program_files import code_book
from commune_desk.store.engine.database import connect
from commune_desk.store.engine.migrate import steps
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import FileFacts, Prepared, attach
from commune_desk.usecases.records.children import ChildEntry, KinEntry, close_file, register_child
from commune_desk.usecases.records.drafts import save_draft
from commune_desk.usecases.records.reports import record_report
from commune_desk.usecases.records.tasks import add_task
from commune_desk.usecases.records.visits import record_visit
from commune_desk.vault.keys import RegisterKey
from tests.helpers.builders import make_file, make_household, make_person, make_report, make_visit
from tests.helpers.workplaces import OFFICER, OFFICER_NAME, make_register

KEPT = Path(__file__).parent / "kept"
KEY = RegisterKey(bytes(range(32)))
NAMES = ("Đặng Thị Hoà", "Bàn Văn Tài", "Chíu Sáng Mùi")
PAPER = "Biên bản họp xác định nhu cầu"
MOTHER, OBSERVED, REPORTED = "Lý Thị Nguyệt", "Cháu khoẻ, đi học đều.", "Nghe tiếng khóc mỗi tối."


def fill(workplace: Workplace) -> None:
    """Something of each kind that a commune writes, through the use cases."""
    scope = Scope(workplace.actor.scope)
    officer = Officer(id=RecordId(OFFICER), scope=scope, display_name=OFFICER_NAME, role=workplace.actor.role.value)
    workplace.write(lambda tx: tx.save(officer))
    children = [_enter(workplace, name) for name in NAMES]
    for day in ("2026-10-02", "2026-11-20"):
        visit = make_visit(children[0], day, observations=OBSERVED, risk_level="high")
        workplace.write(lambda tx, visit=visit: record_visit(tx, visit))  # type: ignore[misc]
    report = make_report(description=REPORTED, person=children[1])
    workplace.write(lambda tx: record_report(tx, report))
    workplace.write(lambda tx: add_task(tx, "Gặp nhà trường", "2026-11-27", children[0]))
    paper = Prepared(PDF, b"%PDF-1.7 " + PAPER.encode())
    workplace.write(lambda tx: attach(tx, children[0], paper, FileFacts("minutes", PAPER)))
    workplace.write(lambda tx: save_draft(tx, "visit", children[1], "observations", {"observations": "Đang gõ"}))


def _enter(workplace: Workplace, name: str) -> RecordId:
    person, house = make_person(name), make_household()
    kin = KinEntry(person=make_person(MOTHER, birth_date="1988", phone="0987111223"), relation="mother")
    file = make_file(person.id)
    entry = ChildEntry(person=person, file=file, household=house, kin=(kin,), groups=("HCDB01", "NGCO01"))
    workplace.write(lambda tx: register_child(tx, entry))
    if name == NAMES[-1]:
        workplace.write(lambda tx: close_file(tx, file.id, "moved_away"))
    return person.id


def main() -> int:
    target = KEPT / f"register-{len(steps()):04}.db"
    if target.exists():
        sys.stderr.write(f"{target.name} is kept already and stays as it is.\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        register = make_register(Path(folder), key=KEY)
        fill(Workplace(register, code_book()))
        register.close()
        connection = connect(register.path, KEY)
        connection.execute("VACUUM")
        connection.close()
        shutil.copyfile(register.path, target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
