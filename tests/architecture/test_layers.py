"""Who may import whom: the contracts of pyproject.toml, and the tables of design section 3."""

from __future__ import annotations

import graphlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import grimp

from tests.architecture.sources import ROOT, shipped

LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"

LIBRARIES = {
    "PySide6": ("commune_desk.ui", "commune_desk.working_desk", "commune_desk.app", "commune_desk.__main__"),
    "cryptography": ("sync.seal", "commune_desk.vault", "sync.server.identity.authority"),
    "requests": ("sync.client",),
    "sqlcipher3": ("commune_desk.store.engine", "sync.server"),
    "sqlite_utils": ("commune_desk.store.engine",),
    "sqlite3": ("commune_desk.store.engine", "sync.server"),
    "sqlalchemy": ("sync.server",),
    "alembic": ("sync.server",),
    "litestar": ("sync.server",),
    "uvicorn": ("sync.server",),
    "python_calamine": ("commune_desk.usecases.sheets",),
    "xlsxwriter": ("commune_desk.usecases.sheets",),
    "keyring": ("commune_desk.ui.platform",),
    "random": (  # seeded people; jitter. Never security
        "commune_desk.training",
        "commune_desk.usecases.sync.agent",
        "commune_desk.usecases.locked.push",
        "sync.server.engine.database",
    ),
    "psycopg": ("sync.server",),
    "pickle": (),
    "marshal": (),
}
"""Where each library may be imported: the places that the design names, and no other."""

SYNC = {
    "commune_desk.vault": ("sync.disk", "sync.seal", "sync.spelling"),
    # decisions 0005, 0013, 0017, 0018, 0019 and 0025
    "commune_desk.store": (
        "sync.change",
        "sync.checksums",
        "sync.content",
        "sync.disk",
        "sync.erased",
        "sync.file_wire",
        "sync.merge",
        "sync.protocol",
        "sync.purge_wire",
        "sync.roots",
        "sync.seal",
        "sync.split_view",
        "sync.ticket",
    ),
}
"""Which parts of sync a layer may know."""

SYNC_CLIENT = (
    "sync.client",
    "commune_desk.app",
    "commune_desk.usecases.sync.agent",
    "commune_desk.usecases.sync.schedule",
    "commune_desk.usecases.sync.desk_sync",
    "commune_desk.usecases.locked.doorbell",
    "commune_desk.usecases.locked.push",
    "commune_desk.usecases.registers.enrolment",
    "commune_desk.usecases.registers.moved_province",
    "commune_desk.usecases.sync.courier",
    "commune_desk.usecases.sync.handing_on",
    "commune_desk.usecases.sync.stick_bundles",
)


def inside(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("commune_desk", "sync", include_external_packages=True, cache_dir=None)


def imports() -> Iterator[tuple[str, str]]:
    for module in sorted(graph().modules):
        for imported in sorted(graph().find_modules_directly_imported_by(module)):
            yield module, imported


def test_the_layers_are_kept() -> None:
    """In a process of its own: the linter configures logging and thereby silences every logger there is."""
    words = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    linted = subprocess.run([sys.executable, "-c", LINTER, *words], cwd=ROOT, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_libraries_are_imported_only_where_they_belong() -> None:
    assert [f"{a} imports {b}" for a, b in imports() if b in LIBRARIES and not inside(a, LIBRARIES[b])] == []


def test_a_layer_knows_only_its_part_of_sync() -> None:
    wrong = [
        f"{a} imports {b}"
        for a, b in imports()
        for layer, parts in SYNC.items()
        if inside(a, (layer,)) and inside(b, ("sync",)) and not inside(b, parts)
    ]
    assert wrong == []


def test_only_the_app_and_the_use_cases_of_sync_drive_the_client() -> None:
    assert [
        f"{a} imports {b}" for a, b in imports() if inside(b, ("sync.client",)) and not inside(a, SYNC_CLIENT)
    ] == []


def test_no_circle_of_modules() -> None:
    own = [m for m in graph().modules if inside(m, ("commune_desk", "sync"))]
    circle = graphlib.TopologicalSorter({m: graph().find_modules_directly_imported_by(m) for m in own})
    circle.prepare()  # raises CycleError, which names the circle


def test_a_graph_that_saw_nothing_would_be_noticed() -> None:
    """The twin: the tables are checked against real imports."""
    seen = set(imports())
    assert ("commune_desk.i18n", "commune_desk.domain.words.errors") in seen
    assert ("sync.seal", "cryptography") in seen
    assert len(graph().modules) > len(list(shipped()))
