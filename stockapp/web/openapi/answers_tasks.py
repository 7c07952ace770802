"""What the calls about tasks answer, and every call that starts one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from stockapp.domain.attempt import Attempt
from stockapp.domain.quote import Quote
from stockapp.domain.task import ItemState, TaskError, TaskStatus
from stockapp.services.analysis_store import Analysis
from stockapp.web.openapi.answers_base import Answer, FetchFailure, absent
from stockapp.web.openapi.answers_quotes import Prices, Verdicts


class TaskProgress(Answer):
    """How far a task is. `eta_seconds` is null until an estimate means something."""

    done: int
    total: int
    percent: float
    message: str
    eta_seconds: float | None


class TaskLinks(Answer):
    """Where the task is read, followed, and cancelled (by DELETE)."""

    self: str
    events: str
    cancel: str


class TaskSummary(Answer):
    """A task as listings show it. `retries`: how often another worker had to take it over."""

    id: str
    kind: str = Field(description="live_prices, analysis, analysis_all, source_test or trends.")
    status: TaskStatus
    progress: TaskProgress
    params: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    retries: int
    has_result: bool
    error: TaskError | None
    links: TaskLinks


class TaskItem(Answer):
    """One symbol, stage or method of a task, and how far it is."""

    key: str
    state: ItemState


class StageResult(Answer):
    """How a stage of an analysis came out, and where what it has came from."""

    success: bool
    of: str = Field(description="The symbol.")
    source: str | None
    method: str | None
    fetched_at: datetime | None
    note: str
    attempts: list[Attempt]
    error: FetchFailure = absent()


class AnalysisResult(Answer):
    """The result of an analysis: all that it says, and how each stage came out."""

    analysis: Analysis | None
    stages: dict[str, StageResult]


class LineGot(Verdicts):
    """A symbol that was analysed."""

    success: Literal[True]
    analysed: str
    attempts: list[Attempt]


class Failed(Answer):
    """A symbol, or a method, that came to nothing."""

    success: Literal[False]
    error: FetchFailure | None
    attempts: list[Attempt]


class Counts(Answer):
    """How many came out how."""

    ok: int
    failed: int


class AnalysesResult(Answer):
    """The result of the analysis of a list, by symbol."""

    analyses: dict[str, LineGot | Failed]
    summary: Counts


class MethodGot(Answer):
    """A method that answered its test."""

    success: Literal[True]
    quote: Quote
    attempts: list[Attempt]


class SourceTestResult(Answer):
    """The result of a test of a source, by method."""

    methods: dict[str, MethodGot | Failed]


class TrendFound(Answer):
    """Whether the closes of a symbol's last month could be had; they are kept, not told here."""

    success: bool
    trend: str = Field(description="The symbol.")
    attempts: list[Attempt]
    note: str = absent()
    error: FetchFailure | None = absent()


class TrendsResult(Answer):
    """The result of fetching trends, by symbol."""

    trends: dict[str, TrendFound]
    summary: Counts


class Task(TaskSummary):
    """A task with its items and, once it has one, its result, whose form follows from `kind`."""

    items: list[TaskItem]
    result: Prices | AnalysisResult | AnalysesResult | SourceTestResult | TrendsResult | None


class StartedTask(Task):
    """A task that was just started, or joined, with what to do next."""

    task_id: str
    poll_url: str
    events_url: str
    message: str


class PricesDone(StartedTask):
    """A refresh that ended while the client waited: its task with its result beside it."""

    cached: Literal[False]
    live_prices: dict[str, Any] = absent("As in the result of the task.")
    summary: dict[str, int] = absent()


class AnalysisDone(StartedTask):
    """An analysis that ended while the client waited: its task with its result beside it."""

    cached: Literal[False]
    analysis: Analysis | None = absent()
    stages: dict[str, StageResult] = absent()


class AnalysesDone(StartedTask):
    """The analysis of a list that ended while the client waited."""

    cached: Literal[False]
    analyses: dict[str, LineGot | Failed] = absent()
    summary: Counts = absent()


class TestDone(StartedTask):
    """A test of a source that ended while the client waited."""

    cached: Literal[False]
    methods: dict[str, MethodGot | Failed] = absent()


class TaskDone(StartedTask):
    """A task that ended while the client waited, with the fields of its result beside it."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    cached: Literal[False]


class TaskList(Answer):
    """Tasks, newest first."""

    tasks: list[TaskSummary]


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far the task is now."""

    done: int
    total: int
    percent: float
    message: str
    eta_seconds: float | None
    status: TaskStatus
    kind: str


class ItemEvent(Answer):
    """An item came further; once it ended also its result, but for the attempts."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": True})

    key: str
    state: ItemState


class ResetEvent(Answer):
    """Empty: what was missed is not known any more, and a new snapshot follows."""
