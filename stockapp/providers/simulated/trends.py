"""The simulated exchange as a source of the last month's closes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.trend import MONTH_BARS, Trend
from stockapp.providers.base import Answer, Request, failure_of_status
from stockapp.providers.simulated.candles import is_trading_day
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import NAME, SERVICE, Simulated
from stockapp.providers.trends import ParsedTrends, Trender

METHOD = "trend"
# So many days hold the trading days of a month, whatever day it is.
_DAYS = MONTH_BARS // 5 * 7 + 5


class SimulatedTrends(Trender):
    """For `.SIM` symbols alone."""

    name = NAME
    title = Simulated.title
    method = METHOD
    batch_size = 20

    def request(self, symbols: Sequence[str]) -> Request:
        """The request for these symbols; it never leaves the process."""
        return Request("simulated://exchange/trend", {"symbols": ",".join(symbols)})

    def parse(self, symbols: Sequence[str], answer: Answer) -> ParsedTrends:
        """A trend of each listed symbol, `not_found` for others."""
        failure = failure_of_status(SERVICE, answer)
        if failure:
            return dict.fromkeys(symbols, failure)
        told = orjson.loads(answer.body)
        return {
            symbol: _trend(symbol, told[symbol], answer.received_at)
            if symbol in told
            else Failure(Reason.NOT_FOUND, f"{SERVICE} does not list {symbol}.")
            for symbol in symbols
        }


def trends_body(exchange: Exchange, symbols: Sequence[str], instant: datetime) -> bytes:
    """What the exchange answers: the closes of the last month's trading days, and of today so far
    the last price; of each symbol that it lists."""
    return orjson.dumps(
        {
            trade.company.symbol: {
                "currency": trade.company.currency,
                "closes": _closes(exchange, trade.company.symbol, instant.date(), trade.price),
            }
            for symbol in symbols
            if (trade := exchange.trade(symbol, instant))
        }
    )


def _closes(exchange: Exchange, symbol: str, today: date, price: float) -> list[tuple[date, float]]:
    before = exchange.daily_closes(symbol, today - timedelta(days=_DAYS), today - timedelta(days=1))
    rows = [row for row in (*before, (today, price)) if is_trading_day(row[0])]
    return rows[-MONTH_BARS:]


def _trend(symbol: str, told: dict[str, Any], received_at: datetime) -> Trend:
    return Trend.of(
        symbol,
        {date.fromisoformat(day): close for day, close in told["closes"]},
        currency=told["currency"],
        source=NAME,
        method=METHOD,
        fetched_at=received_at,
    )
