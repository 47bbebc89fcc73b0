"""People, their homes and what they are to one another. A person is one human, whatever else points to them."""

from __future__ import annotations

from typing import Annotated

from commune_desk.domain.model.access import PEOPLE_WRITERS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Data, Merge, Record, ScopeRule, Tie, field, kind
from commune_desk.domain.words.labels import N_


@kind("person", N_("Person"), scope=ScopeRule.ANY, write=PEOPLE_WRITERS)
class Person(Record, frozen=True, kw_only=True):
    """The identity that child files, relations, placements and reports point to."""

    full_name: Annotated[str, field(N_("Full name"), required=True, max_chars=120)] = ""
    other_name: Annotated[str | None, field(N_("Usual name"), max_chars=120)] = None
    sex: Annotated[str | None, field(N_("Sex"), shape=Shape.CODE, codes="sexes")] = None
    birth_date: Annotated[str | None, field(N_("Birth date"), shape=Shape.PARTIAL_DATE)] = None
    ethnicity: Annotated[str | None, field(N_("Ethnic group"), shape=Shape.CODE, codes="ethnic_groups")] = None
    id_number: Annotated[str | None, field(N_("Personal ID number"), max_chars=12)] = None
    phone: Annotated[str | None, field(N_("Phone"), max_chars=20)] = None
    village: Annotated[str | None, field(N_("Village"), max_chars=80)] = None
    address: Annotated[str | None, field(N_("Address"))] = None
    occupation: Annotated[str | None, field(N_("Occupation"), merge=Merge.LWW, max_chars=80)] = None
    life_status: Annotated[str | None, field(N_("Situation"), shape=Shape.CODE, codes="life_statuses")] = None
    joined_to: Annotated[RecordId | None, field(N_("Joined to"), shape=Shape.REFERENCE, data=Data.OPERATIONAL)] = None
    """The person who is the same child. Written once, by a change of the verb `alias`, and never taken back."""


@kind("household", N_("Household"), scope=ScopeRule.COMMUNE, write=PEOPLE_WRITERS)
class Household(Record, frozen=True, kw_only=True):
    """People living together at an address."""

    head_name: Annotated[str, field(N_("Head of household"), required=True, max_chars=120)] = ""
    village: Annotated[str | None, field(N_("Village"), max_chars=80)] = None
    address: Annotated[str | None, field(N_("Address"))] = None
    household_class: Annotated[
        str | None, field(N_("Household class"), shape=Shape.CODE, codes="household_classes")
    ] = None
    class_year: Annotated[int | None, field(N_("Year of review"))] = None


@kind("relation", N_("Relation"), scope=ScopeRule.ANY, write=PEOPLE_WRITERS)
class Relation(Record, frozen=True, kw_only=True):
    """What `relative` is to `person`; paternal and maternal kin stay apart (nội, ngoại)."""

    person: Annotated[RecordId | None, field(N_("Person"), shape=Shape.REFERENCE, required=True, tie=Tie.OWNER)] = None
    relative: Annotated[
        RecordId | None, field(N_("Relative"), shape=Shape.REFERENCE, required=True, tie=Tie.NEEDED, of="person")
    ] = None
    relation: Annotated[str, field(N_("Relation"), shape=Shape.CODE, codes="relations", required=True)] = ""
    is_caregiver: Annotated[bool, field(N_("Looks after the child daily"))] = False
    is_guardian: Annotated[bool, field(N_("Legal guardian"))] = False
    ended_on: Annotated[str | None, field(N_("Until"), shape=Shape.DATE)] = None
