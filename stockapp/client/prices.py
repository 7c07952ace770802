"""Prices, lists and what is found, as values. What a newer server adds stays readable in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stockapp.client.models import Json, TaskError, time_of


@dataclass(frozen=True, slots=True)
class Quote:
    """A price in the currency it is quoted in; `freshness` is fresh or stale."""

    symbol: str
    name: str | None
    price: float
    currency: str | None
    as_of: datetime | None
    fetched_at: datetime | None
    source: str
    age_seconds: float
    freshness: str
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, data: Json) -> "Quote":
        """From the JSON of a quote."""
        return cls(
            symbol=data["symbol"],
            name=data["name"],
            price=data["price"],
            currency=data["currency"],
            as_of=time_of(data["as_of"]),
            fetched_at=time_of(data["fetched_at"]),
            source=data["source"],
            age_seconds=data["age_seconds"],
            freshness=data["freshness"],
            raw=data,
        )


@dataclass(frozen=True, slots=True)
class Price:
    """A quote, an error, or both: where all sources failed, an older quote stays."""

    quote: Quote | None
    error: TaskError | None
    attempts: tuple[Json, ...] = field(repr=False)

    @classmethod
    def of(cls, data: Json) -> "Price":
        """From an entry of `live_prices`."""
        quote = data.get("quote")
        return cls(
            Quote.of(quote) if quote else None,
            TaskError.of(data.get("error")),
            tuple(data["attempts"]),
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """What a refresh came to, by symbol, and how many are ok, stale and failed."""

    prices: Mapping[str, Price]
    summary: Mapping[str, int]

    @classmethod
    def of(cls, data: Json) -> "Prices":
        """From the result of a refresh."""
        prices = {symbol: Price.of(one) for symbol, one in data["live_prices"].items()}
        return cls(prices, data["summary"])


@dataclass(frozen=True, slots=True)
class Item:
    """A symbol on a list; `quote` only in what `Client.board` gives, and where one is known."""

    symbol: str
    name: str | None
    note: str
    target_price: float | None
    quote: Quote | None
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def of(cls, data: Json) -> "Item":
        """From the JSON of an item."""
        quote = data.get("quote")
        return cls(
            symbol=data["symbol"],
            name=data["name"],
            note=data["note"],
            target_price=data["target_price"],
            quote=Quote.of(quote) if quote else None,
            raw=data,
        )


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A list: `name` is what calls take, `title` what people read."""

    name: str
    title: str
    size: int

    @classmethod
    def of(cls, data: Json) -> "Watchlist":
        """From the JSON of a list."""
        return cls(data["name"], data["title"], data["size"])


@dataclass(frozen=True, slots=True)
class Added:
    """What adding many came to; `not_taken` has each text that is no symbol, and why."""

    added: tuple[str, ...]
    there: tuple[str, ...]
    not_taken: Mapping[str, str]

    @classmethod
    def of(cls, data: Json) -> "Added":
        """From the answer to adding many."""
        refused = {one["text"]: one["why"] for one in data["not_taken"]}
        return cls(tuple(data["added"]), tuple(data["there"]), refused)


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed; `undo` is the token for `Client.undo`, good for an hour."""

    symbols: tuple[str, ...]
    undo: str | None

    @classmethod
    def of(cls, data: Json) -> "Removed":
        """From the answer to removing."""
        return cls(tuple(data["removed"]), data["undo"])


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that can be put on a list."""

    symbol: str
    name: str | None
    exchange: str | None
    type: str | None
    currency: str | None

    @classmethod
    def of(cls, data: Json) -> "Instrument":
        """From an entry of a search."""
        return cls(data["symbol"], data["name"], data["exchange"], data["type"], data["currency"])


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to; `problem` says in words which source could not be asked."""

    results: tuple[Instrument, ...]
    problem: str | None

    @classmethod
    def of(cls, data: Json) -> "Found":
        """From the answer to a search."""
        return cls(tuple(map(Instrument.of, data["results"])), data["problem"])
