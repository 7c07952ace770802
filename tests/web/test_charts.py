"""The small charts: where their lines are, where they stop, and what is read out of them."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stockapp.web.charts import (
    HEIGHT,
    WIDTH,
    Chart,
    Measured,
    Point,
    Window,
    chart,
    round_up,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WINDOW = Window(NOW, 900, 12.5, "15 min")


def drawn(points: list[Point]) -> Chart:
    return chart("Tasks", "3 running", [Measured("busy", "", points)], WINDOW, "{:.0f}".format)


def before(seconds: float, value: float | None) -> Point:
    return NOW - timedelta(seconds=seconds), value


def spots(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path.removesuffix("h0"))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@given(
    st.lists(
        st.tuples(
            st.floats(-100, 2000),
            st.none() | st.floats(0, 1e12, allow_nan=False, allow_subnormal=False),
        ),
        max_size=40,
    )
)
def test_every_point_is_in_the_box_and_lines_go_from_left_to_right(
    told: list[tuple[float, float | None]],
) -> None:
    points = [before(age, value) for age, value in sorted(told, reverse=True, key=lambda t: t[0])]
    (series,) = drawn(points).series
    for path in (*series.lines, *series.areas):
        for x, y in spots(path):
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
    for line in series.lines:
        xs = [x for x, _ in spots(line)]
        assert xs == sorted(xs)


@given(st.floats(1e-6, 1e15))
def test_the_top_is_a_round_number_that_is_not_much_too_high(value: float) -> None:
    assert value <= round_up(value) <= 2.01 * value


def test_a_gap_in_time_is_a_gap_in_the_line() -> None:
    points = [before(100, 1), before(95, 2), before(60, 3), before(55, 4)]
    (series,) = drawn(points).series
    assert [len(spots(line)) for line in series.lines] == [2, 2]
    assert len(series.areas) == 2


def test_what_was_not_known_is_a_gap_too_and_not_nought() -> None:
    points = [before(20, 1), before(15, 1), before(10, None), before(5, 1), before(0, 1)]
    (series,) = drawn(points).series
    assert [len(spots(line)) for line in series.lines] == [2, 2]


def test_a_lone_point_is_a_dot() -> None:
    (series,) = drawn([before(0, 1)]).series
    assert series.lines == ("M600.0 0.0h0",)


def test_points_outside_of_the_window_are_left_out() -> None:
    (series,) = drawn([before(901, 9), before(-1, 9)]).series
    assert series.lines == ()


def test_its_name_tells_the_last_the_least_and_the_most() -> None:
    told = drawn([before(10, 7), before(5, 2), before(0, 3)])
    assert told.name == "Tasks in the last 15 min: 3 last, least 2, most 7."
    assert (told.present, told.top) == ("3 running", "8")


def test_a_chart_without_points_says_that_nothing_is_known() -> None:
    assert drawn([]).name == "Tasks in the last 15 min: not known yet."


def test_a_line_moves_to_the_left_as_time_goes_by() -> None:
    point = before(0, 1)
    later = Window(NOW + timedelta(seconds=9), 900, 12.5, "15 min")
    moved = chart("Tasks", "", [Measured("busy", "", [point])], later, str)
    assert spots(moved.series[0].lines[0])[0][0] == WIDTH * 0.99
