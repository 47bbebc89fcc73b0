"""What the window asks on its own thread reads through nothing that grows with the years."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.changes.journal import OPEN
from commune_desk.store.pages import not_joined
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.workplaces import asked_by_the_screen

GROW = ("change", "audit", "home_visit", "shadow", "care_log_entry")
"""Tables with a row or more for each thing that somebody did."""
PLACES = [Route(page) for page in ("today", "register", "reports", "lists", "sync", "help")]
_NAMED = re.compile(
    rf"\b(?:FROM|JOIN) ({'|'.join(GROW)})(?: AS)?(?: (?!WHERE|JOIN|LEFT|ORDER|INDEXED|GROUP|LIMIT)(\w+))?"
)


def read_through(workplace: Workplace, asked: list[str]) -> list[str]:
    """The steps in which the engine goes through one of those tables from its first row to its last."""
    found = []
    for sql in dict.fromkeys(asked):
        if not sql.lstrip().startswith(("SELECT", "WITH")):
            continue
        names = {name for pair in _NAMED.findall(sql) for name in pair if name}
        steps = [row[3] for row in workplace.register.reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        found += [f"{step}: {sql}" for step in steps if step.startswith("SCAN ") and step.split()[1] in names]
    return found


def _gone_round(qtbot: QtBot, window: DeskWindow, workplace: Workplace, child: RecordId) -> list[str]:
    """What was asked on the way through every page of the rail, a child and a form about it."""
    with asked_by_the_screen(workplace) as asked:
        for route in (*PLACES, Route("child", child), Route("child", child, "visit")):
            if route.record or window.shell.has_page(route.page):
                window.navigate(route)
                qtbot.wait(1)
        window._refresh()
    return asked


def test_no_page_reads_through_what_grows(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    asked = _gone_round(qtbot, window, workplace, hoa)
    assert len(asked) > 50
    assert read_through(workplace, asked) == []


def test_a_page_that_did_would_be_seen(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a condition that the index of open changes does not know."""
    monkeypatch.setattr(not_joined, "_REFUSED", not_joined._REFUSED.replace(OPEN, "1"))
    assert any("FROM change" in one for one in read_through(workplace, _gone_round(qtbot, window, workplace, hoa)))
