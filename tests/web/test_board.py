"""A whole list: its order, its filter and its totals."""

import pytest

from stockapp.domain.watchlist import Watchlist
from stockapp.web.columns import SYMBOL, Column, Layout
from stockapp.web.present_board import Shown, board_view, list_at, list_path, totals

from .boards import EVERY, NOW, a_board, a_line, a_quote, a_row

LISTS = [Watchlist("default", "Watchlist", 3), Watchlist("tech", "Tech", 1)]


def shown(*rows, layout=EVERY, text=""):
    return board_view(a_board(*rows), Shown(LISTS, layout, text), NOW)


def order(*rows, by, descending=False):
    view = shown(*rows, layout=Layout(tuple(Column), by, descending))
    return [row.symbol for row in view.rows]


def priced(symbol, price, currency="USD", **fields):
    return a_row(symbol, a_quote(symbol, price, None, currency, **fields))


class TestOrder:
    def test_rows_stand_as_people_put_them(self):
        assert [row.symbol for row in shown(a_row("B"), a_row("A")).rows] == ["B", "A"]

    def test_rows_sort_by_symbol(self):
        rows = [a_row("B"), a_row("C"), a_row("A")]
        assert order(*rows, by=SYMBOL) == ["A", "B", "C"]
        assert order(*rows, by=SYMBOL, descending=True) == ["C", "B", "A"]

    def test_what_has_no_value_comes_last_either_way(self):
        rows = [a_row("NONE"), priced("LOW", 1), priced("HIGH", 9)]
        assert order(*rows, by="price") == ["LOW", "HIGH", "NONE"]
        assert order(*rows, by="price", descending=True) == ["HIGH", "LOW", "NONE"]

    def test_amounts_of_money_are_in_order_within_their_currency(self):
        rows = [
            priced("US", 5),
            priced("JP", 2000, "JPY"),
            priced("US2", 7),
            priced("J2", 1, "JPY"),
        ]
        assert order(*rows, by="price") == ["J2", "JP", "US", "US2"]
        assert order(*rows, by="price", descending=True) == ["JP", "J2", "US2", "US"]

    def test_pence_are_not_pounds(self):
        rows = [priced("POUNDS", 4, "GBP"), priced("PENCE", 300, "GBp")]
        assert order(*rows, by="price", descending=True) == ["POUNDS", "PENCE"]

    def test_fair_values_are_in_order_within_their_own_currency(self):
        # The reports, and so the fair value, may be in another currency than the price; and there
        # may be no price at all.
        rows = [
            a_row("DEAR", a_quote("DEAR", currency="GBp"), line=a_line(fair=9.0)),
            a_row("YEN", line=a_line(fair=5.0, currency="JPY")),
            a_row("CHEAP", line=a_line(fair=2.0)),
            a_row("POUNDS", a_quote("POUNDS", currency="USD"), line=a_line(fair=4, currency="GBP")),
        ]
        assert order(*rows, by="fair_value") == ["POUNDS", "YEN", "CHEAP", "DEAR"]

    def test_market_values_of_what_is_quoted_in_pence_are_pounds(self):
        rows = [
            priced("PENCE", 300, "GBp", market_cap=2e9),
            priced("MORE", 4, "GBP", market_cap=3e9),
            priced("LESS", 4, "GBP", market_cap=1e9),
        ]
        assert order(*rows, by="market_cap") == ["LESS", "PENCE", "MORE"]

    def test_amounts_of_an_unknown_currency_come_last_as_what_has_no_value(self):
        rows = [priced("WHAT", 1, None), priced("HIGH", 9), priced("LOW", 2)]
        assert order(*rows, by="price") == ["LOW", "HIGH", "WHAT"]
        assert order(*rows, by="price", descending=True) == ["HIGH", "LOW", "WHAT"]

    def test_figures_that_are_no_money_are_in_order_across_currencies(self):
        rows = [
            priced("US", 5, volume=10),
            priced("JP", 5, "JPY", volume=20),
            priced("X", 5, volume=30),
        ]
        assert order(*rows, by="volume") == ["US", "JP", "X"]

    def test_the_youngest_price_comes_first_by_age(self):
        rows = [a_row("OLD", a_quote("OLD", age=90)), a_row("YOUNG", a_quote("YOUNG", age=5))]
        assert order(*rows, by="age") == ["YOUNG", "OLD"]

    def test_notes_sort_as_people_read_them(self):
        rows = [a_row("B", note="beta"), a_row("NONE"), a_row("A", note="Alpha")]
        assert order(*rows, by="note") == ["A", "B", "NONE"]

    def test_fair_values_sort(self):
        rows = [a_row("HIGH", line=a_line(fair=9.0)), a_row("LOW", line=a_line(fair=2.0))]
        assert order(*rows, by="fair_value") == ["LOW", "HIGH"]


class TestFilter:
    @pytest.mark.parametrize(
        "text", ["", "nes", "NESTLE", "nestlé", "nesn", "choc", "swiss nestle", "  swiss  "]
    )
    def test_rows_stay_that_hold_every_word(self, text):
        row = a_row("NESN.SW", name="Nestlé Group", note="Swiss chocolate")
        view = shown(row, text=text)
        assert not view.rows[0].hidden
        assert not view.none_match

    def test_rows_are_hidden_that_lack_a_word(self):
        rows = [a_row("NESN.SW", name="Nestlé"), a_row("AAPL", name="Apple")]
        view = shown(*rows, text="apple")
        assert [row.hidden for row in view.rows] == [True, False]
        assert shown(*rows, text="apple nestle").none_match

    def test_the_name_that_only_the_price_tells_counts_too(self):
        row = a_row("AAPL", a_quote(name="Apple Inc."))
        assert not shown(row, text="inc").none_match

    def test_an_empty_list_is_not_said_to_match_nothing(self):
        assert not shown(text="apple").none_match


class TestTotals:
    def test_each_currency_stands_for_itself_the_most_frequent_first(self):
        rows = [
            a_row("JP", a_quote("JP", 2000, 1990, "JPY", market_cap=4e12)),
            a_row("UP", a_quote("UP", 110, 100, market_cap=1e9)),
            a_row("DOWN", a_quote("DOWN", 98, 100, market_cap=2e9)),
            a_row("FLAT", a_quote("FLAT", 100, 100, market_cap=3e9)),
        ]
        usd, jpy = totals(rows)
        assert (usd.currency, usd.rows, usd.up, usd.down) == ("USD", 3, 1, 1)
        assert (usd.average, usd.cap) == ("+2.67 %", "6.00 bn USD")
        assert (jpy.currency, jpy.rows, jpy.cap) == ("JPY", 1, "4.00 tn JPY")

    def test_what_is_quoted_in_pence_counts_with_pounds(self):
        rows = [
            a_row("P", a_quote("P", 300, 290, "GBp", market_cap=1e9)),
            a_row("Q", a_quote("Q", 3, 2.9, "GBP", market_cap=2e9)),
        ]
        (gbp,) = totals(rows)
        assert (gbp.currency, gbp.rows, gbp.cap) == ("GBP", 2, "3.00 bn GBP")

    def test_a_sum_of_some_says_of_how_many(self):
        rows = [a_row("A", a_quote("A", market_cap=1e9)), a_row("B", a_quote("B"))]
        assert totals(rows)[0].cap == "1.00 bn USD (1 of 2 known)"

    def test_amounts_of_no_known_currency_are_not_added(self):
        rows = [a_row(s, a_quote(s, currency=None, market_cap=1e9)) for s in ("A", "B")]
        (unknown,) = totals(rows)
        assert (unknown.currency, unknown.rows, unknown.cap) == ("currency?", 2, "")

    def test_moves_that_are_not_known_count_for_nothing(self):
        rows = [a_row("A", a_quote("A", 110, 100)), a_row("B", a_quote("B", previous=None))]
        (usd,) = totals(rows)
        assert (usd.up, usd.down, usd.average) == (1, 0, "+10.00 %")
        (none,) = totals([a_row("B", a_quote("B", previous=None))])
        assert (none.average, none.cap) == ("", "")

    def test_rows_without_a_price_come_to_nothing(self):
        assert totals([a_row()]) == ()


def test_all_lists_are_told_with_the_one_that_is_shown():
    tabs = shown().tabs
    assert [(tab.title, tab.path, tab.size, tab.here) for tab in tabs] == [
        ("Watchlist", "/", 3, True),
        ("Tech", "/lists/tech", 1, False),
    ]


@pytest.mark.parametrize("name", ["default", "tech"])
def test_the_address_of_a_list_leads_to_it(name):
    assert list_at(list_path(name)) == name


def test_other_pages_show_no_list():
    assert list_at("/system") is None
    assert list_at("") is None


def test_it_knows_of_samples_and_simulated_rows():
    view = shown(a_row("LARK.SIM", sample=True))
    assert view.any_sample and view.any_simulated
    plain = shown(a_row())
    assert not plain.any_sample and not plain.any_simulated
