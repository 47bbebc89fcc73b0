"""A child's file that was ended while a colleague wrote about the child goes on, and people are asked.

Whoever ended it did not know of the visit, and whoever visited did not know of the end. A child whose file has ended is
on no list of whom to visit: so what was written stands, the child is followed further, and a person decides.
"""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.record import kind_of
from commune_desk.domain.records.children import FOLLOWED, WITHDRAWN, ChildFile
from commune_desk.store.intake import unheard_ends
from commune_desk.store.writing.leaving import is_on_its_way
from commune_desk.store.writing.opened import Base, open_records
from commune_desk.store.writing.transaction import Tx

_STATUS = "status"


def let_files_go_on(tx: Tx) -> None:
    """Put back every file whose end was noted as unheard, if it stands as it was ended; the change names what the
    author of the end had seen, so that the province asks about the two.

    Of a list that was taken back nobody is asked: no list is that somebody has worked with.
    """
    ends = unheard_ends.noted(tx.connection)
    if not ends or tx.actor.role not in kind_of(ChildFile).write:
        return
    for end in ends:
        file = tx.get(ChildFile, end.file)
        if file is None or file.person is None or is_on_its_way(tx.connection, file.person):
            continue
        if open_records(tx.connection, file).base(file.id, [_STATUS])[_STATUS] == end.ended_by:
            seen: Base = {} if file.status == WITHDRAWN else {_STATUS: end.seen}
            tx.save(msgspec.structs.replace(file, status=FOLLOWED), seen)
    unheard_ends.settle(tx)
