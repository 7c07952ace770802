"""How the simulated exchange's prices walk: on and on, by small steps, the same for everyone."""

import math
import statistics
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.providers.simulated.companies import COMPANIES, DECIMALS, SAMPLE_SIZE, Company
from stockapp.providers.simulated.exchange import FIRST_DAY, Exchange

DAILY_VOLATILITY = 0.017
NOW = datetime(2026, 11, 20, 15, 30, 12, tzinfo=UTC)
DAYS = st.dates(date(2020, 1, 2), date(2035, 1, 1))
ANY_COMPANY = st.sampled_from(COMPANIES)
# Walks are the same for every example, so they are walked once.
EXCHANGE = Exchange(7)


def tick(company: Company) -> float:
    return float(10 ** -DECIMALS.get(company.currency, 2))


def price(symbol: str, instant: datetime, exchange: Exchange = EXCHANGE) -> float:
    trade = exchange.trade(symbol, instant)
    assert trade is not None
    return trade.price


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def logs_of_moves(prices: list[float]) -> list[float]:
    return [math.log(after / before) for before, after in pairwise(prices)]


def test_a_price_does_not_depend_on_what_was_asked_before() -> None:
    asked_much = Exchange(7)
    for hours in range(0, 2000, 250):
        for company in reversed(COMPANIES):
            asked_much.trade(company.symbol, NOW - timedelta(hours=hours))
            asked_much.trade(company.symbol, NOW + timedelta(hours=hours))
    for company in COMPANIES:
        fresh = price(company.symbol, NOW, Exchange(7))
        assert price(company.symbol, NOW, asked_much) == fresh


def test_an_instant_has_one_price_in_whatever_time_zone_it_is_told() -> None:
    for hours in (-11, -5, 9, 14):
        elsewhere = NOW.astimezone(timezone(timedelta(hours=hours)))
        assert EXCHANGE.trade("LARK.SIM", elsewhere) == EXCHANGE.trade("LARK.SIM", NOW)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.symbol)
def test_each_seed_gives_each_company_a_history_of_its_own(company: Company) -> None:
    days = (date(2026, 1, 1), date(2026, 1, 20))
    shapes = {
        tuple(close / c.base_price for _, close in Exchange(seed).daily_closes(c.symbol, *days))
        for seed in (7, 8)
        for c in (company, COMPANIES[COMPANIES.index(company) - 1])
    }
    assert len(shapes) == 4


@given(company=ANY_COMPANY, day=DAYS)
def test_midnight_is_no_jump(company: Company, day: date) -> None:
    midnight = midnight_after(day)
    ((_, close),) = EXCHANGE.daily_closes(company.symbol, day, day)
    last = price(company.symbol, midnight - timedelta(seconds=1))
    first = price(company.symbol, midnight)
    # A second has a volatility of 0.006 %; twenty times that, and the rounding of both.
    assert abs(last - close) <= 0.0012 * close + tick(company)
    assert first == close
    trade = EXCHANGE.trade(company.symbol, midnight)
    assert trade and trade.previous_close == close


@given(company=ANY_COMPANY, day=DAYS)
def test_the_previous_close_stays_the_same_all_day(company: Company, day: date) -> None:
    midnight = midnight_after(day)
    seen = {
        trade.previous_close
        for hour in (0, 6, 12, 18, 23.99)
        if (trade := EXCHANGE.trade(company.symbol, midnight + timedelta(hours=hour)))
    }
    assert len(seen) == 1


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.symbol)
def test_a_year_of_closes_is_as_restless_as_the_exchange_says(company: Company) -> None:
    closes = EXCHANGE.daily_closes(company.symbol, date(2024, 1, 1), date(2026, 12, 31))
    moves = logs_of_moves([close for _, close in closes])
    assert statistics.stdev(moves) == pytest.approx(DAILY_VOLATILITY, rel=0.15)
    assert max(map(abs, moves)) < 6 * DAILY_VOLATILITY


@pytest.mark.parametrize("minutes", [1, 5, 30, 120])
def test_within_a_day_restlessness_grows_with_the_square_root_of_time(minutes: int) -> None:
    steps = 24 * 60 // minutes
    moves = [
        move
        for day in range(max(2, 200 // steps))
        for move in logs_of_moves(
            [
                price("LUMI.SIM", midnight_after(NOW.date() + timedelta(days=day)) + delta)
                for delta in (timedelta(minutes=minutes * n) for n in range(steps))
            ]
        )
    ]
    expected = DAILY_VOLATILITY * math.sqrt(minutes / (24 * 60))
    assert statistics.stdev(moves) == pytest.approx(expected, rel=0.25)


@given(company=ANY_COMPANY, day=DAYS)
def test_prices_stay_near_where_the_company_began(company: Company, day: date) -> None:
    ((_, close),) = EXCHANGE.daily_closes(company.symbol, day, day)
    assert company.base_price / 5 < close < company.base_price * 5


@given(company=ANY_COMPANY, day=DAYS)
def test_prices_are_whole_ticks_of_their_currency(company: Company, day: date) -> None:
    seen = price(company.symbol, midnight_after(day) + timedelta(hours=9))
    assert seen == round(seen, DECIMALS.get(company.currency, 2)) > 0


@pytest.mark.parametrize("instant", [datetime(1999, 12, 31, 23, 59, tzinfo=UTC), NOW])
def test_there_is_a_price_at_any_time_even_before_the_walk_began(instant: datetime) -> None:
    for company in COMPANIES:
        assert price(company.symbol, instant) > 0
    before = FIRST_DAY - timedelta(days=1)
    ((_, close),) = EXCHANGE.daily_closes("LARK.SIM", before, before)
    assert close == 84.0


def test_the_history_holds_each_day_once_and_in_order() -> None:
    first, last = date(2024, 2, 27), date(2024, 3, 2)
    days = [day for day, _ in EXCHANGE.daily_closes("LARK.SIM", first, last)]
    assert days == [first + timedelta(days=n) for n in range(5)]


@pytest.mark.parametrize("symbol", ["NOPE.SIM", "lark.sim", "LARK", "", "AAPL"])
def test_what_is_not_listed_has_neither_a_price_nor_a_history(symbol: str) -> None:
    assert EXCHANGE.trade(symbol, NOW) is None
    assert EXCHANGE.daily_closes(symbol, NOW.date(), NOW.date()) == []


def test_every_company_has_a_symbol_and_a_name_of_its_own() -> None:
    assert len({company.symbol for company in COMPANIES}) == len(COMPANIES)
    assert len({company.name for company in COMPANIES}) == len(COMPANIES)
    assert {company.currency for company in COMPANIES} >= {"USD", "EUR", "GBp", "JPY"}
    assert "GBP" not in {company.currency for company in COMPANIES}


def test_the_sample_is_a_dozen_listed_companies_of_several_currencies() -> None:
    assert len(EXCHANGE.sample) == SAMPLE_SIZE == 12
    assert set(EXCHANGE.sample) <= set(COMPANIES)
    assert len({company.currency for company in EXCHANGE.sample}) > 2
