"""Answers of Financial Modeling Prep that tell no profile, statement or history."""

from typing import Any

import pytest
from hypothesis import given

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.research import Part

from .fmp_research_answers import FMP, company, day, parsed, profile, year
from .yahoo_answers import ANY_JSON, answer


class TestErrors:
    @pytest.mark.parametrize("part", list(Part))
    @pytest.mark.parametrize(
        ("status", "body", "reason"),
        [
            # A list of symbols on the address for one gives this, as an unknown symbol does.
            (200, [], Reason.NO_DATA),
            (200, ["row", None, 7], Reason.NO_DATA),
            (200, [{}], Reason.BAD_RESPONSE),
            (200, {"Error Message": "Limit Reach . Please upgrade"}, Reason.QUOTA_EXHAUSTED),
            (200, {"Error Message": "Something new."}, Reason.BAD_RESPONSE),
            (200, {}, Reason.BAD_RESPONSE),
            (200, b"", Reason.BAD_RESPONSE),
            (200, b"<html>", Reason.BAD_RESPONSE),
            (401, {"Error Message": "Invalid API KEY. Please retry"}, Reason.UNAUTHORIZED),
            (
                402,
                b"Premium Query Parameter: 'Special Endpoint : This value set for 'symbol'",
                None,
            ),
            (402, b"Restricted Endpoint: not available under your plan", Reason.ACCESS_DENIED),
            (402, b"Exclusive Endpoint : not available", Reason.ACCESS_DENIED),
            (402, b"Pay", Reason.ACCESS_DENIED),
            (403, {"Error Message": "Legacy Endpoint : no longer"}, Reason.ACCESS_DENIED),
            (429, {"Error Message": "Limit Reach . Please upgrade"}, Reason.QUOTA_EXHAUSTED),
            (429, b"slow down", Reason.RATE_LIMITED),
            (500, [year("2024-12-31", revenue=1)], Reason.UPSTREAM_ERROR),
        ],
    )
    def test_an_error_is_told_as_what_it_is(
        self, part: Part, status: int, body: object, reason: Reason | None
    ) -> None:
        found = FMP.parse(part, "ACME", answer(body, status))
        assert isinstance(found, Failure), found
        # None stands for the refusal of this one symbol, which says nothing of the others.
        assert found.reason is (reason or Reason.UNSUPPORTED_SYMBOL)

    @pytest.mark.parametrize("part", list(Part))
    def test_what_is_lacking_is_named(self, part: Part) -> None:
        words = {
            Part.PROFILE: "profile",
            Part.INCOME: "income statement",
            Part.BALANCE: "balance sheet",
            Part.CASH_FLOW: "cash flow statement",
            Part.HISTORY: "price history",
        }
        found = parsed(part, [])
        assert isinstance(found, Failure)
        assert found.detail == f"Financial Modeling Prep has no {words[part]} for ACME."

    @pytest.mark.parametrize("part", [Part.INCOME, Part.BALANCE, Part.CASH_FLOW])
    def test_a_statement_without_a_line_of_ours_is_none(self, part: Part) -> None:
        found = parsed(part, [year("2024-12-31", link="https://example.com")])
        assert isinstance(found, Failure) and found.reason is Reason.NO_DATA

    @pytest.mark.parametrize("part", list(Part))
    def test_an_answer_about_another_symbol_is_never_taken(self, part: Part) -> None:
        row = {**profile(), **day("2026-11-20", 12.0), **year("2024-12-31", revenue=1)}
        found = parsed(part, [{**row, "symbol": "ELSE"}])
        assert isinstance(found, Failure) and found.reason is Reason.BAD_RESPONSE
        assert "ELSE" in found.detail

    def test_the_symbol_may_be_told_in_small_letters(self) -> None:
        assert company("BRK-B", symbol="brk-b").symbol == "BRK-B"

    def test_a_wait_that_is_named_is_kept(self) -> None:
        found = FMP.parse(Part.INCOME, "ACME", answer(b"slow down", 429, {"retry-after": "7"}))
        assert isinstance(found, Failure) and found.retry_after_seconds == 7.0


@given(ANY_JSON, ANY_JSON)
def test_no_answer_makes_an_exception(inner: Any, outer: Any) -> None:
    bodies = [
        outer,
        [inner, outer],
        {"Error Message": inner},
        [{"symbol": inner}],
        [{"symbol": "ACME", "date": inner, "revenue": outer}],
        [{"symbol": "ACME", "date": "2024-12-31", "revenue": inner, "reportedCurrency": outer}],
        [profile(marketCap=inner, beta=outer, currency=inner, companyName=outer, isEtf=inner)],
        [day("2026-11-20", 12.0, adjOpen=inner, volume=outer)],
        [day("2026-11-20", 12.0), inner, day("2026-11-19", 12.0, date=outer)],
    ]
    for body in bodies:
        for part in FMP.parts:
            for status in (200, 402):
                assert FMP.parse(part, "ACME", answer(body, status))
