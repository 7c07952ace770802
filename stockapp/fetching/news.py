"""What a race tells while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from stockapp.domain.attempt import Attempt, Failure
from stockapp.domain.quote import Quote


@dataclass(frozen=True, slots=True)
class Fetched:
    """How one symbol fared: a quote, or the failure to tell people; and all attempts."""

    symbol: str
    quote: Quote | None
    error: Failure | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """Symbols that are being asked for now, and where (source/method)."""

    symbols: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class News:
    """What happened in a race since it was last told.

    A symbol may be told again, with the same price, where another source turned out to disagree.
    """

    started: Sequence[Started]
    fetched: Sequence[Fetched]
