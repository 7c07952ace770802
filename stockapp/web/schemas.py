"""What JSON calls take, as pydantic models: types here, meaning in the services."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from stockapp.domain.task import TaskStatus
from stockapp.domain.watchlist import DEFAULT_WATCHLIST


class Input(BaseModel):
    """Unknown fields are errors: a misspelt one must not be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _split(value: Any) -> Any:
    """Accept `A,B` as well as ["A", "B"]."""
    if isinstance(value, str):
        return value.split(",")
    return value


class RefreshInput(Input):
    """Which quotes to refresh; without symbols, the whole watchlist."""

    symbols: Annotated[list[str] | None, BeforeValidator(_split)] = None
    force: bool = False
    watchlist: str = DEFAULT_WATCHLIST


class NewItemInput(Input):
    """A symbol to be added to the watchlist."""

    symbol: str
    note: str = ""
    target_price: float | None = Field(None)
    accept_unknown: bool = False


class ItemChangesInput(Input):
    """Changes to an item; a field left out stays as it is, a target price of null is removed."""

    note: str = ""
    target_price: float | None = None


class TaskListInput(Input):
    """Which tasks to list."""

    status: TaskStatus | None = None
    kind: str | None = None
    limit: int = Field(50, ge=1, le=200)
    before: str | None = None
