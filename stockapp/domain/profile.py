"""What is known of a symbol besides its price, for sources that tell the price alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from stockapp.domain.money import in_major_units, minor_unit
from stockapp.domain.quote import Quote

# A price that is off by about a hundred is one of pence among pounds, or the other way round.
_UNIT_DOUBT = 20.0


@dataclass(frozen=True, slots=True)
class Profile:
    """The currency in which a symbol is quoted, as a source said it, with the price it came with.

    `currency` may be a minor unit such as GBp; `price` is in it.
    """

    currency: str
    price: float
    name: str | None
    exchange: str | None

    def to_json(self) -> dict[str, Any]:
        """The profile as the cache holds it."""
        return {
            "currency": self.currency,
            "price": self.price,
            "name": self.name,
            "exchange": self.exchange,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Profile":
        """The profile that `to_json` wrote."""
        return cls(data["currency"], data["price"], data["name"], data["exchange"])


def profile_of(quote: Quote) -> Profile | None:
    """What a quote says of its symbol; None when it does not say its own currency.

    Services of daily closes mix up pence and pounds more often than others: they teach nothing.
    """
    if quote.currency is None or quote.currency_assumed or quote.end_of_day:
        return None
    return Profile(quote.currency, quote.price, quote.name, quote.exchange)


def completed(quote: Quote, profile: Profile | None) -> Quote:
    """The quote with what its source left out, and without a currency that cannot be right.

    A price that is some twenty times the known one or more, counted in pounds as well as in pence,
    is in another unit than it seems; its currency is then unknown. Its ranges are in the same unit
    and stay with it. A market cap does not: without its currency it is left out, and so it is where
    a price in pence did not say so, as its source may count both in pence.
    """
    whole = _with_currency(quote, profile)
    unsure = whole.currency_assumed and minor_unit(whole.currency) is not None
    if whole.market_cap is not None and (whole.currency is None or unsure):
        return replace(whole, market_cap=None)
    return whole


def _with_currency(quote: Quote, profile: Profile | None) -> Quote:
    if profile is None:
        return quote
    named = replace(
        quote,
        name=quote.name or profile.name,
        exchange=quote.exchange or profile.exchange,
    )
    told, told_major = in_major_units(quote.price, quote.currency or profile.currency)
    known, known_major = in_major_units(profile.price, profile.currency)
    doubtful = not 1 / _UNIT_DOUBT < told / known < _UNIT_DOUBT
    if quote.currency != profile.currency and told_major == known_major and doubtful:
        return replace(named, currency=None)
    if quote.currency is not None:
        return named
    return replace(named, currency=profile.currency, currency_assumed=True)
