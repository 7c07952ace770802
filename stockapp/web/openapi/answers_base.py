"""What all descriptions of answers share: descriptions only, nothing is validated by them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from stockapp.domain.attempt import Attempt, Outcome, Reason

__all__ = ["Answer", "FetchFailure", "FieldProblem", "Outcome", "Problem", "Reason", "absent"]


class Answer(BaseModel):
    """An object of an answer. A field without a default is always there."""

    model_config = ConfigDict(frozen=True, defer_build=True)


def absent(description: str = "") -> Any:
    """The default of a field that is left out where it means nothing."""
    return Field(default=None, description=description or None)


class FetchFailure(Answer):
    """Why a symbol, or a stage of an analysis, came to nothing."""

    code: Reason
    detail: str = Field(description="A sentence for people.")
    retry_after_seconds: float | None = Field(description="When the source may be asked again.")


class LastFetch(Answer):
    """How a symbol's last fetch went; `error` is null where a source gave a price."""

    at: datetime
    error: FetchFailure | None
    attempts: list[Attempt]


class FieldProblem(Answer):
    """One field of the input that cannot be used."""

    field: str
    detail: str


class Problem(Answer):
    """An error (RFC 9457). `code` is stable, `detail` says what to do.

    Some codes come with further fields: `symbol` and `attempts` of a symbol that no source gave,
    `room` of a full list, the `task` that had ended.
    """

    type: str = Field(description="Always about:blank; `code` tells errors apart.")
    title: str
    status: int
    code: str
    detail: str = Field(description="A sentence that says what to do.")
    instance: str = Field(description="The path that was called.")
    field: str = absent("The field of the input at fault, where it is one.")
    errors: list[FieldProblem] = absent("All fields at fault, where there may be several.")
