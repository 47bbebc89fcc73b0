"""Who works here and on which PC: officers and desks, and the tasks they set themselves."""

from __future__ import annotations

from typing import Annotated

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import OfficerId, RecordId
from commune_desk.domain.model.record import Data, Merge, Record, ScopeRule, Tie, field, kind
from commune_desk.domain.words.labels import N_

TASK_STEPS = {"open": ("done", "dropped"), "done": ("open",), "dropped": ("open",)}


@kind("officer", N_("Officer"), scope=ScopeRule.ANY)
class Officer(Record, frozen=True, kw_only=True):
    """A person who works with the register. The record's id is the officer's id."""

    display_name: Annotated[str, field(N_("Name"), max_chars=120, required=True)] = ""
    role: Annotated[str, field(N_("Role"), shape=Shape.CODE, data=Data.IDENTITY, required=True)] = ""
    phone: Annotated[str | None, field(N_("Phone"), max_chars=20)] = None
    left_on: Annotated[str | None, field(N_("Left on"), shape=Shape.DATE)] = None


@kind("desk", N_("Desk"), scope=ScopeRule.ANY)
class Desk(Record, frozen=True, kw_only=True):
    """A PC that holds a register."""

    desk_id: Annotated[str, field(N_("Desk"), data=Data.OPERATIONAL, max_chars=20, required=True)] = ""
    label: Annotated[str, field(N_("Label"), data=Data.OPERATIONAL, max_chars=60)] = ""
    program_version: Annotated[
        str | None, field(N_("Program version"), data=Data.OPERATIONAL, merge=Merge.LWW, max_chars=20)
    ] = None


@kind("task", N_("Task"), scope=ScopeRule.ANY)
class Task(Record, frozen=True, kw_only=True):
    """Something to be done by a day."""

    title: Annotated[str, field(N_("Task"), max_chars=200, required=True)] = ""
    due_on: Annotated[str | None, field(N_("Due on"), shape=Shape.DATE)] = None
    person: Annotated[RecordId | None, field(N_("Person"), shape=Shape.REFERENCE, tie=Tie.OWNER)] = None
    officer: Annotated[OfficerId | None, field(N_("Officer"), shape=Shape.REFERENCE)] = None
    status: Annotated[str, field(N_("Status"), merge=Merge.FSM, steps=TASK_STEPS, shape=Shape.CODE)] = "open"
