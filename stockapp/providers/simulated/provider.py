"""The simulated exchange as a source: it answers for `.SIM` symbols alone."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import orjson

from stockapp.domain import moment
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.company import SecurityType
from stockapp.domain.listing import Listing
from stockapp.domain.quote import MarketState, Quote, change_since
from stockapp.providers.base import (
    Answer,
    Method,
    Parsed,
    Provider,
    Request,
    all_failed,
    failure_of_status,
)
from stockapp.providers.simulated.companies import COMPANIES
from stockapp.providers.simulated.exchange import Exchange, Trade
from stockapp.providers.simulated.figures import Figures, figures

NAME = "simulated"
SERVICE = "The simulated exchange"
EXCHANGE_NAME = "Simulated Exchange"


class Simulated(Provider):
    """Provider of invented prices; says so in the source of every quote."""

    name = NAME
    title = "Simulated exchange"
    simulated = True
    self_test = "LARK.SIM"
    # Small batches: a demo should show progress as real sources do.
    methods = (Method("quote", 2, 8),)

    def request(self, method: str, symbols: Sequence[str]) -> Request:
        """The request for these symbols; it never leaves the process."""
        return Request("simulated://exchange/quote", {"symbols": ",".join(symbols)})

    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed:
        """A quote for each listed symbol, `not_found` for others."""
        failure = failure_of_status(SERVICE, answer)
        if failure:
            return all_failed(symbols, failure)
        rows = {row["symbol"]: row for row in orjson.loads(answer.body)}
        return {
            symbol: _quote(rows[symbol], answer.received_at)
            if symbol in rows
            else Failure(Reason.NOT_FOUND, f"{SERVICE} does not list {symbol}.")
            for symbol in symbols
        }


def listings() -> tuple[Listing, ...]:
    """Everything that may be searched for there; nobody need be asked for it."""
    return tuple(
        Listing(
            company.symbol,
            company.name,
            EXCHANGE_NAME,
            SecurityType.SHARE,
            company.currency,
            NAME,
        )
        for company in COMPANIES
    )


def answer_body(exchange: Exchange, symbols: Sequence[str], instant: datetime) -> bytes:
    """What the exchange answers at that instant: a row for each symbol that it lists."""
    trades = (exchange.trade(symbol, instant) for symbol in symbols)
    return orjson.dumps([_row(exchange, trade) for trade in trades if trade])


def _row(exchange: Exchange, trade: Trade) -> dict[str, Any]:
    return {
        "symbol": trade.company.symbol,
        "name": trade.company.name,
        "currency": trade.company.currency,
        "price": trade.price,
        "previous_close": trade.previous_close,
        "at": moment.to_text(trade.at),
        **asdict(figures(exchange, trade)),
    }


def _quote(row: dict[str, Any], received_at: datetime) -> Quote:
    change = change_since(row["price"], row["previous_close"])
    return Quote(
        symbol=row["symbol"],
        name=row["name"],
        price=row["price"],
        currency=row["currency"],
        previous_close=row["previous_close"],
        change=change.amount,
        change_percent=change.percent,
        market_state=MarketState.REGULAR,
        exchange=EXCHANGE_NAME,
        as_of=moment.from_text(row["at"]),
        delay_minutes=0,
        source=NAME,
        method="quote",
        fetched_at=received_at,
        **{field.name: row[field.name] for field in fields(Figures)},
    )
