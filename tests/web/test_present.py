"""What people read on the page."""

from datetime import timedelta

import pytest

from stockapp.domain.attempt import Outcome, Reason
from stockapp.domain.quote import MarketState, OtherPrice
from stockapp.domain.task import Item, ItemState, TaskStatus
from stockapp.services import analyse_all, live_prices
from stockapp.services.live_rows import LiveStatus
from stockapp.web import done, present, words
from stockapp.web.present_live import live_view
from stockapp.web.present_sources import failing_sources

from .boards import NOW, a_quote, a_row, a_status, a_task, an_attempt


def price_of(quote):
    view = a_row(quote.symbol, quote).quote
    return present.price_view(view, NOW)


class TestPrices:
    def test_a_price_has_its_currency(self):
        view = price_of(a_quote(price=1227.5))
        assert (view.amount, view.currency, view.currency_words) == ("1,227.50", "USD", "")

    def test_a_minor_unit_is_said_in_words(self):
        view = price_of(a_quote("VOD.L", 308.8, 301.2, "GBp"))
        assert (view.amount, view.currency) == ("308.80", "GBp")
        assert view.currency_words == "pence, 100 to one GBP"

    def test_an_unknown_currency_is_not_guessed(self):
        view = price_of(a_quote(currency=None))
        assert view.currency == "currency?"
        assert "no source said" in view.currency_words

    @pytest.mark.parametrize(
        ("symbol", "price", "previous", "currency", "amount", "change", "percent"),
        [
            ("AAPL", 227.5, 224.0, "USD", "227.50", "+3.50", "+1.56 %"),
            ("MSFT", 415.2, 419.9, "USD", "415.20", "−4.70", "−1.12 %"),
            ("BRK-B", 478.9, 478.9, "USD", "478.90", "0.00", "0.00 %"),
            ("EURUSD=X", 1.0418, 1.0474, "USD", "1.0418", "−0.0056", "−0.53 %"),
            ("TINY", 0.0421, 0.04, "USD", "0.0421", "+0.0021", "+5.25 %"),
            ("7203.T", 2871.0, 2850.5, "JPY", "2,871", "+20.50", "+0.72 %"),
            ("NEW", 12.0, None, "USD", "12.00", "", ""),
        ],
    )
    def test_a_change_has_its_sign_and_the_decimals_of_its_price(
        self, symbol, price, previous, currency, amount, change, percent
    ):
        view = price_of(a_quote(symbol, price, previous, currency))
        assert (view.amount, view.change, view.percent) == (amount, change, percent)

    @pytest.mark.parametrize(
        ("previous", "direction"),
        [(224.0, "up"), (230.0, "down"), (227.5, "flat"), (None, "unknown")],
    )
    def test_a_change_has_a_direction(self, previous, direction):
        assert price_of(a_quote(previous=previous)).direction == direction

    def test_a_price_has_its_age_its_source_and_its_delay(self):
        view = price_of(a_quote(age=120, delay_minutes=15, market_state=MarketState.POST))
        assert view.age == "2 min ago"
        assert view.provenance == "Yahoo, 15 min delayed, after hours"

    def test_an_old_price_is_marked_and_stays(self):
        view = price_of(a_quote(age=5400))
        assert view.stale
        assert view.amount == "227.50"

    def test_times_for_scripts_are_rfc_3339(self):
        view = price_of(a_quote(age=120))
        assert view.fetched_at == "2026-11-24T11:58:00.000Z"
        assert view.fresh_until == "2026-11-24T12:13:00.000Z"


class TestAttempts:
    def test_an_attempt_says_who_what_why_and_how_long(self):
        detail = "Yahoo gave no answer within 6 s."
        attempt = an_attempt(Outcome.FAILED, Reason.TIMEOUT, detail, 6003.2)
        (view,) = present.attempt_views([attempt])
        assert (view.source, view.method, view.outcome) == ("Yahoo", "quote", "failed")
        assert (view.reason, view.detail, view.took) == ("timeout", detail, "6,003 ms")
        assert not view.ok

    @pytest.mark.parametrize("reason", list(Reason))
    def test_every_reason_has_a_sentence(self, reason):
        (view,) = present.attempt_views([an_attempt(Outcome.FAILED, reason)])
        assert view.reason == reason.value
        assert view.detail.startswith("Yahoo ")
        assert view.detail.endswith(".")

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_every_outcome_has_words(self, outcome):
        assert words.outcome(outcome)

    def test_who_was_not_asked_took_no_time(self):
        (view,) = present.attempt_views([an_attempt(Outcome.SKIPPED, Reason.CIRCUIT_OPEN)])
        assert view.took == ""

    def test_a_wait_that_was_asked_for_is_told(self):
        attempt = an_attempt(Outcome.FAILED, Reason.RATE_LIMITED, "Slow down.", retry_after=30)
        (view,) = present.attempt_views([attempt])
        assert view.detail == "Slow down. To be asked again in 30 s."


class TestRefresh:
    @pytest.mark.parametrize(
        ("task", "line"),
        [
            (
                a_task(message="AAPL from yahoo/quote", eta=4),
                "21 of 50 · 7 a second · about 4 s left · AAPL from yahoo/quote",
            ),
            (a_task(eta=300), "21 of 50 · 6 a minute · about 5 min left"),
            (a_task(message="AAPL from yahoo/quote"), "21 of 50 · AAPL from yahoo/quote"),
            (a_task(TaskStatus.PENDING, done=0), "0 of 50 · Waiting for a worker"),
            (
                a_task(TaskStatus.COMPLETED, message="48 updated, 1 stale, 1 unknown"),
                "48 updated, 1 stale, 1 unknown",
            ),
            (a_task(TaskStatus.CANCELLED), "Cancelled after 21 of 50"),
            (a_task(TaskStatus.FAILED, error="The disk is full."), "The disk is full."),
        ],
    )
    def test_one_line_tells_how_it_stands(self, task, line):
        view = present.refresh_view(task)
        assert view
        assert view.line == line
        assert view.running is not task.status.ended

    # The words that those who do the work close with, not some that a test made up.
    @pytest.mark.parametrize(
        ("words", "bad"),
        [
            (live_prices.closing_words, ItemState.FAILED),
            (live_prices.closing_words, ItemState.STALE),
            (analyse_all.closing_words, ItemState.FAILED),
        ],
    )
    def test_whatever_gave_nothing_new_has_reasons(self, words, bad):
        good, failed = Item("A", ItemState.OK, {"verdict": "buy"}), Item("B", bad, {})
        for items in ([failed], [good, failed]):
            view = present.refresh_view(a_task(TaskStatus.COMPLETED, message=words(items)))
            assert view
            assert view.has_reasons, view.line

    def test_a_symbol_that_nobody_knows_has_reasons(self):
        unknown = Item("A", ItemState.FAILED, {"error": {"code": "not_found"}})
        message = live_prices.closing_words([unknown])
        view = present.refresh_view(a_task(TaskStatus.COMPLETED, message=message))
        assert view
        assert view.has_reasons, view.line

    @pytest.mark.parametrize("words", [live_prices.closing_words, analyse_all.closing_words])
    def test_where_all_went_well_there_is_nothing_to_explain(self, words):
        for items in ([], [Item("A", ItemState.OK, {"verdict": "buy"})]):
            view = present.refresh_view(a_task(TaskStatus.COMPLETED, message=words(items)))
            assert view
            assert not view.has_reasons, view.line

    def test_there_are_reasons_once_it_has_ended(self):
        running = present.refresh_view(a_task(message="1 failed"))
        ended = present.refresh_view(a_task(TaskStatus.CANCELLED))
        assert running
        assert ended
        assert (running.has_reasons, ended.has_reasons) == (False, True)

    def test_no_refresh_has_no_view(self):
        assert present.refresh_view(None) is None


class TestSources:
    def test_a_source_without_any_answer_cannot_be_reached(self):
        statuses = [a_status("quote", Reason.CONNECT_FAILED), a_status("chart", Reason.TIMEOUT)]
        (view,) = failing_sources(statuses, NOW)
        assert view.headline == "Yahoo cannot be reached"
        assert [method.reason for method in view.methods] == ["connect_failed", "timeout"]
        assert view.methods[0].detail == "It could not be reached."
        assert view.methods[0].age == "40 s ago"

    def test_a_source_with_one_method_down_answers_in_part(self):
        (view,) = failing_sources([a_status("quote", None), a_status("chart")], NOW)
        assert view.headline == "Yahoo answers only in part"
        assert [method.method for method in view.methods] == ["chart"]

    def test_methods_that_failed_alike_share_a_line(self):
        statuses = [a_status(name, Reason.RATE_LIMITED) for name in ("quote", "chart", "page")]
        (view,) = failing_sources(statuses, NOW)
        assert [method.method for method in view.methods] == ["quote, chart, page"]

    def test_a_source_whose_requests_are_used_up_is_not_said_to_be_out_of_reach(self):
        (view,) = failing_sources([a_status("quote", Reason.QUOTA_EXHAUSTED)], NOW)
        assert view.headline == "Yahoo has no requests left"

    def test_what_failed_long_ago_and_was_not_asked_since_is_no_news(self):
        assert failing_sources([a_status("quote")], NOW + timedelta(minutes=15)) == ()

    @pytest.mark.parametrize("reason", [None, Reason.NOT_FOUND, Reason.NOT_CONFIGURED])
    def test_a_source_that_answers_or_is_not_asked_is_no_news(self, reason):
        assert failing_sources([a_status(reason=reason)], NOW) == ()


class TestHonestNumbers:
    def test_a_close_of_the_day_is_marked_as_one(self):
        view = price_of(a_quote(end_of_day=True, source="marketstack"))
        assert "close of 2026-11-24" in view.provenance
        assert view.market_time == "2026-11-24, its close"

    def test_a_change_over_24_hours_says_so(self):
        assert price_of(a_quote(rolling_24h=True)).basis == "24 h"
        assert price_of(a_quote()).basis == ""

    def test_prices_that_disagree_are_named_with_their_source(self):
        other = OtherPrice("some_where", "page", 250.0, "USD", NOW)
        view = price_of(a_quote(disagreeing=(other,)))
        assert view.disagreeing == ("Some Where (page): 250.00 USD, 2026-11-24 12:00 UTC",)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (5, "5 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86_400, "1 day ago"),
        (200_000, "2 days ago"),
    ],
)
def test_ages_are_as_coarse_as_one_cares_for(seconds, text):
    assert words.ago(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.2, "about 1 s left"), (80, "about 80 s left"), (125, "about 2 min left")],
)
def test_the_time_left_is_an_estimate(seconds, text):
    assert words.time_left(seconds) == text


def test_an_address_can_make_a_page_say_nothing_else():
    assert done.words("added", "AAPL") == "AAPL was added."
    assert done.words("added", "Call 555 now!") == ""
    assert done.words("anything", "AAPL") == ""


class TestLiveLine:
    def line(self, on=True, wanted=True, **rows):
        states = {"open": 0, "closed": 0, "unknown": 0} | rows
        status = LiveStatus(on, 15.0, **states)
        view = live_view("default", status, wanted=wanted)
        return view.line, view.on, view.possible

    def test_a_server_without_it_says_so(self):
        assert self.line(on=False, open=1) == ("Live mode is off on this server", False, False)

    def test_who_does_not_want_it_can_switch_it_on(self):
        assert self.line(wanted=False, open=1) == ("Refreshed on request only", False, True)

    def test_it_tells_how_often(self):
        assert self.line(open=2) == ("every 15 s while a market is open", True, True)

    def test_it_tells_how_many_markets_are_closed(self):
        line = self.line(open=1, closed=2, unknown=1)[0]
        assert line == "every 15 s while a market is open · 2 of 4 closed"

    def test_nothing_is_promised_while_all_markets_are_closed(self):
        assert self.line(closed=3)[0] == (
            "All markets are closed; they are looked at again when they open"
        )

    def test_of_an_empty_list_there_is_nothing_to_tell(self):
        assert self.line()[0] == ""
