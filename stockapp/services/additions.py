"""What became of symbols that were to be put on a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from stockapp.domain.attempt import Attempt
from stockapp.domain.watchlist import WatchlistItem


class UnknownSymbol(ValueError):
    """No source knows the symbol; the attempts say who was asked."""

    def __init__(self, symbol: str, attempts: Sequence[Attempt]) -> None:
        super().__init__(
            f"No source knows {symbol}. Check the spelling and the exchange's suffix,"
            " or add it anyway."
        )
        self.symbol = symbol
        self.attempts = attempts


@dataclass(frozen=True, slots=True)
class Added:
    """An item on the list. `created`: it was not there before. `verified`: a source knows it."""

    item: WatchlistItem
    created: bool
    verified: bool


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Text that added no symbol, or changed nothing, and why; `line`: of the file it stands in."""

    text: str
    why: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class AddedMany:
    """Symbols that are on the list now: new ones, and those that were there."""

    added: tuple[str, ...]
    there: tuple[str, ...]
    not_taken: tuple[NotTaken, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `skipped`: rows that changed nothing, with the reason."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    skipped: tuple[NotTaken, ...]
