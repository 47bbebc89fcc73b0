"""The fields of a child's file in the order in which they are asked."""

from __future__ import annotations

from commune_desk.i18n import _
from commune_desk.presenters.frame.entry_form import Editor, FieldSpec

GROUP_FIELDS = {"groups_special": "special", "groups_at_risk": "at_risk"}
"""The fields of a new child's groups and the kind of group that each offers."""


def child_fields(doubts: tuple[FieldSpec, ...] = ()) -> tuple[FieldSpec, ...]:
    """All of them; the groups are a new child's alone; `doubts` are asked where two records contradict."""
    return (*_identity(), *_family(), *doubts, *_groups(), *_rest())


def _identity() -> tuple[FieldSpec, ...]:
    partial = _("Also 05/2014, 2014 or “about 9 years”.")
    return (
        FieldSpec("full_name", _("Full name"), required=True),
        FieldSpec("sex", _("Sex"), Editor.RADIO),
        FieldSpec("birth_date", _("Birth date"), Editor.BIRTH, hint=partial),
        FieldSpec("id_number", _("Personal ID number")),
        FieldSpec("ethnicity", _("Ethnic group"), Editor.CHOICE),
        FieldSpec("village", _("Village")),
    )


def _family() -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("carer_name", _("Carer"), heading=_("Who looks after the child")),
        FieldSpec("carer_relation", _("Relation to the child"), Editor.CHOICE),
        FieldSpec("carer_phone", _("Carer's phone")),
        FieldSpec("household_class", _("Household class"), Editor.CHOICE),
        FieldSpec("mother_name", _("Mother"), heading=_("Parents")),
        FieldSpec("mother_status", _("Situation of the mother"), Editor.CHOICE),
        FieldSpec("father_name", _("Father")),
        FieldSpec("father_status", _("Situation of the father"), Editor.CHOICE),
    )


def _groups() -> tuple[FieldSpec, ...]:
    heading = _("Groups of the child")
    return (
        FieldSpec("groups_special", _("Special circumstances"), Editor.MULTI, wide=True, heading=heading),
        FieldSpec("groups_at_risk", _("At risk"), Editor.MULTI, wide=True),
    )


def _rest() -> tuple[FieldSpec, ...]:
    return (
        FieldSpec("schooling", _("Schooling"), Editor.CHOICE, heading=_("School, health, papers")),
        FieldSpec("school", _("School and class")),
        FieldSpec("health_insurance", _("Health insurance number")),
        FieldSpec("birth_certificate", _("Birth certificate")),
        FieldSpec("other_name", _("Usual name")),
        FieldSpec("address", _("Address")),
        FieldSpec("note", _("Note"), Editor.LINES, wide=True, lines=2),
    )
