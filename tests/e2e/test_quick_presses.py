"""What is pressed while the answer to the last press is still under way is not lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from .server import eventually
from .shelf import Shelf, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]


@contextmanager
def unanswered(page: Page, pattern: str) -> Iterator[None]:
    """Requests are held back until the end of the block."""
    held: list[Route] = []
    holding = True
    page.route(pattern, lambda route: held.append(route) if holding else route.continue_())
    yield
    holding = False
    for route in held:
        route.continue_()
    # Nor may those that come later wait for this process, which then looks elsewhere.
    page.unroute(pattern)


def test_three_presses_of_a_head_end_in_the_order_of_the_list(shelf: Make, window: Window) -> None:
    page = window(shelf(["QUICKB", "QUICKA", "QUICKC"]).url)
    with unanswered(page, "**/sort"):
        for first in ("QUICKA", "QUICKC"):
            page.locator("th.symbol button").click()
            expect(tickers(page).first).to_have_text(first)
        page.locator("th.symbol button").click()
    expect(tickers(page)).to_have_text(["QUICKB", "QUICKA", "QUICKC"])


def test_symbols_that_are_added_one_after_the_other_are_all_there(
    shelf: Make, window: Window
) -> None:
    page = window(shelf().url)
    field = page.get_by_role("combobox", name="Add symbols")
    with unanswered(page, "**/items"):
        for symbol in ("QUICK1", "QUICK2", "QUICK3"):
            field.fill(symbol)
            field.press("Enter")
    expect(tickers(page)).to_have_text(["QUICK1", "QUICK2", "QUICK3"])


def test_rows_that_are_removed_one_after_the_other_are_all_gone(
    shelf: Make, window: Window
) -> None:
    shop = shelf(4)
    page = window(shop.url)
    *removed, last = shop.order()
    with unanswered(page, "**/picked"):
        for symbol in removed:
            row(page, symbol).get_by_role("button", name="Remove").click()
    expect(tickers(page)).to_have_text([last])
    assert shop.order() == [last]


def test_columns_that_are_chosen_one_after_the_other_are_all_shown(
    shelf: Make, window: Window
) -> None:
    page = window(shelf(1).url)
    page.locator("#columns summary").click()
    labels = ("Volume", "Note", "Target")
    with unanswered(page, "**/columns"):
        for label in labels:
            page.locator("#columns").get_by_role("checkbox", name=label).check()
    for label in labels:
        expect(page.get_by_role("columnheader", name=label)).to_be_visible()


def test_rows_that_are_moved_one_after_the_other_stay_where_they_were_put(
    shelf: Make, window: Window
) -> None:
    shop = shelf(6)
    page = window(shop.url)
    a, b, c, d, e, f = shop.order()
    with unanswered(page, "**/place"):
        for symbol in (a, c, e):
            row(page, symbol).get_by_role("link").first.focus()
            page.keyboard.press("Alt+ArrowDown")
        expect(tickers(page)).to_have_text([b, a, d, c, f, e])
        # The keys' own pause: until the last move is sent, too.
        page.wait_for_timeout(500)
    assert eventually(lambda: shop.order() == [b, a, d, c, f, e])
