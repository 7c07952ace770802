"""Weeks and months made of days: nothing is lost, and nothing is made up."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.analysis.resampling import monthly, since, weekly
from stockapp.domain.bars import Bars

FETCHED = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("open", "high", "low", "close", "volume", "adjusted")
# Day, open, high, low, close, volume, adjusted close.
Row = tuple[date, float, float, float, float, float, float]


def bars_of(*rows: Row) -> Bars:
    columns = list(zip(*rows, strict=True)) or [()] * 7
    return Bars("ACME", "GBp", "yahoo", "history", FETCHED, *columns)


def rows_of(bars: Bars) -> list[Row]:
    columns = [getattr(bars, name) for name in ("days", *COLUMNS)]
    return list(zip(*columns, strict=True))


def flat(*days: date) -> Bars:
    return bars_of(*[(day, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0) for day in days])


def bar(day: date, low: float, more: list[float], volume: float) -> Row:
    opened, close, high = (low + extra for extra in sorted(more))
    return (day, opened, high, low, close, volume, close / 2)


AMOUNTS = st.floats(0.01, 1000, allow_nan=False)
DAYS = st.dates(date(2019, 1, 1), date(2027, 1, 1))
BARS = st.lists(
    st.builds(bar, DAYS, AMOUNTS, st.lists(AMOUNTS, min_size=3, max_size=3), AMOUNTS),
    max_size=40,
    unique_by=lambda row: row[0],
).map(lambda rows: bars_of(*sorted(rows)))

THREE_WEEKS = (
    # Monday is a holiday.
    (date(2026, 1, 6), 10.0, 13.0, 9.0, 12.0, 100.0, 11.0),
    (date(2026, 1, 7), 12.0, 20.0, 11.0, 14.0, 200.0, 13.0),
    (date(2026, 1, 9), 14.0, 15.0, 4.0, 8.0, 300.0, 7.0),
    (date(2026, 1, 12), 8.0, 9.0, 7.0, 8.5, 400.0, 8.0),
    # No trade in the week from the 19th on.
    (date(2026, 1, 30), 6.0, 7.0, 5.0, 5.5, 500.0, 5.25),
    (date(2026, 2, 2), 5.5, 6.0, 5.0, 5.75, 600.0, 5.5),
)


def test_a_week_is_first_open_highest_high_lowest_low_last_close_and_all_volume() -> None:
    assert rows_of(weekly(bars_of(*THREE_WEEKS))) == [
        (date(2026, 1, 9), 10.0, 20.0, 4.0, 8.0, 600.0, 7.0),
        (date(2026, 1, 12), 8.0, 9.0, 7.0, 8.5, 400.0, 8.0),
        (date(2026, 1, 30), 6.0, 7.0, 5.0, 5.5, 500.0, 5.25),
        (date(2026, 2, 2), 5.5, 6.0, 5.0, 5.75, 600.0, 5.5),
    ]


def test_a_month_is_made_alike() -> None:
    assert rows_of(monthly(bars_of(*THREE_WEEKS))) == [
        (date(2026, 1, 30), 10.0, 20.0, 4.0, 5.5, 1500.0, 5.25),
        (date(2026, 2, 2), 5.5, 6.0, 5.0, 5.75, 600.0, 5.5),
    ]


def test_a_week_goes_on_over_the_turn_of_the_year() -> None:
    # From Wednesday to Friday; the Monday after is another week.
    turn = flat(date(2025, 12, 31), date(2026, 1, 2), date(2026, 1, 5))
    assert list(weekly(turn).days) == [date(2026, 1, 2), date(2026, 1, 5)]


def test_a_week_begins_with_monday() -> None:
    days = flat(date(2026, 1, 11), date(2026, 1, 12), date(2026, 1, 18), date(2026, 1, 19))
    assert list(weekly(days).days) == [date(2026, 1, 11), date(2026, 1, 18), date(2026, 1, 19)]


@pytest.mark.parametrize("joined", [weekly, monthly])
def test_the_same_week_or_month_of_another_year_is_another(
    joined: Callable[[Bars], Bars],
) -> None:
    days = [date(2025, 3, 5), date(2026, 3, 4)]
    assert list(joined(flat(*days)).days) == days


def test_since_keeps_the_day_itself_and_all_after_it() -> None:
    bars = bars_of(*THREE_WEEKS)
    assert rows_of(since(bars, date(2026, 1, 9))) == list(THREE_WEEKS[2:])
    # No trade on that day: the next counts.
    assert rows_of(since(bars, date(2026, 1, 13))) == list(THREE_WEEKS[4:])
    assert rows_of(since(bars, date(2020, 1, 1))) == list(THREE_WEEKS)


def test_since_a_day_after_the_last_there_is_nothing() -> None:
    assert rows_of(since(bars_of(*THREE_WEEKS), date(2026, 2, 3))) == []


def test_of_nothing_nothing_is_made() -> None:
    none = bars_of()
    for made in (weekly(none), monthly(none), since(none, date(2026, 1, 1))):
        assert rows_of(made) == []


@given(BARS)
def test_longer_bars_hold_what_the_days_held(bars: Bars) -> None:
    for made in (weekly(bars), monthly(bars)):
        assert math.isclose(sum(made.volume), sum(bars.volume))
        assert max(made.high, default=0.0) == max(bars.high, default=0.0)
        assert min(made.low, default=0.0) == min(bars.low, default=0.0)
        assert list(made.days) == sorted(set(made.days) & set(bars.days))
        assert list(made.open[:1]) == list(bars.open[:1])
        for name in ("days", "close", "adjusted"):
            assert list(getattr(made, name)[-1:]) == list(getattr(bars, name)[-1:])
        for _, opened, high, low, close, *_ in rows_of(made):
            assert low <= min(opened, close) <= max(opened, close) <= high


@given(BARS)
def test_no_two_weeks_or_months_are_the_same_and_a_second_time_changes_nothing(bars: Bars) -> None:
    weeks, months = weekly(bars), monthly(bars)
    mondays = {day - timedelta(day.weekday()) for day in bars.days}
    assert len(weeks) == len(mondays)
    assert len(months) == len({f"{day:%Y-%m}" for day in bars.days})
    assert rows_of(weekly(weeks)) == rows_of(weeks)
    assert rows_of(monthly(months)) == rows_of(months)


@given(BARS, DAYS)
def test_since_cuts_all_columns_at_one_place(bars: Bars, first: date) -> None:
    assert rows_of(since(bars, first)) == [row for row in rows_of(bars) if row[0] >= first]


@given(BARS, DAYS)
def test_whose_bars_they_are_stays_as_it_was(bars: Bars, first: date) -> None:
    columns = {name: getattr(bars, name) for name in ("days", *COLUMNS)}
    for made in (weekly(bars), monthly(bars), since(bars, first)):
        assert replace(made, **columns) == bars
