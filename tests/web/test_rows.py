"""Rows of a watchlist: what each cell says, known and unknown."""

from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from stockapp.domain.analysis import Verdict
from stockapp.domain.attempt import Reason
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import OtherPrice
from stockapp.web import fragments
from stockapp.web.columns import USUAL, Column, Layout
from stockapp.web.present_row import TREND_HEIGHT, TREND_WIDTH, row_id, row_view

from .boards import (
    EVERY,
    NOW,
    QUEUED,
    UPDATING,
    a_line,
    a_quote,
    a_row,
    a_trend,
)

KNOWN = a_row(
    "VOD.L",
    a_quote(
        *("VOD.L", 308.8, 301.2, "GBp"),
        delay_minutes=15,
        day_low=300.0,
        day_high=310.0,
        year_low=200.0,
        year_high=320.0,
        volume=12_345_678.0,
        market_cap=23.4e9,
    ),
    line=a_line(currency="GBP", fair=3.4, margin=0.1),
    trend=a_trend(290.0, 300.0, 308.8, symbol="VOD.L", currency="GBp"),
    name="Vodafone",
    note="watch the debt",
    target_price=350.0,
)


def view(row, layout=EVERY):
    return row_view(row, NOW, layout)


def cells(row, layout=EVERY):
    """The words of each cell, by the name of its column."""
    html = fragments.rows([row], NOW, "default", layout)
    found = LexborHTMLParser(f"<table>{html}</table>").css("td[data-label]")
    return {node.attributes["data-label"]: " ".join(node.text().split()) for node in found}


@pytest.mark.usefixtures("rendering")
class TestCells:
    def test_each_says_what_is_known(self):
        assert cells(KNOWN) == {
            "Price": "308.80",
            "Change": "▲ +7.60",
            "Change %": "▲ +2.52 %",
            "Month": "",
            "Day range": "300.00310.00",
            "52 weeks": "200.00320.00",
            "Volume": "12.35 m",
            "Market cap": "23.40 bn GBP",
            "Currency": "GBp",
            "Fair value": "3.40 GBP",
            "Margin of safety": "10 %",
            "Verdict": "Buy 1 h ago old data",
            "Target": "350.00 +13.3 %",
            "Note": "watch the debt",
            "Age": "2 min ago stale",
            "Source": "Yahoo, 15 min delayed",
        }

    def test_each_says_what_is_not_known_and_none_is_empty(self):
        bare = cells(a_row())
        assert bare.pop("Price") == "No price yet"
        assert bare.pop("Verdict") == "–Not analysed yet"
        assert bare.pop("Target") == "–No target"
        assert bare.pop("Note") == "–No note"
        # What is the move of a price that is not there needs no words.
        assert (bare.pop("Change"), bare.pop("Change %")) == ("", "")
        assert len(bare) == 10
        assert all(words.startswith("–") and words.endswith("unknown") for words in bare.values())

    def test_a_price_of_which_nothing_else_is_known_says_so(self):
        told = cells(a_row(quote=a_quote(previous=None, currency=None)))
        assert (told["Change"], told["Change %"]) == (
            "–Change unknown",
            "–Change in percent unknown",
        )
        assert told["Currency"] == "currency?"
        assert told["Market cap"] == "–Market capitalisation unknown"

    def test_the_currency_stands_beside_the_price_unless_it_has_a_column(self):
        assert cells(KNOWN, Layout((Column.PRICE,)))["Price"] == (
            "308.80 GBp (pence, 100 to one GBP)"
        )
        assert cells(KNOWN, Layout((Column.PRICE, Column.CURRENCY)))["Price"] == "308.80"

    def test_the_source_stands_beside_the_age_unless_it_has_a_column(self):
        alone = cells(KNOWN, Layout((Column.AGE,)))["Age"]
        assert alone == "2 min ago, Yahoo, 15 min delayed stale"
        assert cells(KNOWN, Layout((Column.AGE, Column.SOURCE)))["Age"] == "2 min ago stale"

    def test_of_what_is_not_shown_no_cell_is_made(self):
        told = view(KNOWN, Layout((Column.PRICE, Column.AGE)))
        assert told.price
        assert (told.day, told.year, told.trend, told.worth) == (None,) * 4
        assert told.market_cap == ""

    def test_cells_stand_in_the_order_of_the_columns(self):
        layout = Layout((Column.NOTE, Column.AGE, Column.PRICE))
        assert list(cells(KNOWN, layout)) == ["Note", "Age", "Price"]

    def test_ages_can_be_counted_on_by_scripts(self):
        html = fragments.rows([KNOWN], NOW, "default", USUAL)
        assert 'datetime="2026-11-24T11:58:00.000Z"' in html
        assert 'data-fresh-until="2026-11-24T12:13:00.000Z"' in html

    def test_each_figure_that_grows_old_says_when(self):
        html = fragments.rows([KNOWN], NOW, "default", EVERY)
        parts = LexborHTMLParser(f"<table>{html}</table>").css("[data-fresh-until]")
        until = {
            part.attributes.get("class"): part.attributes["data-fresh-until"] for part in parts
        }
        assert until == {
            "spark up": "2026-11-24T18:00:00.000Z",
            "number worth": "2026-11-24T23:00:00.000Z",
            "verdict-cell": "2026-11-24T23:00:00.000Z",
            None: "2026-11-24T12:13:00.000Z",
        }

    def test_a_price_that_others_dispute_is_marked(self):
        other = OtherPrice("fmp", "quote", 250.0, "USD", NOW)
        row = a_row(quote=a_quote(disagreeing=(other,)))
        assert cells(row)["Price"] == "227.50 sources differ"

    def test_what_is_old_is_muted_and_stays(self):
        old = a_row(
            quote=a_quote(age=5400),
            line=a_line(freshness=Freshness.STALE),
            trend=a_trend(1.0, 2.0, freshness=Freshness.STALE),
        )
        html = fragments.rows([old], NOW, "default", EVERY)
        assert 'class="row stale"' in html
        assert 'class="spark up old"' in html
        assert 'class="number worth old"' in html
        told = cells(old)
        assert told["Price"] == "227.50"
        assert 'class="verdict-cell old"' in html

    def test_a_failed_row_keeps_its_price_and_says_why(self):
        row = a_row(quote=a_quote(age=5400), failure=Reason.RATE_LIMITED)
        html = fragments.rows([row], NOW, "default", USUAL)
        assert 'class="row stale failed"' in html
        assert 'title="No source gave a price.">not updated: rate limited<' in html
        assert ">Why<" in html
        assert "227.50" in html

    def test_a_row_without_any_price_does_not_wait_for_one_that_failed(self):
        row = a_row(failure=Reason.TIMEOUT)
        assert cells(row)["Price"] == "No price"
        assert "failed: timeout" in fragments.rows([row], NOW, "default", USUAL)

    def test_an_unknown_symbol_says_so(self):
        html = fragments.rows([a_row("NOPE", failure=Reason.NOT_FOUND)], NOW, "default", USUAL)
        assert "unknown symbol" in html
        assert "No source knows it" in html

    def test_a_symbol_that_was_known_is_not_called_unknown(self):
        row = a_row(quote=a_quote(), failure=Reason.NOT_FOUND)
        assert "not updated: not found" in fragments.rows([row], NOW, "default", USUAL)

    @pytest.mark.parametrize(("state", "word"), [(QUEUED, "queued"), (UPDATING, "updating")])
    def test_a_row_under_way_says_so(self, state, word):
        html = fragments.rows([a_row(state=state)], NOW, "default", USUAL)
        assert f'<span class="mark busy">{word}</span>' in html


class TestRanges:
    def range_of(self, price, low, high):
        return view(a_row(quote=a_quote(price=price, year_low=low, year_high=high))).year

    def test_it_says_where_the_price_stands(self):
        told = self.range_of(125.0, 100.0, 200.0)
        assert (told.low, told.high, told.place) == ("100.00", "200.00", 25.0)
        assert told.words == "25 % of the way from 100.00 to 200.00, the range of 52 weeks"

    @pytest.mark.parametrize(("price", "place"), [(99.0, 0.0), (201.0, 100.0)])
    def test_a_price_that_is_ahead_of_its_range_stands_at_its_end(self, price, place):
        assert self.range_of(price, 100.0, 200.0).place == place

    def test_a_range_of_one_price_has_it_in_the_middle(self):
        assert self.range_of(100.0, 100.0, 100.0).place == 50.0

    def test_half_a_range_is_none(self):
        assert self.range_of(100.0, 90.0, None) is None


class TestTrends:
    def test_its_line_stays_within_its_box(self):
        points = view(a_row(trend=a_trend(3.0, 1.0, 9.0, 4.0))).trend.points.split()
        places = [tuple(map(float, point.split(","))) for point in points]
        assert [x for x, _ in places] == [2.0, 34.0, 66.0, 98.0]
        assert all(0 < x < TREND_WIDTH and 0 < y < TREND_HEIGHT for x, y in places)
        # Up is towards nought.
        assert (places[1][1], places[2][1]) == (22.0, 2.0)

    def test_it_says_in_words_what_it_shows(self):
        told = view(a_row(trend=a_trend(100.0, 80.0, 95.0))).trend
        assert told.words == "−5.0 % from 2026-11-01 to 2026-11-03, daily closes, Yahoo"
        assert told.direction == "down"

    def test_closes_that_do_not_move_are_a_line_through_the_middle(self):
        told = view(a_row(trend=a_trend(5.0, 5.0))).trend
        assert (told.points, told.direction) == ("2.0,12.0 98.0,12.0", "flat")


class TestTargets:
    def test_a_target_tells_how_far_it_is(self):
        told = view(a_row(quote=a_quote(price=200.0), target_price=250.0))
        assert (told.target, told.target_away) == ("250.00", "+25.0 %")

    def test_a_target_without_a_price_stands_alone(self):
        told = view(a_row(target_price=12.5))
        assert (told.target, told.target_away) == ("12.5", "")


class TestSortValues:
    def test_each_column_shown_has_the_figure_that_it_shows(self):
        assert view(KNOWN).sort == {
            "symbol": "VOD.L",
            "price": 308.8,
            "change": 7.6,
            "change_percent": pytest.approx(2.523, abs=0.001),
            "day_range": 0.88,
            "year_range": 0.9067,
            "trend": pytest.approx(
                KNOWN.trend.value.closes[-1] / KNOWN.trend.value.closes[0] - 1, abs=1e-4
            ),
            "volume": 12_345_678.0,
            "market_cap": 23.4e9,
            "currency": "gbp",
            "fair_value": 3.4,
            "margin": 0.1,
            "verdict": 1,
            "target": pytest.approx(1.133, abs=0.001),
            "note": "watch the debt",
            "age": -(NOW.timestamp() - 120),
            "source": "yahoo",
        }

    def test_what_is_not_known_has_no_value(self):
        values = view(a_row()).sort
        assert values.pop("symbol") == "AAPL"
        assert set(values.values()) == {""}

    def test_what_is_not_shown_is_not_told(self):
        assert list(view(KNOWN, Layout((Column.AGE,))).sort) == ["symbol", "age"]

    def test_better_verdicts_come_first_and_none_last(self):
        ranks = [view(a_row(line=a_line(verdict))).sort["verdict"] for verdict in Verdict]
        assert ranks == sorted(ranks)
        assert list(Verdict)[-1] is Verdict.NONE


class TestVersions:
    QUOTE = a_quote()
    ROW = a_row(quote=QUOTE)

    @pytest.mark.parametrize(
        "other",
        [
            a_row(quote=a_quote(age=1)),
            a_row(quote=replace(QUOTE, price=228.0)),
            a_row(quote=replace(QUOTE, disagreeing=(OtherPrice("fmp", "q", 1.0, None, NOW),))),
            a_row(quote=QUOTE, note="new"),
            a_row(quote=QUOTE, name="Apple"),
            a_row(quote=QUOTE, target_price=1.0),
            a_row(quote=QUOTE, state=QUEUED),
            a_row(quote=QUOTE, failure=Reason.TIMEOUT),
            a_row(quote=QUOTE, line=a_line()),
            a_row(quote=QUOTE, trend=a_trend(1.0, 2.0)),
            a_row(),
        ],
    )
    def test_it_differs_with_whatever_can_be_seen(self, other):
        assert view(other).version != view(self.ROW).version

    def test_it_does_not_differ_with_age(self):
        older = replace(self.ROW, quote=replace(self.ROW.quote, age_seconds=500.0))
        assert view(older).version == view(self.ROW).version


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("AAPL", "row-AAPL"),
        ("BRK-B", "row-BRK_2dB"),
        ("VOD.L", "row-VOD_2eL"),
        ("^GSPC", "row-_5eGSPC"),
        ("EURUSD=X", "row-EURUSD_3dX"),
        ("M&M.NS", "row-M_26M_2eNS"),
    ],
)
def test_every_symbol_makes_an_id(symbol, expected):
    assert row_id(symbol) == expected


@pytest.mark.parametrize(
    ("symbol", "source", "simulated"),
    [("AAPL", "yahoo", False), ("LARK.SIM", "yahoo", True), ("AAPL", "simulated", True)],
)
def test_simulated_prices_are_marked(symbol, source, simulated):
    assert view(a_row(symbol, a_quote(symbol, source=source))).simulated is simulated
