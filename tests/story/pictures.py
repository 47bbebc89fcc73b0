"""Pictures of every page of an open desk: 1366x768, and 125 % of the same screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QScrollArea, QWidget

from commune_desk.app import Program
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui import site
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.shots import SCALED, SCREEN, grab
from commune_desk.usecases.desk.workplace import Workplace
from tests.story.cut_texts import cut_texts
from tests.story.filled_registers import LONGEST_STORY
from tests.story.stage import desk_of, pump

CUT: dict[str, list[str]] = {}
"""The words that a picture shows only in part, by the picture's name."""


def take_pictures(program: Program, folder: Path, prefix: str) -> list[str]:
    """Write the pictures into `folder` as `prefix-page.png` and `prefix-page-125.png`; returns their names."""
    desk = desk_of(program)
    window = desk.window
    names = []
    for name, route in _places(window, desk.workplace):
        go_to(window, route)
        names += both_sizes(window.shell, folder, f"{prefix}-{name}")
    window.navigate(site.START)
    return names


def both_sizes(window: QWidget, folder: Path, name: str) -> list[str]:
    """Pictures of a window as it is: `name.png` and `name-125.png`; their names. What is read to its end stays so."""
    names = []
    bars = [area.verticalScrollBar() for area in window.findChildren(QScrollArea) if area.isVisible()]
    at_end = [bar for bar in bars if 0 < bar.value() == bar.maximum()]
    for scale, suffix in ((1.0, ""), (SCALED, "-125")):
        window.resize(round(SCREEN.width() / scale), round(SCREEN.height() / scale))
        pump(0.4)
        for bar in at_end:
            bar.setValue(bar.maximum())
        names.append(take(window, folder / f"{name}{suffix}.png", scale))
    return names


def take(window: QWidget, path: Path, scale: float) -> str:
    """One picture; its name. What is cut on it goes to `CUT`."""
    name = grab(window, path, scale=scale).name
    if cut := cut_texts(window):
        CUT[name] = cut
    return name


def go_to(window: DeskWindow, route: Route) -> None:
    """Open a route over the page of the rail that it usually lies over."""
    window.navigate(_page_below(route))
    window.navigate(route)


def _page_below(route: Route) -> Route:
    """The page of the rail that a record or form usually lies over."""
    return Route({"child": "register", "resident": "shelter"}.get(route.page, route.page))


def _places(window: DeskWindow, workplace: Workplace) -> Iterator[tuple[str, Route]]:
    for key in ("today", "register", "reports", "import", "shelter", "sync", "settings", "help"):
        if window.shell.has_page(key):
            yield key, Route(key)
    yield from _records(workplace)


def _records(workplace: Workplace) -> Iterator[tuple[str, Route]]:
    if site.has_register(workplace):
        child = longest_story(workplace)
        yield "child", Route("child", child)
        yield "visit-form", Route("child", child, "visit")
        yield "child-form", Route("child", child, "child")
        yield "report-form", Route("reports", "", "report")
        return
    stay = workplace.read(lambda db: db.execute("SELECT id FROM placement ORDER BY id LIMIT 1").fetchone())
    if stay is not None:
        yield "resident", Route("resident", stay[0])
        yield "care-log-form", Route("resident", stay[0], "care_log")
        yield "discharge-form", Route("resident", stay[0], "discharge")
    yield "admit-form", Route("shelter", "", "admit")


def longest_story(workplace: Workplace) -> str:
    """The child with the longest story."""
    row = workplace.read(lambda db: db.execute(LONGEST_STORY).fetchone())
    return str(row[0]) if row else ""
