"""Scoring figures against two thresholds: full points, half points, none, or unknown."""

from collections.abc import Sequence
from dataclasses import replace

from stockapp.analysis.soundness.formulas import FORMULAS
from stockapp.domain.analysis import Point, Score, Unit


def at_least(
    name: str, value: float | None, unit: Unit, bounds: tuple[float, float], out_of: float
) -> Point:
    """Full points from the first bound on, half from the second."""
    full, half = bounds
    rule = f"{_told(full, unit)} or more: {out_of:g} points; {_told(half, unit)}: {out_of / 2:g}"
    return Point(name, value, unit, rule, _points(value, full, half, out_of), out_of)


def at_most(
    name: str, value: float | None, unit: Unit, bounds: tuple[float, float], out_of: float
) -> Point:
    """Full points up to the first bound, half up to the second."""
    full, half = bounds
    rule = f"{_told(full, unit)} or less: {out_of:g} points; {_told(half, unit)}: {out_of / 2:g}"
    low = None if value is None else -value
    return Point(name, value, unit, rule, _points(low, -full, -half, out_of), out_of)


def score(lines: Sequence[Point]) -> Score:
    """Points got of those that are known; what is unknown leaves the denominator."""
    known = sum(line.out_of for line in lines if line.points is not None)
    got = sum(line.points for line in lines if line.points is not None)
    told = tuple(replace(line, formula=FORMULAS[line.name]) for line in lines)
    return Score(100 * got / known if known else None, got, known, told)


def _points(value: float | None, full: float, half: float, out_of: float) -> float | None:
    if value is None:
        return None
    # Neither rounded statements nor binary noise must cost points: 9.998 % is 10 %.
    told = round(value, 4)
    if told >= full:
        return out_of
    return out_of / 2 if told >= half else 0.0


def _told(bound: float, unit: Unit) -> str:
    return f"{bound * 100:g} %" if unit is Unit.PERCENT else f"{bound:g}"
