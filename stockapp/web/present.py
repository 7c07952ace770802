"""From what services tell to what templates receive; nothing but their arguments counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from stockapp.domain import moment
from stockapp.domain.analysis import Unit
from stockapp.domain.attempt import Attempt, Outcome
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import MarketState, OtherPrice, Quote
from stockapp.domain.symbol import is_simulated
from stockapp.domain.task import Task, TaskStatus
from stockapp.services.aged import Aged
from stockapp.services.board import Board, QuoteView, Row
from stockapp.services.verdicts import Line
from stockapp.web import words
from stockapp.web.figures import figure, percent, verdict_words
from stockapp.web.pacing import paced
from stockapp.web.present_sources import failing_sources
from stockapp.web.views import (
    AddProblem,
    AttemptView,
    BoardView,
    EditView,
    PriceView,
    RefreshView,
    RowView,
    WorthView,
)

# Rows made in one go: some 5 ms.
_ROWS_AT_ONCE = 100
_SESSIONS = {
    MarketState.PRE: "before hours",
    MarketState.POST: "after hours",
    MarketState.CLOSED: "market closed",
}


def row_id(symbol: str) -> str:
    """An element id for a symbol: letters and digits stay, each other character is spelt out."""
    return "row-" + "".join(c if c.isalnum() else f"_{ord(c):x}" for c in symbol)


def board_view(board: Board, now: datetime) -> BoardView:
    """The page of a board."""
    rows = tuple(paced((row_view(row, now) for row in board.rows), _ROWS_AT_ONCE))
    return BoardView(
        watchlist=board.watchlist,
        rows=rows,
        refresh=refresh_view(board.refresh),
        analysis=refresh_view(board.analysis),
        failing=failing_sources(board.sources, now),
        event_id=board.event_id,
        now=moment.to_text(now),
        any_simulated=any(row.simulated for row in rows),
        any_sample=any(row.item.sample for row in board.rows),
    )


def sorted_by(board: BoardView, key: str, *, descending: bool) -> BoardView:
    """The page with its rows in that order; what has no value comes last either way."""
    with_value = [row for row in board.rows if row.sort[key] != ""]
    without = [row for row in board.rows if row.sort[key] == ""]
    with_value.sort(key=lambda row: row.sort[key], reverse=descending)
    return replace(board, rows=(*with_value, *without), sort=key, descending=descending)


def with_edit(board: BoardView, symbol: str, edit: EditView) -> BoardView:
    """The page with what was typed into one row's form."""
    rows = (replace(row, edit=edit) if row.symbol == symbol else row for row in board.rows)
    return replace(board, rows=tuple(rows))


def row_view(row: Row, now: datetime) -> RowView:
    """One line."""
    item, report = row.item, row.report
    error = report.error if report else None
    quote = row.quote.quote if row.quote else None
    target = words.plain(item.target_price) if item.target_price else ""
    return RowView(
        id=row_id(item.symbol),
        version=_version(row),
        symbol=item.symbol,
        name=item.name or (quote.name if quote and quote.name else ""),
        note=item.note,
        target=_target(item.target_price, quote),
        simulated=is_simulated(item.symbol) or (quote is not None and quote.source == "simulated"),
        price=price_view(row.quote, now) if row.quote else None,
        worth=_worth(row.line, now) if row.line else None,
        state=words.state(row.state),
        failure=error.reason.value.replace("_", " ") if error else "",
        failure_detail=error.detail if error else "",
        attempts=attempt_views(report.attempts if report else ()),
        edit=EditView(item.note, target),
        sort=_sort_values(row),
    )


def refresh_view(task: Task | None) -> RefreshView | None:
    """The refresh bar of a task."""
    if task is None:
        return None
    return RefreshView(
        task_id=task.id,
        running=not task.status.ended,
        done=task.progress.done,
        total=task.progress.total,
        percent=task.progress.percent,
        line=_refresh_line(task),
        failed=task.status is TaskStatus.FAILED,
    )


def add_problem(detail: str, symbol: str = "", attempts: Sequence[Attempt] = ()) -> AddProblem:
    """The problem of an addition."""
    return AddProblem(detail, symbol, attempt_views(attempts))


def attempt_views(attempts: Sequence[Attempt]) -> tuple[AttemptView, ...]:
    """The lines of attempts."""
    return tuple(_attempt_view(attempt) for attempt in attempts)


def _version(row: Row) -> str:
    at = row.quote.quote.fetched_at if row.quote else None
    report = row.report
    failed = report is not None and report.error is not None
    made_at = row.line.value.made_at if row.line else None
    told = (row.item, at, row.state, report.at if report else None, failed, made_at)
    return f"{crc32(repr(told).encode()):x}"


def _worth(line: Aged[Line], now: datetime) -> WorthView:
    told = line.value
    verdict, mark = verdict_words(told.verdict)
    fair = told.fair_value is not None
    return WorthView(
        verdict=verdict,
        mark=mark,
        fair=figure(told.fair_value, Unit.PER_SHARE, told.currency) if fair else "",
        margin=percent(told.margin, 0) if told.margin is not None else "",
        reason=told.reason,
        age=words.ago(line.age_seconds),
        made_at=moment.to_text(now - timedelta(seconds=line.age_seconds)),
        stale=line.freshness is not Freshness.FRESH,
    )


def _refresh_line(task: Task) -> str:
    progress = task.progress
    counts = f"{progress.done} of {progress.total}"
    match task.status:
        case TaskStatus.CANCELLED:
            return f"Cancelled after {counts}"
        case TaskStatus.FAILED:
            return task.error.detail if task.error else f"Failed after {counts}"
        case TaskStatus.COMPLETED:
            return progress.message
        case TaskStatus.PENDING:
            return f"{counts} · Waiting for a worker"
    parts = (counts, words.time_left(progress.eta_seconds), progress.message)
    return " · ".join(part for part in parts if part)


def price_view(view: QuoteView, now: datetime) -> PriceView:
    """A price with its change, age and source."""
    quote = view.quote
    return PriceView(
        amount=words.amount(quote.price, _places(quote)),
        currency=quote.currency or "currency?",
        currency_words=words.currency_words(quote.currency),
        change=_change(quote),
        direction=_direction(quote),
        age=words.ago(view.age_seconds),
        fetched_at=moment.to_text(now - timedelta(seconds=view.age_seconds)),
        fresh_until=moment.to_text(view.fresh_until),
        market_time=_market_time(quote.as_of, end_of_day=quote.end_of_day),
        provenance=_provenance(quote),
        currency_assumed=quote.currency_assumed,
        disagreeing=tuple(_other_price(other, quote) for other in quote.disagreeing),
        exchange=quote.exchange or "",
        stale=view.freshness is not Freshness.FRESH,
    )


def _places(quote: Quote) -> int:
    return words.decimals(quote.price, quote.symbol, quote.currency)


def _change(quote: Quote) -> str:
    parts = []
    if quote.change is not None:
        whole = quote.change == round(quote.change)
        parts.append(words.change(quote.change, _places(quote) or (0 if whole else 2)))
    if quote.change_percent is not None:
        parts.append(f"{words.change(quote.change_percent, 2)} %")
    if parts and quote.rolling_24h:
        parts.append("24 h")
    return " · ".join(parts) or "change unknown"


def _direction(quote: Quote) -> str:
    move = quote.change if quote.change is not None else quote.change_percent
    if move is None:
        return "unknown"
    return "flat" if move == 0 else "up" if move > 0 else "down"


def _market_time(as_of: datetime, *, end_of_day: bool) -> str:
    return f"{as_of:%Y-%m-%d}, its close" if end_of_day else f"{as_of:%Y-%m-%d %H:%M} UTC"


def _other_price(other: OtherPrice, quote: Quote) -> str:
    """Alpha Vantage (quote): 101.20 USD, 2026-11-23 15:00 UTC."""
    places = words.decimals(other.price, quote.symbol, other.currency)
    currency = other.currency or "in a currency it did not say"
    price = f"{words.amount(other.price, places)} {currency}"
    at = f"{other.as_of:%Y-%m-%d %H:%M} UTC"
    return f"{words.source_name(other.source)} ({other.method}): {price}, {at}"


def _provenance(quote: Quote) -> str:
    parts = [words.source_name(quote.source)]
    if quote.end_of_day:
        parts.append(f"close of {quote.as_of:%Y-%m-%d}")
    if quote.delay_minutes:
        parts.append(f"{quote.delay_minutes} min delayed")
    if quote.market_state in _SESSIONS:
        parts.append(_SESSIONS[quote.market_state])
    return ", ".join(parts)


def _target(target: float | None, quote: Quote | None) -> str:
    if target is None:
        return ""
    if quote is None:
        return f"Target {words.plain(target)}"
    away = 100 * (target - quote.price) / quote.price
    return f"Target {words.amount(target, _places(quote))} ({words.change(away, 1)} %)"


def _attempt_view(attempt: Attempt) -> AttemptView:
    reason = attempt.reason
    said = f"{words.source_name(attempt.source)} {words.reason(reason)}." if reason else ""
    retry = attempt.retry_after_seconds
    wait = f" To be asked again in {retry:,.0f} s." if retry else ""
    return AttemptView(
        source=words.source_name(attempt.source),
        method=attempt.method,
        ok=attempt.outcome is Outcome.OK,
        outcome=words.outcome(attempt.outcome),
        reason=reason.value if reason else "",
        detail=(attempt.detail or said) + wait,
        took="" if attempt.outcome is Outcome.SKIPPED else words.elapsed(attempt.elapsed_ms),
    )


def _sort_values(row: Row) -> dict[str, str | float]:
    quote = row.quote.quote if row.quote else None
    values: dict[str, str | float | None] = {
        "symbol": row.item.symbol,
        "price": quote.price if quote else None,
        "change": quote.change_percent if quote else None,
        # By age: the youngest first, as the word says.
        "age": -quote.fetched_at.timestamp() if quote else None,
        "value": row.line.value.margin if row.line else None,
    }
    return {key: "" if value is None else value for key, value in values.items()}
