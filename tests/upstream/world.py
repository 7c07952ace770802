"""The invented world that all simulated services tell of, each in its own way."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json;charset=utf-8"

# How services write Yahoo's suffixes, for those that tests use.
_SUFFIXES = {"LON": "L", "XLON": "L", "XTKS": "T", "TRT": "TO", "XTSE": "TO"}
# Dollars for one unit of a currency.
_IN_DOLLARS = {
    "USD": 1.0,
    "EUR": 1.1,
    "GBP": 1.27,
    "CHF": 1.15,
    "CAD": 0.73,
    "JPY": 0.0066,
    "TWD": 0.031,
}
# A yield in percent, and the level of an index.
_MARKETS = {"^TNX": 4.2, "^GSPC": 5_800.0}
_PAIR = re.compile(r"([A-Z]{3})([A-Z]{3})(?:=X)?")


@dataclass
class Reply:
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(document: Any, status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(document))


def is_known(symbol: str) -> bool:
    return not symbol.upper().startswith("NOPE")


def name_of(symbol: str) -> str:
    """What a company is called: one of RTL in a script that is written from right to left."""
    if symbol.startswith("RTL"):
        return "شركة الخليج للصناعات (قابضة) 2030"
    return f"{symbol} Holdings"


def price_of(symbol: str, tick: int) -> float:
    """The price in the invented world: fixed for a symbol, and moving with the tick."""
    if symbol in _MARKETS:
        return round(_MARKETS[symbol] * (1 + tick / 1_000), 2)
    if pair := pair_of(symbol):
        return round(rate(*pair) * (1 + tick / 1_000), 6)
    seed = int.from_bytes(hashlib.blake2b(symbol.encode(), digest_size=4).digest())
    return round(10 + seed % 49_000 / 100 + tick * 0.25, 2)


def pair_of(symbol: str) -> tuple[str, str] | None:
    """TWD and USD of TWDUSD=X, and of TWDUSD; None for what is no pair of known currencies."""
    found = _PAIR.fullmatch(symbol)
    if found and found[1] in _IN_DOLLARS and found[2] in _IN_DOLLARS:
        return found[1], found[2]
    return None


def rate(base: str, target: str) -> float:
    """What one unit of `base` costs in `target`."""
    return _IN_DOLLARS[base] / _IN_DOLLARS[target]


def currency_of(symbol: str) -> str:
    if pair := pair_of(symbol):
        return pair[1]
    if symbol.endswith(".L"):
        return "GBP" if symbol.startswith("0P") else "GBp"
    return "JPY" if symbol.endswith(".T") else "USD"


def yahoo_symbol(symbol: str) -> str:
    """VOD.L of VOD.LON and VOD.XLON."""
    ticker, dot, suffix = symbol.partition(".")
    return f"{ticker}.{_SUFFIXES[suffix]}" if dot and suffix in _SUFFIXES else symbol
