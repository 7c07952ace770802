"""What a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stockapp.domain.company import SecurityType


@dataclass(frozen=True, slots=True)
class Listing:
    """Something with a symbol of its own. None wherever the source said nothing.

    `currency` is that of its price, and may be a minor unit such as GBp.
    """

    symbol: str
    name: str | None
    exchange: str | None
    security_type: SecurityType | None
    currency: str | None
    source: str

    def to_json(self) -> dict[str, Any]:
        """The listing as the JSON interface shows it, and the cache keeps it."""
        return {
            "symbol": self.symbol,
            "name": self.name,
            "exchange": self.exchange,
            "type": self.security_type.value if self.security_type else None,
            "currency": self.currency,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Listing":
        """The listing that `to_json` wrote."""
        return cls(
            data["symbol"],
            data["name"],
            data["exchange"],
            SecurityType(data["type"]) if data["type"] else None,
            data["currency"],
            data["source"],
        )
