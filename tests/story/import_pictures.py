"""Pictures of a list on its way into the register: columns, rows, a repetition, an error, under way, the result."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from commune_desk.app import Program
from commune_desk.store.lists import import_rows
from commune_desk.store.lists.import_rows import View
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui import site
from commune_desk.ui.pages.import_page import ImportPage
from commune_desk.ui.shots import SCALED, SCREEN
from commune_desk.usecases.desk.workplace import Workplace
from tests.story.failure import StoryFailed
from tests.story.pictures import take
from tests.story.stage import desk_of, pump, until, window_of

LIST = Path(__file__).parents[2] / "resources" / "demo" / "ds-tre-em-binh-lieu.xlsx"


def take_import_pictures(program: Program, folder: Path, prefix: str) -> list[str]:
    """Bring the demo's list in, a picture of each step, and take it back; returns the names of the pictures."""
    window = window_of(program)
    page = window.shell.show_page("import")
    if not isinstance(page, ImportPage):
        raise StoryFailed("the import page did not come")
    names = []
    for step in _steps(page, desk_of(program).workplace):
        for scale, suffix in ((1.0, ""), (SCALED, "-125")):
            window.shell.resize(round(SCREEN.width() / scale), round(SCREEN.height() / scale))
            pump(0.3)
            names.append(take(window.shell, folder / f"{prefix}-import-{step}{suffix}.png", scale))
    undo = page.state.undoing()
    while not undo.step().is_over:
        pass
    page.state.start_over()
    page.refresh()
    window.navigate(site.START)
    return names


def _steps(page: ImportPage, workplace: Workplace) -> Iterator[str]:
    page.open_path(LIST)
    until("the columns", lambda: page.read.isVisibleTo(page))
    yield "columns"
    page.read_rows()
    until("the rows to be read", lambda: page.save.isVisibleTo(page))
    yield "repetition"
    for view in (View.ERRORS, View.WARNINGS, View.ALL):
        page.state.view = view
        page.refresh()
        yield view.value
    page.check.rest.click()
    until("the repetitions to be decided", page.save.isEnabled)
    yield "decided"
    workplace.write(partial(_child_leaves, page.state.import_id, int(page.check.model.id_at(1))))
    page.refresh()
    yield "left-meanwhile"
    page.import_rows()
    until("the first rows to be saved", lambda: page.progress.bar.value() > 0)
    yield "running"
    until("the import", lambda: page.result.isVisibleTo(page))
    yield "result"


def _child_leaves(import_id: str, row: int, tx: Tx) -> None:
    """As after a sync that tells of a move: nothing of the child stays in the list."""
    (found,) = import_rows.rows_numbered(tx.connection, import_id, [row])
    import_rows.forget_person(tx.connection, found.twin_person)
