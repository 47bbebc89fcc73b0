"""Rooms stay liveable: the sizes of files and functions (design section 3)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, parsed, sources

FILE_LINES = 400
FUNCTION_LINES = 50
PARAMETERS = 6

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: Source) -> Iterator[Function]:
    return (n for n in source.nodes() if isinstance(n, Function))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> list[str]:
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [n for n in names if n not in ("self", "cls")]


def too_large(source: Source) -> list[str]:
    found = [f"{source.path}: {source.lines()} lines"] if source.lines() > FILE_LINES else []
    for function in functions(source):
        where = f"{source.path}:{function.lineno} {function.name}"
        if length(function) > FUNCTION_LINES:
            found.append(f"{where}: {length(function)} lines")
        if len(parameters(function)) > PARAMETERS:
            found.append(f"{where}: {len(parameters(function))} parameters")
    return found


def test_files_functions_and_parameter_lists_stay_small() -> None:
    assert [fault for source in sources() for fault in too_large(source)] == []


def test_what_is_too_large_would_be_found() -> None:
    body = "    pass\n"
    assert too_large(parsed("def f(a, b, c, d, e, f):\n" + body * 49)) == []
    assert len(too_large(parsed("def f(a, b, c, d, e, f, g):\n" + body * 50))) == 2
    assert len(too_large(parsed("x = 1\n" * 401))) == 1


def test_the_usual_function_is_short() -> None:
    lengths = sorted(length(f) for source in sources() if source.is_shipped for f in functions(source))
    assert lengths[len(lengths) // 2] < 10
