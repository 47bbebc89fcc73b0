"""A child's identity held by a shelter too: shared by its commune, taken back by it, or handed back by the shelter.

What the shelter holds is the person alone: name, days, address, phone. The file, the visits, the reports and the family
are records of the commune and never go there; no field that is shared is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping

from commune_desk.domain.model.access import require
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.lease import lease_of
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.children import file_of, is_protected
from commune_desk.store.pages.placements import active_stays
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.writing.joined import joined_people, kept_of
from commune_desk.store.writing.leaving import is_on_its_way
from commune_desk.store.writing.relocating import houses, relocate
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import CLOSED
from sync.change import Verb

GROUNDS: Mapping[str, str] = {
    "protection": N_("The child has to be protected now"),
    "agreed": N_("The child (from age 7) and a parent or guardian agreed"),
    "decision": N_("A competent authority has decided it"),
}
"""What allows private details to be told (Law 102/2016/QH13 art. 6.11, Decree 56/2017/ND-CP art. 33 and 36)."""
NO_HOUSE = N_("No Sunshine House is known to this PC yet. Sync first; then the child can be shared.")
IN_PROTECTION = N_("The child is under protection. Only after the stay can the record be taken back.")
IN_THE_HOUSE = N_("This person is in the house. Only after the stay can the record be handed back.")


def share_child(tx: Tx, person_id: RecordId, to: Scope, ground: str) -> None:
    """Let the shelter `to` hold the child's identity too: once the province acted on it, it is in that register.

    `ground`, one of `GROUNDS`, goes into the audit log. Raises Refusal when the role, the lease, the file or the
    whereabouts of the child do not allow it or the place is unknown, Invalid without a ground.
    """
    person_id = RecordId(kept_of(tx.connection, person_id))
    require(tx.actor, kind_of(ChildFile).write)
    person = tx.existing(Person, person_id)
    _require_staying(tx.connection, person_id)
    lease = lease_of(tx.connection)
    if lease is not None and lease.is_over(tx.ledger.now()):
        raise Refusal(CLOSED)
    file = file_of(tx.connection, person_id)
    if file is None or file.status != "active":
        raise Refusal(N_("Only a child whose file is open is shared. Nothing was changed."))
    if to not in houses(tx.connection):
        raise Refusal(NO_HOUSE)
    if sharing_of(tx.connection, person_id).held_by(to) is not None:
        raise Refusal(N_("That place holds the record already. Nothing was changed."))
    if ground not in GROUNDS:
        raise Invalid(N_("Some fields do not hold."), fields={"ground": N_("Please fill this in.")})
    relocate(tx, person, Verb.SHARE, to, ground=ground)


def take_back(tx: Tx, person_id: RecordId, place: Scope) -> None:
    """Ask the province to take the child's identity from the place that holds it too, by whichever of its records.

    Raises Refusal when the place does not hold it, the child moves or is under protection: the house would not know
    any more whom it has in its care.
    """
    require(tx.actor, kind_of(ChildFile).write)
    _require_staying(tx.connection, person_id)
    held = _held(tx, person_id, place)
    if is_protected(tx.connection, person_id):
        raise Refusal(IN_PROTECTION)
    for person in held:
        relocate(tx, person, Verb.UNSHARE, place)


def hand_back(tx: Tx, person_id: RecordId) -> None:
    """Ask the province to take a person from this house whose home is a commune, by each record that is held of them.

    Raises Refusal while the person stays in the house, or when the house does not hold the record as a guest.
    """
    require(tx.actor, kind_of(Placement).write)
    kept = RecordId(kept_of(tx.connection, person_id))
    held = _held(tx, kept, tx.actor.scope)
    if any(stay.person == kept for stay in active_stays(tx.connection)):
        raise Refusal(IN_THE_HOUSE)
    for person in held:
        relocate(tx, person, Verb.UNSHARE, tx.actor.scope)


def _require_staying(connection: Connection, person: str) -> None:
    if is_on_its_way(connection, person):
        raise Refusal(N_("This child is on its way to another commune. Nothing was changed; ask that commune."))


def _held(tx: Tx, person: RecordId, place: str) -> list[Person]:
    """The records of the person that the place holds and that were not taken back yet. Raises Refusal for none."""
    records = [person, *map(RecordId, joined_people(tx.connection, person))]
    shares = {record: sharing_of(tx.connection, record).held_by(place) for record in records}
    held = {record: share for record, share in shares.items() if share is not None}
    if not held:
        raise Refusal(N_("That place does not hold this record. Nothing was changed."))
    staying = [record for record, share in held.items() if not share.is_ending]
    if not staying:
        raise Refusal(N_("This record is being taken back already. Nothing was changed."))
    return [tx.existing(Person, record) for record in staying]
