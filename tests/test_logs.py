"""Canaries: whatever is logged or raised, no name, no value and no argument reaches the file or the report."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Fault, Invalid
from commune_desk.logs import ALLOWED, LOG_FILES, ScrubbingFormatter, scrub_report, start_log, stop_log
from commune_desk.paths import LOG_FILE
from tests.helpers.silenced import silenced

CANARY = "Đặng Thị Hoà canary"
canaries = st.text(min_size=1).map(lambda text: f"{CANARY} {text}")


@contextmanager
def logging_to(folder: Path) -> Iterator[Path]:
    """The log switched on, and what is logged kept from failing the test."""
    path = start_log(folder)
    try:
        yield path
    finally:
        stop_log()


def formatted(name: str, text: str, *arguments: object, **extra: object) -> str:
    record = logging.getLogger(name).makeRecord(
        name, logging.INFO, __file__, 1, text, arguments, exc_info=None, extra=dict(extra)
    )
    return ScrubbingFormatter().format(record)


def raised(error: BaseException) -> BaseException:
    """`error` with a trace and a cause, both full of names."""
    child_name = CANARY
    try:
        try:
            raise KeyError(child_name)
        except KeyError as cause:
            error.add_note(child_name)
            raise error from cause
    except BaseException as caught:  # noqa: BLE001 - any exception at all is what this hands back
        return caught


def test_what_happened_is_written_and_to_whom_is_not() -> None:
    record, desk = uuid7(), uuid7()
    line = formatted("commune_desk.store", "saved %s", CANARY, record=record, desk=desk, count=3, child_name=CANARY)
    assert f"INFO commune_desk.store:1 saved %s record={record} desk={desk} count=3" in line
    assert CANARY not in line


@given(value=canaries, key=st.sampled_from([*ALLOWED, "child_name", "path"]))
def test_no_value_passes_under_any_key(value: str, key: str) -> None:
    assert CANARY not in formatted("commune_desk.ui", "opened", **{key: value})


@given(value=canaries)
def test_nothing_a_library_says_is_written(value: str) -> None:
    line = formatted("urllib3.connection", value)
    assert CANARY not in line
    assert "urllib3.connection:1" in line


@given(value=canaries)
def test_a_text_that_was_filled_in_by_mistake_is_withheld(value: str) -> None:
    assert CANARY not in formatted("commune_desk.ui", value)


@given(value=canaries, kind=st.sampled_from([ValueError, OSError, RuntimeError, Fault, Invalid]))
def test_an_exception_is_reported_by_type_and_place(value: str, kind: type[Exception]) -> None:
    report = scrub_report(raised(kind(value)), "0.1.0")
    assert CANARY not in report
    assert kind.__qualname__ in report
    assert "builtins.KeyError" in report
    assert f"{__name__}:" in report


def test_a_report_that_prints_the_message_would_be_caught() -> None:
    """The twin: Python's own way of printing does let the canary through."""
    assert CANARY in str(raised(ValueError(CANARY)))


def test_our_own_sentence_is_named_but_not_what_filled_it() -> None:
    report = scrub_report(raised(Fault("{line} (kept here, does not stand)", line=CANARY)))
    assert "commune_desk.domain.words.errors.Fault: {line} (kept here, does not stand)" in report
    assert CANARY not in report


def test_every_error_of_a_group_and_no_endless_circle() -> None:
    first, second = ValueError(CANARY), TypeError(CANARY)
    first.__context__, second.__context__ = second, first
    report = scrub_report(ExceptionGroup(CANARY, [first, second]))
    assert report.count("ValueError") == report.count("TypeError") == 1
    assert CANARY not in report


def test_no_path_of_the_person_is_reported() -> None:
    assert str(Path(__file__).parent) not in scrub_report(raised(ValueError()))


def test_the_file_rotates_and_holds_traces_without_messages(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("commune_desk.test")
    with logging_to(tmp_path) as path:
        log.error("could not save", exc_info=raised(ValueError(CANARY)), extra={"count": 1})
        log.info(CANARY)
    assert path == tmp_path / LOG_FILE
    written = path.read_text(encoding="utf-8")
    assert "could not save count=1\n    builtins.ValueError\n" in written
    assert CANARY not in written
    caplog.clear()


def test_old_logs_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commune_desk.logs.LOG_BYTES", 500)
    log = logging.getLogger("commune_desk.test")
    with logging_to(tmp_path):
        for _turn in range(100):
            log.info("turn")
    assert len(list(tmp_path.iterdir())) == LOG_FILES
    assert all(file.stat().st_size <= 500 for file in tmp_path.iterdir())


def test_a_log_that_cannot_be_put_aside_moves_no_older_one_and_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where another start of the program may hold the file."""
    monkeypatch.setattr("commune_desk.logs.LOG_BYTES", 500)
    (tmp_path / f"{LOG_FILE}.0").mkdir()
    (tmp_path / f"{LOG_FILE}.0" / "in the way").touch()
    older = tmp_path / f"{LOG_FILE}.1"
    older.write_text("older", encoding="utf-8")
    log = logging.getLogger("commune_desk.test")
    with logging_to(tmp_path) as path:
        for _turn in range(100):
            log.info("turn")
    assert older.read_text(encoding="utf-8") == "older"
    assert 500 < path.stat().st_size <= 1100


def test_a_library_that_switches_our_loggers_off_is_noticed() -> None:
    log = logging.getLogger("commune_desk.test")
    logging.config.dictConfig({"version": 1})
    assert log.name in silenced()
    assert not log.disabled
    assert silenced() == []


def test_a_log_that_cannot_be_written_stops_nothing_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with logging_to(tmp_path):
        handler = logging.getLogger().handlers[-1]
        handler.setFormatter(_Broken())
        logging.getLogger("commune_desk.test").info("saved %s", CANARY)
    assert capfd.readouterr().err == ""


class _Broken(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        raise OSError(28, "No space left on device")
