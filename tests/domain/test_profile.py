"""What is known of a symbol fills in what a source leaves out, and never covers a doubt."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stockapp.domain.profile import Profile, completed, profile_of
from stockapp.domain.quote import OtherPrice, Quote

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def quote(price: float, currency: str | None, *, end_of_day: bool = False) -> Quote:
    return Quote(
        "VOD.L", price, currency, NOW, "one", "quote", NOW, name="V", end_of_day=end_of_day
    )


PENCE = Profile("GBp", 95.0, "Vodafone", "LSE")


@pytest.mark.parametrize(
    ("price", "told", "currency", "assumed"),
    [
        (96.0, None, "GBp", True),
        (0.96, None, None, False),
        (9_600.0, None, None, False),
        (96.0, "GBp", "GBp", False),
        (0.96, "GBP", "GBP", False),
        # Pence that are said to be pounds.
        (96.0, "GBP", None, False),
        # A source may well know better than what was known before.
        (4_000.0, "GBp", "GBp", False),
        (1.3, "USD", "USD", False),
    ],
)
def test_the_known_currency_is_taken_where_the_price_fits_it(
    price: float, told: str | None, currency: str | None, assumed: bool
) -> None:
    found = completed(quote(price, told), PENCE)
    assert (found.price, found.currency, found.currency_assumed) == (price, currency, assumed)


def test_without_a_profile_a_currency_stays_unknown() -> None:
    assert completed(quote(96, None), None).currency is None


def test_the_name_and_the_exchange_are_filled_in() -> None:
    found = completed(replace(quote(96, None), name=None), PENCE)
    assert (found.name, found.exchange) == ("Vodafone", "LSE")


def test_only_what_a_source_says_itself_is_learnt() -> None:
    assert profile_of(quote(95, "GBp")) == Profile("GBp", 95, "V", None)
    assert profile_of(quote(95, None)) is None
    assert profile_of(replace(quote(95, "GBp"), currency_assumed=True)) is None
    assert profile_of(quote(95, "GBP", end_of_day=True)) is None


def test_profiles_and_quotes_are_kept_whole() -> None:
    assert Profile.from_json(PENCE.to_json()) == PENCE
    other = OtherPrice("two", "page", 99.0, "GBp", NOW)
    kept = replace(quote(95, "GBp", end_of_day=True), disagreeing=(other,), currency_assumed=True)
    assert Quote.from_json(kept.to_json()) == kept


def test_a_quote_of_an_older_version_is_still_read() -> None:
    old = quote(95, "GBp").to_json()
    for name in ("end_of_day", "currency_assumed", "disagreeing", "rolling_24h"):
        del old[name]
    assert Quote.from_json(old) == quote(95, "GBp")


@pytest.mark.parametrize(
    ("price", "told", "cap"),
    [
        (96.0, "GBp", 5e9),
        # It may be in pence as well, as the source did not say what its price is in.
        (96.0, None, None),
        # Pence that are said to be pounds: then nobody knows.
        (96.0, "GBP", None),
    ],
)
def test_a_market_cap_is_told_only_in_a_currency_that_is_sure(
    price: float, told: str | None, cap: float | None
) -> None:
    full = replace(quote(price, told), market_cap=5e9, day_low=price, day_high=price)
    found = completed(full, PENCE)
    assert found.market_cap == cap
    # What is in the unit of the price shares its doubt, and stays with it.
    assert (found.day_low, found.day_high) == (price, price)


def test_a_market_cap_needs_a_currency_and_whole_units_may_be_known_of_the_symbol() -> None:
    silent = replace(quote(96.0, None), market_cap=5e9)
    assert completed(silent, None).market_cap is None
    assert completed(silent, Profile("USD", 95.0, None, None)).market_cap == 5e9
