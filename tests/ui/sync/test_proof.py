"""The province contradicted itself: whoever sits at the PC can save the proof, and hand it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from commune_desk.program_files import code_book
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.usecases.desk.workplace import Workplace
from sync.client import errors
from sync.server.answers import pull, roots
from sync.server.problems import Refused
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.rooted_office import Office, rooted_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with rooted_office(tmp_path) as made:
        made.work(3)
        roots.make_due(made.real.province)
        made.work(3)
        yield made


@pytest.fixture
def page(qtbot: QtBot, office: Office, tasks: Tasks) -> Iterator[SyncPage]:
    made = SyncPage(Workplace(office.desk.register, code_book()), tasks)
    qtbot.addWidget(made)
    made.show()
    yield made
    qtbot.waitUntil(lambda: tasks.is_idle)
    made.close()


def contradict(office: Office, page: SyncPage) -> None:
    office.rewrite(2)
    office.desk.register.write(save_all(make_person("Chìu Văn B"))).result()
    meet_again(office, page)


def meet_again(office: Office, page: SyncPage) -> None:
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    page.refresh()


def told(page: SyncPage) -> str:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    (row,) = (row for row in page.proven.findChildren(ListRow) if "trái với" in row.accessibleName())
    return row.accessibleName()


def test_the_proof_is_offered_only_where_there_is_one_and_is_saved_where_a_person_says(
    qtbot: QtBot, office: Office, page: SyncPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page.proof.isHidden()
    contradict(office, page)
    assert not page.proof.isHidden()
    target = tmp_path / "proof.json"
    asked: list[object] = []

    def choose(*words: object) -> tuple[str, str]:
        asked.extend(words)
        return str(target), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    page.proof.click()
    qtbot.waitUntil(lambda: page.notice is not None)
    assert page.notice is not None
    assert page.notice.tone is Tone.GOOD
    assert '"cd-split-v1"' in target.read_text("ascii")
    assert any("commune-desk-proof-" in str(word) for word in asked)
    page.save_proof(tmp_path / "not there" / "proof.json")
    qtbot.waitUntil(lambda: page.notice is not None and page.notice.tone is Tone.DANGER)


def test_where_a_statement_tells_of_children_it_is_said_and_not_offered(
    office: Office, page: SyncPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a province that does not say where its chain stood without telling all the rest."""

    def refuse(*_asked: object) -> bytes:
        raise Refused(503, "busy")

    with monkeypatch.context() as amid:
        amid.setattr(pull, "_chains", refuse)
        contradict(office, page)
    assert page.proof.isHidden()
    assert "ở lại máy này" in told(page)
    meet_again(office, page)
    assert not page.proof.isHidden()
    assert "ở lại máy này" not in told(page)
