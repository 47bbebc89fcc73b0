"""A colleague whose desk opens conflicts without end: those on a field are decided so many at a time, until all are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.program_files import code_book
from commune_desk.store.intake import conflicts
from commune_desk.store.intake.conflicts import MOST_AT_ONCE
from commune_desk.usecases.desk.workplace import Workplace
from sync import protocol
from sync.change import MAX_LINE
from tests.sync.actors.attacked_office import Office
from tests.sync.actors.scripted_province import SCOPE

FLOOD = 2000
STOOD = "0912345678"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.desk.register.close()


def _flooded(office: Office, count: int) -> Workplace:
    """An officer at a register where a telephone has so many values beside the one that stands."""
    person = uuid7()
    office.tell("person", person, {"full_name": "Chìu Văn Sáng", "phone": STOOD})
    stands = office.province.feed[SCOPE][-1][1].change.id
    for number in range(count):
        line = office.colleague.record(SCOPE, "person", person, {"phone": f"0912{number:06}"}, base={"phone": None})
        opened = protocol.OpenedConflict(id=uuid7(), field="phone", base=None, ours=stands, theirs=line.change.id)
        office.province.publish(line, outcomes={"phone": "conflict"}, opened=[opened])
    office.desk.sync()
    return Workplace(office.desk.register, code_book())


def _decide(workplace: Workplace) -> int:
    """Choose the second value; how many were shown."""
    (card,), _more = conflict_cards(workplace, most=1)
    operation = decision(card, chosen=card.hands[1].key)
    assert not isinstance(operation, str)
    workplace.write(operation)
    return len(card.hands)


def _open(office: Office) -> int:
    return int(office.desk.ask("SELECT count(*) FROM conflict WHERE state='open'")[0][0])


def _longest_line(office: Office) -> int:
    return int(office.desk.ask("SELECT max(length(raw)) FROM change WHERE desk='AAAAAA'")[0][0])


def test_a_decision_of_very_many_is_a_change_that_travels(office: Office) -> None:
    workplace = _flooded(office, FLOOD)
    assert _decide(workplace) == MOST_AT_ONCE + 1
    assert _open(office) == FLOOD - MOST_AT_ONCE
    assert _longest_line(office) < MAX_LINE // 4
    assert office.desk.sync().pushed == 1


def test_all_of_them_are_decided_in_the_end(office: Office) -> None:
    workplace = _flooded(office, 2 * MOST_AT_ONCE + 50)
    shown = [_decide(workplace) for _ in range(3)]
    assert (shown, _open(office)) == ([MOST_AT_ONCE + 1, MOST_AT_ONCE + 1, 51], 0)
    assert conflict_cards(workplace, most=1) == ([], 0)


def test_all_at_once_they_would_make_a_change_that_no_province_reads(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(conflicts, "MOST_AT_ONCE", 2 * FLOOD)
    assert _decide(_flooded(office, FLOOD)) == FLOOD + 1
    assert _longest_line(office) > MAX_LINE
