"""What a measure is, and what becomes of its samples: a row of the table, an entry of the JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.workbench import Workbench


class CannotMeasure(Exception):
    """This machine or this state of the program does not allow the measure; the text says why."""


class Judged(StrEnum):
    """Which figure of the samples is held against the floor's."""

    MEDIAN = "median"
    P95 = "p95"
    P99 = "p99"


@dataclass(frozen=True, slots=True)
class Samples:
    """What the program took and what the floor took, interleaved in the same run; `floors` is empty without a floor."""

    values: Sequence[float]
    floors: Sequence[float] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A named measure. `person` says what somebody at the desk feels of it; `budget` is the ratio aimed at."""

    name: str
    unit: str
    person: str
    take: Callable[[Workbench], Samples]
    budget: float | None = None
    judged: Judged = Judged.MEDIAN
    is_rate: bool = False
    """More is better: the ratio says how many times slower than the floor."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The outcome of a measure; `value`, `floor` and `ratio` are of the judged figure."""

    measure: Measure
    median: float
    p95: float
    value: float
    floor: float | None

    @property
    def ratio(self) -> float | None:
        if not self.floor or not self.value:
            return None
        return self.floor / self.value if self.measure.is_rate else self.value / self.floor

    def as_json(self) -> dict[str, Any]:
        measure = self.measure
        return {
            "value": _rounded(self.value),
            "p95": _rounded(self.p95),
            "floor": _rounded(self.floor),
            "ratio": _rounded(self.ratio),
            "budget": measure.budget,
            "unit": measure.unit,
        }


def row_of(measure: Measure, samples: Samples) -> Row:
    """Raises CannotMeasure when nothing was sampled."""
    if not samples.values:
        raise CannotMeasure("nothing was measured")
    judged = _FIGURE[measure.judged]
    return Row(
        measure=measure,
        median=statistics.median(samples.values),
        p95=p95(samples.values),
        value=judged(samples.values),
        floor=judged(samples.floors) if samples.floors else None,
    )


def p95(values: Sequence[float]) -> float:
    """The value that 95 % do not exceed."""
    return _at(0.95, values)


def p99(values: Sequence[float]) -> float:
    """The value that 99 % do not exceed."""
    return _at(0.99, values)


def _at(share: float, values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


_FIGURE: dict[Judged, Callable[[Sequence[float]], float]] = {
    Judged.MEDIAN: statistics.median,
    Judged.P95: p95,
    Judged.P99: p99,
}


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 3)
