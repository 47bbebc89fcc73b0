"""Names, texts and calls that this project does without."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.sources import ROOT, Source, called, parsed, shipped, sources

FORBIDDEN_MODULES = {"base", "bases", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
FORBIDDEN_NAMES = re.compile(r"(Helper|Manager|Utils?)s?$|^(Abstract|Base)[A-Z]")
TRANSLATORS = {"_", "N_", "ngettext"}
LOG_CALLS = {"debug", "info", "warning", "error", "exception", "critical"}
TOO_MUCH = (ast.JoinedStr, ast.BinOp, ast.Call)

Rule = Callable[[Source], Iterator[str]]


def at(source: Source, node: ast.AST) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 0)}"


def calls(source: Source) -> Iterator[ast.Call]:
    return (n for n in source.nodes() if isinstance(n, ast.Call))


def texts_put_together(source: Source) -> Iterator[str]:
    """`_(f"…")`, `_("…".format())`, `_("…" % x)` never meet their translation."""
    for call in calls(source):
        if called(call) in TRANSLATORS and call.args and isinstance(call.args[0], TOO_MUCH):
            yield at(source, call)


def log_texts_not_constant(source: Source) -> Iterator[str]:
    """The log prints the text of a record as it is, so it must not be made at run time."""
    for call in calls(source) if source.is_shipped else ():
        owner, _, name = called(call).rpartition(".")
        if name in LOG_CALLS and owner.rpartition(".")[2].lower() in {"log", "_log", "logger", "logging"}:
            text = call.args[0] if call.args else None
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value.isascii()):
                yield at(source, call)


def mocks(source: Source) -> Iterator[str]:
    """Fakes stand at the ports; what is ours is not patched away."""
    for node in source.nodes():
        names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if "unittest.mock" in {module, *names} or {"MagicMock", "mock"} & set(names):
            yield at(source, node)
        if isinstance(node, ast.arg) and node.arg == "mocker":
            yield at(source, node)


def keys_qt_cannot_type(source: Source) -> Iterator[str]:
    """`keyClicks` with a Vietnamese letter aborts the whole process; use QInputMethodEvent."""
    for call in calls(source):
        if called(call).rpartition(".")[2] in {"keyClicks", "keyClick"}:
            literals = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if not all(text.isascii() for text in literals):
                yield at(source, call)


def empty_names(source: Source) -> Iterator[str]:
    """A name that says nothing about what it holds."""
    stem = source.path.rpartition("/")[2].removesuffix(".py")
    if stem.removeprefix("test_").strip("_") in FORBIDDEN_MODULES:
        yield source.path
    for node in source.nodes():
        if isinstance(node, ast.ClassDef) and FORBIDDEN_NAMES.search(node.name.lstrip("_")):
            yield f"{at(source, node)} {node.name}"


def broad_excepts(source: Source) -> Iterator[str]:
    """Bugs are for the two top-level hooks."""
    for node in source.nodes():
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield at(source, node)


def drawn_while_collecting(source: Source) -> Iterator[str]:
    """Two processes that share the tests must find the same ones: fresh seeds are drawn inside of a test."""
    for call in calls(source):
        drawn = {called(one).rpartition(".")[2] for one in ast.walk(call) if isinstance(one, ast.Call)}
        if called(call) == "pytest.mark.parametrize" and drawn & {"fresh", "randbelow", "random", "randint"}:
            yield at(source, call)


def no_purpose(source: Source) -> Iterator[str]:
    """Every module says in its first line what it is for."""
    if not (ast.get_docstring(source.tree) or "").strip():
        yield source.path


def machine_paths(source: Source) -> Iterator[str]:
    if re.search(r"[\"'](/(root|work|home)/|[A-Z]:\\\\Users)", source.text):
        yield source.path


RULES: dict[Rule, str] = {
    texts_put_together: 'x = _(f"{name}")',
    log_texts_not_constant: "log.info(name)",
    mocks: "from unittest.mock import MagicMock",
    keys_qt_cannot_type: 'qtbot.keyClicks(field, "Hoà")',
    empty_names: "class SyncManager: ...",
    broad_excepts: "try:\n    pass\nexcept:\n    pass",
    drawn_while_collecting: '@pytest.mark.parametrize("seed", fresh(2))\ndef test_it(seed): ...',
    no_purpose: "x = 1",
    machine_paths: 'x = "/' + 'root/x"',
}
"""Each rule with a line that breaks it."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_sources_keep_the_rule(rule: Rule) -> None:
    assert [fault for source in sources() for fault in rule(source)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_would_find_what_breaks_it(rule: Rule) -> None:
    assert list(rule(parsed(RULES[rule]))) != []


def test_one_module_opens_the_encrypted_database_of_the_desk() -> None:
    """sqlite-utils reaches SQLCipher through an alias that must be set before its first import, in one place."""
    setters = [s.path for s in shipped() if re.search(r"sys\.modules\b.*[\"'](pysqlite3|sqlean)", s.text)]
    assert len(setters) == 1, setters


def test_no_registry_host_is_written_anywhere() -> None:
    """Packages come from where the person's own settings say."""
    files = [ROOT / "pyproject.toml", ROOT / "desk.py", ROOT / ".ci/run", *(ROOT / "requirements").iterdir()]
    assert [f.name for f in files if re.search(r"https?://|--index-url|--find-links", f.read_text("utf-8"))] == []


def test_every_locked_library_has_a_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"^(?=[a-zA-Z0-9])", lock.read_text("utf-8"), flags=re.MULTILINE)[1:]
        assert entries, lock.name
        assert [e.partition(" ")[0] for e in entries if "--hash=sha256:" not in e or "==" not in e] == []
