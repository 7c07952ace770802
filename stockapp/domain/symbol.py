"""Ticker symbols in Yahoo's notation, which stockapp uses everywhere inside."""

import re

MAX_LENGTH = 24
SIMULATED_SUFFIX = ".SIM"

# Letters, digits and the marks real symbols use: ^GSPC, BRK-B, VOD.L, EURUSD=X, M&M.NS.
_SHAPE = re.compile(r"\^?[A-Z0-9&][A-Z0-9&=-]*(\.[A-Z0-9&=-]+)*")


class InvalidSymbol(ValueError):
    """The text cannot be a ticker symbol; the message says why and what to enter instead."""


def parse_symbol(text: str) -> str:
    """Return the symbol that `text` means, in upper case without surrounding blanks.

    Raises InvalidSymbol for what can be no symbol on any exchange.
    """
    stripped = text.strip(" ")
    symbol = stripped.upper()
    if stripped.isascii() and len(text) <= MAX_LENGTH and _SHAPE.fullmatch(symbol):
        return symbol
    raise InvalidSymbol(_complaint(stripped, len(text)))


def _complaint(stripped: str, length: int) -> str:
    if not stripped:
        return "The symbol is empty. Enter one such as AAPL or VOD.L."
    if any(not character.isprintable() for character in stripped):
        return "The symbol holds a control character. Enter one such as AAPL."
    if not stripped.isascii():
        return (
            "The symbol holds characters outside A to Z, 0 to 9 and . - ^ = &."
            " Enter the exchange's ticker, such as AAPL or 7203.T."
        )
    if length > MAX_LENGTH:
        return f"The symbol is longer than {MAX_LENGTH} characters."
    return (
        "The symbol may hold A to Z, 0 to 9 and . - ^ = & only, such as BRK-B, ^GSPC or EURUSD=X."
    )


def is_simulated(symbol: str) -> bool:
    """Whether the symbol belongs to the built-in exchange of invented companies."""
    return symbol.endswith(SIMULATED_SUFFIX)
