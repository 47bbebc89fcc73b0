"""The fields of an admission in the order in which they are asked: first what the night needs, then what is known."""

from __future__ import annotations

from commune_desk.i18n import _
from commune_desk.presenters.frame.entry_form import Editor, FieldSpec


def admit_fields() -> tuple[FieldSpec, ...]:
    """All of them; a use of the form shows those that it has values for."""
    known = _("As far as it is known")
    return (
        FieldSpec(
            "bed",
            _("Bed"),
            Editor.CHOICE,
            placeholder=_("No bed yet"),
            hint=_("Without a bed the stay begins all the same."),
        ),
        FieldSpec(
            "alias", _("Name used in the house"), required=True, hint=_("Everybody in the house uses this name.")
        ),
        FieldSpec("admitted_at", _("Hour of admission"), required=True, placeholder=_("dd/mm/yyyy hh:mm")),
        FieldSpec("reason", _("Reason for admission"), Editor.CHOICE, required=True),
        FieldSpec("brought_by", _("Brought by")),
        FieldSpec("companions", _("Children accompanying"), placeholder="0"),
        FieldSpec("full_name", _("Full name"), heading=known, hint=_("Shown only on the resident's own page.")),
        FieldSpec("birth_date", _("Birth date or age"), placeholder=_("17/05/2012, 2012 or 14 years old")),
        FieldSpec("same_person", _("Has this person been here before?"), Editor.RADIO, required=True, wide=True),
        FieldSpec("sex", _("Sex"), Editor.RADIO),
        FieldSpec("home_commune", _("Home commune"), Editor.CHOICE, placeholder=_("Not known")),
        FieldSpec(
            "isolation_from",
            _("Temporary isolation from"),
            placeholder=_("dd/mm/yyyy"),
            hint=_("Only when a decision of 15 days at most was made."),
        ),
        FieldSpec("isolation_to", _("Temporary isolation ended on"), placeholder=_("dd/mm/yyyy")),
        FieldSpec("case_code", _("Case code"), hint=_("The commune's code, if it gave one; otherwise one is made.")),
        FieldSpec(
            "condition",
            _("Condition on arrival"),
            Editor.LINES,
            wide=True,
            hint=_("Sealed: only this house can read it."),
        ),
        FieldSpec("belongings", _("Belongings"), Editor.LINES, wide=True),
    )
