"""A file whose child leaves, or is erased, between what the page shows and what is read of it off its thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.dialogs.picture import PictureDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.child_files import Files
from commune_desk.ui.pictures import shrunk
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import FileFacts, Prepared, attach
from tests.helpers.attached import add_child
from tests.helpers.dialogs import when_asked
from tests.helpers.erased import erase
from tests.helpers.photos import phone_photo
from tests.helpers.workplaces import work_for_real

SECONDS = 20.0


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    workplace.write(work_for_real)
    person = add_child(workplace.register)
    photo = Prepared("image/jpeg", shrunk(phone_photo(), "jpeg"))
    workplace.write(lambda tx: attach(tx, person, photo, FileFacts("photo")))
    return person


@pytest.fixture
def files(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId) -> Files:
    """The page of a child with a photo."""
    page = ChildPage(workplace, tasks, routes.append, child)
    qtbot.addWidget(page)
    page.show()
    page.tabs.choose("files")
    assert isinstance(page.files, Files)
    return page.files


def _gone(workplace: Workplace) -> None:
    """As where a move or an erasure came by a sync; the page has not been told yet."""
    workplace.write(lambda tx: tx.connection.execute("DELETE FROM attachment"))


@pytest.mark.parametrize(
    "asked",
    [lambda files, file, path: files.look_at(file), lambda files, file, path: files.save_copy(file, path)],
)
def test_what_is_asked_for_is_refused_in_a_sentence(
    qtbot: QtBot, files: Files, workplace: Workplace, tmp_path: Path, asked: Callable[[Files, str, Path], None]
) -> None:
    (file,) = files.state.view()
    _gone(workplace)
    asked(files, file.id, tmp_path / "a.pdf")
    qtbot.waitUntil(lambda: files.notice is not None)
    assert files.notice is not None
    assert "không còn trong sổ" in files.notice.accessibleName()
    assert not files.window().findChildren(PictureDialog)
    assert not (tmp_path / "a.pdf").exists()


def test_its_little_image_is_no_bug(
    qtbot: QtBot, files: Files, workplace: Workplace, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that reads it is kept busy meanwhile, by a backup or a long list."""
    met: list[type[BaseException]] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, *_: met.append(kind))
    free = threading.Event()
    tasks.query(lambda: free.wait(SECONDS), lambda _none: None)
    page = files.window()
    assert isinstance(page, ChildPage)
    page.tabs.choose("files")
    _gone(workplace)
    free.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert not met


@pytest.mark.parametrize("kind", ["attachment", "person"])
def test_a_picture_that_is_looked_at_is_not_looked_at_any_longer(
    qtbot: QtBot, files: Files, workplace: Workplace, child: RecordId, kind: str
) -> None:
    """The law had it erased here, and it stood before everybody until whoever had opened it came back."""
    page = files.window()
    assert isinstance(page, ChildPage)
    page.tabs.choose("files")
    (file,) = files.state.view()
    left: list[bool] = []

    def erased(dialog: PictureDialog) -> None:
        page.read_again()  # something else was saved
        assert dialog.isVisible()
        erase(workplace, kind, child if kind == "person" else file.id)
        page.read_again()
        left.append(dialog.isVisible())

    when_asked(PictureDialog, erased)
    files.look_at(file.id)
    qtbot.waitUntil(lambda: bool(left))
    assert left == [False]
