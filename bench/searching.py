"""Search as one types, through the presenter, against the same full-text query on a plain database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Samples
from bench.registers import workplace
from bench.workbench import Workbench
from commune_desk.domain.vietnamese.search_text import match_query
from commune_desk.domain.vietnamese.text import fold
from commune_desk.presenters.child.register_page import RegisterPage
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import READER_CACHE_KIB
from commune_desk.store.writing.transaction import Tx

_NAMES = 60
_COPIED = "row, person, name, name_key, status, shown"
_BARE = (
    "SELECT i.person FROM child_search s JOIN child_index i ON i.row=s.rowid WHERE child_search MATCH ? AND i.shown=1"
    " ORDER BY i.status<>'active', i.name_key, i.person LIMIT 201"
)


def search(bench: Workbench) -> Samples:
    """Milliseconds a keystroke, over names typed letter by letter, the half of them with their marks."""
    desk = bench.province().open()
    try:
        plain = _plain_database(desk.profile.folder / "plain.db", desk.register)
        page = RegisterPage(workplace(desk))
        values, floors = [], []
        for typed in _keystrokes(desk.register):
            begun = time.perf_counter()
            page.typed = typed
            page.view()
            between = time.perf_counter()
            plain.execute(_BARE, (match_query(typed),)).fetchall()
            values.append((between - begun) * 1000)
            floors.append((time.perf_counter() - between) * 1000)
        plain.close()
    finally:
        desk.register.close()
    return Samples(values, floors)


def _keystrokes(register: Register) -> Iterator[str]:
    rows = register.reader.execute("SELECT name FROM child_index WHERE row % 1613 = 7 LIMIT ?", (_NAMES,)).fetchall()
    for place, (name,) in enumerate(rows):
        typed = name if place % 2 else fold(name)
        yield from (typed[:length] for length in range(1, len(typed) + 1))


def _plain_database(path: Path, register: Register) -> sqlite3.Connection:
    """The derived rows and their full-text index, word for word, in the driver that comes with Python."""
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute(f"PRAGMA cache_size=-{READER_CACHE_KIB}")
    plain.execute(
        "CREATE TABLE child_index (row INTEGER PRIMARY KEY, person TEXT NOT NULL UNIQUE, name TEXT, name_key TEXT,"
        " status TEXT, shown INTEGER)"
    )
    plain.execute(
        "CREATE VIRTUAL TABLE child_search USING fts5("
        "words, content='', prefix='1 2 3', tokenize='unicode61 remove_diacritics 0')"
    )
    plain.execute("BEGIN")
    plain.executemany(
        "INSERT INTO child_index VALUES (?,?,?,?,?,?)",
        register.reader.execute(f"SELECT {_COPIED} FROM child_index"),
    )
    words = register.write(_indexed_words).result()[0]
    plain.executemany("INSERT INTO child_search (rowid, words) VALUES (?,?)", words)
    plain.execute("COMMIT")
    return plain


def _indexed_words(tx: Tx) -> list[tuple[int, str]]:
    """(row, its words in order): read back from the index, which keeps no text of its own."""
    tx.connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, child_search, instance)")
    rows = tx.connection.execute("SELECT doc, group_concat(term, ' ' ORDER BY offset) FROM temp.words GROUP BY doc")
    found = [(int(doc), str(text)) for doc, text in rows]
    tx.connection.execute("DROP TABLE temp.words")
    return found
