"""An import whose process is killed: nothing is seen of it, it goes on to the same end, or goes without a trace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commune_desk.store.lists import imports
from commune_desk.store.lists.imports import ImportState
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.vault.keys import RegisterKey
from tests.helpers.importing import open_workplace
from tests.helpers.lists import CURRENT, count_children, count_staged, rows_in, run, undo
from tests.helpers.workplaces import make_register

CHILDREN = 452
KEY = RegisterKey.generate()


def killed_at(folder: Path, word: str, times: int) -> None:
    """Bring the current demo list in, and kill the process when it has said `word` so often."""
    make_register(folder, key=KEY).close()
    command = [sys.executable, "-m", "tests.helpers.importing", str(folder), str(CURRENT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = -1
        line = KEY.hex
        while said < times:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            heard = process.stdout.readline().strip()
            assert heard, "the process ended by itself"
            said = 0 if said < 0 else said + (heard == word)
            line = ""
        process.kill()


@contextmanager
def opened_again(folder: Path) -> Iterator[Workplace]:
    workplace = open_workplace(folder, KEY.raw)
    try:
        yield workplace
    finally:
        workplace.register.close()


@pytest.mark.parametrize(("word", "times"), [("saved", 1), ("saved", 4), ("shown", 1), ("shown", 3)])
def test_killed_while_rows_are_saved_it_goes_on_to_the_same_end(tmp_path: Path, word: str, times: int) -> None:
    killed_at(tmp_path, word, times)
    with opened_again(tmp_path) as workplace:
        assert workplace.read(count_children) == (CHILDREN if word == "shown" else 0)
        for one in workplace.read(imports.unfinished):
            assert one.state is ImportState.RUNNING
            run(ListSaving(workplace, one.id))
        assert workplace.read(count_children) == CHILDREN
        assert rows_in(workplace, "child_file") == {"child_file": CHILDREN}
        assert workplace.read(imports.unfinished) == []


@pytest.mark.parametrize(("word", "times"), [("read", 1), ("saving", 1), ("saved", 3)])
def test_killed_and_then_discarded_nothing_is_left(tmp_path: Path, word: str, times: int) -> None:
    killed_at(tmp_path, word, times)
    with opened_again(tmp_path) as workplace:
        assert workplace.read(count_children) == 0
        (left,) = workplace.read(imports.unfinished)
        undo(workplace, left.id)
        tables = ("person", "child_file", "household", "relation", "change", "import_row", "child_index")
        assert rows_in(workplace, *tables) == dict.fromkeys(tables, 0)
        assert workplace.read(count_staged) == 0
        assert workplace.read(imports.unfinished) == []
