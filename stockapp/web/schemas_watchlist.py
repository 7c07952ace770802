"""What the calls about watchlists take, as pydantic models."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from stockapp.domain.list_title import MAX_TITLE_LENGTH
from stockapp.domain.watchlist import DEFAULT_WATCHLIST, MAX_NOTE_LENGTH
from stockapp.services.item_rules import split
from stockapp.web.openapi.parts import SYMBOL
from stockapp.web.schemas import BETWEEN, FileInput, Input, Watched


def _split(value: Any) -> Any:
    """Accept `A,B` as well as ["A", "B"]."""
    return split(value) if isinstance(value, str) else value


def _with_some(text: str) -> str:
    if not split(text):
        raise ValueError("there is no symbol in it")
    return text


_SYMBOLS: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "items": SYMBOL, "minItems": 1},
        {"type": "string", "pattern": BETWEEN},
    ],
    "description": "Symbols: as a list, or as text with blanks, commas or lines between.",
}
_TEXT: dict[str, Any] = {"type": "string", "pattern": r"[^\s,;]"}
_MANY = {
    "anyOf": [{"type": "array", "items": {"type": "string"}, "minItems": 1}, _TEXT],
    "description": "Symbols, as above; what can be none is told as not taken.",
}
Symbols = Annotated[
    list[str], BeforeValidator(_split), Field(min_length=1), WithJsonSchema(_SYMBOLS)
]
# Printable characters, and blanks as people write them.
_PLAIN = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
_NOTE: dict[str, Any] = {"maxLength": MAX_NOTE_LENGTH, "pattern": _PLAIN}
_PART = r"[^\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f]*"
_LETTER = r"[^\s\u0000-\u001f\u007f-\u009f]"
_TITLE: dict[str, Any] = {
    "maxLength": MAX_TITLE_LENGTH,
    "minLength": 1,
    "pattern": f"^{_PART}{_LETTER}{_PART}$",
}
Note = Annotated[
    str, Field(description="What a person writes about it.", json_schema_extra={**_NOTE})
]
_TARGET: dict[str, Any] = {"type": "number", "exclusiveMinimum": 0}
Target = Annotated[
    float | None,
    Field(
        description="In the currency of the price; null removes it.",
        json_schema_extra={"anyOf": [_TARGET, {"type": "null"}]},
    ),
]


class OfListInput(Input):
    """Which list."""

    watchlist: Watched = DEFAULT_WATCHLIST


class ItemsInput(OfListInput, FileInput):
    """Which list, and as what its items are wanted."""


class NewItemInput(OfListInput):
    """A symbol to be added to the watchlist."""

    symbol: str = Field(description="A symbol in Yahoo's notation.", json_schema_extra={**SYMBOL})
    note: Note = ""
    target_price: Target = None
    accept_unknown: bool = Field(False, description="Add it though no source knows it.")


class ItemChangesInput(OfListInput):
    """Changes to an item; a field left out stays as it is, a target price of null is removed."""

    note: Note = ""
    target_price: Target = None

    def changes(self) -> dict[str, Any]:
        """What was given."""
        return self.model_dump(exclude_unset=True, exclude={"watchlist"})


class SymbolsInput(OfListInput):
    """Symbols on a list."""

    symbols: Symbols


class ManyInput(OfListInput):
    """Symbols to be added: a list of them, or text with blanks, commas or lines between."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["symbols"]}, {"required": ["text"]}]}
    )

    symbols: Annotated[
        list[str], BeforeValidator(_split), Field(min_length=1), WithJsonSchema(_MANY)
    ] = Field(default_factory=list)
    text: Annotated[str, AfterValidator(_with_some)] = Field(
        "", description="In place of symbols: text with some.", json_schema_extra={**_TEXT}
    )


class MoveInput(Input):
    """Symbols that go from one list to another."""

    symbols: Symbols
    source: str = Field(DEFAULT_WATCHLIST, alias="from", description="The list they are on.")
    target: str = Field(alias="to", description="The list they go to.")


class PlaceInput(SymbolsInput):
    """Symbols that go before another one; null: to the end of the list."""

    before: str | None = Field(
        None,
        description="The symbol before which they go; null: to the end.",
        json_schema_extra={"anyOf": [{**SYMBOL}, {"type": "null"}]},
    )


class ImportInput(OfListInput):
    """How to take a CSV file; with `preview` nothing is changed."""

    model_config = ConfigDict(json_schema_extra={"required": ["csv"]})

    preview: bool = Field(False, description="Only tell what the import would do.")
    overwrite: bool = Field(False, description="Whether notes and targets replace those there.")
    csv: str | None = Field(
        None,
        description="The file, where it is not the body itself.",
        json_schema_extra={"anyOf": [{"type": "string"}]},
    )


class UndoInput(Input):
    """What to undo: the token that a removal gave."""

    undo: str = Field(description="The token that a removal gave.")


class TitleInput(Input):
    """What a list is called."""

    title: str = Field(description="What it is called.", json_schema_extra={**_TITLE})
