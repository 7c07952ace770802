"""Prices, attempts and tasks for templates; nothing but their arguments counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Outcome
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import MarketState, OtherPrice, Quote
from stockapp.domain.task import Task, TaskStatus
from stockapp.services.board import QuoteView
from stockapp.web import words
from stockapp.web.views import AttemptView, PriceView, RefreshView

_SESSIONS = {
    MarketState.PRE: "before hours",
    MarketState.POST: "after hours",
    MarketState.CLOSED: "market closed",
}
# The parts of the closing words of refreshes and analyses that tell of nothing that went wrong.
# Of an ended task a page reads no more than its progress: the words are all there is to tell by,
# as items and result are left out of listings.
_GOOD_ENDS = ("updated", "analysed", "with the verdict buy", "Nothing to do")


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
        has_reasons=task.status.ended and not _all_updated(task),
    )


def attempt_views(attempts: Sequence[Attempt]) -> tuple[AttemptView, ...]:
    """The lines of attempts."""
    return tuple(_attempt_view(attempt) for attempt in attempts)


def _all_updated(task: Task) -> bool:
    parts = task.progress.message.split(", ")
    return task.status is TaskStatus.COMPLETED and all(part.endswith(_GOOD_ENDS) for part in parts)


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
    left = words.time_left(progress.eta_seconds)
    # Before anything is done there is an expectation, from earlier work, but no rate.
    rate = words.rate(progress.total - progress.done, progress.eta_seconds) if progress.done else ""
    return " · ".join(part for part in (counts, rate, left, progress.message) if part)


def price_view(view: QuoteView, now: datetime) -> PriceView:
    """A price with its change, age and source."""
    quote = view.quote
    return PriceView(
        amount=words.amount(quote.price, places(quote)),
        currency=quote.currency or "currency?",
        currency_words=words.currency_words(quote.currency),
        change=_change(quote),
        percent=_percent(quote),
        basis="24 h" if quote.rolling_24h else "",
        direction=direction(quote),
        age=words.ago(view.age_seconds),
        fetched_at=moment.to_text(now - timedelta(seconds=view.age_seconds)),
        fresh_until=moment.to_text(view.fresh_until),
        market_time=_market_time(quote.as_of, end_of_day=quote.end_of_day),
        provenance=provenance(quote),
        currency_assumed=quote.currency_assumed,
        disagreeing=tuple(_other_price(other, quote) for other in quote.disagreeing),
        exchange=quote.exchange or "",
        stale=view.freshness is not Freshness.FRESH,
    )


def places(quote: Quote) -> int:
    """With how many decimals its prices are told."""
    return words.decimals(quote.price, quote.symbol, quote.currency)


def _change(quote: Quote) -> str:
    if quote.change is None:
        return ""
    whole = quote.change == round(quote.change)
    return words.change(quote.change, places(quote) or (0 if whole else 2))


def _percent(quote: Quote) -> str:
    told = quote.change_percent
    return "" if told is None else f"{words.change(told, 2)} %"


def direction(quote: Quote) -> str:
    """Where the price moved: up, down, flat or unknown."""
    move = quote.change if quote.change is not None else quote.change_percent
    if move is None:
        return "unknown"
    return "flat" if move == 0 else "up" if move > 0 else "down"


def _market_time(as_of: datetime, *, end_of_day: bool) -> str:
    return f"{as_of:%Y-%m-%d}, its close" if end_of_day else f"{as_of:%Y-%m-%d %H:%M} UTC"


def _other_price(other: OtherPrice, quote: Quote) -> str:
    """Alpha Vantage (quote): 101.20 USD, 2026-11-23 15:00 UTC."""
    digits = words.decimals(other.price, quote.symbol, other.currency)
    currency = other.currency or "in a currency it did not say"
    price = f"{words.amount(other.price, digits)} {currency}"
    at = f"{other.as_of:%Y-%m-%d %H:%M} UTC"
    return f"{words.source_name(other.source)} ({other.method}): {price}, {at}"


def provenance(quote: Quote) -> str:
    """Who told it, and what limits their word: "Yahoo, 15 min delayed"."""
    parts = [words.source_name(quote.source)]
    if quote.end_of_day:
        parts.append(f"close of {quote.as_of:%Y-%m-%d}")
    if quote.delay_minutes:
        parts.append(f"{quote.delay_minutes} min delayed")
    if quote.market_state in _SESSIONS:
        parts.append(_SESSIONS[quote.market_state])
    return ", ".join(parts)


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
