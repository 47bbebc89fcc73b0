"""Candidates for being the same child: few enough to compare one by one."""

from __future__ import annotations

from commune_desk.domain.vietnamese.search_text import match_query
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.child_index import birth_key

_MOST = 2000


def persons_with_id(connection: Connection, id_number: str) -> list[str]:
    """The children with this personal ID number."""
    rows = connection.execute(
        "SELECT DISTINCT i.person FROM person p LEFT JOIN joined j ON j.person=p.id"
        " JOIN child_index i ON i.person=COALESCE(j.kept, p.id) WHERE p.id_number=? AND i.shown=1",
        (id_number,),
    )
    return [row[0] for row in rows]


def persons_named(connection: Connection, word: str) -> list[str]:
    """The children with this word in their name or their family's, its marks and a slip between i and y left out."""
    query = match_query(word, loose=True)
    if not query:
        return []
    rows = connection.execute(
        "SELECT i.person FROM child_search s JOIN child_index i ON i.row=s.rowid"
        " WHERE child_search MATCH ? AND i.shown=1 LIMIT ?",
        (query, _MOST),
    )
    return [row[0] for row in rows]


def persons_born(connection: Connection, birth_date: str) -> list[str]:
    """The children whose stored birth date begins with the same possible day."""
    rows = connection.execute(
        "SELECT person FROM child_index WHERE birth_key=? AND shown=1 LIMIT ?", (birth_key(birth_date), _MOST)
    )
    return [row[0] for row in rows]
