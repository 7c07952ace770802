"""What the server tells, as values. Members that a newer server adds stay readable in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

_ENDED = frozenset({"completed", "failed", "cancelled"})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is; `percent` 0 to 100, `eta_seconds` None until an estimate means something.

    As an argument of a call-back it is printed as one line.
    """

    done: int
    total: int
    percent: float
    message: str
    eta_seconds: float | None

    @classmethod
    def of(cls, data: Json) -> "Progress":
        """From the members of a `progress` event, or a task's `progress`."""
        return cls(
            data["done"], data["total"], data["percent"], data["message"], data["eta_seconds"]
        )

    def __str__(self) -> str:
        left = "" if self.eta_seconds is None else f", {self.eta_seconds:.0f} s left"
        return f"{self.done} of {self.total} ({self.percent:.0f} %{left}) {self.message}".rstrip()


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why a task failed, or a symbol has no price: a stable code and a sentence."""

    code: str
    detail: str

    @classmethod
    def of(cls, data: Json | None) -> "TaskError | None":
        """From an `error`, which may be null."""
        return cls(data["code"], data["detail"]) if data else None


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """A symbol or stage of a task: queued, running, ok, stale, failed or cancelled."""

    key: str
    state: str


@dataclass(frozen=True, slots=True)
class Task:
    """Background work. `items` and `result` are empty in listings."""

    id: str
    kind: str
    status: str
    progress: Progress
    params: Json
    created_at: datetime | None
    finished_at: datetime | None
    retries: int
    error: TaskError | None
    items: tuple[ItemProgress, ...]
    result: Json | None = field(repr=False)
    raw: Json = field(repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in _ENDED

    @classmethod
    def of(cls, data: Json) -> "Task":
        """From the JSON of a task."""
        return cls(
            id=data["id"],
            kind=data["kind"],
            status=data["status"],
            progress=Progress.of(data["progress"]),
            params=data["params"],
            created_at=_time(data["created_at"]),
            finished_at=_time(data["finished_at"]),
            retries=data["retries"],
            error=TaskError.of(data["error"]),
            items=tuple(ItemProgress(one["key"], one["state"]) for one in data.get("items", ())),
            result=data.get("result"),
            raw=data,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a task.

    `type`: snapshot (the whole task, first of all), progress, item, then one of completed, failed
    and cancelled (the whole task); reset where the server no longer knew what came between, with
    a new snapshot after it. `id` is None where the task is polled.
    """

    type: str
    id: int | None
    data: Json

    @property
    def ends(self) -> bool:
        """Whether it is the last one."""
        return self.type in _ENDED

    @property
    def task(self) -> Task | None:
        """The whole task, where the event carries it."""
        return Task.of(self.data) if self.ends or self.type == "snapshot" else None

    @property
    def progress(self) -> Progress | None:
        """How far the task is, where the event tells."""
        if self.type == "progress":
            return Progress.of(self.data)
        task = self.task
        return task.progress if task else None


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
            as_of=_time(data["as_of"]),
            fetched_at=_time(data["fetched_at"]),
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
