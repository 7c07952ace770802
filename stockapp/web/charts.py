"""Small charts over time, drawn on the server as paths of an SVG: lines, and areas below them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

# The units of the drawing; the style sheet stretches it.
WIDTH, HEIGHT = 600, 100

# An instant and what was measured then; None where that is not known.
Point = tuple[datetime, float | None]


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a chart shows: so many seconds up to `now`.

    Points that are further apart than `gap_seconds` are not joined.
    """

    now: datetime
    seconds: float
    gap_seconds: float
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart; `kind` picks its colour. A path for each stretch without a gap."""

    kind: str
    title: str
    lines: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as pages show it: `present` in words beside it, `name` for those who do not see it.

    `top` is what its upper edge stands for, `start` says when it begins.
    """

    title: str
    present: str
    name: str
    top: str
    start: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one line of a chart shows."""

    kind: str
    title: str
    points: Sequence[Point]


def chart(
    title: str,
    present: str,
    measured: Sequence[Measured],
    window: Window,
    say: Callable[[float], str],
    *,
    least_top: float = 1.0,
) -> Chart:
    """A chart from nought to a round number above all of it, at least to `least_top`."""
    shown = [Measured(one.kind, one.title, _within(one.points, window)) for one in measured]
    values = [value for one in shown for _, value in one.points if value is not None]
    top = round_up(max([*values, least_top]))
    return Chart(
        title=title,
        present=present,
        name=f"{title} in the last {window.words}: {'; '.join(_said(one, say) for one in shown)}.",
        top=say(top),
        start=f"{window.words} ago",
        series=tuple(_series(one, window, top) for one in shown),
    )


def round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8 and 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10, 20) if step * power >= value)


def stretches(points: Sequence[Point], gap_seconds: float) -> list[list[tuple[datetime, float]]]:
    """The points that are known, parted where some are missing."""
    parts: list[list[tuple[datetime, float]]] = []
    before: datetime | None = None
    for at, value in points:
        if value is None:
            before = None
            continue
        if before is None or (at - before).total_seconds() > gap_seconds:
            parts.append([])
        parts[-1].append((at, value))
        before = at
    return parts


def _within(points: Sequence[Point], window: Window) -> list[Point]:
    return [
        (at, value)
        for at, value in points
        if 0 <= (window.now - at).total_seconds() <= window.seconds
    ]


def _series(one: Measured, window: Window, top: float) -> Series:
    lines, areas = [], []
    for part in stretches(one.points, window.gap_seconds):
        spots = [(_x(at, window), HEIGHT * (1 - value / top)) for at, value in part]
        line = " ".join(f"{x:.1f} {y:.1f}" for x, y in spots)
        # A lone point is a dot: a line of no length, with round ends.
        lines.append(f"M{line}" if len(spots) > 1 else f"M{line}h0")
        areas.append(f"M{spots[0][0]:.1f} {HEIGHT} {line} {spots[-1][0]:.1f} {HEIGHT}Z")
    return Series(one.kind, one.title, tuple(lines), tuple(areas))


def _x(at: datetime, window: Window) -> float:
    return WIDTH * (1 - (window.now - at).total_seconds() / window.seconds)


def _said(one: Measured, say: Callable[[float], str]) -> str:
    values = [value for _, value in one.points if value is not None]
    label = f"{one.title} " if one.title else ""
    if not values:
        return f"{label}not known yet"
    return f"{label}{say(values[-1])} last, least {say(min(values))}, most {say(max(values))}"
