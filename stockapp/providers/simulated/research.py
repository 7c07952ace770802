"""The simulated exchange as a source of profiles, statements and histories."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import orjson

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.money import in_major_units
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import FiscalYear, Line, Statement, StatementKind
from stockapp.domain.symbol import is_simulated
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request, failure_of_status
from stockapp.providers.research import Researcher, lacking, words_of
from stockapp.providers.simulated import accounts, companies
from stockapp.providers.simulated.candles import candles
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import NAME, SERVICE, Simulated

_HISTORY_DAYS = 5 * 365 + 10
_LINES = {
    StatementKind.INCOME: frozenset(list(Line)[: list(Line).index(Line.TOTAL_ASSETS)]),
    StatementKind.BALANCE: frozenset(
        list(Line)[list(Line).index(Line.TOTAL_ASSETS) : list(Line).index(Line.SHARES) + 1]
    ),
    StatementKind.CASH_FLOW: frozenset(list(Line)[list(Line).index(Line.OPERATING_CASH_FLOW) :]),
}


class SimulatedResearch(Researcher):
    """All parts, for `.SIM` symbols alone."""

    name = NAME
    title = Simulated.title
    parts: ClassVar[Mapping[Part, str]] = {
        Part.PROFILE: "profile",
        Part.INCOME: "statements",
        Part.BALANCE: "statements",
        Part.CASH_FLOW: "statements",
        Part.HISTORY: "history",
    }

    def covers(self, part: Part, symbol: str) -> bool:
        """Its own symbols, and no real one."""
        return is_simulated(symbol)

    def request(self, part: Part, symbol: str) -> Request:
        """The request for a part; it never leaves the process."""
        return Request(f"simulated://exchange/{part.value}", {"symbol": symbol})

    def parse(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        """What the answer says."""
        failure = failure_of_status(SERVICE, answer)
        if failure:
            return failure
        told = orjson.loads(answer.body)
        if told is None:
            return Failure(Reason.NOT_FOUND, f"{SERVICE} does not list {symbol}.")
        if not told:
            return lacking(SERVICE, symbol, words_of(part))
        if part is Part.PROFILE:
            return _company(symbol, told, answer.received_at)
        if part is Part.HISTORY:
            return _bars(symbol, told, answer.received_at)
        return _statement(StatementKind(part.value), told, answer.received_at)


def research_body(exchange: Exchange, part: Part, symbol: str, instant: datetime) -> bytes:
    """What the exchange answers: null for what it does not list, {} where there is nothing."""
    listed = exchange.company(symbol)
    if listed is None:
        return b"null"
    if part is Part.HISTORY:
        return orjson.dumps(_history(exchange, listed, instant.date()))
    if part is Part.PROFILE:
        return orjson.dumps(_profile(exchange, listed, instant))
    return orjson.dumps(_told_statement(exchange, listed, StatementKind(part.value), instant))


def _history(exchange: Exchange, listed: companies.Company, today: date) -> dict[str, Any]:
    first = today - timedelta(days=_HISTORY_DAYS)
    return {"currency": listed.currency, "rows": candles(exchange, listed, first, today)}


def _profile(exchange: Exchange, listed: companies.Company, instant: datetime) -> dict[str, Any]:
    trade = exchange.trade(listed.symbol, instant)
    price, currency = in_major_units(trade.price if trade else 0.0, listed.currency)
    told: dict[str, Any] = {"name": listed.name, "currency": currency}
    if not listed.sector:
        return told
    own = accounts.traits(exchange.seed, listed)
    return told | {
        "sector": listed.sector,
        "industry": listed.industry,
        "reports_in": listed.reports_in or currency,
        "market_cap": price * own.shares,
        "shares": own.shares,
        "beta": own.beta,
    }


def _told_statement(
    exchange: Exchange, listed: companies.Company, kind: StatementKind, instant: datetime
) -> dict[str, Any]:
    if not listed.sector:
        return {}
    _, currency = in_major_units(1.0, listed.currency)
    years = accounts.accounts(exchange.seed, listed, instant.date())
    return {
        "currency": listed.reports_in or currency,
        "years": [
            {
                "end": end.isoformat(),
                "values": {line.value: v for line, v in values.items() if line in _LINES[kind]},
            }
            for end, values in years.items()
        ],
    }


def _company(symbol: str, told: Mapping[str, Any], at: datetime) -> Company:
    kind = SecurityType.SHARE if "sector" in told else SecurityType.INDEX
    return Company(
        symbol,
        NAME,
        "profile",
        at,
        name=told["name"],
        security_type=kind,
        sector=told.get("sector"),
        industry=told.get("industry"),
        currency=told["currency"],
        financial_currency=told.get("reports_in"),
        market_cap=told.get("market_cap"),
        shares=told.get("shares"),
        beta=told.get("beta"),
        summary="An invented company of the simulated exchange; its accounts are invented too.",
    )


def _statement(kind: StatementKind, told: Mapping[str, Any], at: datetime) -> Statement:
    years = tuple(
        FiscalYear(
            date.fromisoformat(year["end"]),
            {Line(name): value for name, value in year["values"].items()},
        )
        for year in told["years"]
    )
    return Statement(kind, told["currency"], years, NAME, "statements", at)


def _bars(symbol: str, told: Mapping[str, Any], at: datetime) -> Bars:
    columns = list(zip(*told["rows"], strict=True))
    days, opened, high, low, close, volume = columns
    return Bars(
        symbol=symbol,
        currency=fields.currency(told["currency"]),
        source=NAME,
        method="history",
        fetched_at=at,
        days=tuple(date.fromisoformat(day) for day in days),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume,
        # It pays no dividends that would have to be counted.
        adjusted=close,
    )
