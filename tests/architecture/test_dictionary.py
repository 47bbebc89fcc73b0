"""The data dictionary says what the declarations say."""

from __future__ import annotations

from tests.data_dictionary import TARGET, dictionary


def test_the_data_dictionary_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == dictionary(), "run: python -m tests.data_dictionary"
