"""A child moves to another commune of the province, with its file, its visits and its family."""

from __future__ import annotations

from commune_desk.domain.model.access import require
from commune_desk.domain.model.ids import RecordId, Scope, is_commune_scope
from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.schema import read_many
from commune_desk.store.pages import arrivals
from commune_desk.store.pages.children import file_of
from commune_desk.store.writing.joined import kept_of
from commune_desk.store.writing.leaving import is_on_its_way
from commune_desk.store.writing.relocating import directory, relocate, reseal
from commune_desk.store.writing.transaction import Tx
from sync.change import Verb


def move_child(tx: Tx, person_id: RecordId, to: Scope) -> None:
    """Hand the child over to the commune `to`: once the province acted on it, it is in that commune's register.

    Until then it stays here, and visits may still be recorded. What is sealed is sealed again for the new commune.
    Raises Refusal when the place is unknown, the file is not open or the child is on its way already.
    """
    require(tx.actor, kind_of(ChildFile).write)
    person_id = RecordId(kept_of(tx.connection, person_id))
    person = tx.existing(Person, person_id)
    if is_on_its_way(tx.connection, person_id):
        raise Refusal(N_("This child is on its way to another commune already. Nothing was changed."))
    file = file_of(tx.connection, person_id)
    if file is None or file.status != "active":
        raise Refusal(N_("Only a child whose file is open moves to another commune. Nothing was changed."))
    target = directory(tx.connection).get(to)
    if target is None or to == tx.actor.scope or not is_commune_scope(to):
        raise Refusal(
            N_(
                "A child can be handed over to another commune of the province once this PC was in touch with it. "
                "Nothing was changed; sync first, then try again."
            )
        )
    relocate(tx, person, Verb.MOVE, to)
    for kind in KINDS.values():
        if kind.belongs_to and any(field.data.is_sealed for field in kind.fields.values()):
            for record in read_many(tx.connection, kind.struct, f"{kind.belongs_to}=?", person_id):
                reseal(tx, record, target)


def see_arrival(tx: Tx, person_id: RecordId) -> None:
    """An officer has looked at a child who came here; looked at twice it stays so."""
    require(tx.actor, kind_of(Person).write)
    if arrivals.mark_seen(tx.connection, person_id):
        tx.topic("arrivals")
