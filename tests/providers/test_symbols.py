"""How each service writes what Yahoo writes its own way."""

import pytest

from stockapp.domain.instrument import InstrumentKind, instrument
from stockapp.providers import symbols
from stockapp.providers.symbols import EXCHANGES

USA = "NASDAQ"

# Yahoo, Alpha Vantage, FMP, MarketStack v2, v1, Google (the first to be tried).
TABLE = [
    ("AAPL", "AAPL", "AAPL", "AAPL", "AAPL", "AAPL:NASDAQ"),
    ("BRK-B", "BRK-B", "BRK-B", "BRK-B", "BRK.B", "BRK.B:NASDAQ"),
    ("VOD.L", "VOD.LON", "VOD.L", "VOD.XLON", "VOD.XLON", "VOD:LON"),
    ("7203.T", None, "7203.T", "7203.XTKS", "7203.XTKS", "7203:TYO"),
    ("005930.KS", None, "005930.KS", "005930.XKRX", "005930.XKRX", "005930:KRX"),
    ("0700.HK", None, "0700.HK", "0700.XHKG", "0700.XHKG", "0700:HKG"),
    ("SAP.DE", "SAP.DEX", "SAP.DE", "SAP.XETR", "SAP.XETR", "SAP:ETR"),
    ("RCI-B.TO", "RCI-B.TRT", "RCI-B.TO", "RCI-B.XTSE", "RCI-B.XTSE", "RCI.B:TSE"),
    ("NOVO-B.CO", None, "NOVO-B.CO", "NOVO-B.XCSE", "NOVO-B.XCSE", "NOVO-B:CPH"),
    ("RELIANCE.NS", None, "RELIANCE.NS", "RELIANCE.XNSE", "RELIANCE.XNSE", "RELIANCE:NSE"),
    (
        "INFY.BO",
        "INFY.BSE",
        "INFY.BO",
        "INFY.XBOM",
        "INFY.XBOM",
        "INFY:BOM",
    ),
    ("M&M.NS", None, "M&M.NS", "M&M.XNSE", "M&M.XNSE", "M&M:NSE"),
    ("600519.SS", "600519.SHH", "600519.SS", "600519.XSHG", "600519.XSHG", "600519:SHA"),
    ("EQNR.OL", None, "EQNR.OL", "EQNR.XOSL", "EQNR.XOSL", None),
    ("^GSPC", None, "^GSPC", None, None, ".INX:INDEXSP"),
    ("^N225", None, "^N225", None, None, "NI225:INDEXNIKKEI"),
    ("^UNHEARDOF", None, "^UNHEARDOF", None, None, None),
    ("EURUSD=X", None, "EURUSD", None, None, "EUR-USD"),
    ("JPY=X", None, "USDJPY", None, None, "USD-JPY"),
    ("BTC-USD", None, "BTCUSD", None, None, "BTC-USD"),
    ("GC=F", None, "GCUSD", None, None, None),
    ("ZW=F", None, None, None, None, None),
    ("0P00008F5Y.L", None, None, None, None, None),
    ("ABC.XX", None, None, None, None, None),
]


@pytest.mark.parametrize(("yahoo", "vantage", "fmp", "second", "first", "google"), TABLE)
def test_a_symbol_in_the_words_of_each_service(
    yahoo: str,
    vantage: str | None,
    fmp: str | None,
    second: str | None,
    first: str | None,
    google: str | None,
) -> None:
    assert symbols.alpha_vantage(yahoo) == vantage
    assert symbols.fmp(yahoo) == fmp
    assert symbols.marketstack(yahoo, version="v2") == second
    assert symbols.marketstack(yahoo, version="v1") == first
    assert next(iter(symbols.google(yahoo)), None) == google


def test_a_share_of_the_usa_may_be_on_any_of_its_exchanges() -> None:
    assert symbols.google("IBM")[:2] == ("IBM:NASDAQ", "IBM:NYSE")
    assert len(symbols.google("VOD.L")) == 1


@pytest.mark.parametrize(
    ("symbol", "currencies"),
    [
        ("EURUSD=X", ("EUR", "USD")),
        ("JPY=X", ("USD", "JPY")),
        ("BTC-USD", ("BTC", "USD")),
        ("BRK-B", None),
        ("AAPL", None),
    ],
)
def test_a_pair_names_its_two_currencies(symbol: str, currencies: tuple[str, str] | None) -> None:
    assert symbols.pair(symbol) == currencies


def test_no_two_exchanges_share_a_mark() -> None:
    for mark in ("mic", "google", "alpha_vantage"):
        marks = [getattr(exchange, mark) for exchange in EXCHANGES.values()]
        used = [found for found in marks if found]
        assert len(set(used)) == len(used)
    assert all(len(exchange.mic) == 4 for exchange in EXCHANGES.values())


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("AAPL", InstrumentKind.SHARE),
        ("^GSPC", InstrumentKind.INDEX),
        ("GC=F", InstrumentKind.FUTURE),
        ("ETH-BTC", InstrumentKind.CRYPTO_PAIR),
        ("GBP=X", InstrumentKind.CURRENCY_PAIR),
        ("0P000071W8.TO", InstrumentKind.FUND),
    ],
)
def test_the_shape_of_a_symbol_tells_what_it_is(symbol: str, kind: InstrumentKind) -> None:
    found = instrument(symbol)
    assert found and found.kind is kind
