"""What Yahoo's v10 summary tells of the business behind a symbol."""

from typing import Any
from urllib.parse import quote as percent_encoded

from stockapp.domain.attempt import Failure
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.money import in_major_units
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import lacking
from stockapp.providers.yahoo import shared

NAME = "profile"
_URL = "https://query1.finance.yahoo.com/v10/finance/quoteSummary/"
_MODULES = ("price", "quoteType", "assetProfile", "summaryDetail", "defaultKeyStatistics")
_FINANCIALS = "financialData"
_TYPES = {
    "EQUITY": SecurityType.SHARE,
    "ETF": SecurityType.FUND,
    "MUTUALFUND": SecurityType.FUND,
    "INDEX": SecurityType.INDEX,
    "CURRENCY": SecurityType.CURRENCY,
    "CRYPTOCURRENCY": SecurityType.CRYPTO,
    "FUTURE": SecurityType.FUTURE,
}


def request(symbol: str) -> Request:
    """The request for one symbol; the transport adds cookie and crumb."""
    query = {"modules": ",".join((*_MODULES, _FINANCIALS)), "formatted": "false"}
    return Request(_URL + percent_encoded(symbol, safe=""), query)


def parse(symbol: str, answer: Answer) -> Company | Failure:
    """The profile. Money is in the major unit of the price's currency, as Yahoo tells it."""
    try:
        result = shared.read(answer, "quoteSummary").get("result")
    except fields.BadAnswer as error:
        return error.failure
    first = result[0] if isinstance(result, list) and result else None
    if not isinstance(first, dict):
        return lacking(shared.SERVICE, symbol, "profile")
    price, kind = _module(first, "price"), _module(first, "quoteType")
    told = fields.text(price, "symbol") or fields.text(kind, "symbol")
    if told is None:
        return lacking(shared.SERVICE, symbol, "profile")
    if told.upper() != symbol.upper():
        return fields.other_symbol(shared.SERVICE, symbol, told)
    return _company(symbol, first, price, kind, answer)


def security_type(told: str) -> SecurityType:
    """What Yahoo's word for a kind of security means."""
    return _TYPES.get(told, SecurityType.OTHER)


def _company(
    symbol: str, first: fields.Row, price: fields.Row, kind: fields.Row, answer: Answer
) -> Company:
    about, detail = _module(first, "assetProfile"), _module(first, "summaryDetail")
    statistics, financials = _module(first, "defaultKeyStatistics"), _module(first, _FINANCIALS)
    quoted = fields.currency(price.get("currency")) or fields.currency(detail.get("currency"))
    _, currency = in_major_units(1.0, quoted)
    security = fields.text(kind, "quoteType") or fields.text(price, "quoteType") or ""
    return Company(
        symbol,
        shared.SOURCE,
        NAME,
        answer.received_at,
        name=fields.text(price, "longName", "shortName") or fields.text(kind, "longName"),
        security_type=security_type(security),
        sector=fields.text(about, "sector"),
        industry=fields.text(about, "industry"),
        country=fields.text(about, "country"),
        currency=currency,
        financial_currency=fields.currency(financials.get("financialCurrency")),
        market_cap=_positive(price, "marketCap") or _positive(detail, "marketCap"),
        shares=_positive(statistics, "impliedSharesOutstanding")
        or _positive(statistics, "sharesOutstanding"),
        beta=_first(shared.number(detail, "beta"), shared.number(statistics, "beta")),
        forward_eps=shared.number(statistics, "forwardEps"),
        dividend_yield=shared.number(detail, "dividendYield"),
        summary=fields.text(about, "longBusinessSummary"),
    )


def _module(first: fields.Row, name: str) -> dict[str, Any]:
    module = first.get(name)
    return module if isinstance(module, dict) else {}


def _positive(row: fields.Row, name: str) -> float | None:
    return fields.positive(shared.plain(row.get(name)))


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
