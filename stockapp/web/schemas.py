"""What JSON calls take, as pydantic models: types here, meaning in the services."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import from_json

from stockapp.domain.access import Scope
from stockapp.domain.choices import METHODS, BusinessType, Choices
from stockapp.domain.task import TaskStatus
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.services.access import MAX_DAYS
from stockapp.services.histories import HistoryInterval, HistoryRange
from stockapp.services.search import MAX_LENGTH, normalised


class Input(BaseModel):
    """Unknown fields are errors: a misspelt one must not be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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


class SearchInput(Input):
    """What to search for, and how much of what is found to tell."""

    q: Annotated[str, AfterValidator(_short)]
    limit: int = Field(8, ge=1, le=20)


class RefreshInput(Input):
    """Which quotes to refresh; without symbols, the whole watchlist."""

    symbols: Annotated[list[str] | None, BeforeValidator(_split)] = None
    force: bool = False
    watchlist: str = DEFAULT_WATCHLIST


_HOW = 'give three numbers with commas, or an object such as {"dcf": 2, "epv": 1, "asset": 1}'


def _weights(value: Any) -> Any:
    """Accept the JSON of an object, and `0.5,0.3,0.2`, besides an object."""
    told = _weights_in(value) if isinstance(value, str) else value
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
    return {name: told for name, told in value.items() if told != ""}


Rate = Annotated[float | None, BeforeValidator(_number)]


class AnalysisInput(Input):
    """What an analysis should assume; rates are fractions a year. What is left out follows from
    the data.
    """

    business_type: BusinessType | None = None
    analysis_weights: Annotated[dict[str, float] | None, BeforeValidator(_weights)] = None
    growth: Rate = None
    discount_rate: Rate = None
    terminal_growth: Rate = None

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

    force: bool = False


class FileInput(Input):
    """As what a download is wanted."""

    format: Literal["json", "csv"] = "json"


class CachedAnalysisInput(AnalysisInput, FileInput):
    """An analysis by these assumptions, and as what it is wanted."""


class HistoryInput(FileInput):
    """Which bars of a history."""

    range: HistoryRange = HistoryRange.ONE_YEAR
    interval: HistoryInterval = HistoryInterval.DAY


class AnalyseAllInput(Input):
    """Which list to analyse; with `force`, nothing that is cached is used."""

    watchlist: str = DEFAULT_WATCHLIST
    force: bool = False


class TaskListInput(Input):
    """Which tasks to list."""

    status: TaskStatus | None = None
    kind: str | None = None
    limit: int = Field(50, ge=1, le=200)
    before: str | None = None


class TokenInput(Input):
    """A token to be made: what for, what it may do, and for how many days; null: until revoked."""

    name: str
    scope: Scope = Scope.READ
    expires_in_days: int | None = Field(None, ge=1, le=MAX_DAYS)
