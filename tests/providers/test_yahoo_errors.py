"""Answers of Yahoo's that give no quotes: each has a reason for every symbol asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers.base import Answer
from stockapp.providers.yahoo.provider import Yahoo

from .yahoo_answers import ANY_JSON, answer, chart_answer, error_answer, meta, quote_answer, row

YAHOO = Yahoo(10)
BOTH = pytest.mark.parametrize("method", ["quote", "chart"])
GOOD = {"quote": quote_answer(row()), "chart": chart_answer(meta())}


def failure_of(method: str, found: Answer) -> Failure:
    outcome = YAHOO.parse(method, ("ACME",), found)["ACME"]
    assert isinstance(outcome, Failure), outcome
    assert outcome.detail
    return outcome


@BOTH
@pytest.mark.parametrize("body", [b"Edge: Too Many Requests", b"Too Many Requests\r\n", b"", b"{}"])
def test_a_rate_limit_is_read_from_the_status_whatever_the_body(method: str, body: bytes) -> None:
    failure = failure_of(method, answer(body, 429, {"retry-after": "120"}))
    assert (failure.reason, failure.retry_after_seconds) == (Reason.RATE_LIMITED, 120)


@BOTH
@pytest.mark.parametrize("header", ["", "soon", "-1", "1.5", "Fri, 20 Nov 2026 15:00:00 GMT"])
def test_a_wait_that_says_nothing_or_is_over_is_unknown(method: str, header: str) -> None:
    failure = failure_of(method, answer(b"", 429, {"retry-after": header}))
    assert (failure.reason, failure.retry_after_seconds) == (Reason.RATE_LIMITED, None)


@BOTH
def test_a_wait_may_be_told_as_an_instant(method: str) -> None:
    headers = {"retry-after": "Fri, 20 Nov 2026 16:00:00 GMT"}
    assert failure_of(method, answer(b"", 429, headers)).retry_after_seconds == 1800


@BOTH
def test_a_rate_limit_speaks_of_the_caller_even_where_the_body_speaks_of_the_symbol(
    method: str,
) -> None:
    found = error_answer(429, "chart", "Not Found", "No data found, symbol may be delisted")
    assert failure_of(method, found).reason is Reason.RATE_LIMITED


@BOTH
@pytest.mark.parametrize("root", ["finance", "quoteResponse", "chart"])
@pytest.mark.parametrize(
    ("status", "code", "words", "reason"),
    [
        (401, "Unauthorized", "Invalid Crumb", Reason.UNAUTHORIZED),
        (401, "Other", "User is unable to access this feature", Reason.UNAUTHORIZED),
        (200, "Unauthorized", "Invalid Crumb", Reason.UNAUTHORIZED),
        (404, "Not Found", "No data found, symbol may be delisted", Reason.NOT_FOUND),
        (404, "Other", "No data found", Reason.NOT_FOUND),
        (200, "Not Found", "No data found, symbol may be delisted", Reason.NOT_FOUND),
        (400, "Bad Request", "Data doesn't exist for startDate = 1", Reason.NO_DATA),
        (400, "Bad Request", "Missing required query parameter", Reason.BAD_RESPONSE),
        (422, "Unprocessable Entity", "5m data not available", Reason.BAD_RESPONSE),
        (200, "Internal Error", "Something went wrong", Reason.BAD_RESPONSE),
        (500, "Internal Error", "Something went wrong", Reason.UPSTREAM_ERROR),
    ],
)
def test_an_error_is_understood_below_whatever_root_and_in_yahoos_words(
    method: str, root: str, status: int, code: str, words: str, reason: Reason
) -> None:
    failure = failure_of(method, error_answer(status, root, code, words))
    assert failure.reason is reason
    assert words in failure.detail


@BOTH
@pytest.mark.parametrize("code", [None, 404, ["Not Found"]])
def test_an_error_without_words_is_an_error_still(method: str, code: object) -> None:
    found = answer({"chart": {"result": None, "error": {"code": code}}}, 500)
    assert failure_of(method, found).reason is Reason.UPSTREAM_ERROR


@BOTH
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, Reason.BAD_RESPONSE),
        (302, Reason.BAD_RESPONSE),
        (401, Reason.UNAUTHORIZED),
        (403, Reason.ACCESS_DENIED),
        (451, Reason.BLOCKED),
        (500, Reason.UPSTREAM_ERROR),
        (502, Reason.UPSTREAM_ERROR),
        (503, Reason.UPSTREAM_ERROR),
    ],
)
@pytest.mark.parametrize("body", [b"", b"plain words", b"<html><body>Sorry</body></html>", b"[]"])
def test_a_status_has_its_reason_though_the_body_is_no_json(
    method: str, status: int, reason: Reason, body: bytes
) -> None:
    failure = failure_of(method, answer(body, status))
    assert failure.reason is reason
    assert str(status) in failure.detail


@BOTH
def test_good_looking_prices_under_a_bad_status_are_not_taken(method: str) -> None:
    found = Answer(503, {}, GOOD[method].body, GOOD[method].received_at)
    assert failure_of(method, found).reason is Reason.UPSTREAM_ERROR


@BOTH
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty answer"),
        (b" \r\n", "an empty answer"),
        (b"<!DOCTYPE html><HTML><body>Before you continue", "a web page"),
        (b"plain words", "something unreadable"),
        (b"\xff\xfe\x00", "something unreadable"),
        (b'"quoteResponse"', "something unreadable"),
        (b"[" * 5000, "something unreadable"),
    ],
)
def test_what_is_no_json_object_is_named(method: str, body: bytes, words: str) -> None:
    failure = failure_of(method, answer(body))
    assert failure.reason is Reason.BAD_RESPONSE
    assert words in failure.detail


@BOTH
@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 400])
def test_a_number_beyond_all_numbers_is_never_a_price(method: str, number: bytes) -> None:
    body = GOOD[method].body.replace(b"102.5", number)
    assert number in body
    assert failure_of(method, answer(body)).reason in {Reason.BAD_RESPONSE, Reason.NO_DATA}


@BOTH
@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        "none",
        0,
        [],
        [None],
        [[]],
        [{"meta": None}],
        [{"meta": ["symbol"]}],
        [{"meta": 1}],
    ],
)
def test_an_answer_without_results_gives_no_quote(method: str, result: object) -> None:
    root = {"quote": "quoteResponse", "chart": "chart"}[method]
    found = answer({root: {"result": result, "error": None}})
    assert failure_of(method, found).reason in {Reason.BAD_RESPONSE, Reason.NOT_FOUND}


@BOTH
def test_the_answer_of_another_method_is_not_understood(method: str) -> None:
    other = {"quote": "chart", "chart": "quote"}[method]
    assert failure_of(method, GOOD[other]).reason is Reason.BAD_RESPONSE


def test_an_empty_batch_answer_means_that_no_symbol_is_known() -> None:
    parsed = YAHOO.parse("quote", ("ONE", "TWO"), quote_answer())
    assert [f.reason for f in parsed.values() if isinstance(f, Failure)] == [Reason.NOT_FOUND] * 2


def test_a_symbol_that_is_absent_is_unknown_and_one_without_a_price_has_no_data() -> None:
    found = quote_answer(row("GOOD"), row("GHOST", regularMarketPrice=None))
    parsed = YAHOO.parse("quote", ("GHOST", "ABSENT", "GOOD"), found)
    told = {s: o.price if isinstance(o, Quote) else o.reason for s, o in parsed.items()}
    assert told == {"GHOST": Reason.NO_DATA, "ABSENT": Reason.NOT_FOUND, "GOOD": 102.5}
    assert "ABSENT" in getattr(parsed["ABSENT"], "detail", "")


def test_symbols_that_nobody_asked_for_are_left_out() -> None:
    assert set(YAHOO.parse("quote", ("ONE",), quote_answer(row("ONE"), row("TWO")))) == {"ONE"}


def test_an_answer_that_fails_as_a_whole_fails_for_every_symbol() -> None:
    symbols = [f"S{n}" for n in range(50)]
    parsed = YAHOO.parse("quote", symbols, answer(b"Edge: Too Many Requests", 429))
    assert list(parsed) == symbols
    assert {getattr(outcome, "reason", None) for outcome in parsed.values()} == {
        Reason.RATE_LIMITED
    }


@BOTH
@given(share=st.floats(0, 0.999))
def test_an_answer_cut_short_anywhere_is_a_bad_response(method: str, share: float) -> None:
    body = GOOD[method].body
    assert failure_of(method, answer(body[: int(share * len(body))])).reason is Reason.BAD_RESPONSE


@BOTH
@given(body=st.binary(max_size=60), status=st.integers(100, 599))
def test_whatever_bytes_come_back_there_is_a_reason(method: str, body: bytes, status: int) -> None:
    assert failure_of(method, answer(body, status))


@BOTH
@given(result=ANY_JSON, error=ANY_JSON)
def test_whatever_an_envelope_holds_there_is_a_reason(
    method: str, result: object, error: object
) -> None:
    root = {"quote": "quoteResponse", "chart": "chart"}[method]
    assert failure_of(method, answer({root: {"result": result, "error": error}}))
