"""The table that a person reads."""

from __future__ import annotations

from bench.measure import Row

HEADINGS = ("name", "median", "p95", "floor", "ratio", "budget", "unit", "what a person feels")
_WIDTHS = (16, 10, 10, 10, 7, 7, 14)


def heading() -> str:
    return _line(HEADINGS)


def line(row: Row) -> str:
    """A row; a ratio over its budget is marked."""
    measure = row.measure
    over = row.ratio is not None and measure.budget is not None and row.ratio > measure.budget
    cells = (
        measure.name,
        _figure(row.median),
        _figure(row.p95),
        _figure(row.floor),
        _figure(row.ratio) + ("!" if over else ""),
        _figure(measure.budget),
        measure.unit,
        measure.person,
    )
    return _line(cells)


def _line(cells: tuple[str, ...]) -> str:
    name, *figures = cells[: len(_WIDTHS) - 1]
    unit, person = cells[len(_WIDTHS) - 1 :]
    aligned = [name.ljust(_WIDTHS[0]), *(f.rjust(w) for f, w in zip(figures, _WIDTHS[1:-1], strict=True))]
    return " ".join([*aligned, "", unit.ljust(_WIDTHS[-1]), person])


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
