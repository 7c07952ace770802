"""What holds for every method of every service, on good answers and on spoilt ones."""

import copy
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers.base import Answer, FollowUp

from .service_answers import GOOD, PREVIOUS, PRICE, Good
from .yahoo_answers import ANY_JSON, MARKET_TIME, NOW

EVERY = pytest.mark.parametrize("good", GOOD, ids=lambda good: good.id)


def outcome(good: Good, answer: Answer) -> Quote | Failure | FollowUp:
    """What the method makes of it; the last follow-up counts as no quote."""
    parsed = good.provider.parse(good.method, ["ACME"], answer)
    if isinstance(parsed, FollowUp):
        return parsed
    assert set(parsed) == {"ACME"}
    return parsed["ACME"]


def original(good: Good) -> Quote:
    found = outcome(good, good.answer())
    assert isinstance(found, Quote), found
    return found


def never_changed(found: Quote | Failure | FollowUp, quote: Quote) -> None:
    """The same numbers, or less of them; or a reason in words."""
    if isinstance(found, FollowUp):
        return
    if isinstance(found, Failure):
        assert isinstance(found.reason, Reason) and found.detail
        return
    if found.method == "spark" and found.as_of < quote.as_of:
        # Without its last bar it tells the one before, and when that was.
        assert found.price == 101.0
        return
    assert (found.symbol, found.price) == (quote.symbol, quote.price)
    assert found.currency in (quote.currency, None)
    assert found.previous_close in (quote.previous_close, None)
    for told, right in (
        (found.change, quote.change),
        (found.change_percent, quote.change_percent),
    ):
        assert told is None or right is None or told == pytest.approx(right)
    for name in OF_THE_DAY:
        # A volume of 0 is one, too.
        assert getattr(found, name) in (getattr(quote, name), None, 0), name


@EVERY
def test_a_good_answer_gives_its_numbers(good: Good) -> None:
    quote = original(good)
    assert (quote.symbol, quote.price, quote.fetched_at) == ("ACME", PRICE, NOW)
    assert (quote.source, quote.method) == (good.provider.name, good.method)
    if quote.end_of_day:
        assert quote.as_of == MARKET_TIME.replace(hour=0, minute=0)
    else:
        assert quote.as_of == MARKET_TIME
    if good.provider.name != "marketstack":
        assert quote.previous_close == PREVIOUS
        assert quote.change == pytest.approx(2.5)
        assert quote.change_percent == pytest.approx(2.5)


# What each tells besides: of Google, only its new layout does.
DAY, YEAR = ("day_low", "day_high", "volume"), ("year_low", "year_high")
OF_THE_DAY = {
    **{"day_low": 99.5, "day_high": 103.5, "volume": 1000.0},
    **{"year_low": 80.0, "year_high": 120.0, "market_cap": 5e9},
}
TELLS = {
    "yahoo/spark": (),
    "google/page": (),
    "yahoo/chart": (*DAY, *YEAR),
    "marketstack/eod": DAY,
    "alpha_vantage/quote": DAY,
    "alpha_vantage/bulk": DAY,
}


@EVERY
def test_ranges_volume_and_market_cap_are_told_where_the_source_tells_them(good: Good) -> None:
    quote, told = original(good), TELLS.get(good.id, OF_THE_DAY)
    for name, value in OF_THE_DAY.items():
        assert getattr(quote, name) == (value if name in told else None), name


@EVERY
def test_a_currency_is_told_by_the_answer_or_unknown(good: Good) -> None:
    silent = {"yahoo/spark", "fmp/quote", "fmp/batch", "alpha_vantage/quote", "alpha_vantage/bulk"}
    assert original(good).currency == (None if good.id in silent else "USD")


@EVERY
def test_only_sources_of_daily_closes_give_closes(good: Good) -> None:
    daily = {"marketstack/eod", "alpha_vantage/quote"}
    assert original(good).end_of_day is (good.id in daily)


@EVERY
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, Reason.RATE_LIMITED),
        (401, Reason.UNAUTHORIZED),
        (403, Reason.ACCESS_DENIED),
        (451, Reason.BLOCKED),
        (500, Reason.UPSTREAM_ERROR),
        (503, Reason.UPSTREAM_ERROR),
        (302, Reason.BAD_RESPONSE),
    ],
)
def test_a_status_is_told_as_what_it_is(good: Good, status: int, reason: Reason) -> None:
    answer = Answer(status, {"retry-after": "40"}, b"<html>no</html>", NOW, good.answer().asked)
    found = outcome(good, answer)
    assert isinstance(found, Failure)
    assert found.reason is reason
    if status == 429:
        assert found.retry_after_seconds == 40


@EVERY
@pytest.mark.parametrize("body", [b"", b"[", b"<!doctype html><html>Hello</html>", b"null", b"1"])
def test_nonsense_is_a_bad_response(good: Good, body: bytes) -> None:
    found = outcome(good, good.answer(body))
    assert isinstance(found, Failure)
    assert found.reason is Reason.BAD_RESPONSE


@EVERY
def test_an_answer_about_another_symbol_is_refused(good: Good) -> None:
    body = good.body.replace(b"ACME", b"OTHR")
    found = outcome(good, good.answer(body))
    assert not isinstance(found, Quote)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a document."""
    found = [path] if path else []
    if isinstance(document, dict):
        return found + [p for k, v in document.items() for p in places(v, (*path, k))]
    if isinstance(document, list):
        return found + [p for i, v in enumerate(document) for p in places(v, (*path, i))]
    return found


def changed(document: Any, path: tuple[Any, ...], value: Any, *, drop: bool) -> Any:
    document = copy.deepcopy(document)
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    if drop and isinstance(inner, dict):
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return document


NO_NUMBERS = (
    st.none()
    | st.booleans()
    | st.text(alphabet="abc <>\"'\\", max_size=8)
    | st.lists(st.none() | st.text(alphabet="xyz", max_size=3), max_size=2)
    | st.dictionaries(st.sampled_from(["raw", "a"]), st.none(), max_size=1)
    | st.sampled_from([math.nan, math.inf, -math.inf, 0, -1, -0.0])
)


@EVERY
@given(data=st.data())
def test_a_value_that_is_dropped_or_of_another_kind_never_changes_a_number(
    good: Good, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(places(good.document)))
    value = data.draw(NO_NUMBERS)
    # Changes of the day are told apart from prices, and may be 0 or below.
    if "hange" in str(path[-1]) and isinstance(value, (int, float)):
        value = None
    spoilt = changed(good.document, path, value, drop=data.draw(st.booleans()))
    never_changed(outcome(good, good.answer(good.write(spoilt))), original(good))


@EVERY
@given(data=st.data())
def test_an_answer_that_breaks_off_gives_nothing_or_the_same(
    good: Good, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, len(good.body) - 1))
    never_changed(outcome(good, good.answer(good.body[:length])), original(good))


@EVERY
@given(data=st.data())
def test_garbage_in_an_answer_gives_nothing_or_the_same(good: Good, data: st.DataObject) -> None:
    body = bytearray(good.body)
    # A digit for a digit would be another price, and nobody could tell.
    at = data.draw(
        st.integers(0, len(body) - 1).filter(lambda i: not chr(body[i]).isdigit() and body[i] != 46)
    )
    body[at] = data.draw(st.sampled_from(b'x{}[]":,<>\\ \x00\xff'))
    found = outcome(good, good.answer(bytes(body)))
    if isinstance(found, Quote):
        assert found.price == PRICE


@EVERY
@given(document=ANY_JSON)
def test_no_document_makes_a_parser_raise(good: Good, document: Any) -> None:
    found = outcome(good, good.answer(good.write(document)))
    assert not isinstance(found, Quote)
