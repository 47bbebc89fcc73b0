"""Why the province set something aside, as an officer reads it."""

from __future__ import annotations

import re

from commune_desk.i18n import set_language
from commune_desk.presenters.wording.set_aside_texts import OTHERWISE, WHY, reasons_text, why_set_aside
from tests.architecture.sources import ROOT


def codes_of_the_protocol() -> set[str]:
    """What section 8.3 of the page lists behind "Quarantine codes:"."""
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    listed = page.partition("Quarantine codes:")[2].partition("\n\n")[0].partition("\nA change")[0]
    return set(re.findall(r"`([a-z_]+)`", listed))


def test_every_code_of_the_protocol_has_a_sentence() -> None:
    codes = codes_of_the_protocol()
    assert {"moved", "append_only", "revoked"} < codes
    assert codes <= WHY.keys()


def test_no_code_word_is_shown() -> None:
    set_language("vi")
    for code in (*WHY, "of a later version"):
        said = why_set_aside(code)
        assert said.endswith(".")
        assert code not in said.split()
    set_language("en")
    assert why_set_aside("of a later version") == OTHERWISE
    assert why_set_aside("") == ""


def test_one_reason_is_said_once() -> None:
    set_language("en")
    assert reasons_text(["grant", "role", ""]) == "This PC or this role may not write there."
