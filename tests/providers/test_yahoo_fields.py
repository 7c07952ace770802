"""Fields that Yahoo spells in its own way, leaves out, or gets wrong."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import MarketState, Quote
from stockapp.providers.base import Answer
from stockapp.providers.yahoo.provider import Yahoo

from .yahoo_answers import ANY_JSON, MARKET_TIME, NOW, chart_answer, meta, quote_answer, row

YAHOO = Yahoo(10)
BOTH = pytest.mark.parametrize("method", ["quote", "chart"])


def answer_of(method: str, **changes: Any) -> Answer:
    if method == "quote":
        return quote_answer(row(**changes))
    return chart_answer(meta(**changes))


def outcome_of(method: str, found: Answer, symbol: str = "ACME") -> Quote | Failure:
    parsed = YAHOO.parse(method, (symbol,), found)
    assert set(parsed) == {symbol}
    return parsed[symbol]


def quote_of(method: str, symbol: str = "ACME", /, **changes: Any) -> Quote:
    outcome = outcome_of(method, answer_of(method, **changes), symbol)
    assert isinstance(outcome, Quote), outcome
    return outcome


def state_at(instant: datetime) -> MarketState | None:
    outcome = outcome_of("chart", Answer(200, {}, chart_answer(meta()).body, instant))
    assert isinstance(outcome, Quote)
    return outcome.market_state


@BOTH
def test_pence_stay_pence_though_the_company_reports_in_pounds(method: str) -> None:
    quote = quote_of(method, currency="GBp", financialCurrency="GBP")
    assert (quote.price, quote.currency) == (102.5, "GBp")


@BOTH
def test_the_currency_of_the_accounts_never_stands_in_for_that_of_the_price(method: str) -> None:
    assert quote_of(method, currency=None, financialCurrency="GBP").currency is None


@BOTH
@pytest.mark.parametrize("currency", ["", "  ", 826, ["GBp"], {"raw": "GBp"}])
def test_a_currency_that_is_no_word_is_unknown(method: str, currency: object) -> None:
    assert quote_of(method, currency=currency).currency is None


@BOTH
@pytest.mark.parametrize("price", [None, 0, 0.0, -1.5, "102.5", True, {}, {"raw": "1"}, [102.5]])
def test_what_is_no_price_is_never_shown_as_one(method: str, price: object) -> None:
    outcome = outcome_of(method, answer_of(method, regularMarketPrice=price))
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.NO_DATA
    assert "ACME" in outcome.detail


@BOTH
@pytest.mark.parametrize("time", [None, 0, -5, "1795000000", True, 1_795_000_000_000])
def test_a_price_of_unknown_time_is_no_price(method: str, time: object) -> None:
    outcome = outcome_of(method, answer_of(method, regularMarketTime=time))
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.NO_DATA


@BOTH
def test_the_markets_time_is_read_as_seconds_and_kept_apart_from_ours(method: str) -> None:
    quote = quote_of(method, regularMarketTime=1_794_000_000)
    assert quote.as_of == datetime(2026, 11, 6, 21, 20, tzinfo=UTC)
    assert quote.fetched_at == NOW


@BOTH
@pytest.mark.parametrize(("state", "early_or_late"), [("PRE", "preMarket"), ("POST", "postMarket")])
def test_outside_of_hours_price_and_time_stay_those_of_the_regular_session(
    method: str, state: str, early_or_late: str
) -> None:
    other = {
        f"{early_or_late}Price": 110.0,
        f"{early_or_late}Change": 7.5,
        f"{early_or_late}ChangePercent": 7.3,
        f"{early_or_late}Time": int(NOW.timestamp()),
    }
    quote = quote_of(method, marketState=state, **other)
    assert (quote.price, quote.change, quote.as_of) == (102.5, 2.5, MARKET_TIME)


def test_a_batch_tells_each_session_but_the_regular_one_by_two_names() -> None:
    told = ("PREPRE", "PRE", "REGULAR", "POST", "POSTPOST", "CLOSED")
    states = [quote_of("quote", marketState=name).market_state for name in told]
    pre, regular, post = MarketState.PRE, MarketState.REGULAR, MarketState.POST
    assert states == [pre, pre, regular, post, post, MarketState.CLOSED]


def test_a_session_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    opening, closing = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    moment = timedelta(milliseconds=1)
    assert [state_at(opening - moment), state_at(opening)] == [MarketState.PRE, MarketState.REGULAR]
    assert [state_at(closing - moment), state_at(closing)] == [
        MarketState.REGULAR,
        MarketState.POST,
    ]
    assert state_at(closing + timedelta(hours=1)) is MarketState.CLOSED


@pytest.mark.parametrize(
    "periods",
    [{}, [], "regular", {"regular": None}, {"regular": [1, 2]}, {"regular": {"start": 1}}],
)
def test_sessions_that_cannot_be_read_leave_the_state_unknown(periods: object) -> None:
    assert quote_of("chart", currentTradingPeriod=periods).market_state is None


@BOTH
def test_the_short_names_serve_where_the_long_ones_are_missing(method: str) -> None:
    short = {"exchange": "NXX", "exchangeName": "NXX", "shortName": "Acme"}
    quote = quote_of(method, **short, fullExchangeName=None, longName=" ")
    assert (quote.exchange, quote.name) == ("NXX", "Acme")
    quote = quote_of(method, **short)
    assert (quote.exchange, quote.name) == ("Nowhere", "Acme Anvils plc")


@pytest.mark.parametrize(
    ("told", "minutes"), [(0, 0), (20, 20), (None, None), (-1, None), ("15", None), (True, None)]
)
def test_a_delay_is_told_in_minutes_or_unknown(told: object, minutes: int | None) -> None:
    assert quote_of("quote", exchangeDataDelayedBy=told).delay_minutes == minutes


@BOTH
def test_the_change_is_the_one_that_yahoo_tells(method: str) -> None:
    quote = quote_of(method, regularMarketChange=-1.25, regularMarketChangePercent=-2.03)
    assert (quote.change, quote.change_percent) == (-1.25, -2.03)


@BOTH
def test_half_a_change_is_completed_from_the_previous_close(method: str) -> None:
    quote = quote_of(method, regularMarketChange=2.6, regularMarketChangePercent="2,6 %")
    assert (quote.change, quote.change_percent) == (2.6, 2.5)


def test_a_charts_own_previous_close_comes_before_that_of_its_range() -> None:
    assert quote_of("chart", previousClose=101.0).previous_close == 101.0


@pytest.mark.parametrize("range_", [None, "5d", "1mo", 1, ["1d"]])
def test_only_in_a_chart_of_one_day_the_close_before_it_is_yesterdays(range_: object) -> None:
    assert quote_of("chart", range=range_).previous_close is None


@BOTH
def test_a_quote_is_for_the_symbol_as_it_was_asked_for(method: str) -> None:
    assert quote_of(method, "ACME", symbol="acme").symbol == "ACME"
    assert quote_of(method, "acme", symbol="ACME").symbol == "acme"


@BOTH
@pytest.mark.parametrize("told", ["ACM", "ACMEX", "ACME.L", "", 7, None, ["ACME"]])
def test_no_other_symbols_price_is_ever_taken(method: str, told: object) -> None:
    outcome = outcome_of(method, answer_of(method, symbol=told))
    assert isinstance(outcome, Failure)


@BOTH
@given(
    changes=st.dictionaries(st.sampled_from(sorted({*row(), *meta()})), ANY_JSON, max_size=4),
)
def test_whatever_several_fields_hold_the_price_is_finite_or_there_is_a_reason(
    method: str, changes: dict[str, Any]
) -> None:
    outcome = outcome_of(method, answer_of(method, **changes))
    if isinstance(outcome, Failure):
        assert outcome.detail
    else:
        assert math.isfinite(outcome.price) and outcome.price > 0
        assert (outcome.symbol, outcome.source) == ("ACME", "yahoo")
        assert outcome.previous_close is None or outcome.previous_close > 0


@BOTH
def test_the_days_range_told_in_place_of_the_years_is_none(method: str) -> None:
    # Seen in charts of other spans than a day.
    quote = quote_of(method, fiftyTwoWeekLow=99.5, fiftyTwoWeekHigh=103.5)
    assert (quote.day_low, quote.day_high) == (99.5, 103.5)
    assert (quote.year_low, quote.year_high) == (None, None)


@BOTH
def test_a_year_range_with_pounds_at_one_end_and_pence_at_the_other_is_none(method: str) -> None:
    changes = {"fiftyTwoWeekLow": 0.8, "fiftyTwoWeekHigh": 120.0}
    assert quote_of(method, currency="GBp", **changes).year_low is None
    # In dollars it may have risen that much.
    assert quote_of(method, currency="USD", **changes).year_low == 0.8


@pytest.mark.parametrize(
    ("kind", "volume", "told"),
    [
        ("EQUITY", 0, 0.0),
        # What trades in coins is told in dollars; of a pair nobody knows it.
        ("CRYPTOCURRENCY", 21_000_000_000, None),
        ("CURRENCY", 0, None),
        ("INDEX", 0, None),
        ("INDEX", 1_800_000_000, 1.8e9),
        # More shares than there are, at a price of 102.5 and worth five thousand millions.
        ("EQUITY", 50_000_000, None),
        ("EQUITY", 48_000_000, 4.8e7),
    ],
)
def test_a_volume_counts_shares_or_is_unknown(kind: str, volume: float, told: float | None) -> None:
    assert quote_of("quote", quoteType=kind, regularMarketVolume=volume).volume == told


def test_the_market_cap_of_pence_is_pounds_already() -> None:
    quote = quote_of("quote", currency="GBp", regularMarketVolume=4_000_000_000)
    # And so the volume is held against pounds.
    assert (quote.market_cap, quote.volume) == (5e9, 4e9)
