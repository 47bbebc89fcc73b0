"""The lease has run out: what was done about a report is not shown, and what is typed there builds on nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.store.writing import opened
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import record_measures
from sync.change import Change
from tests.helpers.builders import make_report, save_all
from tests.helpers.workplaces import let_the_lease_run_out, make_workplace, until_closed

NOW = "2026-11-23T00:30:00Z"


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    yield from until_closed(make_workplace(tmp_path))


@pytest.fixture
def report(workplace: Workplace) -> RecordId:
    made = make_report(received_at="2026-11-22T20:00:00Z", status="acknowledged")
    workplace.write(save_all(made))
    workplace.write(lambda tx: record_measures(tx, made.id, measures="Đã đưa cháu tới bệnh viện", acted_at=NOW))
    return made.id


def bases_after_typing(workplace: Workplace, report: RecordId, shown: str) -> list[str | None]:
    """What each change of the measures names as seen, oldest first."""
    form = MeasuresForm(workplace, report)
    assert form.state().values["measures"] == shown
    form.take("measures", "Gọi điện cho gia đình")
    operation = form.submit()
    assert operation is not None
    workplace.write(operation)
    rows = workplace.read(
        lambda db: db.execute("SELECT raw FROM change WHERE record=? ORDER BY stamp", (report,)).fetchall()
    )
    changes = [msgspec.json.decode(raw, type=Change) for (raw,) in rows]
    return [one.base.get("measures") for one in changes if "measures" in one.seal]


def test_what_is_hidden_is_not_named_as_seen(workplace: Workplace, report: RecordId) -> None:
    let_the_lease_run_out(workplace)
    assert bases_after_typing(workplace, report, "") == [None, None]


def test_it_would_be_written_over_unseen(
    workplace: Workplace, report: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(opened, "unseen", lambda *_: set())
    let_the_lease_run_out(workplace)
    first, second = bases_after_typing(workplace, report, "")
    assert (first, second is not None) == (None, True)


def test_what_is_shown_is_named(workplace: Workplace, report: RecordId) -> None:
    first, second = bases_after_typing(workplace, report, "Đã đưa cháu tới bệnh viện")
    assert (first, second is not None) == (None, True)


def drafted(workplace: Workplace, report: RecordId, **typed: str) -> dict[str, object]:
    """What the draft of a form keeps in which this was typed while all was open."""
    form = MeasuresForm(workplace, report)
    for name, words in typed.items():
        form.take(name, words)
    return form.payload()


def test_what_stood_in_a_draft_is_closed_with_the_rest(workplace: Workplace, report: RecordId) -> None:
    kept = drafted(workplace, report, acted_at="23/11/2026 07:45")
    let_the_lease_run_out(workplace)
    form = MeasuresForm(workplace, report)
    values = form.restore(kept).values
    assert (values["measures"], values["acted_at"]) == ("", "23/11/2026 07:45")
    assert "bệnh viện" not in repr(form.payload())


def test_an_officers_own_words_come_back_and_build_on_nothing(workplace: Workplace, report: RecordId) -> None:
    kept = drafted(workplace, report, measures="Gọi điện cho gia đình")
    let_the_lease_run_out(workplace)
    form = MeasuresForm(workplace, report)
    assert form.restore(kept).values["measures"] == "Gọi điện cho gia đình"
    assert "bệnh viện" not in repr(form.payload())
    operation = form.submit()
    assert operation is not None
    workplace.write(operation)
    (raw,) = workplace.read(
        lambda db: db.execute("SELECT raw FROM change WHERE record=? ORDER BY stamp DESC LIMIT 1", (report,)).fetchone()
    )
    change = msgspec.json.decode(raw, type=Change)
    assert ("measures" in change.seal, change.base.get("measures")) == (True, None)


def test_a_draft_comes_back_whole_while_all_is_open(workplace: Workplace, report: RecordId) -> None:
    kept = drafted(workplace, report, acted_at="23/11/2026 07:45")
    form = MeasuresForm(workplace, report)
    assert form.restore(kept).values["measures"] == "Đã đưa cháu tới bệnh viện"
    assert form.opened.bases[report]["measures"]
