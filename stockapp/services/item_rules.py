"""What people may write about a symbol on a list, and how a symbol is told from other text."""

import math
import re

from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.domain.watchlist import MAX_NOTE_LENGTH

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_BETWEEN_SYMBOLS = re.compile(r"[\s,;]+")


class InvalidItem(ValueError):
    """A field of an item, or of a list, cannot have that value."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


def check(note: str = "", target_price: float | None = None) -> None:
    """Raises InvalidItem for a note or a target price that cannot be kept."""
    if len(note) > MAX_NOTE_LENGTH:
        raise InvalidItem("note", f"The note may have at most {MAX_NOTE_LENGTH} characters.")
    if any(not character.isprintable() and character not in "\n\r\t" for character in note):
        raise InvalidItem("note", "The note holds control characters; remove them.")
    if target_price is not None and (not math.isfinite(target_price) or target_price <= 0):
        raise InvalidItem("target_price", "The target price must be a number above 0.")


def split(text: str) -> list[str]:
    """What was typed or pasted as many symbols: between blanks, commas, semicolons and lines."""
    return [part for part in _BETWEEN_SYMBOLS.split(text) if part]


def symbol_of_many(text: str) -> str:
    """The symbol that one of many texts means, when nobody looks each up. Raises InvalidSymbol.

    An ISIN has the shape of a symbol, but no source knows it as one.
    """
    symbol = parse_symbol(text)
    if _ISIN.fullmatch(symbol):
        raise InvalidSymbol(
            f"{symbol} is an ISIN, not a symbol. Search for it, and add the symbol of the exchange."
        )
    return symbol
