"""A stick of a PC that was enrolled after the backup that was put back: who reads it is told what can be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync import bundle, protocol, seal
from sync.server.edge import courier
from tests.sync.actors.couriers import refusal
from tests.sync.actors.islands import Islands

pytestmark = pytest.mark.usefixtures("store_engine")

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "province.md"


def test_its_stick_is_refused_with_the_way_on(islands: Islands) -> None:
    islands.desk()
    islands.back_up()
    later = islands.desk()
    islands.save(later, "Chìu Văn Sáng")
    (stick,) = islands.write_out(later)
    assert courier.open_arrived(islands.real.province, stick).contents, "the twin: before the restore it is known"
    islands.put_back()
    told = refusal(courier.open_arrived, islands.real.province, stick)
    assert told.startswith("No desk enrolled here made this bundle. Nothing of it was taken in; find out who")
    assert "enrolled after that backup" in told
    assert "new code, see docs/province.md, section 8." in told
    section = MANUAL.read_text("utf-8").partition("\n## 8. ")[2].partition("\n## 9. ")[0]
    assert "desks enrolled since then need a new code" in section


def test_of_a_stick_that_another_signed_no_such_thing_is_said(islands: Islands) -> None:
    """Whoever signs in the name of a desk that is enrolled here is no PC of after a backup."""
    known = islands.desk()
    islands.save(known, "Chìu Văn Sáng")
    (stick,) = islands.write_out(known)
    key = islands.real.province.keys.courier
    arrived = bundle.open_bundle(stick, key, protocol.PROVINCE_DESK)
    forged = bundle.write_bundle(arrived.header, arrived.contents, seal.SigningKey.generate(), key.public)
    told = refusal(courier.open_arrived, islands.real.province, forged)
    assert told.startswith("No desk enrolled here made this bundle.")
    assert "code" not in told
