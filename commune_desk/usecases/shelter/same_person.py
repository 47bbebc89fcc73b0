"""Two people of the house who are one: known to it before, shared by a commune since, or admitted at two PCs."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import values_of
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import ACTIVE, Placement
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.placements import StayRow, active_stays, stays_of
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.shelter.commune_notices import tell_commune

ENTERED_TWICE = "entered_twice"
"""The reason for which a stay ends that another stay of the same person goes on for."""


def be_one(tx: Tx, former: str, kept: RecordId, *, but: str = "") -> None:
    """All stays of `former`, without the stay `but`, and what is to be done for them are those of `kept`.

    The house's own record of them is empty from now on: no page shows it, and nobody is called so.
    """
    stays = [tx.existing(Placement, one.id) for one in stays_of(tx.connection, former) if one.id != but]
    for record in (*stays, *open_tasks_of(tx.connection, former)):
        tx.save(msgspec.structs.replace(record, person=kept))
    person = tx.get(Person, former)
    if person is not None and not _is_shared(tx, former):
        tx.save(Person(id=person.id, scope=person.scope, joined_to=person.joined_to))


def begun_before(connection: Connection, stay: str) -> list[StayRow]:
    """Who is in the house since before that stay: two PCs end the same one of two stays, and not each another."""
    here = active_stays(connection)
    ends = next((one for one in here if one.id == stay), None)
    return [one for one in here if ends and (one.admitted_at, one.id) < (ends.admitted_at, ends.id)]


def go_on_in(tx: Tx, ended: Placement, stay_id: RecordId) -> None:
    """The stay that was `ended` is entered twice: its person is the one of the stay that goes on.

    Who was shared by a commune is kept; two whom communes have as two stay two. Raises Refusal where the other has
    ended too.
    """
    stay = tx.existing(Placement, stay_id)
    if stay.status not in ACTIVE or stay.id == ended.id:
        raise Refusal(N_("The stay that was to go on has ended meanwhile. Nothing was saved."))
    moved = _with_home_of(stay, ended)
    if moved != stay:
        tx.save(moved)
        tell_commune(tx, stay, moved)
    if stay.person is None or ended.person is None or stay.person == ended.person:
        return
    shared = [one for one in (stay.person, ended.person) if _is_shared(tx, one)]
    kept = shared[0] if shared else stay.person
    former = ended.person if kept == stay.person else stay.person
    if former in shared:
        return
    _take_what_is_known(tx, former, kept)
    be_one(tx, former, kept)


def _with_home_of(stay: Placement, ended: Placement) -> Placement:
    """The stay that goes on; where it named no commune, with the one that the ended stay named, and the code of that.

    By the code the commune knows that the case is protected, and lets nobody take the child's name back.
    """
    if stay.home_commune or not ended.home_commune:
        return stay
    return msgspec.structs.replace(stay, home_commune=ended.home_commune, case_code=ended.case_code)


def _take_what_is_known(tx: Tx, former: str, kept: str) -> None:
    known, stands = tx.get(Person, former), tx.get(Person, kept)
    if known is None or stands is None:
        return
    missing = {name for name, value in values_of(stands).items() if value in (None, "")} - {"joined_to"}
    added = {name: value for name, value in values_of(known).items() if name in missing and value}
    if added:
        tx.save(msgspec.structs.replace(stands, **added))


def _is_shared(tx: Tx, person: str) -> bool:
    return sharing_of(tx.connection, person).held_by(tx.actor.scope) is not None
