"""The invented world that all simulated services tell of, each in its own way."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json;charset=utf-8"

# How services write Yahoo's suffixes, for those that tests use.
_SUFFIXES = {"LON": "L", "XLON": "L", "XTKS": "T", "TRT": "TO", "XTSE": "TO"}


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


def price_of(symbol: str, tick: int) -> float:
    """The price in the invented world: fixed for a symbol, and moving with the tick."""
    seed = int.from_bytes(hashlib.blake2b(symbol.encode(), digest_size=4).digest())
    return round(10 + seed % 49_000 / 100 + tick * 0.25, 2)


def currency_of(symbol: str) -> str:
    if symbol.endswith(".L"):
        return "GBP" if symbol.startswith("0P") else "GBp"
    return "JPY" if symbol.endswith(".T") else "USD"


def yahoo_symbol(symbol: str) -> str:
    """VOD.L of VOD.LON and VOD.XLON."""
    ticker, dot, suffix = symbol.partition(".")
    return f"{ticker}.{_SUFFIXES[suffix]}" if dot and suffix in _SUFFIXES else symbol
