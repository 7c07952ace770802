"""Which calendar a symbol trades by."""

import exchange_calendars
import pytest

from stockapp.domain.exchanges import BY_SUFFIX, exchange_of


@pytest.mark.parametrize(
    ("symbol", "calendar", "title"),
    [
        ("AAPL", "XNYS", "New York"),
        ("BRK-B", "XNYS", "New York"),
        ("^GSPC", "XNYS", "New York"),
        ("VOD.L", "XLON", "London"),
        ("^FTSE", "XLON", "London"),
        ("^GDAXI", "XETR", "Xetra"),
        ("7203.T", "XTKS", "Tokyo"),
        ("RY-PT.TO", "XTSE", "Toronto"),
        ("M&M.NS", "XBOM", "Mumbai"),
        ("EURUSD=X", "24/5", "Currency market"),
        ("ES=F", "us_futures", "US futures"),
        ("BTC-USD", "24/7", "Around the clock"),
        ("LARK.SIM", "24/7", "Around the clock"),
    ],
)
def test_a_symbol_trades_where_its_notation_says(symbol: str, calendar: str, title: str) -> None:
    exchange = exchange_of(symbol)
    assert exchange is not None
    assert (exchange.calendar, exchange.title) == (calendar, title)


@pytest.mark.parametrize("symbol", ["ABC.XX", "^NOBODY", "0P0000ZZZZ.L", "A=B"])
def test_of_others_nobody_knows(symbol: str) -> None:
    assert exchange_of(symbol) is None


def test_the_library_has_every_calendar() -> None:
    names = set(exchange_calendars.get_calendar_names(include_aliases=False))
    others = [exchange_of(symbol) for symbol in ("EURUSD=X", "GC=F", "BTC-USD", "^N225")]
    exchanges = [*BY_SUFFIX.values(), *(other for other in others if other)]
    assert len(exchanges) == len(BY_SUFFIX) + 4
    assert {exchange.calendar for exchange in exchanges} <= names
