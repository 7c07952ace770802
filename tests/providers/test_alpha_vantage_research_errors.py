"""Answers of Alpha Vantage that tell no overview and no statement."""

from typing import Any

import pytest
from hypothesis import given

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.research import Part

from .alpha_vantage_research_answers import (
    ALPHA_VANTAGE,
    PARTS,
    STATEMENTS,
    company,
    overview,
    parsed,
    reports,
    year,
)
from .yahoo_answers import ANY_JSON, answer


class TestErrors:
    @pytest.mark.parametrize("part", PARTS)
    @pytest.mark.parametrize(
        ("body", "reason", "wait"),
        [
            (
                {
                    "Information": "We have detected your API key as AV-KEY and our standard API"
                    " rate limit is 25 requests per day."
                },
                Reason.QUOTA_EXHAUSTED,
                None,
            ),
            # The burst text names the daily limit, too: one second is all that it takes.
            (
                {
                    "Information": "Please consider spreading out your free API requests more"
                    " sparingly (1 request per second). Subscribe to lift the free key rate limit"
                    " (25 requests per day)."
                },
                Reason.RATE_LIMITED,
                1.0,
            ),
            ({"Note": "5 calls per minute and 500 calls per day"}, Reason.RATE_LIMITED, 60.0),
            (
                {"Information": "Thank you! This is a premium endpoint."},
                Reason.ACCESS_DENIED,
                None,
            ),
            (
                {"Error Message": "the parameter apikey is invalid or missing"},
                Reason.UNAUTHORIZED,
                None,
            ),
            ({"Error Message": "Invalid API call."}, Reason.BAD_RESPONSE, None),
            ({"Information": "Something new."}, Reason.BAD_RESPONSE, None),
            # Its way to say that it knows nothing of the kind, or not even the symbol.
            ({}, Reason.NO_DATA, None),
            ({"Name": "Acme Anvils"}, Reason.BAD_RESPONSE, None),
            ({"symbol": "ELSE", "annualReports": []}, Reason.BAD_RESPONSE, None),
            ([], Reason.BAD_RESPONSE, None),
            (b"", Reason.BAD_RESPONSE, None),
            (b"<html>", Reason.BAD_RESPONSE, None),
        ],
    )
    def test_an_error_with_status_200_is_told_as_what_it_is(
        self, part: Part, body: object, reason: Reason, wait: float | None
    ) -> None:
        found = parsed(part, body)
        assert isinstance(found, Failure), found
        assert (found.reason, found.retry_after_seconds) == (reason, wait)
        # Its text on the daily limit holds the caller's key.
        assert "AV-KEY" not in found.detail

    @pytest.mark.parametrize(
        ("status", "reason"), [(403, Reason.ACCESS_DENIED), (503, Reason.UPSTREAM_ERROR)]
    )
    def test_a_status_counts_before_what_comes_with_it(self, status: int, reason: Reason) -> None:
        found = ALPHA_VANTAGE.parse(Part.PROFILE, "ACME", answer(overview(), status))
        assert isinstance(found, Failure) and found.reason is reason

    @pytest.mark.parametrize("part", STATEMENTS)
    @pytest.mark.parametrize(
        "told", [None, {}, "None", [], ["x"], [year("2024-12-31", note="None")]]
    )
    def test_reports_of_nothing_are_no_statement(self, part: Part, told: object) -> None:
        found = parsed(part, {"symbol": "ACME", "annualReports": told})
        assert isinstance(found, Failure) and found.reason is Reason.NO_DATA

    @pytest.mark.parametrize(
        ("part", "words"),
        [
            (Part.PROFILE, "profile"),
            (Part.INCOME, "income statement"),
            (Part.BALANCE, "balance sheet"),
            (Part.CASH_FLOW, "cash flow statement"),
        ],
    )
    def test_what_is_lacking_is_named(self, part: Part, words: str) -> None:
        found = parsed(part, {})
        assert isinstance(found, Failure)
        assert found.detail == f"Alpha Vantage has no {words} for ACME."

    @pytest.mark.parametrize("told", ["BRK.B", "BRK-B", "brk.b"])
    def test_the_class_of_a_share_may_be_written_with_dot_or_dash(self, told: str) -> None:
        assert company("BRK-B", Symbol=told).symbol == "BRK-B"

    def test_a_share_of_another_exchange_is_another_share(self) -> None:
        # VOD is listed in New York, too, and told in dollars there.
        found = parsed(Part.PROFILE, overview(Symbol="VOD"), "VOD.L")
        assert isinstance(found, Failure) and found.reason is Reason.BAD_RESPONSE


@given(ANY_JSON, ANY_JSON)
def test_no_answer_makes_an_exception(inner: Any, outer: Any) -> None:
    bodies = [
        outer,
        {"Information": inner},
        {"Symbol": inner, "symbol": outer},
        {"symbol": "ACME", "annualReports": inner},
        reports(inner, outer),
        reports(year("2024-12-31", totalRevenue=inner, reportedCurrency=outer), inner),
        reports({"fiscalDateEnding": inner, "totalRevenue": "1", "totalAssets": outer}),
        overview(Name=inner, Sector=outer, Currency=inner, Beta=outer, AssetType=inner),
        overview(MarketCapitalization=inner, SharesOutstanding=outer, DividendYield=inner),
    ]
    for body in bodies:
        for part in PARTS:
            assert parsed(part, body)
