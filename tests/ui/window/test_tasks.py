"""Results come home on the UI thread, in order, and no exception is lost."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.words.errors import DeskError, Fault, Mistake
from commune_desk.domain.words.labels import N_
from commune_desk.ui.tasks import Tasks

CHANGED = ChangeSet.of({"home_visit": ["a"]})


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)


def test_work_leaves_the_ui_thread_and_its_result_comes_back_to_it(qtbot: QtBot, tasks: Tasks) -> None:
    at_work: list[threading.Thread] = []
    at_home: list[threading.Thread] = []
    tasks.run(lambda: at_work.append(threading.current_thread()), lambda _: at_home.append(threading.current_thread()))
    qtbot.waitUntil(lambda: bool(at_home))
    assert at_work != at_home
    assert at_home == [threading.main_thread()]
    assert tasks.is_idle


def test_operations_run_one_after_the_other_in_the_order_given(qtbot: QtBot, tasks: Tasks) -> None:
    done: list[int] = []
    for number in range(50):
        tasks.run(lambda n=number: n, done.append)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(done) == 50)
    assert done == list(range(50))


def test_a_slow_query_does_not_hold_up_a_save(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    done: list[str] = []
    tasks.query(lambda: gate.wait(5), lambda _: done.append("query"))
    tasks.run(lambda: None, lambda _: done.append("save"))
    qtbot.waitUntil(lambda: done == ["save"])
    gate.set()
    qtbot.waitUntil(lambda: done == ["save", "query"])


@pytest.mark.parametrize("result", [CHANGED, ("visit", CHANGED)], ids=["alone", "beside-a-result"])
def test_pages_hear_of_a_change_before_the_form_that_made_it(qtbot: QtBot, tasks: Tasks, result: object) -> None:
    heard: list[object] = []
    tasks.register_changed.connect(heard.append)
    tasks.run(lambda: result, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [CHANGED, result]


def test_a_change_made_elsewhere_is_told_from_any_thread(qtbot: QtBot, tasks: Tasks) -> None:
    heard: list[object] = []
    tasks.register_changed.connect(lambda changes: heard.append((changes, threading.current_thread())))
    stranger = threading.Thread(target=tasks.announce, args=[CHANGED])
    stranger.start()
    stranger.join()
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(CHANGED, threading.main_thread())]


def test_what_comes_while_the_pages_rest_is_told_together_and_none_of_it_is_lost(qtbot: QtBot, tasks: Tasks) -> None:
    """A sync that changes something a hundred times in a second would leave the window no time for a key."""
    heard: list[ChangeSet] = []
    tasks.register_changed.connect(heard.append)
    for number in range(200):
        tasks.announce(ChangeSet.of({"home_visit": [str(number)]}, ["sync"]))
        QApplication.processEvents()
    qtbot.waitUntil(lambda: tasks.is_idle)
    qtbot.waitUntil(lambda: sum(len(one.records["home_visit"]) for one in heard) == 200)
    assert len(heard) < 100


def test_what_asks_for_something_else_is_not_told_as_one(qtbot: QtBot, tasks: Tasks) -> None:
    """What a sync brought asks for no sync; what followed from it does."""
    heard: list[ChangeSet] = []
    tasks.register_changed.connect(heard.append)
    brought, follows = ChangeSet.of({"home_visit": ["a"]}, ["sync"]), ChangeSet.of({"task": ["b"]})
    for changes in (brought, brought, follows, brought):
        tasks.announce(changes)
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert heard == [brought, follows, brought]


def test_nothing_changed_means_nothing_is_told(qtbot: QtBot, tasks: Tasks) -> None:
    heard: list[object] = []
    done: list[object] = []
    tasks.register_changed.connect(heard.append)
    tasks.announce(ChangeSet())
    tasks.run(ChangeSet, done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert heard == []


def _refuse() -> None:
    raise Fault(N_("The disk is full."))


def test_an_error_for_people_goes_to_who_asked(qtbot: QtBot, tasks: Tasks) -> None:
    errors: list[DeskError] = []
    tasks.run(_refuse, on_error=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], Fault)


def test_an_error_nobody_waits_for_becomes_a_notice(qtbot: QtBot, tasks: Tasks) -> None:
    with qtbot.waitSignal(tasks.failed) as told:
        tasks.run(_refuse)
    assert isinstance(told.args[0], Fault)


def test_a_bug_goes_to_the_hook_of_the_whole_program(
    qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs: list[BaseException] = []

    def hook(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        bugs.append(error)

    monkeypatch.setattr(sys, "excepthook", hook)
    errors: list[DeskError] = []
    tasks.run(lambda: 1 // 0, on_error=errors.append)
    qtbot.waitUntil(lambda: bool(bugs))
    assert isinstance(bugs[0], ZeroDivisionError)
    assert [type(error) for error in errors] == [Mistake]  # or the page that asked would wait for ever


def test_a_page_that_is_gone_hears_nothing_but_its_error_is_not_lost(qtbot: QtBot, tasks: Tasks) -> None:
    page = QObject()
    called: list[object] = []
    gate = threading.Event()
    tasks.run(lambda: gate.wait(5), called.append, owner=page)
    tasks.run(_refuse, called.append, called.append, owner=page)
    page.deleteLater()
    del page
    qtbot.wait(10)
    with qtbot.waitSignal(tasks.failed):
        gate.set()
    assert called == []


def test_a_page_that_the_change_itself_takes_away_is_not_called(qtbot: QtBot, tasks: Tasks) -> None:
    page = QObject()
    called: list[str] = []
    tasks.register_changed.connect(lambda _changes: delete(page))
    with qtbot.captureExceptions() as met:
        tasks.run(lambda: CHANGED, lambda _done: called.append(page.objectName()), owner=page)
        qtbot.waitUntil(lambda: tasks.is_idle)
    assert (called, met) == ([], [])


def test_a_cancelled_operation_is_silent(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    done: list[object] = []
    tasks.run(lambda: gate.wait(5))
    assert tasks.run(lambda: None, done.append).cancel()
    gate.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert done == []


class _Page(QObject):
    def take(self, result: object) -> None:
        pass


def test_no_thread_but_the_windows_lets_a_page_go(qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object of Qt ends where its last reference is dropped; that of the work's thread is dropped when it may."""
    ended_on: list[threading.Thread] = []
    was = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    for _round in range(300):
        page = _Page()
        weakref.finalize(page, lambda: ended_on.append(threading.current_thread()))
        tasks.run(lambda: None, page.take)
        del page
        qtbot.waitUntil(lambda: tasks.is_idle)
    sys.setswitchinterval(was)
    assert set(ended_on) == {threading.main_thread()}
    assert len(ended_on) >= 299
