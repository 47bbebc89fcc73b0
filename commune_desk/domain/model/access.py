"""Who may read and write a record: roles, and the places an officer works in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commune_desk.domain.model.ids import DeskId, OfficerId, Scope
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_


class Role(StrEnum):
    """A person's part. Roles inside one register are rules, not walls of cryptography."""

    COMMUNE_OFFICER = "commune_officer"
    CHAIR = "chair"
    SHELTER_WORKER = "shelter_worker"
    SHELTER_HEAD = "shelter_head"
    PROVINCE = "province"


ROLE_LABELS: dict[Role, str] = {
    Role.COMMUNE_OFFICER: N_("Child-protection officer"),
    Role.CHAIR: N_("Commune chair"),
    Role.SHELTER_WORKER: N_("Shelter staff"),
    Role.SHELTER_HEAD: N_("Head of the shelter"),
    Role.PROVINCE: N_("Province"),
}

COMMUNE = frozenset({Role.COMMUNE_OFFICER, Role.CHAIR, Role.PROVINCE})
COMMUNE_WRITERS = frozenset({Role.COMMUNE_OFFICER, Role.PROVINCE})
SHELTER = frozenset({Role.SHELTER_WORKER, Role.SHELTER_HEAD, Role.PROVINCE})
SHELTER_WRITERS = frozenset({Role.SHELTER_WORKER, Role.SHELTER_HEAD})
PEOPLE_WRITERS = COMMUNE_WRITERS | SHELTER_WRITERS
"""Who enters people and their families. A chair only reads."""
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """The officer at work on this desk: whose hand every change and audit row names."""

    officer: OfficerId
    role: Role
    scope: Scope
    desk: DeskId


def require(actor: Actor, roles: frozenset[Role]) -> None:
    """Raise Refusal unless the actor has one of `roles`."""
    if actor.role not in roles:
        raise Refusal(N_("Your role does not allow this. Nothing was changed; ask a colleague whose task it is."))
