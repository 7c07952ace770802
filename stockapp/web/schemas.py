"""What JSON calls take, as pydantic models: types here, meaning in the services."""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import from_json

from stockapp.domain.access import Scope
from stockapp.domain.choices import METHODS, BusinessType, Choices
from stockapp.domain.task import TaskStatus
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.services.access import MAX_DAYS
from stockapp.services.analyses import RATES
from stockapp.services.histories import HistoryInterval, HistoryRange
from stockapp.services.search import MAX_LENGTH, normalised
from stockapp.web.openapi.parts import SYMBOL


class QueryText(str):
    """What stood in a query, where numbers and yes or no are text as well."""


# Symbols as text, with commas between.
_ONE = r"\^?[A-Za-z0-9&][A-Za-z0-9&=-]{0,13}(\.[A-Za-z0-9&=-]{1,7})?"
LISTED = f"^{_ONE}(,{_ONE})*$"
# The same with whatever people put between symbols.
BETWEEN = rf"^[\s,;]*{_ONE}([\s,;]+{_ONE})*[\s,;]*$"
# As large as a weight may be.
MOST_WEIGHT = 1e18


class Input(BaseModel):
    """Unknown fields are errors: a misspelt one must not be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """In JSON "1" is no number, and 1 neither true nor false: somebody made a mistake."""
        if isinstance(value, QueryText):
            return value
        told = cls.model_fields[info.field_name or ""].annotation
        kinds = set(get_args(told)) or {told}
        if bool in kinds and isinstance(value, (int, float, str)) and not isinstance(value, bool):
            raise ValueError("give true or false")
        if kinds & {int, float} and isinstance(value, (bool, str)):
            raise ValueError("give a number, such as 0.05")
        return value


def _split(value: Any) -> Any:
    """Accept `A,B` as well as ["A", "B"]."""
    if isinstance(value, str):
        return value.split(",")
    return value


def _short(value: str) -> str:
    """What is searched for, without needless blanks."""
    text = normalised(value)
    if len(text) > MAX_LENGTH:
        raise ValueError(f"give at most {MAX_LENGTH} characters")
    return text


Watched = Annotated[str, Field(description="The name of a list; without it the first.")]
Force = Annotated[bool, Field(description="Whether to ask for what is fresh as well.")]


class SearchInput(Input):
    """What to search for, and how much of what is found to tell."""

    q: Annotated[str, AfterValidator(_short)] = Field(
        description="A name, a symbol or an ISIN.", json_schema_extra={"maxLength": MAX_LENGTH}
    )
    limit: int = Field(8, ge=1, le=20, description="How many results at most.")


class RefreshInput(Input):
    """Which quotes to refresh; without symbols, the whole watchlist."""

    symbols: Annotated[
        list[str] | None,
        BeforeValidator(_split),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": SYMBOL},
                    {"type": "string", "pattern": LISTED},
                    {"type": "null"},
                ],
                "description": "Symbols, in JSON as a list or like A,B.",
            }
        ),
    ] = None
    force: Force = False
    watchlist: Watched = DEFAULT_WATCHLIST


_HOW = 'give three numbers with commas, or an object such as {"dcf": 2, "epv": 1, "asset": 1}'


def _weights(value: Any) -> Any:
    """Accept the JSON of an object, and `0.5,0.3,0.2`, besides an object."""
    told = _weights_in(value) if isinstance(value, QueryText) else value
    # Else true and "1" would count as 1.
    if isinstance(told, dict) and any(isinstance(weight, bool | str) for weight in told.values()):
        raise ValueError(_HOW)
    return told


def _weights_in(text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return from_json(text)
        except ValueError as error:
            raise ValueError(f"this is no JSON ({error}); {_HOW}") from None
    parts = text.split(",")
    if len(parts) != len(METHODS):
        raise ValueError(_HOW)
    return dict(zip(METHODS, map(_number, parts), strict=True))


def _number(value: Any) -> Any:
    """A number in text, as people write it: Python would take 1_0 for 10."""
    if not isinstance(value, str):
        return value
    try:
        if "_" not in value:
            return float(value)
    except ValueError:
        pass
    raise ValueError(f"{value[:40]!r} is no number; write one such as 0.05")


def _filled(value: Any) -> Any:
    """Without what was left empty, as forms send it."""
    if not isinstance(value, dict):
        return value
    return {
        name: told
        for name, told in value.items()
        if not (isinstance(told, QueryText) and told == "")
    }


Rate = Annotated[float | None, BeforeValidator(_number)]

_WEIGHT = {"type": "number", "minimum": 0, "maximum": MOST_WEIGHT}
_ZERO = {"properties": {method: {"const": 0} for method in METHODS}}
_WEIGHTS = {
    "anyOf": [
        {
            "type": "object",
            "properties": dict.fromkeys(METHODS, _WEIGHT),
            "additionalProperties": False,
            "not": _ZERO,
        },
        {"type": "null"},
    ],
    "description": "How much each method counts, not all 0; in a query also as 2,1,1.",
}


def _rate(name: str, what: str) -> Any:
    """A field of a rate, with the limits that the service checks."""
    _, least, most = RATES[name]
    told: dict[str, Any] = {"type": "number", "minimum": least, "maximum": most}
    return Field(
        default=None,
        description=f"{what}, as a fraction a year: 0.05 is 5 %.",
        json_schema_extra=lambda schema: schema.update(anyOf=[told, {"type": "null"}]),
    )


class AnalysisInput(Input):
    """What an analysis should assume; rates are fractions a year. What is left out follows from
    the data.
    """

    business_type: BusinessType | None = Field(
        None, description="The type of business, by which the methods are weighed."
    )
    analysis_weights: Annotated[
        dict[str, float] | None, BeforeValidator(_weights), WithJsonSchema(_WEIGHTS)
    ] = None
    growth: Rate = _rate("growth", "The growth of the next years")
    discount_rate: Rate = _rate("discount_rate", "The rate by which the future is discounted")
    terminal_growth: Rate = _rate("terminal_growth", "The growth of all later years")

    _without_empty = model_validator(mode="before")(_filled)

    def choices(self) -> Choices:
        """The same, for the services."""
        return Choices(
            self.business_type,
            self.analysis_weights,
            self.growth,
            self.discount_rate,
            self.terminal_growth,
        )


class NewAnalysisInput(AnalysisInput):
    """The same; with `force`, nothing that is cached is used."""

    force: Force = False


class FileInput(Input):
    """As what a download is wanted."""

    format: Literal["json", "csv"] = Field("json", description="csv: a table to download.")


class CachedAnalysisInput(AnalysisInput, FileInput):
    """An analysis by these assumptions, and as what it is wanted."""


class HistoryInput(FileInput):
    """Which bars of a history."""

    range: HistoryRange = Field(HistoryRange.ONE_YEAR, description="How far back.")
    interval: HistoryInterval = Field(HistoryInterval.DAY, description="The length of a bar.")


class AnalyseAllInput(Input):
    """Which list to analyse; with `force`, nothing that is cached is used."""

    watchlist: Watched = DEFAULT_WATCHLIST
    force: Force = False


class TaskListInput(Input):
    """Which tasks to list."""

    status: TaskStatus | None = Field(None, description="Only those of this status.")
    kind: str | None = Field(None, description="Only those of this kind, such as live_prices.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    before: str | None = Field(None, description="Only older ones than the task of this id.")


class TokenInput(Input):
    """A token to be made."""

    name: str = Field(description="What it is for.", examples=["backup script"])
    scope: Scope = Field(Scope.READ, description="What it may do.")
    expires_in_days: int | None = Field(
        None, ge=1, le=MAX_DAYS, description="For how many days; null: until it is revoked."
    )
