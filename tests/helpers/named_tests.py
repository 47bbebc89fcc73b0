"""Whether a test that a paper or another test names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

_TESTS = Path(__file__).resolve().parent.parent


def is_there(file: str, test: str = "") -> bool:
    """`file` lies below `tests/`; `test` is a function in it, or "" for the file as a whole."""
    path = _TESTS / file
    return path.is_file() and (not test or f"def {test}(" in path.read_text(encoding="utf-8"))


def is_named_test(name: str) -> bool:
    """Whether `file::test` names one."""
    file, colons, test = name.partition("::")
    return bool(colons and test) and is_there(file, test)


def is_left_out(file: str, test: str = "") -> bool:
    """Whether an ordinary run leaves it out whole: it takes long, or is never played."""
    marks: list[ast.expr] = []
    for one in ast.parse((_TESTS / file).read_text(encoding="utf-8")).body:
        if isinstance(one, ast.FunctionDef) and one.name == test:
            marks += one.decorator_list
        elif isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "pytestmark":
            marks += one.value.elts if isinstance(one.value, ast.List) else [one.value]
    return any(re.match(r"pytest\.mark\.(long|skip)\b", ast.unparse(mark)) for mark in marks)


def is_by_hypothesis(file: str, test: str = "") -> bool:
    """Whether Hypothesis draws what it tries; of a file named as a whole, one of its tests at least."""
    tree = ast.parse((_TESTS / file).read_text(encoding="utf-8"))
    tests = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
    return any(
        re.search(r"@(hypothesis\.)?given\(|run_state_machine_as_test\(", ast.unparse(one))
        for one in tests
        if test in ("", one.name)
    )
