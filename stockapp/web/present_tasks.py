"""Tasks for templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Outcome, Reason
from stockapp.domain.event import Event
from stockapp.domain.task import Item, ItemState, Task, TaskStatus
from stockapp.domain.watchlist import DEFAULT_WATCHLIST
from stockapp.services.stages import Stage
from stockapp.web import words
from stockapp.web.present import attempt_views
from stockapp.web.views import AttemptView

_MARKS = {
    TaskStatus.PENDING: "busy",
    TaskStatus.RUNNING: "busy",
    TaskStatus.COMPLETED: "good",
    TaskStatus.FAILED: "bad",
    TaskStatus.CANCELLED: "",
}
ITEM_WORDS = {
    ItemState.QUEUED: ("waiting", ""),
    ItemState.RUNNING: ("under way", "busy"),
    ItemState.OK: ("done", "good"),
    ItemState.STALE: ("not updated", "warn"),
    ItemState.FAILED: ("failed", "bad"),
    ItemState.CANCELLED: ("cancelled", ""),
}
_NAMED = 4
_TITLES = {"trends": "Sparklines"}


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task in a list, and at the head of its own page.

    `about` names some of its items, `line` says how far it is or how it ended, `took` how long.
    """

    id: str
    title: str
    about: str
    status: str
    mark: str
    line: str
    done: int
    total: int
    percent: float
    running: bool
    created: str
    created_at: str
    ended: str
    ended_at: str
    took: str
    retries: str
    error: str
    error_code: str
    may_retry: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a task; `has_attempts` once there may be some to look at."""

    id: str
    key: str
    state: str
    mark: str
    said: str
    reason: str
    has_attempts: bool


def task_view(task: Task, now: datetime) -> TaskView:
    """A task, with or without its items."""
    error = task.error
    return TaskView(
        id=task.id,
        title=_title(task),
        about=_about(task),
        status=task.status.value,
        mark=_MARKS[task.status],
        line=_line(task),
        done=task.progress.done,
        total=task.progress.total,
        percent=task.progress.percent,
        running=not task.status.ended,
        created=words.ago((now - task.created_at).total_seconds()),
        created_at=moment.to_text(task.created_at),
        ended=words.ago((now - task.finished_at).total_seconds()) if task.finished_at else "",
        ended_at=moment.to_text(task.finished_at) if task.finished_at else "",
        took=_took(task),
        retries=_retries(task.retries),
        error=error.detail if error else "",
        error_code=error.code if error else "",
        may_retry=task.status.ended,
    )


def item_view(item: Item) -> ItemView:
    """An item with its result."""
    state, mark = ITEM_WORDS[item.state]
    result = item.result or {}
    error = result.get("error") or {}
    return ItemView(
        id=item_id(item.key),
        key=item.key,
        state=state,
        mark=mark,
        said=error.get("detail") or _quote_words(result.get("quote")) or result.get("note", ""),
        reason=error.get("code", ""),
        has_attempts=item.state.ended,
    )


def item_of(event: Event) -> Item:
    """The item that an item event tells of."""
    data = event.data
    return Item(data["key"], ItemState(data["state"]), data)


def item_id(key: str) -> str:
    """An element id for an item: letters and digits stay, each other character is spelt out."""
    return "item-" + "".join(c if c.isalnum() else f"_{ord(c):x}" for c in key)


# Stages of an analysis whose sources give something else than a price.
_NO_PRICES = frozenset(Stage) - {Stage.PRICE, Stage.RATES}


def attempts_of(item: Item) -> tuple[AttemptView, ...]:
    """What was tried for an item."""
    told: Sequence[Mapping[str, Any]] = (item.result or {}).get("attempts", ())
    views = attempt_views([_attempt(entry) for entry in told])
    if item.key not in _NO_PRICES and "trend" not in (item.result or {}):
        return views
    return tuple(replace(view, outcome="answered") if view.ok else view for view in views)


def _attempt(told: Mapping[str, Any]) -> Attempt:
    reason = told.get("reason")
    return Attempt(
        told["source"],
        told["method"],
        moment.from_text(told["started_at"]),
        told["elapsed_ms"],
        Outcome(told["outcome"]),
        Reason(reason) if reason else None,
        told.get("detail"),
        told.get("retry_after_seconds"),
    )


def _title(task: Task) -> str:
    match task.kind:
        case "live_prices":
            return _refresh_title(task)
        case "source_test":
            return f"Test of {words.source_name(task.params['source'])}"
        case "analysis":
            return f"Analysis of {task.params['symbol']}"
        case "analysis_all":
            return f"Analysis of {_list(task)}"
    return _TITLES.get(task.kind) or task.kind.replace("_", " ").capitalize()


def _refresh_title(task: Task) -> str:
    if task.params.get("live"):
        return "Live refresh"
    if task.params.get("watchlist"):
        return f"Refresh of {_list(task)}"
    total = task.progress.total
    return f"Refresh of {total} symbol{'' if total == 1 else 's'}"


def _list(task: Task) -> str:
    name = task.params.get("watchlist", DEFAULT_WATCHLIST)
    return "the watchlist" if name == DEFAULT_WATCHLIST else f"the list {name}"


def _about(task: Task) -> str:
    if task.kind == "analysis":
        return ""
    names: Sequence[str] = task.params.get("symbols") or [task.params.get("symbol") or ""]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(name for name in names[:_NAMED] if name) + more


def _line(task: Task) -> str:
    progress = task.progress
    counts = f"{progress.done} of {progress.total}"
    if task.status is TaskStatus.PENDING:
        return f"{counts} · waiting for a worker"
    if task.status is TaskStatus.RUNNING:
        parts = (counts, words.time_left(progress.eta_seconds), progress.message)
        return " · ".join(part for part in parts if part)
    if task.status is TaskStatus.COMPLETED:
        return progress.message
    return f"after {counts}"


def _took(task: Task) -> str:
    if task.started_at is None or task.finished_at is None:
        return ""
    return words.duration((task.finished_at - task.started_at).total_seconds())


def _retries(count: int) -> str:
    if not count:
        return ""
    times = {1: "once", 2: "twice"}.get(count, f"{count} times")
    return f"taken over {times} from a worker that died"


def _quote_words(quote: Mapping[str, Any] | None) -> str:
    if not quote:
        return ""
    price, currency = quote["price"], quote.get("currency")
    amount = words.amount(price, words.decimals(price, quote["symbol"], currency))
    source = words.source_name(quote["source"])
    return f"{amount} {currency or '(currency not known)'} from {source}, {quote['method']}"
