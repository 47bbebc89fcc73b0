"""A real desk between a scripted province and a colleague who sends what nobody should."""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.model.ids import uuid7
from sync import seal
from sync.change import Line, Wire
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.scripted_desks import KEY_ID, scripted_desk
from tests.sync.actors.scripted_province import SCOPE, ScriptedProvince


class Office:
    """A scripted province, a real desk, and a colleague whose desk writes whatever a test likes."""

    def __init__(self, folder: Path) -> None:
        self.province = ScriptedProvince()
        self.box = seal.BoxKey.generate()
        self.desk: RealDesk = scripted_desk(folder, self.province, "AAAAAA", self.box)
        self.colleague: MemoryReplica = self.province.desk("BBBBBB")

    def tell(self, kind: str, record: str, values: dict[str, Wire], **more: object) -> Line:
        """A change of the colleague's, in the feed."""
        line = self.colleague.record(SCOPE, kind, record, values, **more)
        self.province.publish(line)
        return line

    def sealed(self, record: str, value: object, *, field: str = "description") -> str:
        return seal.seal_value(self.box.public, value, scope=SCOPE, record=record, field=field)

    def tell_sealed(self, record: str, sealed: str) -> None:
        self.tell("report", record, {}, seal={"description": sealed}, data=2, key=KEY_ID)

    @property
    def cursor(self) -> int:
        rows = self.desk.ask("SELECT seq FROM cursor WHERE scope=?", SCOPE)
        return int(rows[0][0]) if rows else 0

    def report(self) -> str:
        """The id of a report of the colleague's that waits."""
        record = uuid7()
        self.tell("report", record, {"received_at": "2026-11-23T16:40:00Z", "status": "waiting"}, data=0)
        return record
