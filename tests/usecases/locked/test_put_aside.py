"""A register breaks before the line is back: what it sealed at its last lock still reaches the province."""

from __future__ import annotations

from pathlib import Path

from commune_desk.usecases.registers.backups import restore
from tests.helpers.enrolled_desks import LOGIN, PASSPHRASE, enrolled_desk
from tests.helpers.locked_desks import deliver, held, lock, write
from tests.sync.actors.real_province import real_province


def test_what_was_put_aside_with_a_broken_register_can_still_be_sent(tmp_path: Path) -> None:
    """As docs/province.md says: under its former names, by the unlock page."""
    with real_province(tmp_path) as province:
        desk = enrolled_desk(province, tmp_path / "desk")
        desk.sync()
        desk.back_up(tmp_path / "a.cdbackup")
        write(desk)
        lock(desk)
        desk.close()
        profile, clock = desk.open.profile, desk.open.register.clock
        profile.register.write_bytes(bytes(8192))
        restore(profile, tmp_path / "a.cdbackup", LOGIN, PASSPHRASE, clock=clock, instead=True).register.close()
        for place in (profile.doorbell, profile.sealed):
            assert not place.exists()
            (profile.folder / f"aside-{place.name}").rename(place)
        assert held(desk) == 0
        deliver(desk)
        assert held(desk) == 1
