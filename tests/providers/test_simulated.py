"""The simulated exchange: invented, repeatable, alive, and never mistaken for a real one."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.domain.symbol import is_simulated
from stockapp.providers.base import Answer
from stockapp.providers.simulated.companies import COMPANIES
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import Simulated, answer_body

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 11, 20, 15, 30, 12, tzinfo=UTC)
SYMBOLS = st.sampled_from([company.symbol for company in COMPANIES])
MOMENTS = st.datetimes(datetime(2020, 1, 2), datetime(2035, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
_ELSEWHERE = """
import json, sys
from datetime import datetime
from stockapp.providers.simulated.exchange import Exchange
exchange, now = Exchange(7), datetime.fromisoformat(sys.argv[1])
print(json.dumps({s: exchange.trade(s, now).price for s in sys.argv[2:]}))
"""


def price(exchange: Exchange, symbol: str, moment: datetime) -> float:
    trade = exchange.trade(symbol, moment)
    assert trade is not None
    return trade.price


def test_every_process_sees_the_same_prices() -> None:
    symbols = [company.symbol for company in COMPANIES]
    here = {symbol: price(Exchange(7), symbol, NOW) for symbol in symbols}
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _ELSEWHERE, NOW.isoformat(), *reversed(symbols)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == here


def test_another_seed_is_another_market() -> None:
    assert price(Exchange(7), "LARK.SIM", NOW) != price(Exchange(8), "LARK.SIM", NOW)


def test_prices_move_within_a_minute() -> None:
    exchange = Exchange(7)
    seen = {price(exchange, "QUIL.SIM", NOW + timedelta(seconds=5 * n)) for n in range(12)}
    assert len(seen) > 3


@given(symbol=SYMBOLS, moment=MOMENTS, seconds=st.floats(0, 60))
def test_prices_are_positive_and_do_not_jump(symbol: str, moment: datetime, seconds: float) -> None:
    exchange = Exchange(7)
    before = price(exchange, symbol, moment)
    after = price(exchange, symbol, moment + timedelta(seconds=seconds))
    assert before > 0
    # A minute has a volatility of some 0.05 %; ten times that, and the tick of the smallest price.
    assert abs(after - before) <= 0.005 * before + 0.1 + (before > 1000)


@given(symbol=SYMBOLS, moment=MOMENTS)
def test_yesterdays_close_in_the_history_is_todays_previous_close(
    symbol: str, moment: datetime
) -> None:
    exchange = Exchange(7)
    yesterday = moment.date() - timedelta(days=1)
    trade = exchange.trade(symbol, moment)
    assert trade is not None
    assert exchange.daily_closes(symbol, yesterday, yesterday) == [
        (yesterday, trade.previous_close)
    ]
    assert moment - timedelta(seconds=1) < trade.at <= moment


def test_the_last_price_of_a_day_leads_to_its_close() -> None:
    exchange = Exchange(7)
    day = date(2026, 11, 19)
    ((_, close),) = exchange.daily_closes("QUIL.SIM", day, day)
    last = price(exchange, "QUIL.SIM", datetime(2026, 11, 19, 23, 59, 59, 900_000, tzinfo=UTC))
    assert last == pytest.approx(close, rel=0.002)


def test_a_quote_says_that_it_is_simulated() -> None:
    body = answer_body(Exchange(7), ["BRAM.SIM", "NOPE.SIM"], NOW)
    answer = Answer(200, {}, body, NOW)
    parsed = Simulated().parse("quote", ["BRAM.SIM", "NOPE.SIM"], answer)
    quote, unknown = parsed["BRAM.SIM"], parsed["NOPE.SIM"]
    assert isinstance(quote, Quote)
    assert (quote.source, quote.currency) == ("simulated", "GBp")
    assert quote.as_of <= quote.fetched_at == NOW
    assert isinstance(unknown, Failure)
    assert unknown.reason is Reason.NOT_FOUND


def test_it_answers_for_its_own_symbols_alone() -> None:
    assert all(is_simulated(company.symbol) for company in COMPANIES)
    assert Simulated().simulated
    assert not any(map(is_simulated, ("AAPL", "SIM", "LARK.SIMX", "VOD.L")))
