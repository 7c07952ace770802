"""What kind of thing a symbol in Yahoo's notation stands for, read from its shape alone."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class InstrumentKind(StrEnum):
    """As far as the notation tells."""

    SHARE = "share"
    INDEX = "index"
    CURRENCY_PAIR = "currency_pair"
    CRYPTO_PAIR = "crypto_pair"
    FUTURE = "future"
    FUND = "fund"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol taken apart.

    `base` is the ticker without marks: BRK of BRK-B, EUR of EURUSD=X, GSPC of ^GSPC.
    `share_class` is B of BRK-B; `suffix` is the exchange's, such as L of VOD.L, "" in the USA.
    `quoted_in` is the second currency of a pair.
    """

    kind: InstrumentKind
    base: str
    share_class: str = ""
    suffix: str = ""
    quoted_in: str = ""


_PAIR = re.compile(r"([A-Z]{3})?([A-Z]{3})=X")
# Share classes are one or two letters; what coins are quoted in has three or more.
_CRYPTO = re.compile(r"([A-Z0-9]{2,10})-(USD|EUR|GBP|JPY|CAD|AUD|CHF|INR|KRW|CNY|BTC|ETH|USDT)")
_FUTURE = re.compile(r"([A-Z0-9]{1,6})=F")
_FUND = re.compile(r"0P[A-Z0-9]{8}")
_SHARE = re.compile(r"([A-Z0-9&]+?)(?:-([A-Z]{1,2}))?")


@lru_cache(maxsize=10_000)
def instrument(symbol: str) -> Instrument | None:
    """The symbol taken apart; None where the notation says nothing."""
    return _without_exchange(symbol) or _on_exchange(symbol)


def _without_exchange(symbol: str) -> Instrument | None:
    if pair := _PAIR.fullmatch(symbol):
        # JPY=X alone means USDJPY.
        return Instrument(InstrumentKind.CURRENCY_PAIR, pair[1] or "USD", quoted_in=pair[2])
    if coin := _CRYPTO.fullmatch(symbol):
        return Instrument(InstrumentKind.CRYPTO_PAIR, coin[1], quoted_in=coin[2])
    if future := _FUTURE.fullmatch(symbol):
        return Instrument(InstrumentKind.FUTURE, future[1])
    return Instrument(InstrumentKind.INDEX, symbol[1:]) if symbol.startswith("^") else None


def _on_exchange(symbol: str) -> Instrument | None:
    ticker, _, suffix = symbol.partition(".")
    if _FUND.fullmatch(ticker):
        return Instrument(InstrumentKind.FUND, ticker, suffix=suffix)
    share = _SHARE.fullmatch(ticker)
    if share is None:
        return None
    return Instrument(InstrumentKind.SHARE, share[1], share[2] or "", suffix)
