"""What most pages are given: an empty commune register, or an empty one of a shelter; and English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.workplaces import make_workplace, until_closed


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    set_language("en")
    yield from until_closed(make_workplace(tmp_path))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workplace]:
    set_language("en")
    yield from until_closed(make_workplace(tmp_path, scope="S:AD01", role="shelter_worker"))
