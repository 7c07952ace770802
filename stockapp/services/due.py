"""When a row of a watched list is to be refreshed without anybody asking for it."""

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
        return _after_the_close(report, quote.quote if quote else None, session.closed_at, now)
    if report.error:
        since = (now - report.at).total_seconds()
        return max(pace.rest_seconds - since, report.rest_seconds(now))
    if quote is None or session.awaited:
        return None
    good_for = pace.open_seconds if session.state is SessionState.OPEN else pace.unknown_seconds
    return good_for - quote.age_seconds


def _after_the_close(
    report: SymbolReport, quote: Quote | None, closed_at: datetime | None, now: datetime
) -> float | None:
    """Once, when the closing price is there; a failure is tried again now and then."""
    since = (now - report.at).total_seconds()
    rest = max(_CLOSED_REST_SECONDS - since, report.rest_seconds(now)) if report.error else None
    if closed_at is None:
        return rest
    delay = _USUAL_DELAY if quote is None or quote.delay_minutes is None else quote.delay_minutes
    settled = closed_at + _AUCTION + timedelta(minutes=delay)
    if report.at >= settled:
        return rest
    return max((settled - now).total_seconds(), report.rest_seconds(now))
