"""What templates receive: documented data classes, with numbers and times already in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Outcome
from stockapp.domain.freshness import Freshness
from stockapp.domain.money import minor_unit
from stockapp.domain.quote import Quote
from stockapp.domain.symbol import is_simulated
from stockapp.domain.task import ItemState, Task, TaskStatus
from stockapp.services.board import Board, QuoteView, Row, SourceStatus

_SOURCE_NAMES = {"yahoo": "Yahoo", "simulated": "Simulated"}
_SESSIONS = {"pre": "before hours", "post": "after hours", "closed": "market closed"}
_OUTCOMES = {
    Outcome.OK: "gave the price",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "was not asked",
    Outcome.LOST_RACE: "was slower",
    Outcome.CANCELLED: "was cancelled",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_JUST_NOW = 5
_WITHOUT_DECIMALS = frozenset({"JPY", "KRW", "IDR", "VND", "CLP"})


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One line of a row's attempts: `who` asked, `what` came of it, `took` how long."""

    who: str
    ok: bool
    what: str
    reason: str
    took: str


@dataclass(frozen=True, slots=True)
class PriceView:
    """A price in words. `direction` is up, down, flat or unknown; times are RFC 3339."""

    price: str
    currency: str
    currency_title: str
    change: str
    direction: str
    age: str
    fetched_at: str
    fresh_until: str
    market_time: str
    provenance: str
    stale: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of the watchlist. `sort` holds the values by which browsers sort."""

    id: str
    symbol: str
    name: str
    note: str
    target: str
    simulated: bool
    price: PriceView | None
    state: str
    failure: str
    attempts: tuple[AttemptView, ...]
    sort: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class RefreshView:
    """The refresh of a list: running with its progress, or ended with its closing words."""

    task_id: str
    running: bool
    percent: float
    done: int
    total: int
    time_left: str
    message: str
    outcome: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A method of a source that failed when it was last asked."""

    name: str
    detail: str
    age: str
    at: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """The whole watchlist page."""

    watchlist: str
    rows: tuple[RowView, ...]
    refresh: RefreshView | None
    failing: tuple[SourceView, ...]
    event_id: int
    any_simulated: bool
    any_sample: bool


def row_id(symbol: str) -> str:
    """An element id for a symbol: letters and digits stay, each other character is spelt out."""
    return "row-" + "".join(c if c.isalnum() else f"_{ord(c):x}" for c in symbol)


def board_view(board: Board, now: datetime) -> BoardView:
    """The page of a board."""
    rows = tuple(row_view(row, now) for row in board.rows)
    return BoardView(
        watchlist=board.watchlist,
        rows=rows,
        refresh=refresh_view(board.refresh),
        failing=failing_sources(board.sources, now),
        event_id=board.event_id,
        any_simulated=any(row.simulated for row in rows),
        any_sample=any(row.item.sample for row in board.rows),
    )


def sorted_by(board: BoardView, key: str, *, descending: bool) -> BoardView:
    """The page with its rows in that order; what has no value comes last either way."""
    with_value = [row for row in board.rows if row.sort[key] != ""]
    without = [row for row in board.rows if row.sort[key] == ""]
    with_value.sort(key=lambda row: row.sort[key], reverse=descending)
    return replace(board, rows=(*with_value, *without))


def row_view(row: Row, now: datetime) -> RowView:
    """One line."""
    item = row.item
    price = _price_view(row.quote, now) if row.quote else None
    report = row.report
    return RowView(
        id=row_id(item.symbol),
        symbol=item.symbol,
        name=item.name or "",
        note=item.note,
        target=f"{item.target_price:g}" if item.target_price else "",
        simulated=is_simulated(item.symbol),
        price=price,
        state=_state_words(row.state),
        failure=report.error.detail if report and report.error else "",
        attempts=tuple(_attempt_view(entry) for entry in report.attempts) if report else (),
        sort=_sort_values(row),
    )


def refresh_view(task: Task | None) -> RefreshView | None:
    """The refresh bar of a task."""
    if task is None:
        return None
    progress = task.progress
    running = not task.status.ended
    return RefreshView(
        task_id=task.id,
        running=running,
        percent=progress.percent,
        done=progress.done,
        total=progress.total,
        time_left=time_left(progress.eta_seconds) if running else "",
        message=progress.message or ("Waiting for a worker" if running else ""),
        outcome=_outcome_words(task),
    )


def failing_sources(statuses: Sequence[SourceStatus], now: datetime) -> tuple[SourceView, ...]:
    """The methods whose last answer was a failure."""
    return tuple(
        SourceView(
            name=f"{source_name(status.source)} ({status.method})",
            detail=status.detail or "It failed.",
            age=ago((now - status.at).total_seconds()),
            at=moment.to_text(status.at),
        )
        for status in statuses
        if status.outcome is Outcome.FAILED
    )


def source_name(source: str) -> str:
    """A source's name for people."""
    return _SOURCE_NAMES.get(source, source)


def ago(seconds: float) -> str:
    """An age in words, as coarse as one cares for; static/js/ages.js says the same."""
    if seconds < _MINUTE:
        return "just now" if seconds < _JUST_NOW else f"{int(seconds)} s ago"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    days = int(seconds // _DAY)
    return f"{days} day{'' if days == 1 else 's'} ago"


def time_left(seconds: float | None) -> str:
    """An estimate in words; nothing when there is none yet."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"about {max(1, round(seconds))} s left"
    return f"about {round(seconds / _MINUTE)} min left"


def decimals(quote: Quote) -> int:
    """How many decimals a price of that sort has: more for small ones and exchange rates."""
    if quote.price < 1 or quote.symbol.endswith("=X"):
        return 4
    return 0 if quote.currency in _WITHOUT_DECIMALS and quote.price.is_integer() else 2


def _price_view(view: QuoteView, now: datetime) -> PriceView:
    quote = view.quote
    unit = minor_unit(quote.currency)
    title = f"{unit.name}: 1/{unit.per_major} of {unit.major}" if unit else ""
    if quote.currency is None:
        title = "The source did not say which currency this is."
    return PriceView(
        price=f"{quote.price:,.{decimals(quote)}f}",
        currency=quote.currency or "currency unknown",
        currency_title=title,
        change=_change(quote),
        direction=_direction(quote),
        age=ago(view.age_seconds),
        fetched_at=moment.to_text(now - timedelta(seconds=view.age_seconds)),
        fresh_until=moment.to_text(view.fresh_until),
        market_time=f"{quote.as_of:%Y-%m-%d %H:%M} UTC",
        provenance=_provenance(quote),
        stale=view.freshness is not Freshness.FRESH,
    )


def _change(quote: Quote) -> str:
    if quote.change is None and quote.change_percent is None:
        return "change unknown"
    parts = []
    if quote.change is not None:
        parts.append(f"{quote.change:+,.{decimals(quote)}f}")
    if quote.change_percent is not None:
        parts.append(f"{quote.change_percent:+.2f} %")
    return " · ".join(parts).replace("-", "\N{MINUS SIGN}")


def _direction(quote: Quote) -> str:
    move = quote.change if quote.change is not None else quote.change_percent
    if move is None:
        return "unknown"
    return "flat" if move == 0 else "up" if move > 0 else "down"


def _provenance(quote: Quote) -> str:
    parts = [source_name(quote.source)]
    if quote.delay_minutes:
        parts.append(f"{quote.delay_minutes} min delayed")
    if quote.market_state and quote.market_state.value in _SESSIONS:
        parts.append(_SESSIONS[quote.market_state.value])
    return ", ".join(parts)


def _state_words(state: ItemState | None) -> str:
    if state is ItemState.RUNNING:
        return "updating"
    return "queued" if state is ItemState.QUEUED else ""


def _attempt_view(attempt: Attempt) -> AttemptView:
    return AttemptView(
        who=f"{source_name(attempt.source)} ({attempt.method})",
        ok=attempt.outcome is Outcome.OK,
        what=attempt.detail or _OUTCOMES[attempt.outcome],
        reason=attempt.reason.value if attempt.reason else "ok",
        took="" if attempt.outcome is Outcome.SKIPPED else f"{attempt.elapsed_ms:,.0f} ms",
    )


def _sort_values(row: Row) -> dict[str, str | float]:
    quote = row.quote.quote if row.quote else None
    values: dict[str, str | float | None] = {
        "symbol": row.item.symbol,
        "price": quote.price if quote else None,
        "change": quote.change_percent if quote else None,
        "age": row.quote.quote.fetched_at.timestamp() if row.quote else None,
    }
    return {key: "" if value is None else value for key, value in values.items()}


def _outcome_words(task: Task) -> str:
    progress = task.progress
    if task.status is TaskStatus.CANCELLED:
        return f"Cancelled: {progress.done} of {progress.total} were done"
    if task.status is TaskStatus.FAILED:
        return task.error.detail if task.error else "The refresh failed"
    return progress.message if task.status is TaskStatus.COMPLETED else ""


@dataclass(frozen=True, slots=True)
class AddProblem:
    """Why a symbol was not added. `symbol` is set when it may be added anyway."""

    detail: str
    symbol: str = ""
    attempts: tuple[AttemptView, ...] = ()


def add_problem(detail: str, symbol: str = "", attempts: Sequence[Attempt] = ()) -> AddProblem:
    """The problem of an addition."""
    return AddProblem(detail, symbol, tuple(_attempt_view(entry) for entry in attempts))
