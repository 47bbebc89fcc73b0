"""Registers that earlier versions really wrote open with the present program, and what is frozen stays frozen."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commune_desk.i18n import translate_error
from commune_desk.program_files import code_book
from commune_desk.store.desk.register import FILE_NAME, Register
from commune_desk.store.engine.database import RegisterNewer, connect
from commune_desk.store.engine.migrate import migrate, steps, version
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.search import Filters, search_children
from commune_desk.store.writing.drafts import open_drafts
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.visits import record_visit
from sync.change import GENESIS, next_head, read_line
from sync.protocol import b64
from sync.seal import CHANGE, SigningKey, sha256, verify
from tests.helpers.builders import make_visit
from tests.helpers.workplaces import OFFICER, HandClock, make_register
from tests.migrations.make_kept import KEPT, KEY, MOTHER, NAMES, OBSERVED, REPORTED
from tests.sync.actors.updated_desks import OLDER_STEP, age
from tests.system.register_check import faults

FROZEN = {
    "0001_register.sql": "3800f965a2fcfbe3670995c8ce0871741d5781aa8e579e83863a33e57b5f6ca3",
    "0002_indexes.sql": "017667e06af4abf6e1036175c649386289cc19072fd89ba2e009bbcf096262b7",
    "0003_places.sql": "a7d7193542ea6ba1601537be53d6c6a6fb6bdc61fd6b1a8da8dea763b5303458",
    "0004_files.sql": "d917cd1fa6ea8d16c920ed4e99d716e38a50b3b571298956117683be0fda430e",
    "0005_erasure.sql": "03cd2a1de75c4bb302e92e7d93b466c21f18c0a4b3eb592745ca3fc3748b8095",
    "0006_joined.sql": "729b2f269ddfde34d4ed81e96c46452ae5842b87380684e074f406e790507965",
    "0007_left.sql": "0544ad3a6d20d04962517cdf8148bd2e23b1ffc1f58b6a305333ff9743b4a1a3",
    "0008_staged.sql": "efff50b1a6a3e4131f4a74f5b1e546bbc0c3491c5429f769d4b1bc9a30af75ee",
}
"""Steps that registers out there have been through. A change to the tables is a new step, not another of these."""
WRITTEN = (1, 2, 4)
"""How many steps the versions had that wrote registers."""


@pytest.fixture(params=sorted(path.name for path in KEPT.glob("register-*.db")))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a kept register."""
    return Path(shutil.copyfile(KEPT / request.param, tmp_path / "register.db"))


@pytest.fixture
def workplace(kept: Path) -> Iterator[Workplace]:
    made = Workplace(Register(kept, KEY, HandClock(), OFFICER), code_book())
    yield made
    made.register.close()


def test_a_kept_register_opens_with_everything_that_was_written(workplace: Workplace, kept: Path) -> None:
    ask = workplace.register.reader.execute
    assert {row[0] for row in ask("SELECT full_name FROM person")} == {*NAMES, MOTHER}
    assert [row[0] for row in ask("SELECT DISTINCT observations FROM home_visit")] == [OBSERVED]
    assert [row[0] for row in ask("SELECT description FROM report")] == [REPORTED]
    assert [draft.payload for draft in workplace.read(lambda c: open_drafts(c, OFFICER))] == [
        {"observations": "Đang gõ"}
    ]
    found = workplace.read(lambda c: search_children(c, "dang hoa", Filters())).ids
    assert len(found) == 1
    assert workplace.read(lambda c: child_history(c, found[0]))
    assert faults(kept, KEY, []) == []


def test_every_change_in_a_kept_register_still_holds_its_signature(workplace: Workplace) -> None:
    public = SigningKey.from_bytes(workplace.register.identity.signing).public
    query = "SELECT raw, COALESCE(signature, x''), head FROM change WHERE head IS NOT NULL ORDER BY n"
    rows = workplace.register.reader.execute(query).fetchall()
    assert len(rows) > 20
    chain = GENESIS
    for raw, signature, head in rows:
        chain = next_head(chain, sha256(bytes(raw)))
        assert chain == head, "what a push signs for where a change has no signature of its own"
        assert not signature or verify(public, CHANGE, bytes(raw), bytes(signature))
        assert read_line(b64(bytes(signature)).encode() + b" " + bytes(raw)).change.schema >= 1


def test_work_goes_on_in_a_kept_register(workplace: Workplace, kept: Path) -> None:
    last = workplace.register.reader.execute("SELECT max(n) FROM change").fetchone()[0]
    person = workplace.register.reader.execute("SELECT id FROM person WHERE full_name=?", (NAMES[1],)).fetchone()[0]
    visit = make_visit(person, "2026-11-21")
    workplace.write(lambda tx: record_visit(tx, visit))
    assert workplace.register.reader.execute("SELECT min(n) FROM change WHERE record=?", (visit.id,)).fetchone() == (
        last + 1,
    )
    assert faults(kept, KEY, [visit.id]) == []


def tables(path: Path) -> list[tuple[str, str]]:
    connection = connect(path, KEY)
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'sqlite_stat_' ORDER BY name"
    ).fetchall()
    connection.close()
    return [(name, " ".join(sql.split())) for name, sql in rows]


def test_a_kept_register_ends_with_the_tables_of_a_new_one(kept: Path, tmp_path: Path) -> None:
    for path in (kept, tmp_path / "new.db"):
        connection = connect(path, KEY)
        migrate(connection)
        connection.close()
    assert tables(kept) == tables(tmp_path / "new.db")
    connection = connect(kept, KEY)
    connection.execute("ALTER TABLE person ADD COLUMN drifted TEXT")
    connection.close()
    assert tables(kept) != tables(tmp_path / "new.db")


def test_the_older_program_that_the_journeys_update_from_left_what_it_really_left(tmp_path: Path) -> None:
    """Each new step has to be taken back there too, or those journeys begin with a register that never was."""
    make_register(tmp_path, key=KEY).close()
    age(tmp_path / FILE_NAME)
    assert tables(tmp_path / FILE_NAME) == tables(KEPT / f"register-{OLDER_STEP:04}.db")


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that stands in a register, by table; not which steps it has been through."""
    connection = connect(path, KEY)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type='table' AND name<>'_sqlite_migrations'")
    found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names.fetchall()}
    connection.close()
    return found


def test_the_first_register_comes_to_the_present_step_whole(tmp_path: Path) -> None:
    path = Path(shutil.copyfile(KEPT / "register-0001.db", tmp_path / "register.db"))
    before = rows(path)
    assert len(before["change"]) > 20
    connection = connect(path, KEY)
    assert version(connection) == 1
    assert migrate(connection) == len(steps()) - 1
    assert version(connection) == len(steps())
    assert migrate(connection) == 0
    connection.close()
    after = rows(path)
    for table in ("change", "person"):  # the fifth step and the sixth gave them one more, at their end
        after[table] = [row[: len(before[table][0])] for row in after[table]]
    assert {name: after[name] for name in before} == before
    assert {"task_person", "task_due", "placement_notice_case_code"} <= {name for name, _sql in tables(path)}


def test_a_register_is_kept_of_every_step_and_no_step_was_changed_afterwards() -> None:
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in steps()} == FROZEN
    assert [path.name for path in sorted(KEPT.glob("register-*"))] == [f"register-{n:04}.db" for n in WRITTEN]


def test_a_register_of_a_newer_program_is_refused_with_a_sentence_and_not_touched(kept: Path) -> None:
    connection = connect(kept, KEY)
    connection.execute(f"PRAGMA user_version={len(steps()) + 1}")
    connection.close()
    before = kept.read_bytes()
    with pytest.raises(RegisterNewer) as caught:
        Register(kept, KEY, HandClock(), OFFICER)
    assert "phiên bản mới hơn" in translate_error(caught.value)
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir()] == ["register.db"], "nothing is left open on it"
