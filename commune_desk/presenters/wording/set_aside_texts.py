"""Why the province set a change aside, in a sentence: what the quarantine's code words mean to an officer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _

_DAMAGED = N_("It did not reach the province whole, or not under this PC's signature.")
_UNKNOWN_TO_IT = N_("The province's program does not know this kind of entry or field.")
_NOT_ALLOWED = N_("This PC or this role may not write there.")
_VALUE = N_("A value in it does not hold, or was not sealed for that place.")
_AGAIN = N_("The entry was there already, and what is written once is not written again.")
WHY: Mapping[str, str] = {
    **dict.fromkeys(("unreadable", "signature", "identity", "form"), _DAMAGED),
    **dict.fromkeys(("kind", "field"), _UNKNOWN_TO_IT),
    **dict.fromkeys(("scope", "grant", "role"), _NOT_ALLOWED),
    **dict.fromkeys(("class", "value", "plaintext", "sealed", "key"), _VALUE),
    **dict.fromkeys(("id", "append_only"), _AGAIN),
    "moved": N_(
        "For the province the record is held elsewhere, or has not come there yet; then it is taken in by itself."
    ),
    "joined": N_("For the province the record was joined to another one before."),
    "protected": N_("The child is under protection. Only after the stay can the record be taken back."),
    "revoked": N_("The province had shut this PC out when it sent this."),
    "erased": N_("The record was erased by law."),
}
"""A sentence for every code of docs/protocol.md, section 8.3."""
OTHERWISE = N_("The province gave a reason that this program does not know yet.")


def why_set_aside(code: str) -> str:
    """The sentence for one code; empty where the province gave none."""
    sentence = WHY.get(code, OTHERWISE)
    return _(sentence) if code else ""


def reasons_text(codes: Iterable[str]) -> str:
    """The sentences for several codes, each once."""
    return " ".join(dict.fromkeys(filter(None, map(why_set_aside, codes))))
