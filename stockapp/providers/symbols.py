"""How each service writes what Yahoo writes its own way: the table, and the rules around it.

Each function gives None for what the service does not cover, so that it is not asked.
"""

from dataclasses import dataclass

from stockapp.domain.instrument import Instrument, InstrumentKind, instrument

_PAIRS = (InstrumentKind.CURRENCY_PAIR, InstrumentKind.CRYPTO_PAIR)


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange's marks: ISO 10383 MIC, Google's code, Alpha Vantage's suffix; "" for none."""

    mic: str
    google: str = ""
    alpha_vantage: str = ""


# By Yahoo's suffix. Financial Modeling Prep writes these suffixes as Yahoo does.
EXCHANGES: dict[str, Exchange] = {
    "L": Exchange("XLON", "LON", "LON"),
    "DE": Exchange("XETR", "ETR", "DEX"),
    "F": Exchange("XFRA", "FRA", "FRK"),
    "PA": Exchange("XPAR", "EPA", "PAR"),
    "AS": Exchange("XAMS", "AMS", "AMS"),
    "LS": Exchange("XLIS", "ELI", "LIS"),
    "BR": Exchange("XBRU", "EBR", "BRU"),
    "MI": Exchange("XMIL", "BIT"),
    "MC": Exchange("BMEX", "BME"),
    "SW": Exchange("XSWX", "SWX"),
    "ST": Exchange("XSTO", "STO"),
    "OL": Exchange("XOSL"),
    "CO": Exchange("XCSE", "CPH"),
    "HE": Exchange("XHEL", "HEL"),
    "VI": Exchange("XWBO", "VIE"),
    "IS": Exchange("XIST", "IST"),
    "TO": Exchange("XTSE", "TSE", "TRT"),
    "V": Exchange("XTSX", "CVE", "TRV"),
    "T": Exchange("XTKS", "TYO"),
    "KS": Exchange("XKRX", "KRX"),
    "KQ": Exchange("XKOS", "KOSDAQ"),
    "HK": Exchange("XHKG", "HKG"),
    "SS": Exchange("XSHG", "SHA", "SHH"),
    "SZ": Exchange("XSHE", "SHE", "SHZ"),
    "TW": Exchange("XTAI", "TPE"),
    "TWO": Exchange("ROCO"),
    "NS": Exchange("XNSE", "NSE"),
    "BO": Exchange("XBOM", "BOM", "BSE"),
    "AX": Exchange("XASX", "ASX"),
    "NZ": Exchange("XNZE", "NZE"),
    "SI": Exchange("XSES", "SGX"),
    "JK": Exchange("XIDX", "IDX"),
    "KL": Exchange("XKLS", "KLSE"),
    "BK": Exchange("XBKK", "BKK"),
    "SA": Exchange("BVMF", "BVMF"),
    "MX": Exchange("XMEX", "BMV"),
    "TA": Exchange("XTAE", "TLV"),
    "JO": Exchange("XJSE", "JSE"),
}

# By Yahoo's name without the caret: Google's ticker and exchange.
GOOGLE_INDICES: dict[str, str] = {
    "GSPC": ".INX:INDEXSP",
    "DJI": ".DJI:INDEXDJX",
    "IXIC": ".IXIC:INDEXNASDAQ",
    "NDX": "NDX:INDEXNASDAQ",
    "RUT": "RUT:INDEXRUSSELL",
    "VIX": "VIX:INDEXCBOE",
    "FTSE": "UKX:INDEXFTSE",
    "GDAXI": "DAX:INDEXDB",
    "FCHI": "PX1:INDEXEURO",
    "STOXX50E": "SX5E:INDEXSTOXX",
    "N225": "NI225:INDEXNIKKEI",
    "HSI": "HSI:INDEXHANGSENG",
    "NSEI": "NIFTY_50:INDEXNSE",
    "BSESN": "SENSEX:INDEXBOM",
}

# Yahoo's symbol does not tell which exchange of the USA it is; the likeliest is asked first.
GOOGLE_IN_THE_USA = ("NASDAQ", "NYSE", "NYSEARCA", "NYSEAMERICAN", "BATS")

# By Yahoo's name without =F.
FMP_FUTURES: dict[str, str] = {"GC": "GCUSD", "SI": "SIUSD", "CL": "CLUSD", "NG": "NGUSD"}

# Google and MarketStack's v1 write share classes of these exchanges with a dot.
_CLASSES_WITH_DOT = frozenset({"", "TO", "V"})


def alpha_vantage(symbol: str) -> str | None:
    """BRK-B, VOD.LON. Pairs have a function of their own, see `pair`."""
    found = instrument(symbol)
    if found is None or found.kind is not InstrumentKind.SHARE:
        return None
    ticker = _dashed(found)
    if not found.suffix:
        return ticker
    exchange = EXCHANGES.get(found.suffix)
    return f"{ticker}.{exchange.alpha_vantage}" if exchange and exchange.alpha_vantage else None


def pair(symbol: str) -> tuple[str, str] | None:
    """The two currencies of a pair: EUR and USD of EURUSD=X, BTC and USD of BTC-USD."""
    found = instrument(symbol)
    return (found.base, found.quoted_in) if found and found.kind in _PAIRS else None


def fmp(symbol: str) -> str | None:
    """Yahoo's own notation for shares and indices; EURUSD, BTCUSD, GCUSD."""
    found = instrument(symbol)
    if found is None or found.kind is InstrumentKind.FUND:
        return None
    if found.kind in _PAIRS:
        return found.base + found.quoted_in
    if found.kind is InstrumentKind.FUTURE:
        return FMP_FUTURES.get(found.base)
    if found.suffix and found.suffix not in EXCHANGES:
        return None
    return symbol


def marketstack(symbol: str, *, version: str) -> str | None:
    """AAPL, VOD.XLON; BRK-B in v2, BRK.B in v1. Shares only."""
    found = instrument(symbol)
    if found is None or found.kind is not InstrumentKind.SHARE:
        return None
    if not found.suffix:
        dotted = f"{found.base}.{found.share_class}" if found.share_class else found.base
        return dotted if version == "v1" else _dashed(found)
    exchange = EXCHANGES.get(found.suffix)
    return f"{_dashed(found)}.{exchange.mic}" if exchange else None


def google(symbol: str) -> tuple[str, ...]:
    """TICKER:EXCHANGE in the order to be tried, or BASE-QUOTE for a pair; empty for none."""
    found = instrument(symbol)
    if found is None:
        return ()
    if found.kind in _PAIRS:
        return (f"{found.base}-{found.quoted_in}",)
    if found.kind is InstrumentKind.INDEX:
        name = GOOGLE_INDICES.get(found.base)
        return (name,) if name else ()
    if found.kind is not InstrumentKind.SHARE:
        return ()
    ticker = _dashed(found)
    if found.share_class and found.suffix in _CLASSES_WITH_DOT:
        ticker = f"{found.base}.{found.share_class}"
    if not found.suffix:
        return tuple(f"{ticker}:{exchange}" for exchange in GOOGLE_IN_THE_USA)
    exchange = EXCHANGES.get(found.suffix)
    return (f"{ticker}:{exchange.google}",) if exchange and exchange.google else ()


def _dashed(found: Instrument) -> str:
    return f"{found.base}-{found.share_class}" if found.share_class else found.base
