"""Desks of two communes move, visit and edit the same children at once, at two served processes on PostgreSQL."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError
from sync import protocol
from sync.change import Line
from sync.client.enrol import enrol
from sync.client.transport import Transport
from sync.server.edge.enrolment import make_code
from sync.server.engine import tables
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk
from tests.sync.moves.test_server_moves import VISIT, relocation
from tests.system.two_servers import TwoServers, two_servers

pytestmark = pytest.mark.usefixtures("on_postgres")
PLACES = (COMMUNE, OTHER)
DESKS_OF_A_PLACE, CHILDREN = 4, 4
SHORT, LONG = 8, 150
"""Pushes of each desk."""
MOST = 10
"""Races at most until two that ought not to meet have met; on a busy machine they may miss each other in one."""
TAKEN: dict[str, set[str]] = {
    "home_visit": {"ok", "late"},
    "phone": {"ok", "conflict"},
    "move": {"ok", "quarantined"},
    "pull": set(),
}
"""What may be answered. The second of two moves is set aside; whoever visited or typed is heard in any case."""


class Race:
    """Four desks of each commune push; a register of each pulls meanwhile. What was acknowledged is remembered."""

    def __init__(self, servers: TwoServers, folder: Path) -> None:
        self.servers = servers
        self.desks = [servers.desk({place: Role.COMMUNE_OFFICER}) for place in PLACES for _ in range(DESKS_OF_A_PLACE)]
        self.registers = [_register(servers, folder, place) for place in PLACES]
        self.children = [uuid7() for _ in range(CHILDREN)]
        self.visits: dict[str, str] = {}
        """By visit its child."""
        self.phones: set[str] = set()
        """Changes that wrote a number."""
        self.answers: Counter[tuple[str, str]] = Counter()
        self._guard = threading.Lock()
        for child in self.children:
            self._settle(child)

    def _settle(self, child: str) -> None:
        """It has lived in both communes, so that what is written late is heard in either."""
        first, second = self.desks[0], self.desks[-1]
        born = first.change("person", child, {"full_name": "Chìu Văn Sáng"})
        file = first.change("child_file", uuid7(), {"person": child}, data=0)
        assert first.results(born, file, relocation(first, child, "move", OTHER)) == [("ok", "")] * 3
        assert second.results(relocation(second, child, "move", COMMUNE, scope=OTHER)) == [("ok", "")]

    def run(self, pushes: int) -> None:
        over = threading.Event()
        with ThreadPoolExecutor(len(self.desks) + len(self.registers)) as pool:
            following = [pool.submit(self._follow, one, over) for one in self.registers]
            writing = [pool.submit(self._write, number, pushes) for number in range(len(self.desks))]
            try:
                for job in writing:
                    job.result()
            finally:
                over.set()
            for job in following:
                job.result()

    def _follow(self, desk: RealDesk, over: threading.Event) -> None:
        while not over.wait(0.05):
            try:
                desk.sync()
            except DeskError as fault:
                return self._note("pull", type(fault).__name__)

    def refused(self) -> list[tuple[str, str]]:
        """Answers that no honest province gives here."""
        return [(what, answer) for what, answer in self.answers if answer not in TAKEN[what]]

    def _write(self, number: int, pushes: int) -> None:
        desk, chance = self.desks[number], random.Random(number)
        place = PLACES[number // DESKS_OF_A_PLACE]
        for _ in range(pushes):
            what = chance.choice(["home_visit", "home_visit", "phone", "move"])
            line = self._line(desk, place, what, chance.choice(self.children))
            reply = desk.push(line)
            if reply.status != 200:  # what it did not take in counts for nothing: the writer stops there
                return self._note(what, reply.code)
            (result,) = reply.read(protocol.Receipt).results
            self._note(what, result.status)
            if result.status in TAKEN[what]:
                self._remember(line)

    def _line(self, desk: ServerDesk, place: str, what: str, child: str) -> Line:
        if what == "move":
            to = OTHER if place == COMMUNE else COMMUNE
            return desk.change("person", child, {}, verb="move", to=to, data=0, scope=place)
        if what == "home_visit":
            return desk.change("home_visit", uuid7(), {"person": child, **VISIT}, scope=place)
        return desk.change("person", child, {"phone": f"09{uuid7()[-8:]}"}, scope=place)

    def _note(self, what: str, answer: str) -> None:
        with self._guard:
            self.answers[what, answer] += 1

    def _remember(self, line: Line) -> None:
        if line.change.kind == "home_visit":
            self.visits[line.change.record] = str(line.change.set["person"])
        elif line.change.set:
            self.phones.add(line.change.id)

    def astray(self) -> list[str]:
        """Visits that are not where their child is: lost, or left behind."""
        person, visit = tables.RECORDS["person"], tables.RECORDS["home_visit"]
        home = {row.id: row.scope for row in self.servers.world.rows(select(person.c.id, person.c.scope))}
        held = {row.id: row.scope for row in self.servers.world.rows(select(visit.c.id, visit.c.scope))}
        return [one for one, child in self.visits.items() if held.get(one) != home[child]]

    def unheard(self) -> set[str]:
        """Telephone numbers that neither stand nor wait for a person."""
        person, world = tables.RECORDS["person"], self.servers.world
        stands = {row.writers for row in world.rows(select(person.c.writers))}
        waiting = {row.theirs for row in world.open_conflicts()}
        return {one for one in self.phones - waiting if not any(one in writers for writers in stands)}

    def on_the_desks(self) -> list[tuple[set[str], dict[str, str]]]:
        """For each commune's register at rest: the children it has, and its visits with their child."""
        for register in self.registers:
            register.sync()
        return [
            ({row[0] for row in one.ask("SELECT id FROM person")}, dict(one.ask("SELECT id, person FROM home_visit")))
            for one in self.registers
        ]

    def close(self) -> None:
        for one in self.registers:
            one.register.close()


def _register(servers: TwoServers, folder: Path, place: str) -> RealDesk:
    world, address = servers.world, servers.addresses[0]
    grants = {place: Role.COMMUNE_OFFICER}
    code = world.write(lambda c: make_code(c, world.province, grants, label="PC of tests", hours=1)).code
    enrolment = enrol(address, code, "PC of tests", program_version="0")
    path = folder / f"{place[2:]}.db"
    make_register(path, enrolment)
    return RealDesk(path, SystemClock(), lambda: Transport(address, ca_pem=enrolment.ca_pem))


@pytest.mark.parametrize("pushes", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
def test_every_child_is_in_one_place_with_every_visit(
    tmp_path: Path, on_postgres: PostgresCluster, pushes: int
) -> None:
    with two_servers(tmp_path, on_postgres) as servers:
        race = Race(servers, tmp_path)
        race.run(pushes)
        assert race.refused() == []
        assert race.answers["move", "ok"] > 0
        assert race.astray() == []
        assert race.unheard() == set()
        for place in PLACES:
            servers.verify_chain(place)
        (here, visits_here), (there, visits_there) = race.on_the_desks()
        assert (here & there, here | there) == (set(), set(race.children))
        assert visits_here | visits_there == race.visits
        assert set(visits_here.values()) <= here
        assert set(visits_there.values()) <= there
        race.close()


def test_looked_at_once_visits_would_stay_behind(tmp_path: Path, on_postgres: PostgresCluster) -> None:
    """The twin: the processes read where a child is before they hold its places, and do not look again."""
    with two_servers(tmp_path, on_postgres, "tests.system.faulty_server", "looked_at_once") as servers:
        race = Race(servers, tmp_path)
        for _ in range(MOST):
            race.run(SHORT)
            if race.astray():
                break
        assert race.astray()
        race.close()
