"""What is particular to Alpha Vantage, Financial Modeling Prep, MarketStack and Google Finance."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers.alpha_vantage import AlphaVantage
from stockapp.providers.base import Answer, FollowUp, Provider
from stockapp.providers.fmp import Fmp
from stockapp.providers.google import Google
from stockapp.providers.marketstack import MarketStack
from stockapp.providers.yahoo.provider import Yahoo

from . import service_answers as good
from .service_answers import ALPHA_VANTAGE, FMP, MARKETSTACK
from .yahoo_answers import MARKET_TIME, NOW, answer, row


def parse(provider: Provider, method: str, found: Answer, symbol: str = "ACME") -> Quote | Failure:
    parsed = provider.parse(method, [symbol], found)
    assert not isinstance(parsed, FollowUp)
    return parsed[symbol]


def reason(provider: Provider, method: str, found: Answer, symbol: str = "ACME") -> Reason:
    outcome = parse(provider, method, found, symbol)
    assert isinstance(outcome, Failure), outcome
    return outcome.reason


def quote(provider: Provider, method: str, found: Answer, symbol: str = "ACME") -> Quote:
    outcome = parse(provider, method, found, symbol)
    assert isinstance(outcome, Quote), outcome
    return outcome


class TestAlphaVantage:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"Information": "Our limit is 25 requests per day."}, Reason.QUOTA_EXHAUSTED),
            (
                {"Information": "more sparingly (1 request per second), 25 requests per day"},
                Reason.RATE_LIMITED,
            ),
            ({"Note": "5 calls per minute and 500 calls per day"}, Reason.RATE_LIMITED),
            ({"Information": "This is a premium endpoint"}, Reason.ACCESS_DENIED),
            ({"Error Message": "the parameter apikey is invalid"}, Reason.UNAUTHORIZED),
            ({"Error Message": "Invalid API call."}, Reason.BAD_RESPONSE),
            ({"Information": "Something new."}, Reason.BAD_RESPONSE),
            ({"Global Quote": {}}, Reason.NOT_FOUND),
            ({}, Reason.NO_DATA),
        ],
    )
    def test_an_error_with_status_200_is_told_as_what_it_is(
        self, body: object, expected: Reason
    ) -> None:
        assert reason(ALPHA_VANTAGE, "quote", answer(body)) is expected

    def test_invented_rows_of_the_bulk_method_are_refused(self) -> None:
        words = "This is a premium endpoint. ***THE SAMPLE DATA IS ARTIFICIAL***"
        body = {"message": words, "data": [good.bulk_row()]}
        assert reason(ALPHA_VANTAGE, "bulk", answer(body)) is Reason.ACCESS_DENIED

    def test_a_delayed_answer_says_so(self) -> None:
        body = {"Global Quote - DATA DELAYED BY 15 MINUTES": good.global_quote()}
        assert quote(ALPHA_VANTAGE, "quote", answer(body)).delay_minutes == 15

    def test_the_class_of_a_share_may_be_written_with_dot_or_dash(self) -> None:
        body = {"Global Quote": good.global_quote("BRK.B")}
        assert quote(ALPHA_VANTAGE, "quote", answer(body), "BRK-B").symbol == "BRK-B"

    def test_a_pair_has_its_own_function_with_currency_and_time(self) -> None:
        request = ALPHA_VANTAGE.request("quote", ["EURUSD=X"])
        assert request.params["function"] == "CURRENCY_EXCHANGE_RATE"
        rate = {
            "1. From_Currency Code": "EUR",
            "3. To_Currency Code": "USD",
            "5. Exchange Rate": "1.15230000",
            "6. Last Refreshed": "2026-11-20 15:15:00",
            "7. Time Zone": "UTC",
            "8. Bid Price": "-",
        }
        found = answer({"Realtime Currency Exchange Rate": rate})
        told = quote(ALPHA_VANTAGE, "quote", found, "EURUSD=X")
        assert (told.price, told.currency, told.as_of) == (1.1523, "USD", MARKET_TIME)
        assert not told.end_of_day
        assert reason(ALPHA_VANTAGE, "quote", found, "GBPUSD=X") is Reason.BAD_RESPONSE

    def test_bulk_times_are_those_of_new_york(self) -> None:
        body = {"data": [good.bulk_row(timestamp="2026-07-01 16:00:00")]}
        told = quote(ALPHA_VANTAGE, "bulk", answer(body))
        assert told.as_of == datetime(2026, 7, 1, 20, 0, tzinfo=UTC)

    def test_bulk_is_there_for_plans_that_have_it_and_for_the_usa_alone(self) -> None:
        free = AlphaVantage("key", a_second=1, a_day=25, bulk=False)
        assert [method.name for method in free.methods] == ["quote"]
        assert ALPHA_VANTAGE.supports("bulk", "AAPL")
        assert not ALPHA_VANTAGE.supports("bulk", "VOD.L")
        assert ALPHA_VANTAGE.supports("quote", "VOD.L")

    def test_it_asks_in_its_own_notation(self) -> None:
        assert ALPHA_VANTAGE.request("quote", ["VOD.L"]).params["symbol"] == "VOD.LON"


class TestFmp:
    @pytest.mark.parametrize("status", [200, 401, 403, 429])
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("Limit Reach . Please upgrade", Reason.QUOTA_EXHAUSTED),
            ("Invalid API KEY.", Reason.UNAUTHORIZED),
            ("Legacy Endpoint : no longer supported", Reason.ACCESS_DENIED),
        ],
    )
    def test_an_error_is_an_object_whatever_its_status(
        self, status: int, words: str, expected: Reason
    ) -> None:
        assert reason(FMP, "quote", answer({"Error Message": words}, status)) is expected

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (
                "Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not"
                " available under your current subscription",
                Reason.UNSUPPORTED_SYMBOL,
            ),
            ("Restricted Endpoint: This endpoint is not available", Reason.ACCESS_DENIED),
            ('{"Error Message": "Exclusive Endpoint : not available"}', Reason.ACCESS_DENIED),
            ("Pay", Reason.ACCESS_DENIED),
        ],
    )
    def test_a_402_may_speak_of_the_symbol_or_of_the_plan(
        self, words: str, expected: Reason
    ) -> None:
        assert reason(FMP, "quote", answer(words.encode(), 402)) is expected

    def test_a_list_with_an_error_status_is_no_success(self) -> None:
        found = answer([good.fmp_row()], 500)
        assert reason(FMP, "quote", found) is Reason.UPSTREAM_ERROR

    def test_an_empty_list_does_not_make_a_symbol_unknown(self) -> None:
        assert reason(FMP, "quote", answer([])) is Reason.NO_DATA

    def test_many_symbols_never_go_to_the_address_for_one(self) -> None:
        assert FMP.request("batch", ["A", "B"]).url.endswith("/stable/batch-quote")
        assert FMP.request("quote", ["A"]).url.endswith("/stable/quote")
        free = Fmp("key", a_day=250, batch=False)
        assert [(method.name, method.batch_size) for method in free.methods] == [("quote", 1)]

    def test_a_pair_names_its_currency_and_a_share_does_not(self) -> None:
        found = answer([good.fmp_row("EURUSD")])
        assert quote(FMP, "quote", found, "EURUSD=X").currency == "USD"
        assert quote(FMP, "quote", answer([good.fmp_row()])).currency is None


class TestMarketStack:
    @pytest.mark.parametrize(
        ("status", "error", "expected"),
        [
            (401, {"code": "invalid_access_key"}, Reason.UNAUTHORIZED),
            (401, {"code": 101, "type": "missing_access_key"}, Reason.UNAUTHORIZED),
            (403, {"code": "https_access_restricted"}, Reason.ACCESS_DENIED),
            (403, {"code": "function_access_restricted"}, Reason.ACCESS_DENIED),
            (404, {"code": "404_not_found"}, Reason.BAD_RESPONSE),
            (422, {"code": "no_valid_symbols_provided"}, Reason.NOT_FOUND),
            (422, {"code": "validation_error"}, Reason.BAD_RESPONSE),
            (429, {"code": "too_many_requests"}, Reason.QUOTA_EXHAUSTED),
            (429, {"code": "usage_limit_reached"}, Reason.QUOTA_EXHAUSTED),
            (429, {"code": "rate_limit_reached"}, Reason.RATE_LIMITED),
            (500, {"code": "internal_error"}, Reason.UPSTREAM_ERROR),
        ],
    )
    def test_an_error_is_told_by_its_code(
        self, status: int, error: dict[str, Any], expected: Reason
    ) -> None:
        found = answer({"error": {"message": "x", **error}}, status)
        assert reason(MARKETSTACK, "eod", found) is expected

    def test_the_newest_of_several_rows_counts(self) -> None:
        rows = [good.eod_row(close=1.0, date="2026-11-18T00:00:00+0000"), good.eod_row()]
        assert quote(MARKETSTACK, "eod", answer(good.eod(*reversed(rows)))).price == good.PRICE

    def test_there_is_no_change_without_a_previous_close(self) -> None:
        told = quote(MARKETSTACK, "eod", answer(good.eod(good.eod_row())))
        assert (told.previous_close, told.change, told.change_percent) == (None, None, None)

    def test_pence_are_pence_and_v1_tells_no_currency(self) -> None:
        in_pence = answer(good.eod(good.eod_row("VOD.XLON", price_currency="GBX")))
        assert quote(MARKETSTACK, "eod", in_pence, "VOD.L").currency == "GBp"
        silent = answer(good.eod(good.eod_row(price_currency=None)))
        assert quote(MARKETSTACK, "eod", silent).currency is None

    @pytest.mark.parametrize("version", ["v1", "v2"])
    def test_both_versions_are_at_hand(self, version: str) -> None:
        service = MarketStack("key", a_second=5, a_month=100, version=version)
        request = service.request("eod", ["AAPL", "VOD.L"])
        assert request.url == f"https://api.marketstack.com/{version}/eod/latest"
        assert request.params["symbols"] == "AAPL,VOD.XLON"


class TestGoogle:
    def page(self, body: bytes, symbol: str = "ACME", name: str = "ACME:NASDAQ") -> Any:
        asked = f"https://www.google.com/finance/quote/{name}"
        return Google().parse("page", [symbol], Answer(200, {}, body, NOW, asked))

    def test_the_next_exchange_is_tried_where_one_does_not_list_the_symbol(self) -> None:
        unlisted = good.google_page([[[None, [5]]]])
        found = self.page(unlisted)
        assert isinstance(found, FollowUp)
        assert found.request.url.endswith("/ACME:NYSE")

    def test_when_none_lists_it_the_symbol_is_not_condemned(self) -> None:
        unlisted = good.google_page([[[None, [5]]]], "ACME:BATS")
        assert self.page(unlisted, name="ACME:BATS")["ACME"].reason is Reason.NO_DATA

    def test_the_exchange_that_lists_it_is_remembered(self) -> None:
        google = Google()
        name = "ACME:NYSE"
        body = good.google_page([[[good.google_row(_1=["ACME", "NYSE"])]]], name)
        asked = f"https://www.google.com/finance/quote/{name}"
        google.parse("page", ["ACME"], Answer(200, {}, body, NOW, asked))
        assert google.request("page", ["ACME"]).url == asked

    def test_another_instrument_on_the_page_is_never_taken(self) -> None:
        other = good.google_page([[[good.google_row(_1=["GLW", "NYSE"])]]])
        assert self.page(other)["ACME"].reason is Reason.BAD_RESPONSE

    def test_the_homepage_is_no_quote(self) -> None:
        home = good.google_page([[["/m/1", ["GLW", "NYSE"], "/m/2"]]]).replace(
            b"/finance/quote/ACME:NASDAQ", b"/finance/"
        )
        assert isinstance(self.page(home), FollowUp)

    def test_both_ways_to_write_the_exchange_and_both_layouts_are_read(self) -> None:
        nested = good.google_page([[[good.google_row(_1=["ACME", ["NASDAQ"]])]]])
        assert self.page(nested)["ACME"].price == good.PRICE
        new = nested.replace(b"/finance/quote/", b"/finance/beta/quote/")
        assert self.page(new)["ACME"].price == good.PRICE

    def test_the_old_layouts_attributes_do_where_the_data_is_missing(self) -> None:
        body = (
            '<link rel="canonical" href="https://www.google.com/finance/quote/VOD:LON">'
            '<div jsname="AS5Pxb" data-exchange="LON" data-currency-code="GBX"'
            f' data-last-price=102.5 data-last-normal-market-timestamp="{good.SECONDS}">'
        ).encode()
        told = self.page(body, "VOD.L", "VOD:LON")["VOD.L"]
        assert (told.price, told.currency, told.as_of) == (102.5, "GBp", MARKET_TIME)
        other = self.page(body.replace(b"VOD:LON", b"XXX:LON"), "VOD.L", "VOD:LON")
        assert other["VOD.L"].reason is Reason.BAD_RESPONSE

    @pytest.mark.parametrize(("target", "known"), [("USD", True), ("JPY", False)])
    def test_a_pair_is_known_by_its_currencies(self, target: str, known: bool) -> None:
        row = good.google_row(_1=None, _4=None, _15=["/g/1", "EUR", target], _21=None)
        found = self.page(good.google_page([[[row]]], "EUR-USD"), "EURUSD=X", "EUR-USD")
        assert isinstance(found["EURUSD=X"], Quote) is known
        if known:
            assert found["EURUSD=X"].currency == "USD"

    def test_the_page_of_another_pair_is_refused_by_its_address(self) -> None:
        row = good.google_row(_1=None, _4=None, _15=None, _21=None)
        own = self.page(good.google_page([[[row]]], "EUR-USD"), "EURUSD=X", "EUR-USD")
        assert isinstance(own["EURUSD=X"], Quote)
        other = self.page(good.google_page([[[row]]], "EUR-JPY"), "EURUSD=X", "EUR-USD")
        assert other["EURUSD=X"].reason is Reason.BAD_RESPONSE

    def test_a_consent_page_is_a_block(self) -> None:
        body = b'<html><form action="https://consent.google.com/save">Before you continue</form>'
        assert self.page(body)["ACME"].reason is Reason.BLOCKED

    def test_the_new_layout_tells_the_days_figures_of_the_very_row(self) -> None:
        found = self.with_details(good.google_row())
        assert (found.day_low, found.day_high, found.volume) == (99.5, 103.5, 1000)
        assert (found.market_cap, found.year_low) == (5e9, None)

    def test_another_rows_figures_and_a_market_cap_of_unknown_unit_are_left_out(self) -> None:
        row = good.google_row()
        assert self.with_details(row, _13="OTHR:NASDAQ").day_low is None
        assert self.with_details(row, _19=good.google_row(_7=99.0)).day_low is None
        pence = self.with_details(good.google_row(_4="GBX"))
        assert (pence.day_low, pence.market_cap) == (99.5, None)

    def with_details(self, row: list[Any], **changes: Any) -> Quote:
        details = json.dumps([[good.google_details(row, **changes)]])
        script = (
            f"<script>AF_initDataCallback({{key: 'ds:8', hash: '9', data:{details}}});</script>"
        )
        body = good.google_page([[[row]]]).replace(b"</body>", script.encode() + b"</body>")
        return quote(Google(), "page", answer(body))

    def test_a_price_without_the_time_of_its_trade_is_none(self) -> None:
        body = good.google_page([[[good.google_row(_17=None)]]])
        assert self.page(body)["ACME"].reason is Reason.NO_DATA


class TestYahoosOtherMethods:
    yahoo = Yahoo(8)

    def test_percents_of_the_summary_are_fractions(self) -> None:
        found = row(regularMarketChangePercent=-0.0203)
        body = {"quoteSummary": {"result": [{"price": found}], "error": None}}
        assert quote(self.yahoo, "summary", answer(body)).change_percent == pytest.approx(-2.03)

    def test_a_missing_module_does_not_make_a_symbol_unknown(self) -> None:
        words = "No fundamentals data found for any of the summaryTypes=price"
        error = {"code": "Not Found", "description": words}
        body = {"quoteSummary": {"result": None, "error": error}}
        assert reason(self.yahoo, "summary", answer(body, 404)) is Reason.NO_DATA

    @pytest.mark.parametrize(("kind", "rolling"), [("CRYPTOCURRENCY", True), ("EQUITY", False)])
    def test_the_change_of_a_coin_is_said_to_be_over_24_hours(
        self, kind: str, rolling: bool
    ) -> None:
        found = row(quoteType=kind, regularMarketPreviousClose=110.0)
        body = {"quoteResponse": {"result": [found], "error": None}}
        told = quote(self.yahoo, "quote", answer(body))
        assert (told.change, told.previous_close, told.rolling_24h) == (2.5, 110.0, rolling)

    def test_formatted_numbers_are_understood(self) -> None:
        found = row(regularMarketPrice={"raw": 99.5, "fmt": "99.50"}, regularMarketChange={})
        body = {"quoteSummary": {"result": [{"price": found}], "error": None}}
        assert quote(self.yahoo, "summary", answer(body)).price == 99.5

    def test_spark_leaves_out_what_it_has_no_bars_for(self) -> None:
        found = answer({"OTHER": good.spark("OTHER"), "ACME": None})
        assert reason(self.yahoo, "spark", found) is Reason.NO_DATA

    @pytest.mark.parametrize("last", ["x", 0, -1, {}])
    def test_spark_takes_no_older_bar_where_the_last_is_nonsense(self, last: object) -> None:
        found = answer({"ACME": good.spark(close=[101.0, 102.5, last])})
        assert reason(self.yahoo, "spark", found) is Reason.NO_DATA

    def test_spark_reads_past_pauses(self) -> None:
        found = answer({"ACME": good.spark(close=[101.0, 102.5, None])})
        told = quote(self.yahoo, "spark", found)
        assert (told.price, told.as_of.timestamp()) == (102.5, good.SECONDS - 300)

    def test_the_page_gives_no_other_symbols_row(self) -> None:
        body = good.yahoo_page({"quoteResponse": {"result": [row("OTHER")], "error": None}})
        assert reason(self.yahoo, "page", answer(body)) is Reason.BAD_RESPONSE

    def test_a_page_that_asks_for_consent_is_a_block(self) -> None:
        body = b'<html><form action="/v2/collectConsent?sessionId=1">'
        assert reason(self.yahoo, "page", answer(body)) is Reason.BLOCKED

    def test_more_symbols_than_spark_takes_are_never_sent(self) -> None:
        methods = {method.name: method.batch_size for method in self.yahoo.methods}
        assert methods == {"quote": 50, "spark": 20, "chart": 1, "summary": 1, "page": 1}


def test_keys_travel_in_the_query_and_nowhere_else() -> None:
    for provider in (ALPHA_VANTAGE, FMP, MARKETSTACK):
        for method in provider.methods:
            request = provider.request(method.name, ["AAPL"])
            assert provider.key in request.params.values()
            assert provider.key not in request.url
            assert not request.follow_redirects
            assert provider.key not in json.dumps(dict(request.headers))
