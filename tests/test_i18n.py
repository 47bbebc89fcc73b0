"""Vietnamese is complete, English stands behind it, and both write dates, numbers and money as people do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st

from commune_desk import i18n
from commune_desk.domain.words.errors import DeskError, Fault
from commune_desk.i18n import _, fill, set_language, translate_error
from tests import texts

_OTHER_WORDS = {
    "bạn": "anh/chị",
    "chứng chỉ": "chứng thư",
    "công nghệ thông tin": "CNTT",
    "ghi danh": "đăng ký",
    "khoá": "khóa",
    "máy trạm này": "máy này",
    "phục hồi": "khôi phục",
    "thư trả lời": "gói trả lời",
    "xung đột": "chờ quyết định",
}
"""Not used, and what is said instead."""


def test_every_text_of_the_sources_is_translated() -> None:
    kept = texts.stored_texts()
    missing = [
        m.id
        for m in texts.messages(texts.source_texts())
        if not (found := kept.get(m.id)) or not texts.is_complete(found)
    ]
    assert missing == []


def test_the_catalogue_holds_no_guess_and_no_text_that_left_the_sources() -> None:
    sources = texts.source_texts()
    kept = texts.stored_texts()
    assert [m.id for m in texts.messages(kept) if m.fuzzy] == []
    assert [m.id for m in texts.messages(kept) if m.id not in sources] == []


def test_translations_keep_the_placeholders() -> None:
    assert [
        fault for m in texts.messages(texts.stored_texts()) if texts.is_complete(m) and (fault := texts.mismatch(m))
    ] == []


def test_one_thing_has_one_name_in_vietnamese() -> None:
    """Two officers who talk of it on the telephone must be reading the same word."""
    said = [form for message in texts.messages(texts.stored_texts()) for form in texts.forms_of(message) if form]
    assert [form for form in said for other in _OTHER_WORDS if re.search(rf"(?i)\b{other}\b", form)] == []


def test_a_lost_placeholder_would_be_found() -> None:
    assert texts.mismatch(Message("{count} rows of {file}", "{count} dòng")) is not None
    assert texts.mismatch(Message("{file.name}", "{file.name}")) is not None
    assert texts.mismatch(Message("{count} rows of {file}", "{file}: {count} dòng")) is None


def test_the_compiled_catalogue_is_the_one_of_the_texts() -> None:
    assert texts.MO.read_bytes() == texts.as_mo(), "run: desk.py texts"


def test_the_catalogue_is_written_the_same_every_time() -> None:
    again, _remarks = texts.merged([], texts.stored_texts())
    assert texts.as_po(again) == texts.as_po(texts.merged([], again)[0])


def test_a_fragment_is_merged_and_a_second_opinion_is_shown(tmp_path: Path) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    fragments = []
    for name, word in (("a", "Một"), ("b", "Hai")):
        path = tmp_path / f"{name}.po"
        path.write_text(f'{header}msgid "Monday"\nmsgstr "{word}"\n', encoding="utf-8")
        fragments.append(texts.stored_texts(path))
    result, remarks = texts.merged(fragments, texts.stored_texts())
    monday = result.get("Monday")
    assert monday is not None
    assert monday.string == "Một"
    assert any("Hai" in remark for remark in remarks)


def test_vietnamese_is_the_language_until_another_is_chosen() -> None:
    assert i18n.language() == "vi"
    assert _("Monday") == "thứ Hai"
    set_language("en")
    assert _("Monday") == "Monday"
    assert i18n.ngettext("{n} day", "{n} days", 2) == "{n} days"


def test_an_empty_text_stays_empty() -> None:
    """gettext would answer with the catalogue's header."""
    assert _("") == ""


def test_a_missing_catalogue_leaves_the_english_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "resource", lambda name: tmp_path / name)
    i18n._catalogue.cache_clear()
    try:
        assert _("Monday") == "Monday"
    finally:
        i18n._catalogue.cache_clear()


def test_an_error_is_told_with_its_parameters() -> None:
    error = Fault("{count} rows until {day}, {size}", count=12_345, day=date(2026, 11, 23), size="1 MB")
    assert translate_error(error) == "12.345 rows until 23/11/2026, 1 MB"
    assert translate_error(Fault("in {year}", year=2026)) == "in 2026"
    assert translate_error(Fault("because: {why}", why=Fault("{n} left", n=3))) == "because: 3 left"


def test_a_parameter_that_nobody_gave_does_not_hide_the_error() -> None:
    assert translate_error(DeskError("The file {path} is damaged.")) == "The file … is damaged."


@given(value=st.text())
def test_a_parameter_is_shown_as_it_is(value: str) -> None:
    """Braces and percent signs in a name are a name's."""
    assert fill("<{name}>", {"name": value}) == f"<{value}>"


def test_dates_and_times_are_those_of_viet_nam() -> None:
    late = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    assert i18n.format_date(date(2026, 1, 2)) == "02/01/2026"
    assert i18n.format_long_date(date(2026, 11, 23)) == "thứ Hai 23/11/2026"
    assert i18n.format_time(late) == "01:05"
    assert i18n.format_instant(late) == "01:05 23/11/2026"
    set_language("en")
    assert i18n.format_long_date(date(2026, 11, 23)) == "Monday 23/11/2026"
    assert i18n.format_instant(late) == "23/11/2026 at 01:05"


@pytest.mark.parametrize(
    ("vietnamese", "english", "shown"),
    [
        ("1.234.567", "1,234,567", lambda: i18n.format_number(1_234_567)),
        ("-1.234,50", "-1,234.50", lambda: i18n.format_number(-1234.5, 2)),
        ("0 B", "0 B", lambda: i18n.format_size(0)),
        ("1,1 KB", "1.1 KB", lambda: i18n.format_size(1126)),
        ("1,0 MB", "1.0 MB", lambda: i18n.format_size(1_048_575)),
        ("2.048,0 TB", "2,048.0 TB", lambda: i18n.format_size(2048 * 1024**4)),
    ],
)
def test_numbers_money_and_sizes(vietnamese: str, english: str, shown: Callable[[], str]) -> None:
    assert shown() == vietnamese
    set_language("en")
    assert shown() == english


def test_a_fragment_that_is_not_there_is_named_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    before = texts.PO.stat().st_mtime_ns
    assert texts.main(["nowhere.po"]) == 1
    assert (capsys.readouterr().out, texts.PO.stat().st_mtime_ns) == (
        "There is no file nowhere.po. Nothing was written.\n",
        before,
    )
