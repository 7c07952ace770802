"""When two sources disagree about a price."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stockapp.domain.agreement import disagreement
from stockapp.domain.quote import MarketState, Quote

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0)


def quote(price: float, currency: str | None = "USD", **changes: Any) -> Quote:
    values: dict[str, Any] = {"as_of": NOW, "source": "one", "method": "quote", **changes}
    return Quote("ACME", price, currency, fetched_at=NOW, **values)


@pytest.mark.parametrize(
    ("kept", "other", "differ"),
    [
        (quote(100), quote(102), False),
        (quote(100), quote(102.1), True),
        (quote(100), quote(97.9), True),
        (quote(250, "GBp"), quote(2.5, "GBP"), False),
        (quote(250, "GBp"), quote(250, "GBP"), True),
        (quote(100), quote(100, "EUR"), True),
        (quote(100), quote(101, None), False),
        (quote(100), quote(110, None), True),
        (quote(100), quote(110, as_of=NOW - timedelta(minutes=20)), True),
        (quote(100), quote(110, as_of=NOW - timedelta(minutes=21)), False),
    ],
)
def test_more_than_two_per_cent_at_comparable_times_is_a_disagreement(
    kept: Quote, other: Quote, differ: bool
) -> None:
    assert (disagreement(kept, other) is not None) is differ


@pytest.mark.parametrize(
    ("state", "differ"),
    [(MarketState.REGULAR, False), (MarketState.PRE, False), (MarketState.CLOSED, True)],
)
def test_a_close_compares_with_a_price_of_its_day_once_that_is_over(
    state: MarketState, differ: bool
) -> None:
    close = quote(110, as_of=MIDNIGHT, end_of_day=True)
    timed = quote(100, market_state=state)
    assert (disagreement(timed, close) is not None) is differ
    assert (disagreement(close, timed) is not None) is differ
    yesterday = quote(110, as_of=MIDNIGHT - timedelta(days=1), end_of_day=True)
    assert disagreement(timed, yesterday) is None


def test_the_other_price_is_told_with_its_source() -> None:
    found = disagreement(quote(100), quote(110, source="two", method="page"))
    assert found and (found.source, found.method, found.price) == ("two", "page", 110)
