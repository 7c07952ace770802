"""What the answers about a month's closes are taken to mean."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.trend import NoTrend, Trend
from stockapp.providers.base import Answer
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.trends import SimulatedTrends, trends_body
from stockapp.providers.yahoo.trend import YahooTrends

from .yahoo_answers import ANY_JSON, NOW, answer

YAHOO = YahooTrends()
# Three openings of New York, and the last trade of the third day.
OPENED = [int(datetime(2026, 11, day, 14, 30, tzinfo=UTC).timestamp()) for day in (16, 17, 18)]
TRADED = int(datetime(2026, 11, 18, 20, 59, 58, tzinfo=UTC).timestamp())


def part(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "timestamp": [*OPENED, TRADED],
        "close": [100.0, None, 102.0, 102.5],
        "chartPreviousClose": 99.0,
        "previousClose": None,
        "dataGranularity": 300,
        **changes,
    }


def outcome(symbol: str = "ACME", **changes: Any) -> Trend | Failure:
    return YAHOO.parse([symbol], answer({symbol: part(symbol, **changes)}))[symbol]


def days(symbol: str, *moments: datetime) -> list[int]:
    stamps = [int(moment.timestamp()) for moment in moments]
    found = outcome(symbol, timestamp=stamps, close=[1.0] * len(stamps))
    assert isinstance(found, Trend)
    return [day.day for day in found.days]


def test_a_trend_is_the_closes_by_day_without_holidays_and_with_the_last_price_once() -> None:
    assert outcome() == Trend(
        symbol="ACME",
        closes=(100.0, 102.5),
        days=(date(2026, 11, 16), date(2026, 11, 18)),
        currency=None,
        source="yahoo",
        method="trend",
        fetched_at=NOW,
    )


def test_it_asks_for_a_month_of_days_of_many_symbols_at_once() -> None:
    request = YAHOO.request(["ACME", "BRK-B"])
    assert request.url.endswith("/v8/finance/spark")
    assert request.params == {"symbols": "ACME,BRK-B", "range": "1mo", "interval": "1d"}
    assert YAHOO.batch_size == 20


@pytest.mark.parametrize(
    "changes",
    [
        {"close": [None, None, None, 102.5]},
        {"close": []},
        {"timestamp": None, "close": None},
        {"close": [0, -1, "3", True]},
        {"close": [100.0]},
    ],
)
def test_less_than_two_closes_are_no_data(changes: dict[str, Any]) -> None:
    found = outcome(**changes)
    assert isinstance(found, Failure) and found.reason is Reason.NO_DATA


def test_what_is_not_in_the_answer_spoils_no_other_and_is_not_unknown_for_it() -> None:
    found = YAHOO.parse(["ACME", "GONE"], answer({"ACME": part()}))
    gone = found["GONE"]
    assert isinstance(found["ACME"], Trend)
    assert isinstance(gone, Failure) and gone.reason is Reason.NO_DATA


def test_the_closes_of_another_symbol_are_refused() -> None:
    wrong = YAHOO.parse(["ACME"], answer({"ACME": part("OTHR")}))["ACME"]
    assert isinstance(wrong, Failure) and wrong.reason is Reason.BAD_RESPONSE


def test_an_exchange_that_opens_before_midnight_of_utc_has_its_own_days() -> None:
    opening = datetime(2026, 11, 15, 23, 0, tzinfo=UTC), datetime(2026, 11, 16, 23, 0, tzinfo=UTC)
    assert days("BHP.AX", *opening) == [16, 17]
    assert days("ACME", *opening) == [15, 16]
    midnight_in_london = datetime(2026, 7, 1, 23, 0, tzinfo=UTC)
    assert days("EURUSD=X", midnight_in_london, datetime(2026, 7, 2, 23, 0, tzinfo=UTC)) == [2, 3]


@pytest.mark.parametrize("status", [429, 500])
def test_a_status_is_told_of_every_symbol(status: int) -> None:
    found = YAHOO.parse(["A", "B"], Answer(status, {}, b"no", NOW))
    wanted = Reason.RATE_LIMITED if status == 429 else Reason.UPSTREAM_ERROR
    assert [one.reason for one in found.values() if isinstance(one, Failure)] == [wanted] * 2


@given(document=ANY_JSON)
def test_no_answer_makes_it_raise(document: Any) -> None:
    for body in (document, {"ACME": document}, {"ACME": {**part(), "close": document}}):
        assert set(YAHOO.parse(["ACME"], answer(body))) == {"ACME"}


def test_the_simulated_exchange_tells_a_month_that_ends_at_the_price() -> None:
    exchange, wanted = Exchange(7), ["LARK.SIM", "BRAM.SIM", "NOPE.SIM"]
    body = trends_body(exchange, wanted, NOW)
    found = SimulatedTrends().parse(wanted, Answer(200, {}, body, NOW))
    lark, pence, unknown = (found[symbol] for symbol in wanted)
    assert isinstance(lark, Trend) and isinstance(pence, Trend)
    assert (lark.currency, pence.currency) == ("USD", "GBp")
    assert len(lark.closes) == 22 and lark.days[-1] == NOW.date()
    trade = exchange.trade("LARK.SIM", NOW)
    assert trade and lark.closes[-2:] == (trade.previous_close, trade.price)
    assert all(day.weekday() < 5 for day in lark.days)
    assert isinstance(unknown, Failure) and unknown.reason is Reason.NOT_FOUND


def test_a_trend_is_kept_whole() -> None:
    found = outcome()
    assert isinstance(found, Trend) and Trend.from_json(found.to_json()) == found


@pytest.mark.parametrize("closes", [(1.0,), (1.0, 0.0), (1.0, float("inf")), (1.0, 2.0, 3.0)])
def test_what_is_no_line_of_prices_is_no_trend(closes: tuple[float, ...]) -> None:
    with pytest.raises(NoTrend):
        Trend("A", closes, (date(2026, 1, 1), date(2026, 1, 2)), None, "s", "m", NOW)
