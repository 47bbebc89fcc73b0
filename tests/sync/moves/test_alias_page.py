"""What the page says of two records of one child is true: its change is one, and its codes are those given."""

from __future__ import annotations

import re

import pytest

from commune_desk.domain.model.access import Role
from sync import seal
from sync.change import needed_schema, read_line, sign
from sync.server.intake import joining
from sync.server.intake.admission import Admission
from tests.helpers.protocol_page import section
from tests.sync.actors.server_fixtures import COMMUNE

pytestmark = pytest.mark.usefixtures("store_engine")

PAGE = section("20")


def test_the_change_of_the_page_passes_the_door() -> None:
    (shown,) = re.findall(r"^    (\{.*\})$", PAGE, re.MULTILINE)
    whole = shown.replace("…", "0198c0de" * 4).replace("<joined>", "a" * 32).replace("<kept>", "b" * 32)
    line = read_line(b" " + whole.encode())
    assert line.raw == whole.encode(), "compact, and its members in the order in which they are written"
    key = seal.SigningKey.generate()
    signed, grants = sign(line.change, key), {COMMUNE: Role.COMMUNE_OFFICER}
    assert Admission().fault(signed, n=91, public=key.public, desk="7ZK2MQ", grants=grants) is None
    assert needed_schema(line.change) == int(re.findall(r"schema (\d)\)", PAGE)[0])


def test_the_code_of_the_page_is_the_one_given() -> None:
    assert f"`{joining.JOINED}`" in PAGE
