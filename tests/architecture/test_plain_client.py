"""The client that was written from the one page alone knows nothing of the program."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from tests.architecture.sources import ROOT

FOLDER = ROOT / "tests" / "plain_client"
LIBRARIES = {"cryptography", "zstandard"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The first word of every import, "." for one from beside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level if node.level else (node.module or "").split(".")[0]
        elif isinstance(node, ast.Name) and node.id in ("__import__", "eval", "exec"):
            yield node.id


def foreign(source: str) -> set[str]:
    return set(imported(ast.parse(source))) - set(sys.stdlib_module_names) - LIBRARIES - {"."} | (
        set(imported(ast.parse(source))) & {"importlib", "runpy", "subprocess"}
    )


def test_it_imports_nothing_of_this_project() -> None:
    files = sorted(FOLDER.glob("*.py"))
    assert len(files) > 5
    assert {path.name: names for path in files if (names := foreign(path.read_text("utf-8")))} == {}


def test_an_import_of_the_program_would_be_found() -> None:
    for words in ("from sync import seal", "import commune_desk.domain", "from .. import helpers", "import importlib"):
        assert foreign(words), words
    assert foreign("import ssl\nfrom cryptography import x509\nfrom .wire import Line") == set()
