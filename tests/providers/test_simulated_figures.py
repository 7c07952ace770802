"""Ranges, volumes and market caps of the simulated exchange follow from its prices."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from stockapp.domain.money import in_major_units
from stockapp.providers.simulated import accounts
from stockapp.providers.simulated.candles import candles, volume_of
from stockapp.providers.simulated.companies import COMPANIES, MARKETS, Company
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.figures import Figures, figures

EXCHANGE = Exchange(7)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
SOME = [COMPANIES[0], COMPANIES[2], COMPANIES[4], MARKETS[0]]
EACH = pytest.mark.parametrize("company", SOME, ids=lambda company: company.symbol)


def at(symbol: str, moment: datetime, exchange: Exchange = EXCHANGE) -> tuple[float, Figures]:
    trade = exchange.trade(symbol, moment)
    assert trade
    return trade.price, figures(exchange, trade)


@EACH
def test_the_days_range_holds_every_price_of_the_day_and_never_shrinks(company: Company) -> None:
    seen = [at(company.symbol, MIDNIGHT + timedelta(seconds=n)) for n in range(0, 86_400, 97)]
    for price, found in seen:
        assert found.year_low <= found.day_low <= price <= found.day_high <= found.year_high
    for (_, before), (_, after) in pairwise(seen):
        assert after.day_low <= before.day_low and after.day_high >= before.day_high
    price, last = seen[-1]
    # Not so wide that it says nothing: a day moves by 1.7 %.
    assert (last.day_high - last.day_low) / price < 0.1


@EACH
def test_the_years_range_is_that_of_the_history(company: Company) -> None:
    _, found = at(company.symbol, MIDNIGHT)
    today = MIDNIGHT.date()
    bars = candles(EXCHANGE, company, today - timedelta(days=365), today)
    assert found.year_low == min(found.day_low, *(bar[3] for bar in bars))
    assert found.year_high == max(found.day_high, *(bar[2] for bar in bars))


def test_the_volume_grows_to_that_of_the_history() -> None:
    company, day = COMPANIES[0], MIDNIGHT.date()
    volumes = [at(company.symbol, MIDNIGHT + timedelta(hours=h))[1].volume or 0 for h in range(24)]
    assert volumes[0] == 0 and volumes == sorted(volumes)
    (bar,) = candles(EXCHANGE, company, day - timedelta(days=1), day + timedelta(days=1))[-1:]
    assert volumes[12] == pytest.approx(bar[5] / 2, abs=1) and bar[0] == day.isoformat()
    assert bar[5] == round(volume_of(EXCHANGE, company, day))


def test_a_company_is_worth_its_shares_in_pounds_not_in_pence() -> None:
    company = next(company for company in COMPANIES if company.currency == "GBp")
    price, found = at(company.symbol, MIDNIGHT)
    pounds, _ = in_major_units(price, "GBp")
    assert found.market_cap == pounds * accounts.traits(EXCHANGE.seed, company).shares


def test_what_is_no_company_has_neither_a_market_cap_nor_a_volume() -> None:
    _, found = at(MARKETS[0].symbol, MIDNIGHT)
    assert (found.market_cap, found.volume) == (None, None)


def test_every_worker_tells_the_same_whenever_it_is_asked_first() -> None:
    noon = MIDNIGHT + timedelta(hours=12)
    other = Exchange(7)
    at("LARK.SIM", MIDNIGHT + timedelta(hours=20), other)
    assert at("LARK.SIM", noon, other) == at("LARK.SIM", noon)


def test_the_walk_of_a_day_goes_through_the_prices_of_that_day() -> None:
    company = COMPANIES[0]
    walk = EXCHANGE.walk_of_day(company, MIDNIGHT.date(), 8)
    for place, log in enumerate(walk[:-1]):
        trade = EXCHANGE.trade(company.symbol, MIDNIGHT + timedelta(hours=3 * place))
        assert trade and trade.price == pytest.approx(
            company.base_price * 2.718281828**log, rel=1e-3
        )
