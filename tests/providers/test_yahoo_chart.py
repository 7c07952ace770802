"""What Yahoo's charts are taken to mean."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import MarketState, Quote
from stockapp.providers.base import Answer
from stockapp.providers.yahoo.provider import Yahoo

from .yahoo_answers import ANY_JSON, MARKET_TIME, NOW, answer, chart_answer, error_answer, meta

YAHOO = Yahoo(10)


def outcome_of(found: Answer) -> Quote | Failure:
    return YAHOO.parse("chart", ("ACME",), found)["ACME"]


def quote_of(**changes: Any) -> Quote:
    outcome = outcome_of(chart_answer(meta(**changes)))
    assert isinstance(outcome, Quote)
    return outcome


def reason_of(found: Answer) -> Reason:
    outcome = outcome_of(found)
    assert isinstance(outcome, Failure)
    return outcome.reason


def test_a_chart_gives_a_quote_and_says_that_it_was_the_chart() -> None:
    quote = quote_of()
    assert (quote.price, quote.currency, quote.as_of) == (102.5, "USD", MARKET_TIME)
    assert (quote.source, quote.method, quote.fetched_at) == ("yahoo", "chart", NOW)
    assert (quote.previous_close, quote.change, quote.change_percent) == (100.0, 2.5, 2.5)
    assert (quote.exchange, quote.name) == ("Nowhere", "Acme Anvils plc")


def test_the_close_before_a_longer_range_is_not_yesterdays() -> None:
    quote = quote_of(range="1mo")
    assert (quote.previous_close, quote.change, quote.change_percent) == (None, None, None)
    assert quote_of(range="1mo", previousClose=101.0).previous_close == 101.0


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        (-1.5, MarketState.PRE),
        (0, MarketState.REGULAR),
        (1.5, MarketState.POST),
        (9, MarketState.CLOSED),
    ],
)
def test_the_session_is_the_one_in_which_the_answer_came(hours: float, state: MarketState) -> None:
    found = chart_answer(meta())
    later = Answer(found.status, {}, found.body, NOW + timedelta(hours=hours))
    outcome = outcome_of(later)
    assert isinstance(outcome, Quote)
    assert outcome.market_state is state


def test_without_sessions_the_state_of_the_market_is_unknown() -> None:
    assert quote_of(currentTradingPeriod=None).market_state is None


def test_a_chart_of_another_symbol_is_refused() -> None:
    assert reason_of(chart_answer(meta("OTHER"))) is Reason.BAD_RESPONSE
    assert reason_of(chart_answer(meta(symbol=None))) is Reason.BAD_RESPONSE


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (error_answer(404, "chart", "Not Found", "No data found"), Reason.NOT_FOUND),
        (error_answer(400, "chart", "Bad Request", "Data doesn't exist for"), Reason.NO_DATA),
        (error_answer(401, "finance", "Unauthorized", "Invalid Crumb"), Reason.UNAUTHORIZED),
        (answer(b"Edge: Too Many Requests", 429), Reason.RATE_LIMITED),
        (answer({"chart": {"result": [], "error": None}}), Reason.BAD_RESPONSE),
        (answer({"chart": {"result": [{"meta": None}]}}), Reason.BAD_RESPONSE),
        (chart_answer(meta(regularMarketPrice=None)), Reason.NO_DATA),
        (chart_answer(meta(regularMarketTime=None)), Reason.NO_DATA),
    ],
)
def test_an_answer_without_a_price_has_a_reason(found: Answer, reason: Reason) -> None:
    assert reason_of(found) is reason


@given(field=st.sampled_from(sorted(meta())), value=ANY_JSON)
def test_whatever_a_field_holds_there_is_a_price_or_a_reason(field: str, value: object) -> None:
    outcome = outcome_of(chart_answer({**meta(), field: value}))
    assert isinstance(outcome, Failure) or outcome.price > 0


def test_the_request_is_for_one_day_of_one_symbol_spelt_for_an_address() -> None:
    request = YAHOO.request("chart", ["^GSPC"])
    assert request.url == "https://query1.finance.yahoo.com/v8/finance/chart/%5EGSPC"
    assert request.params == {"range": "1d", "interval": "1d"}
    assert YAHOO.methods[2].batch_size == 1
