"""An order to erase reaches whom it names: two files of one number are told apart, and what was set aside goes too."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import DeskError
from sync.change import Wire
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.lifecycle import belonging, chains, erased_list, erasing
from sync.server.lifecycle.erasure_status import erasures
from tests.helpers.builders import make_person, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import COMMUNE, ServerDesk, World, command, province_in
from tests.sync.actors.two_communes import Two
from tests.sync.erasure.test_server_erasure import command_erase, words_in
from tests.sync.moves.test_server_moves import VISIT, Child, page_of

pytestmark = pytest.mark.usefixtures("store_engine")


def test_of_two_files_with_one_number_each_can_be_named(world: World, tmp_path: Path) -> None:
    """Two PCs of one disk gave it out: a number is made of the desk's own mark and of how far it has counted."""
    first, second = Child(world.desk()), Child(world.desk())
    done = command_erase(tmp_path, "QN-1", "--yes")
    assert done.returncode == 2
    assert "There is no record" not in done.stderr, done.stderr
    assert first.person in done.stderr
    assert second.person in done.stderr
    assert command_erase(tmp_path, second.person, "--yes").returncode == 0
    done = command_erase(tmp_path, "QN-1", "--yes")  # by now it is one child's
    assert done.returncode == 0, done.stderr
    assert world.count("record_child_file") == 0


def test_taken_for_no_number_it_would_be_nobodys(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    Child(world.desk()), Child(world.desk())
    monkeypatch.setattr(erasing, "_child_with", lambda connection, number: None)
    assert "There is no record" in command_erase(tmp_path, "QN-1", "--yes").stderr


class Aside:
    """A child whom only a withdrawn PC registered: all that the province holds of it was set aside."""

    def __init__(self, world: World, folder: Path, scope: str = COMMUNE) -> None:
        self.desk, self.person, self.scope = world.desk(), uuid7(), scope
        assert command(folder, "desk", "revoke", self.desk.id, "--yes").returncode == 0
        assert self.register(self.desk) == ["revoked"] * 4

    def register(self, desk: ServerDesk) -> list[str]:
        """Tell of the child, its file and two visits; why each was set aside."""
        lines = [desk.change("person", self.person, {"full_name": "Chìu Văn Sáng"}, scope=self.scope)]
        file = {"person": self.person, "case_number": "QN-1"}
        lines.append(desk.change("child_file", uuid7(), file, scope=self.scope, data=0))
        for _ in range(2):
            lines.append(desk.change("home_visit", uuid7(), {"person": self.person, **VISIT}, scope=self.scope))
        return [code for _, code in desk.results(*lines)]


@pytest.fixture
def aside(world: World, tmp_path: Path) -> Aside:
    made = Aside(world, tmp_path)
    assert "Chìu" in words_in(world)
    return made


def test_a_child_whom_only_a_withdrawn_pc_registered_can_be_erased(world: World, aside: Aside, tmp_path: Path) -> None:
    done = command_erase(tmp_path, aside.person, "--yes")
    assert done.returncode == 0, done.stderr
    assert "changes whose words went: 4;" in done.stdout
    assert [word for word in ("Chìu", "QN-1", VISIT["observations"]) if word in words_in(world)] == []
    assert world.read(chains.first_break) == ""
    again = command_erase(tmp_path, aside.person, "--yes")
    assert (again.returncode, "erased already" in again.stderr) == (2, True)


def test_it_is_found_by_its_case_number_too(world: World, aside: Aside, tmp_path: Path) -> None:
    """Which may be another child's as well, where one PC of two of one disk was withdrawn."""
    other = Child(world.desk())
    done = command_erase(tmp_path, "QN-1", "--yes")
    assert (done.returncode, aside.person in done.stderr, other.person in done.stderr) == (2, True, True), done
    assert command_erase(tmp_path, other.person, "--yes").returncode == 0
    done = command_erase(tmp_path, "QN-1", "--yes")
    assert (done.returncode, "Chìu" in words_in(world)) == (0, False), done


def test_sought_where_records_stand_alone_it_would_be_nowhere(
    world: World, aside: Aside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasing, "_aside", lambda connection, record: [])
    assert "There is no record" in command_erase(tmp_path, aside.person, "--yes").stderr
    assert "Chìu" in words_in(world)


def test_its_place_is_told_and_a_new_code_brings_nothing_back(world: World, aside: Aside, tmp_path: Path) -> None:
    colleague = world.desk()
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    ((event, line),) = page_of(colleague, COMMUNE, world).events
    assert (line.change.verb, event.left) == ("erase", [("person", aside.person)])
    assert colleague.id in command(tmp_path, "erasures").stdout
    assert aside.register(world.desk()) == ["erased"] * 4
    assert "Chìu" not in words_in(world)


def test_a_server_that_starts_does_not_erase_it_again(world: World, aside: Aside, tmp_path: Path) -> None:
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    assert erased_list.settle(world.province) == 0
    (world.province.data / erased_list.FILE).unlink()
    assert erased_list.settle(world.province) == 0
    assert aside.person in (world.province.data / erased_list.FILE).read_text("utf-8"), "from the database alone"


def test_but_a_backup_of_before_it_does(world: World, aside: Aside, tmp_path: Path) -> None:
    world.province.database.close()
    copy = tmp_path.with_name(f"{tmp_path.name}-copy")
    engine.copy(tmp_path, copy)
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    shutil.copy2(world.province.data / erased_list.FILE, copy / "data" / erased_list.FILE)
    with province_in(copy) as put_back:
        assert "Chìu" in words_in(put_back)
        assert [erased_list.settle(put_back.province) for _ in range(2)] == [1, 0]
        assert "Chìu" not in words_in(put_back)


def test_what_names_no_place_of_the_province_cannot_be_ordered(world: World, tmp_path: Path) -> None:
    """No desk would hear of it, and every start would erase it again."""
    aside = Aside(world, tmp_path, "C:99999")
    assert "There is no record" in command_erase(tmp_path, aside.person, "--yes").stderr


def test_a_desk_that_never_had_the_child_hears_of_it_and_goes_on(two: Two) -> None:
    province, name = two.real.province, two.late.register.identity.desk
    province.database.write(lambda connection: desks.revoke(connection, province, name), WHOLE_PROVINCE)
    child = make_person("Chìu Văn Sáng")
    two.late.register.write(save_all(child)).result()
    with suppress(DeskError):
        two.late.sync()

    def ordered(connection: Connection) -> None:
        erasing.erase(connection, province, *erasing.found(connection, child.id), erasing.Ordered("a", "b"))

    province.database.write(ordered, WHOLE_PROVINCE)
    two.old.sync()
    (told,) = province.database.read(erasures, WHOLE_PROVINCE)
    assert (told.signed, told.waiting) == ([two.old.register.identity.desk], [])
    another = make_person("Hoàng Thị Lụa")
    two.old.register.write(save_all(another)).result()
    two.old.sync()
    assert another.id in two.real.scalars(select(tables.RECORDS["person"].c.id))


def tied(desk: ServerDesk, child: str, mother: str) -> str:
    """A mother whom the withdrawn PC brought in for the child's sake."""
    told = desk.change("person", mother, {"full_name": "Chìu Thị Mây"})
    kin = {"person": child, "relative": mother, "relation": "mother"}
    assert desk.results(told, desk.change("relation", uuid7(), kin)) == [("quarantined", "revoked")] * 2
    return mother


@pytest.fixture
def mother(aside: Aside) -> str:
    return tied(aside.desk, aside.person, uuid7())


def test_who_was_set_aside_for_the_childs_sake_goes_too(
    world: World, aside: Aside, mother: str, tmp_path: Path
) -> None:
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    assert "Chìu" not in words_in(world)
    assert mother in {row.record for row in world.rows(select(tables.erasure.c.record))}


def test_but_not_whom_a_brother_needs(world: World, aside: Aside, mother: str, tmp_path: Path) -> None:
    tied(aside.desk, uuid7(), mother)
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    words = words_in(world)
    assert ("Chìu Văn Sáng" in words, "Chìu Thị Mây" in words) == (False, True)


def test_sought_among_records_alone_she_would_stay(
    world: World, aside: Aside, mother: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(belonging, "_brought_aside", lambda connection, fresh, found: {})
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    assert "Chìu Thị Mây" in words_in(world)


def test_what_names_no_kin_that_can_be_read_stands_in_nobodys_way(
    world: World, aside: Aside, mother: str, tmp_path: Path
) -> None:
    kin: dict[str, Wire] = {"person": aside.person, "relative": ["a", "list"], "relation": "mother"}
    aside.desk.results(aside.desk.change("relation", uuid7(), kin))
    assert command_erase(tmp_path, aside.person, "--yes").returncode == 0
    assert "Chìu" not in words_in(world)
