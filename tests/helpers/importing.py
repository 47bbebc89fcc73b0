"""An import in a process of its own, which tells each step and waits for a word before the next: to be killed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from commune_desk.program_files import code_book
from commune_desk.store.desk.register import FILE_NAME, Register
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.lists.import_reading import ListReading
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from commune_desk.vault.keys import RegisterKey
from tests.helpers.lists import settle
from tests.helpers.workplaces import OFFICER, HandClock

AT = datetime(2026, 9, 30, 3, tzinfo=UTC)


def open_workplace(folder: Path, key: bytes) -> Workplace:
    """The register in `folder`, opened as after a start of the program."""
    return Workplace(Register(folder / FILE_NAME, RegisterKey(key), HandClock(AT), OFFICER), code_book())


def main(folder: Path, path: Path) -> int:
    """Bring in `path`, one step for each line on stdin; the key of the register is the first line."""
    workplace = open_workplace(folder, bytes.fromhex(sys.stdin.readline()))
    head = look_into(path)
    if head.header is None:
        return 1
    header = head.header
    reading = ListReading(workplace, source_of(head, workplace.read(lambda c: mapping_for(c, header))))
    _tell("reading")
    while sys.stdin.readline() and not reading.step().is_over:
        _tell("read")
    settle(workplace, reading.import_id)
    saving = ListSaving(workplace, reading.import_id)
    _tell("saving")
    while sys.stdin.readline() and not saving.step().is_over:
        _tell("shown" if saving.is_shown else "saved")
    return 0


def _tell(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
