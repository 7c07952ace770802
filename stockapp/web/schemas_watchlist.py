"""What the calls about watchlists take, as pydantic models."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.services.item_rules import split
from stockapp.web.schemas import FileInput, Input


def _split(value: Any) -> Any:
    """Accept `A,B` as well as ["A", "B"]."""
    return split(value) if isinstance(value, str) else value


Symbols = Annotated[list[str], BeforeValidator(_split), Field(min_length=1)]


class OfListInput(Input):
    """Which list."""

    watchlist: str = DEFAULT_WATCHLIST


class ItemsInput(OfListInput, FileInput):
    """Which list, and as what its items are wanted."""


class NewItemInput(OfListInput):
    """A symbol to be added to the watchlist."""

    symbol: str
    note: str = ""
    target_price: float | None = None
    accept_unknown: bool = False


class ItemChangesInput(OfListInput):
    """Changes to an item; a field left out stays as it is, a target price of null is removed."""

    note: str = ""
    target_price: float | None = None

    def changes(self) -> dict[str, Any]:
        """What was given."""
        return self.model_dump(exclude_unset=True, exclude={"watchlist"})


class SymbolsInput(OfListInput):
    """Symbols on a list."""

    symbols: Symbols


class ManyInput(OfListInput):
    """Symbols to be added: a list of them, or text with blanks, commas or lines between."""

    symbols: Symbols | None = None
    text: str | None = None


class MoveInput(Input):
    """Symbols that go from one list to another."""

    symbols: Symbols
    source: str = Field(DEFAULT_WATCHLIST, alias="from")
    target: str = Field(alias="to")


class PlaceInput(SymbolsInput):
    """Symbols that go before another one; null: to the end of the list."""

    before: str | None = None


class ImportInput(OfListInput):
    """How to take a CSV file; with `preview` nothing is changed."""

    preview: bool = False
    overwrite: bool = False
    csv: str | None = None


class UndoInput(Input):
    """What to undo: the token that a removal gave."""

    undo: str


class TitleInput(Input):
    """What a list is called."""

    title: str
