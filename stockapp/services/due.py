"""When a row is to be refreshed without anybody asking for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stockapp.domain.quote import Quote
from stockapp.domain.trading_hours import Session, SessionState
from stockapp.services.board import SymbolReport
from stockapp.services.quotes import Known

# Closing auctions end so long after trading.
_AUCTION = timedelta(minutes=10)
# What a source is taken to lag behind that does not say by how much.
_USUAL_DELAY = 15
# Where the market is closed, a price that could not be had is tried for again after so long.
_CLOSED_REST_SECONDS = 3600.0
# What nobody watches is not tried for any longer after its closing price was there.
_UNWATCHED_TRIES = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Pace:
    """How old a quote may grow, in seconds, while its market is open; where nobody can say; and
    for how long a row rests after a failure.
    """

    open_seconds: float
    unknown_seconds: float
    rest_seconds: float


def seconds_until_due(known: Known, session: Session, now: datetime, pace: Pace) -> float | None:
    """0 or less: now. None: not before the market changes its state, or somebody asks."""
    report, quote = known.report, known.quote
    if report is None or (quote is None and report.error is None):
        return 0.0
    if session.state is SessionState.CLOSED:
        closed_at = session.closed_at
        settled = _settled(quote.quote if quote else None, closed_at) if closed_at else None
        return _after_the_close(report, settled, now)
    if report.error:
        since = (now - report.at).total_seconds()
        return max(pace.rest_seconds - since, report.rest_seconds(now))
    if quote is None or session.awaited:
        return None
    good_for = pace.open_seconds if session.state is SessionState.OPEN else pace.unknown_seconds
    return good_for - quote.age_seconds


def seconds_until_closing_price(known: Known, session: Session, now: datetime) -> float | None:
    """The same for a row that nobody watches: once after each close of its market."""
    if session.state is not SessionState.CLOSED or session.closed_at is None:
        return None
    report = known.report
    settled = _settled(known.quote.quote if known.quote else None, session.closed_at)
    if report is None:
        return (settled - now).total_seconds()
    if report.at >= settled and now - settled > _UNWATCHED_TRIES:
        return None
    return _after_the_close(report, settled, now)


def _after_the_close(report: SymbolReport, settled: datetime | None, now: datetime) -> float | None:
    """Once, when the closing price is there; a failure is tried again now and then."""
    since = (now - report.at).total_seconds()
    rest = max(_CLOSED_REST_SECONDS - since, report.rest_seconds(now)) if report.error else None
    if settled is None or report.at >= settled:
        return rest
    return max((settled - now).total_seconds(), report.rest_seconds(now))


def _settled(quote: Quote | None, closed_at: datetime) -> datetime:
    """When the closing price can be had."""
    delay = _USUAL_DELAY if quote is None or quote.delay_minutes is None else quote.delay_minutes
    return closed_at + _AUCTION + timedelta(minutes=delay)
