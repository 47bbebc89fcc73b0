"""Home visits: what an officer saw, and when to come again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from commune_desk.domain.model.access import COMMUNE, COMMUNE_WRITERS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import OfficerId, RecordId
from commune_desk.domain.model.record import Record, ScopeRule, Tie, kind, written_once
from commune_desk.domain.records.children import RISK_LEVELS
from commune_desk.domain.words.labels import N_

VISIT_RHYTHM_DAYS = {"high": 7, "medium": 14, "low": 30}
"""Days to the next visit by risk level: the usual ladder of case management; a commune may visit oftener."""


@kind("home_visit", N_("Home visit"), scope=ScopeRule.COMMUNE, read=COMMUNE, write=COMMUNE_WRITERS)
class HomeVisit(Record, frozen=True, kw_only=True):
    """A dated visit to a child's home. Written once; a correction is a new visit that `amends` it."""

    person: Annotated[
        RecordId | None, written_once(N_("Child"), shape=Shape.REFERENCE, required=True, tie=Tie.OWNER)
    ] = None
    visited_on: Annotated[str, written_once(N_("Visited on"), shape=Shape.DATE, required=True)] = ""
    visited_at: Annotated[str | None, written_once(N_("Hour"), max_chars=5)] = None
    officer: Annotated[OfficerId | None, written_once(N_("Officer"), shape=Shape.REFERENCE)] = None
    present: Annotated[tuple[str, ...], written_once(N_("Present"), shape=Shape.CODE, codes="present")] = ()
    risk_level: Annotated[
        str | None, written_once(N_("Risk level"), shape=Shape.CODE, ranks=RISK_LEVELS, required=True)
    ] = None
    observations: Annotated[str, written_once(N_("Observations"), max_chars=4000, required=True)] = ""
    needs: Annotated[tuple[str, ...], written_once(N_("Needs"), shape=Shape.CODE, codes="needs")] = ()
    next_step: Annotated[str | None, written_once(N_("Next step"), max_chars=500)] = None
    next_visit_on: Annotated[str | None, written_once(N_("Next visit"), shape=Shape.DATE)] = None
    amends: Annotated[RecordId | None, written_once(N_("Corrects"), shape=Shape.REFERENCE)] = None


def suggested_next_visit(visited_on: date, risk_level: str | None) -> date:
    """When to come again by the rhythm of the risk level; without a level, the slowest rhythm."""
    return visited_on + timedelta(days=VISIT_RHYTHM_DAYS.get(risk_level or "low", 30))
