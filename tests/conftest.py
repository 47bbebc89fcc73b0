"""What holds for every test: no screen, no real profile, Vietnamese, and no warning that nobody asked for."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from commune_desk.i18n import DEFAULT, set_language
from commune_desk.paths import PROFILE_VARIABLE
from tests.helpers.silenced import silenced

if TYPE_CHECKING:
    from tests.helpers.postgres_cluster import PostgresCluster
    from tests.helpers.store_engine import StoreEngine

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# No deadlines: speed is measured in bench/. A landing repeats the same examples; at a desk they vary.
hypothesis.settings.register_profile("desk", deadline=None, print_blob=True)
hypothesis.settings.register_profile("landing", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, print_blob=True, max_examples=1000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long tests too, and more examples of each rule")


def pytest_configure(config: pytest.Config) -> None:
    profile = "landing" if os.environ.get("CI") else "desk"
    hypothesis.settings.load_profile("long" if config.getoption("--long") else profile)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes long: --long"))


def pytest_collection_finish() -> None:
    """What was made on the way to the first test is never garbage: nobody looks through it again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """As in the program: what may hold widgets is looked through on this thread alone (`ui.garbage`).

    What a test left goes before the next one begins, with its timers.
    """
    has_widgets = "qapp" in getattr(item, "fixturenames", ())
    if has_widgets or not gc.isenabled():
        gc.collect()
    (gc.disable if has_widgets else gc.enable)()


@pytest.fixture(scope="session", autouse=True)
def _profile_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test and no process it starts ever opens the register of the person who runs it."""
    folder = tmp_path_factory.mktemp("profile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PROFILE_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def _quick_stores() -> Iterator[None]:
    from tests.helpers.quick_registers import quick_registers
    from tests.helpers.quick_stores import quick_stores

    with quick_stores(), quick_registers():
        yield


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """What `theme.new_app` asks for."""
    return ["tests", "-style", "Fusion"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """What the tests of this process kept is removed, also in a fork that ends at once (`tests.mutations.warm`)."""
    if kept := sys.modules.get("tests.helpers.store_engine"):
        kept.engine.let_go()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL server of this process's tests, begun when the first one asks for it."""
    from tests.helpers.postgres_cluster import new_cluster  # only who needs a server loads its driver

    cluster = new_cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module", params=["embedded", "postgres"])
def store_engine(request: pytest.FixtureRequest) -> Iterator[StoreEngine]:
    """Runs the tests of a module once on each engine of the province's store."""
    from tests.helpers.store_engine import using

    with using(request.param, lambda: request.getfixturevalue("postgres_cluster")) as engine:
        yield engine


@pytest.fixture(scope="module")
def on_postgres(postgres_cluster: PostgresCluster) -> Iterator[PostgresCluster]:
    """The tests of a module on PostgreSQL alone."""
    from tests.helpers.store_engine import POSTGRES, using

    with using(POSTGRES, lambda: postgres_cluster):
        yield postgres_cluster


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    yield
    set_language(DEFAULT)


@pytest.fixture(autouse=True)
def logfail(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning in the log fails the test. One that expects it asserts on `caplog`, then calls `caplog.clear()`.

    So does a logger that the test left switched off: no later test would hear a warning again.
    """
    yield
    if off := silenced():
        pytest.fail(f"loggers left switched off: {', '.join(off)}", pytrace=False)
    said = [r for phase in ("setup", "call") for r in caplog.get_records(phase) if r.levelno >= logging.WARNING]
    if said:
        pytest.fail("unexpected in the log: " + "; ".join(f"{r.name}: {r.getMessage()}" for r in said), pytrace=False)
