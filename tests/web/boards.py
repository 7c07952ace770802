"""Boards, rows and quotes to render."""

from datetime import UTC, date, datetime, timedelta

from stockapp.domain.analysis import Verdict
from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import Quote, change_since
from stockapp.domain.task import ItemState, Progress, Task, TaskError, TaskStatus
from stockapp.domain.trend import Trend
from stockapp.domain.watchlist import WatchlistItem
from stockapp.services.aged import Aged
from stockapp.services.board import Board, QuoteView, Row, SourceStatus, SymbolReport
from stockapp.services.verdicts import Line
from stockapp.web.columns import Column, Layout

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FRESH_SECONDS = 900.0
EVERY = Layout(tuple(Column))


def a_quote(symbol="AAPL", price=227.5, previous=224.0, currency="USD", age=120.0, **fields):
    change = change_since(price, previous)
    at = NOW - timedelta(seconds=age)
    return Quote(
        symbol=symbol,
        price=price,
        currency=currency,
        as_of=at,
        source=fields.pop("source", "yahoo"),
        method="quote",
        fetched_at=at,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        **fields,
    )


def an_attempt(outcome=Outcome.OK, reason=None, detail=None, elapsed_ms=212.4, retry_after=None):
    return Attempt("yahoo", "quote", NOW, elapsed_ms, outcome, reason, detail, retry_after)


def a_trend(*closes, symbol="AAPL", currency="USD", freshness=Freshness.FRESH):
    """The closes of the first days of November."""
    days = tuple(date(2026, 11, 1 + n) for n in range(len(closes)))
    trend = Trend(symbol, closes, days, currency, "yahoo", "spark", NOW)
    return Aged(trend, 60.0, freshness, NOW + timedelta(hours=6), recent=True)


def a_line(verdict=Verdict.BUY, fair=250.0, margin=0.09, currency="USD", freshness=Freshness.FRESH):
    """What an analysis of an hour ago came to."""
    at = NOW - timedelta(hours=1)
    line = Line("AAPL", at, at, False, verdict, currency, fair, 227.5, margin, "It is cheap.")
    return Aged(line, 3600.0, freshness, NOW + timedelta(hours=11), recent=True)


def a_row(
    symbol="AAPL",
    quote=None,
    state=None,
    failure=None,
    attempts=(),
    line=None,
    trend=None,
    **item,
):
    """A row; its quote is as old as its `fetched_at` says."""
    view = None
    if quote:
        age = (NOW - quote.fetched_at).total_seconds()
        freshness = Freshness.FRESH if age < FRESH_SECONDS else Freshness.STALE
        until = quote.fetched_at + timedelta(seconds=FRESH_SECONDS)
        view = QuoteView(quote, age, freshness, until)
    error = Failure(failure, "No source gave a price.") if failure else None
    report = SymbolReport(NOW, error, tuple(attempts)) if failure or attempts else None
    return Row(WatchlistItem(symbol, NOW, **item), view, state, report, line, trend)


def a_task(status=TaskStatus.RUNNING, done=21, total=50, message="", eta=None, error=None):
    return Task(
        id="t1",
        kind="live_prices",
        status=status,
        params={},
        progress=Progress(done, total, message, eta),
        created_at=NOW,
        error=TaskError("internal", error) if error else None,
    )


def a_status(method="quote", reason=Reason.TIMEOUT, source="yahoo"):
    outcome = Outcome.FAILED if reason else Outcome.OK
    return SourceStatus(source, method, NOW - timedelta(seconds=40), outcome, reason, None)


def a_board(*rows, refresh=None, sources=()):
    return Board("default", rows, refresh, None, sources, event_id=7)


QUEUED, UPDATING = ItemState.QUEUED, ItemState.RUNNING
