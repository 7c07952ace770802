"""What counts as a price, and what a change is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.money import minor_unit
from stockapp.domain.quote import Change, MarketState, NotAPrice, Quote, change_since

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def quote(price: float) -> Quote:
    return Quote(
        "VOD.L",
        price,
        "GBp",
        NOW,
        "yahoo",
        "quote",
        NOW,
        market_state=MarketState.POST,
        delay_minutes=15,
    )


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_zero_negative_and_endless_numbers_are_no_prices(price: float) -> None:
    with pytest.raises(NotAPrice):
        quote(price)


def test_a_quote_survives_its_json_form() -> None:
    assert Quote.from_json(quote(72.5).to_json()) == quote(72.5)


@pytest.mark.parametrize("previous", [None, 0.0, -3.0, float("nan")])
def test_without_a_previous_close_the_change_is_unknown_not_zero(previous: float | None) -> None:
    assert change_since(10.0, previous) == Change(None, None)


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_the_sign_of_the_change_is_that_of_the_move(price: float, previous: float) -> None:
    change = change_since(price, previous)
    assert change.amount is not None and change.percent is not None
    assert change.amount == pytest.approx(price - previous, abs=1e-9)
    assert change.amount * change.percent >= 0


def test_pence_are_not_pounds() -> None:
    assert minor_unit("GBP") is None
    unit = minor_unit("GBp")
    assert unit and (unit.major, unit.per_major) == ("GBP", 100)
