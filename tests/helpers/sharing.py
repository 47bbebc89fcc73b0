"""What a province would have told a register about records that a commune and a house hold."""

from __future__ import annotations

import msgspec

from commune_desk.domain.model.ids import RecordId, Scope, uuid7
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.store.changes import journal
from commune_desk.store.changes.ledger import PROVINCE_SCHEMA
from commune_desk.store.engine import settings
from commune_desk.store.writing.relocating import DIRECTORY
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from sync.change import Change, Verb, write
from sync.protocol import ScopeKey, b64
from sync.seal import BoxKey, scope_key_id
from tests.helpers.moving import THERE, sql
from tests.helpers.workplaces import OFFICER, work_for_real

HOUSE, SECOND_HOUSE, COMMUNE = Scope("S:AD01"), Scope("S:AD02"), Scope("C:06838")


def know_the_houses(workplace: Workplace, *houses: Scope) -> None:
    """As after the first sync: these shelters beside a commune."""
    box = BoxKey.generate().public
    keys = [ScopeKey(scope=one, key=scope_key_id(box), public=b64(box)) for one in (THERE, *(houses or (HOUSE,)))]

    def run(tx: Tx) -> None:
        work_for_real(tx)
        settings.put(tx.connection, DIRECTORY, keys)
        settings.put(tx.connection, PROVINCE_SCHEMA, SCHEMA_VERSION)
        tx.ledger.province_schema = SCHEMA_VERSION

    workplace.write(run)


def is_confirmed(workplace: Workplace) -> None:
    """The province acted on all that was asked for."""
    sql(workplace, "UPDATE change SET seq=9+n, state='accepted' WHERE state='waiting' AND raw LIKE '%share\"%'")


def is_set_aside(workplace: Workplace, code: str) -> None:
    """The province did not take the last thing that was asked for."""
    sql(
        workplace,
        "UPDATE change SET state='quarantined', code=? WHERE state='waiting' AND raw LIKE '%share\"%'",
        code,
    )


def shared_here(workplace: Workplace, person: RecordId, *, is_seen: bool = True) -> None:
    """As a pull leaves it behind at the house: a commune shared the person with it on 22/11/2026."""
    change = Change(
        id=uuid7(),
        desk="ZZZZZZ",
        n=1 + int(uuid7()[-8:], 16),
        officer=OFFICER,
        stamp=1795316400000000,
        schema=1,
        scope=COMMUNE,
        kind="person",
        record=person,
        verb=Verb.SHARE.value,
        data=0,
        to=HOUSE,
    )

    def run(tx: Tx) -> None:
        journal.keep(tx.connection, write(msgspec.structs.replace(change)), state="received", place=(1, None))
        row = (person, change.id, change.scope, "2026-11-22T03:00:00Z", int(is_seen))
        tx.connection.execute("INSERT INTO arrival VALUES (?,?,?,?,?)", row)
        tx.topic("arrivals")

    workplace.write(run)
