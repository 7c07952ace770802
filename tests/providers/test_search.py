"""What searches ask for, and what they make of answers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.company import SecurityType
from stockapp.domain.listing import Listing
from stockapp.providers.fmp_search import FmpSearch
from stockapp.providers.searching import Searcher
from stockapp.providers.yahoo.search import YahooSearch

from .yahoo_answers import ANY_JSON, answer, error_answer

YAHOO, FMP = YahooSearch(), FmpSearch("key")
BOTH = pytest.mark.parametrize("searcher", [YAHOO, FMP], ids=["yahoo", "fmp"])


def row(symbol: object = "ACME", **changes: Any) -> dict[str, Any]:
    """A hit of Yahoo's; a change to None leaves the field out."""
    fields = {
        "exchange": "NXX",
        "shortname": "ACME ANV",
        "longname": "Acme Anvils plc",
        "exchDisp": "Nowhere",
        "quoteType": "EQUITY",
        "symbol": symbol,
        "score": 20007.5,
        "isYahooFinance": True,
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def fmp_row(symbol: object = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "name": "Acme Anvils plc",
        "currency": "USD",
        "exchangeFullName": "Nowhere Global",
        "exchange": "NWH",
        **changes,
    }


def yahoo_finds(*rows: object) -> tuple[Listing, ...]:
    found = YAHOO.parse("acme", answer({"count": len(rows), "quotes": list(rows), "news": []}))
    assert not isinstance(found, Failure)
    return found


def fmp_finds(*rows: object) -> tuple[Listing, ...]:
    found = FMP.parse("acme", answer(list(rows)))
    assert not isinstance(found, Failure)
    return found


def reason(searcher: Searcher, body: object, status: int = 200) -> Reason:
    found = searcher.parse("acme", answer(body, status))
    assert isinstance(found, Failure) and found.detail
    return found.reason


class TestYahoo:
    def test_is_asked_for_any_text_by_one_request(self) -> None:
        request = YAHOO.request("M&M cycles")
        assert request.url == "https://query1.finance.yahoo.com/v1/finance/search"
        assert request.params["q"] == "M&M cycles"

    def test_tells_name_exchange_and_type_but_no_currency(self) -> None:
        (found,) = yahoo_finds(row("ACME.L"))
        share = SecurityType.SHARE
        assert found == Listing("ACME.L", "Acme Anvils plc", "Nowhere", share, None, "yahoo")

    def test_falls_back_to_short_names_and_leaves_unknown_what_is_not_told(self) -> None:
        (found,) = yahoo_finds(row(longname=None, exchDisp=None, quoteType=None))
        assert (found.name, found.exchange, found.security_type) == ("ACME ANV", "NXX", None)

    @pytest.mark.parametrize(
        ("told", "means"),
        [
            ("ETF", "fund"),
            ("INDEX", "index"),
            ("CRYPTOCURRENCY", "crypto"),
            ("MONEYMARKET", "other"),
        ],
    )
    def test_tells_what_kind_it_is(self, told: str, means: str) -> None:
        (found,) = yahoo_finds(row(quoteType=told))
        assert found.security_type is SecurityType(means)

    def test_leaves_out_what_could_not_be_watched(self) -> None:
        private = {"index": "78dd", "name": "Acme Private", "isYahooFinance": False}
        option = row("ACME261219C00120000", quoteType="OPTION")
        odd = [row("NOT A SYMBOL"), row("acme"), row(12), row("TOO-LONG-" * 5), row("EVIL.SIM")]
        found = yahoo_finds(private, option, *odd, "text", None, row("ACME"), row("ACME"))
        assert [listing.symbol for listing in found] == ["ACME"]

    def test_that_finds_nothing_is_no_failure(self) -> None:
        assert yahoo_finds() == ()

    def test_says_why_it_does_not_answer(self) -> None:
        assert reason(YAHOO, b"Edge: Too Many Requests", 429) is Reason.RATE_LIMITED
        assert reason(YAHOO, b"Too Many Requests") is Reason.RATE_LIMITED
        assert reason(YAHOO, b"<html></html>", 503) is Reason.UPSTREAM_ERROR
        assert reason(YAHOO, b"<html></html>") is Reason.BAD_RESPONSE
        assert reason(YAHOO, {"quotes": {"symbol": "ACME"}}) is Reason.BAD_RESPONSE
        # An address that is gone says nothing of the text.
        assert reason(YAHOO, b"", 404) is Reason.BAD_RESPONSE
        refused = YAHOO.parse("x", error_answer(400, "finance", "Bad Request", "Missing q"))
        assert isinstance(refused, Failure) and refused.reason is Reason.BAD_RESPONSE


class TestFmp:
    @pytest.mark.parametrize(
        ("text", "path", "name"),
        [
            ("acme", "search-symbol", "query"),
            ("ACMES.L", "search-symbol", "query"),
            ("Acme Anvils", "search-name", "query"),
            ("anvils", "search-name", "query"),
            ("US0378331005", "search-isin", "isin"),
        ],
    )
    def test_is_asked_where_such_a_text_belongs(self, text: str, path: str, name: str) -> None:
        request = FMP.request(text)
        assert request.url == f"https://financialmodelingprep.com/stable/{path}"
        assert request.params[name] == text
        assert request.params["apikey"] == "key"
        # Few plans have the search by ISIN: a refusal must not close the others.
        assert FMP.method(text) == ("isin" if name == "isin" else "search")

    def test_tells_the_currency_pence_included_but_no_type(self) -> None:
        found = fmp_finds(fmp_row(), fmp_row("ACME.L", currency="GBp"), fmp_row("X", currency=""))
        assert [listing.currency for listing in found] == ["USD", "GBp", None]
        expected = Listing("ACME", "Acme Anvils plc", "Nowhere Global", None, "USD", "fmp")
        assert found[0] == expected

    def test_leaves_out_what_it_writes_in_another_notation(self) -> None:
        found = fmp_finds(
            fmp_row("BTCUSD", exchange="CRYPTO"), fmp_row("ACME.QQ"), fmp_row(None), 3, fmp_row()
        )
        assert [listing.symbol for listing in found] == ["ACME"]

    def test_says_why_it_does_not_answer(self) -> None:
        limit = {"Error Message": "Limit Reach . Please upgrade"}
        assert reason(FMP, limit, 429) is Reason.QUOTA_EXHAUSTED
        assert reason(FMP, b"Restricted Endpoint: no", 402) is Reason.ACCESS_DENIED
        assert reason(FMP, {"Error Message": "Invalid API KEY."}, 401) is Reason.UNAUTHORIZED


@BOTH
@given(body=ANY_JSON | st.dictionaries(st.just("quotes"), st.lists(ANY_JSON)), status=st.just(200))
def test_any_answer_gives_listings_or_a_reason(
    searcher: Searcher, body: object, status: int
) -> None:
    found = searcher.parse("acme", answer(body, status))
    assert isinstance(found, (tuple, Failure))


@BOTH
@given(broken=st.binary(max_size=60), cut=st.integers(0, 200))
def test_a_broken_answer_gives_listings_or_a_reason(
    searcher: Searcher, broken: bytes, cut: int
) -> None:
    whole = json.dumps({"quotes": [row()]}).encode()
    for body in (broken, whole[:cut]):
        assert isinstance(searcher.parse("acme", answer(body)), (tuple, Failure))
