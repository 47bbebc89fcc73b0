"""What each side of a comparison holds, counted for a test."""

from __future__ import annotations

from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.intake import comparing
from sync.checksums import ScopeSums, sums_of
from sync.server.answers.sums import terms
from sync.server.engine.database import WHOLE_PROVINCE
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, RealProvince

FIELDS = {name: sorted(kind.fields) for name, kind in KINDS.items()}


def sums_here(desk: RealDesk, scope: str = COMMUNE) -> ScopeSums:
    return desk.register.write(lambda tx: sums_of(comparing.terms(tx.connection, scope).items())).result()[0]


def sums_there(real: RealProvince, scope: str = COMMUNE) -> ScopeSums:
    return real.province.database.read(lambda connection: sums_of(terms(connection, scope, FIELDS)), WHOLE_PROVINCE)
