"""Which columns a page shows, and how that is kept."""

import pytest

from stockapp.web.columns import (
    LISTED,
    SYMBOL,
    USUAL,
    Column,
    Layout,
    from_cookie,
    parse_columns,
)

AGE, PRICE, NOTE, TREND = Column.AGE, Column.PRICE, Column.NOTE, Column.TREND


@pytest.mark.parametrize(
    "layout",
    [
        USUAL,
        Layout((AGE, NOTE)),
        Layout((PRICE, AGE), PRICE, descending=True),
        Layout((PRICE, AGE), SYMBOL),
        Layout(tuple(Column)),
    ],
)
def test_what_a_cookie_keeps_comes_back(layout):
    assert from_cookie(layout.to_cookie()) == layout


@pytest.mark.parametrize("text", ["", "~", "nonsense", "nonsense~price~desc", "~price~desc", "é;"])
def test_a_cookie_of_nothing_known_means_the_usual(text):
    assert from_cookie(text) == USUAL


def test_names_that_are_no_columns_are_left_out():
    assert parse_columns("price.weight.age..<b>.PRICE") == (PRICE, AGE)
    assert from_cookie("price.weight.age~weight~desc") == Layout((PRICE, AGE))


def test_the_age_of_a_price_cannot_be_taken_away():
    assert USUAL.with_columns([PRICE]).columns == (PRICE, AGE)
    assert from_cookie("price~listed~asc").columns == (PRICE, AGE)


def test_a_column_is_shown_once():
    assert USUAL.with_columns([PRICE, AGE, PRICE]).columns == (PRICE, AGE)


@pytest.mark.parametrize(
    ("column", "by", "order"),
    [
        (NOTE, -1, (NOTE, PRICE, AGE)),
        (PRICE, 1, (NOTE, PRICE, AGE)),
        (PRICE, -1, (PRICE, NOTE, AGE)),
        (AGE, 1, (PRICE, NOTE, AGE)),
        (TREND, 1, (PRICE, NOTE, AGE)),
    ],
)
def test_a_column_moves_by_one_place_and_not_beyond_the_ends(column, by, order):
    assert Layout((PRICE, NOTE, AGE)).moved(column, by).columns == order


@pytest.mark.parametrize("key", [NOTE, "weight", ""])
def test_rows_cannot_be_sorted_by_what_is_not_shown(key):
    layout = Layout((PRICE, TREND, AGE), PRICE)
    assert layout.sorted_by(key, descending=True) == layout


def test_the_order_of_the_list_has_no_other_way_round():
    assert USUAL.sorted_by(LISTED, descending=True) == USUAL


def test_a_column_that_is_taken_away_does_not_sort_any_more():
    layout = Layout((PRICE, NOTE, AGE), NOTE, descending=True)
    assert layout.with_columns([PRICE]) == Layout((PRICE, AGE))
    assert layout.with_columns([NOTE]).sort == NOTE
    by_symbol = Layout((PRICE, AGE), SYMBOL, descending=True)
    assert by_symbol.with_columns([NOTE]).sort == SYMBOL
