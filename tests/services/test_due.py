"""When a row is due."""

from datetime import UTC, datetime, timedelta

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import Quote
from stockapp.domain.trading_hours import UNKNOWN, Session, SessionState
from stockapp.services.board import QuoteView, SymbolReport
from stockapp.services.due import Pace, seconds_until_closing_price, seconds_until_due
from stockapp.services.quotes import Known

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
OPEN = Session(SessionState.OPEN)
AWAITED = Session(SessionState.UNKNOWN, awaited=True)
PACE = Pace(60, 300, 300)


def closed(seconds_ago: float) -> Session:
    return Session(SessionState.CLOSED, NOW - timedelta(seconds=seconds_ago))


def known(age: float | None, *, failed: float | None = None, delay: int | None = None) -> Known:
    """A quote of that age, and a failure so many seconds ago; None: there is none."""
    view, report = None, None
    if age is not None:
        at = NOW - timedelta(seconds=age)
        quote = Quote("A", 1.5, "USD", at, "test", "quote", at, delay_minutes=delay)
        view = QuoteView(quote, age, Freshness.FRESH, NOW)
        report = SymbolReport(at, None, ())
    if failed is not None:
        failure = Failure(Reason.TIMEOUT, "No answer.")
        report = SymbolReport(NOW - timedelta(seconds=failed), failure, ())
    return Known(view, report)


@pytest.mark.parametrize(
    ("what", "session", "seconds"),
    [
        (known(None), OPEN, 0),
        (known(None), closed(9_999), 0),
        (known(None), AWAITED, 0),
        (known(20), OPEN, 40),
        (known(61), OPEN, -1),
        (known(61), UNKNOWN, 239),
        (known(9_999), AWAITED, None),
        (known(9_999, failed=100), OPEN, 200),
        (known(None, failed=300), OPEN, 0),
    ],
)
def test_an_open_or_unknown_market_asks_by_the_age_of_the_quote(
    what: Known, session: Session, seconds: float | None
) -> None:
    assert seconds_until_due(what, session, NOW, PACE) == seconds


@pytest.mark.parametrize(
    ("what", "session", "seconds"),
    [
        # Ten minutes for the auction, and by how much the source lags: 15 minutes if nobody says.
        (known(120), closed(60), 1_440),
        (known(120, delay=0), closed(60), 540),
        (known(1_600), closed(1_500), 0),
        (known(1_600), closed(3_200), None),
        (known(99_999), closed(1_501), 0),
        (known(99_999), Session(SessionState.CLOSED), None),
        # A failure before the close does not hold up the closing price; one after it is patient.
        (known(99_999, failed=1_550), closed(1_500), 0),
        (known(99_999, failed=600), closed(9_000), 3_000),
    ],
)
def test_a_closed_market_is_asked_once_when_its_closing_price_is_there(
    what: Known, session: Session, seconds: float | None
) -> None:
    assert seconds_until_due(what, session, NOW, PACE) == seconds


@pytest.mark.parametrize(
    ("what", "session", "seconds"),
    [
        (known(None), closed(60), 1_440),
        (known(None), closed(1_500), 0),
        (known(120, delay=0), closed(60), 540),
        (known(1_600), closed(1_500), 0),
        (known(1_400), closed(3_000), None),
        (known(99_999, failed=1_550), closed(1_500), 0),
        (known(99_999, failed=600), closed(9_000), 3_000),
        # Six hours later it is given up, if it was tried at all.
        (known(99_999, failed=5_000), closed(23_000), -1_400),
        (known(99_999, failed=5_000), closed(23_200), None),
        (known(99_999), closed(50_000), 0),
        (known(99_999), OPEN, None),
        (known(None), UNKNOWN, None),
        (known(None), AWAITED, None),
        (known(99_999), Session(SessionState.CLOSED), None),
    ],
)
def test_a_row_that_nobody_watches_is_due_once_after_each_close(
    what: Known, session: Session, seconds: float | None
) -> None:
    assert seconds_until_closing_price(what, session, NOW) == seconds
