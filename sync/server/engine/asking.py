"""Asking for many rows by their ids: one parameter, however many there are.

So a statement has the same text for one id as for five hundred; it is compiled once, and parsed once by PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

from sync.server.engine.arrays import NumberArray, TextArray

_encode = msgspec.json.Encoder().encode


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether `column`, of texts or of whole numbers, is one of `values`."""
    listed = _Listed(is_number=isinstance(column.type, BigInteger))
    return _Among(column, bindparam("among", list(values), type_=listed, unique=True))


class _Listed(UserDefinedType[Any]):
    """Values as one parameter: an array on PostgreSQL, JSON on the embedded engine."""

    cache_ok = True

    def __init__(self, is_number: bool = False) -> None:
        self.is_number = is_number

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        if dialect.name == "postgresql":
            return NumberArray.of if self.is_number else TextArray.of
        return lambda values: _encode(values).decode()


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among)
def _as_rows(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} = ANY ({values})"
