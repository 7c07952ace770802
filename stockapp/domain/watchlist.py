"""What a person watches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockapp.domain import moment

DEFAULT_WATCHLIST = "default"
MAX_NOTE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class WatchlistItem:
    """One symbol on a list. `target_price` is in the currency in which its price is quoted.

    `sample` marks what a new installation, and not the user, put there.
    """

    symbol: str
    added_at: datetime
    name: str | None = None
    note: str = ""
    target_price: float | None = None
    sample: bool = False

    def to_json(self) -> dict[str, Any]:
        """The item as the JSON interface shows it."""
        return {
            "symbol": self.symbol,
            "name": self.name,
            "note": self.note,
            "target_price": self.target_price,
            "sample": self.sample,
            "added_at": moment.to_text(self.added_at),
        }
