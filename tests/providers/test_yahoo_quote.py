"""What Yahoo's batch answers are taken to mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import MarketState, Quote
from stockapp.providers.base import Answer, Parsed
from stockapp.providers.yahoo.provider import Yahoo

from .yahoo_answers import ANY_JSON, MARKET_TIME, NOW, answer, error_answer, quote_answer, row

YAHOO = Yahoo(10)


def parse(found: Answer, *symbols: str) -> Parsed:
    return YAHOO.parse("quote", symbols or ("ACME",), found)


def quote_of(found: Answer, symbol: str = "ACME") -> Quote:
    outcome = parse(found, symbol)[symbol]
    assert isinstance(outcome, Quote)
    return outcome


def reason_of(found: Answer, symbol: str = "ACME") -> Reason:
    outcome = parse(found, symbol)[symbol]
    assert isinstance(outcome, Failure)
    assert outcome.detail
    return outcome.reason


def test_a_quote_holds_the_price_and_all_that_one_must_know_of_it() -> None:
    assert quote_of(quote_answer(row())) == Quote(
        symbol="ACME",
        name="Acme Anvils plc",
        price=102.5,
        currency="USD",
        previous_close=100.0,
        change=2.5,
        change_percent=2.5,
        market_state=MarketState.REGULAR,
        exchange="Nowhere",
        as_of=MARKET_TIME,
        delay_minutes=15,
        source="yahoo",
        method="quote",
        fetched_at=NOW,
        day_low=99.5,
        day_high=103.5,
        year_low=80.0,
        year_high=120.0,
        volume=1000.0,
        market_cap=5e9,
    )


@pytest.mark.parametrize("currency", ["GBp", "GBP", "ZAc", "ILA", "USX"])
def test_a_currency_is_kept_letter_by_letter(currency: str) -> None:
    assert quote_of(quote_answer(row(currency=currency))).currency == currency


def test_a_currency_that_is_not_told_is_unknown() -> None:
    assert quote_of(quote_answer(row(currency=None))).currency is None


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("PREPRE", MarketState.PRE),
        ("PRE", MarketState.PRE),
        ("POSTPOST", MarketState.POST),
        ("CLOSED", MarketState.CLOSED),
        ("LUNCH", None),
        (None, None),
    ],
)
def test_the_session_is_told_or_unknown(told: str | None, state: MarketState | None) -> None:
    assert quote_of(quote_answer(row(marketState=told))).market_state is state


def test_after_hours_the_price_stays_that_of_the_regular_session() -> None:
    late = row(marketState="POST", postMarketPrice=110.0, postMarketTime=1_795_000_000)
    quote = quote_of(quote_answer(late))
    assert (quote.price, quote.as_of) == (102.5, MARKET_TIME)


@pytest.mark.parametrize("previous", [None, 0, -3.0, "100"])
def test_without_a_previous_close_there_is_no_change_rather_than_none_at_all(
    previous: object,
) -> None:
    quiet = row(
        regularMarketPreviousClose=previous,
        regularMarketChange=None,
        regularMarketChangePercent=None,
    )
    quote = quote_of(quote_answer(quiet))
    assert (quote.previous_close, quote.change, quote.change_percent) == (None, None, None)


def test_the_change_follows_from_the_previous_close_where_it_is_not_told() -> None:
    quote = quote_of(quote_answer(row(regularMarketChange=None, regularMarketChangePercent=None)))
    assert (quote.change, quote.change_percent) == (2.5, 2.5)


@pytest.mark.parametrize("price", [None, 0, -1.5, "102.5", True, {}, [102.5]])
def test_what_is_no_price_is_never_shown_as_one(price: object) -> None:
    assert reason_of(quote_answer(row(regularMarketPrice=price))) is Reason.NO_DATA


@pytest.mark.parametrize("time", [None, 0, "now", 1e300])
def test_a_price_of_unknown_time_is_no_price(time: object) -> None:
    assert reason_of(quote_answer(row(regularMarketTime=time))) is Reason.NO_DATA


def test_a_renamed_symbol_has_no_data() -> None:
    assert reason_of(quote_answer({"symbol": "ACME", "quoteType": "NONE"})) is Reason.NO_DATA
    assert reason_of(quote_answer(row(quoteType="NONE"))) is Reason.NO_DATA, "its price is a ghost"


def test_rows_go_to_their_own_symbols_in_whatever_order_they_come() -> None:
    rows = [row("TWO", regularMarketPrice=2.0), row("one", regularMarketPrice=1.0)]
    parsed = parse(quote_answer(*rows), "ONE", "TWO", "THREE")
    prices = {s: o.price if isinstance(o, Quote) else o.reason for s, o in parsed.items()}
    assert prices == {"ONE": 1.0, "TWO": 2.0, "THREE": Reason.NOT_FOUND}


def test_an_answer_for_others_alone_says_nothing_of_the_symbol() -> None:
    assert reason_of(quote_answer(row("OTHER"))) is Reason.BAD_RESPONSE


def test_one_unreadable_row_spoils_no_other() -> None:
    parsed = parse(quote_answer("?", None, row("TWO")), "ONE", "TWO")
    assert isinstance(parsed["TWO"], Quote)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (answer(b"Edge: Too Many Requests", 429), Reason.RATE_LIMITED),
        (answer(b"Too Many Requests\r\n", 200), Reason.RATE_LIMITED),
        (error_answer(401, "finance", "Unauthorized", "Invalid Crumb"), Reason.UNAUTHORIZED),
        (answer(b"<html><body>Forbidden</body></html>", 403), Reason.ACCESS_DENIED),
        (answer(b"Will be right back", 503), Reason.UPSTREAM_ERROR),
        (answer(b"<!doctype html><html>", 200), Reason.BAD_RESPONSE),
        (answer(b'{"quoteResponse":{"result":[{"symbol":"AC'), Reason.BAD_RESPONSE),
        (answer(b""), Reason.BAD_RESPONSE),
        (answer([]), Reason.BAD_RESPONSE),
        (answer({"quoteResponse": None}), Reason.BAD_RESPONSE),
        (answer({"quoteResponse": {"result": None, "error": None}}), Reason.BAD_RESPONSE),
    ],
)
def test_an_answer_that_is_none_has_a_reason(found: Answer, reason: Reason) -> None:
    assert reason_of(found) is reason


def test_a_rate_limit_says_when_to_come_back() -> None:
    outcome = parse(answer(b"Too Many Requests", 429, {"retry-after": "30"}))["ACME"]
    assert isinstance(outcome, Failure)
    assert outcome.retry_after_seconds == 30


@given(field=st.sampled_from(sorted(row())), value=ANY_JSON)
def test_whatever_a_field_holds_there_is_a_price_or_a_reason(field: str, value: object) -> None:
    spoilt = {**row(), field: value}
    outcome = parse(answer({"quoteResponse": {"result": [spoilt], "error": None}}))["ACME"]
    assert isinstance(outcome, Failure) or outcome.price > 0


@given(body=ANY_JSON, status=st.sampled_from([200, 302, 400, 401, 404, 429, 500]))
def test_whatever_comes_back_there_is_a_reason(body: object, status: int) -> None:
    assert isinstance(parse(answer(body, status))["ACME"], Failure)


def test_a_request_asks_for_at_most_fifty_symbols_and_for_plain_numbers() -> None:
    assert YAHOO.methods[0].batch_size == 50
    request = YAHOO.request("quote", ["BRK-B", "^GSPC"])
    assert request.params == {"symbols": "BRK-B,^GSPC", "formatted": "false"}
    assert request.url == "https://query1.finance.yahoo.com/v7/finance/quote"
