"""What the province keeps aside, counted however much of it a stick brought the word of."""

from __future__ import annotations

import pytest

from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange.set_aside import count_entries
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_person, save_all

MANY = 300_000
"""Changes of a list of thirty thousand children, all refused: the PC had no right to write them any more."""


@pytest.fixture
def aside(workplace: Workplace) -> list[str]:
    """Ids of changes that are kept aside."""
    workplace.write(save_all(make_person("Chìu Văn Sáng"), make_person("Lò Thị Mai")))

    def refuse(tx: Tx) -> list[str]:
        tx.connection.execute("UPDATE change SET state='quarantined', code='grant' WHERE kind='person'")
        return [row[0] for row in tx.connection.execute("SELECT id FROM change WHERE state='quarantined'")]

    return workplace.write(refuse)[0]


def test_a_stick_may_tell_of_more_than_one_question_takes(workplace: Workplace, aside: list[str]) -> None:
    told = [f"{number:032x}" for number in range(MANY)]
    told[1234:1234] = aside[:1]
    told += aside[1:]
    assert workplace.read(lambda c: count_entries(c, told)) == len(aside) > 1
    assert workplace.read(lambda c: count_entries(c, ())) == 0


def test_all_in_one_question_is_more_than_the_engine_takes(workplace: Workplace) -> None:
    """The twin."""

    def ask(connection: Connection) -> None:
        connection.execute(f"SELECT count(*) FROM change WHERE id IN ({','.join('?' * MANY)})", ("x",) * MANY)

    with pytest.raises(Exception, match="too many SQL variables"):
        workplace.read(ask)
