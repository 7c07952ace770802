"""What counts as a price, and what a change is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.money import minor_unit
from stockapp.domain.quote import Change, MarketState, NotAPrice, Quote, change_since

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def quote(price: float, **changes: Any) -> Quote:
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
        **changes,
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


NONSENSE = [None, 0.0, -1.0, float("nan"), float("inf")]


@pytest.mark.parametrize("name", ["day", "year"])
@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (70.0, 75.0, True),
        (72.5, 72.5, True),
        # Told a moment before the price, which has gone on since.
        (73.0, 75.0, True),
        (75.0, 70.0, False),
        # Pounds, or those of another year.
        (0.70, 0.75, False),
        (7000.0, 7500.0, False),
        *((70.0, nonsense, False) for nonsense in NONSENSE),
        *((nonsense, 75.0, False) for nonsense in NONSENSE),
    ],
)
def test_a_range_has_both_ends_and_holds_the_price_or_is_none(
    name: str, low: float | None, high: float | None, kept: bool
) -> None:
    found = quote(72.5, **{f"{name}_low": low, f"{name}_high": high})
    ends = getattr(found, f"{name}_low"), getattr(found, f"{name}_high")
    assert ends == ((low, high) if kept else (None, None))


@pytest.mark.parametrize("told", NONSENSE)
def test_a_volume_may_be_nought_and_a_market_cap_may_not(told: float | None) -> None:
    found = quote(72.5, volume=told, market_cap=told)
    assert found.market_cap is None
    assert found.volume == (0.0 if told == 0 else None)


def test_ranges_volume_and_market_cap_survive_and_an_older_entry_lacks_them() -> None:
    figures = {"day_low": 72.0, "day_high": 73.0, "year_low": 60.0, "year_high": 90.0}
    whole = quote(72.5, **figures, volume=10.0, market_cap=5e9)
    assert Quote.from_json(whole.to_json()) == whole
    old = {k: v for k, v in whole.to_json().items() if k not in (*figures, "volume", "market_cap")}
    assert Quote.from_json(old) == quote(72.5)


def test_a_range_is_looked_at_again_when_the_price_turns_out_to_be_pence() -> None:
    wide = replace(quote(72.5), currency=None, year_low=2.0, year_high=90.0)
    assert wide.year_low == 2.0
    assert replace(wide, currency="GBp").year_low is None
