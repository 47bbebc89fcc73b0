"""What most work is done on: an empty commune register, or an empty one of a shelter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.quick_passphrases import quick_passphrases
from tests.helpers.workplaces import make_workplace, until_closed


@pytest.fixture(scope="module", autouse=True)
def _quick_passphrases() -> Iterator[None]:
    with quick_passphrases():
        yield


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    yield from until_closed(make_workplace(tmp_path))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workplace]:
    yield from until_closed(make_workplace(tmp_path, scope="S:AD01", role="shelter_worker"))
