"""A refresh as the page shows it, and what people do meanwhile; in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .shelf import Shelf, amounts, busy, row, start_refresh, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]


def test_a_refresh_in_one_window_changes_the_rows_of_both(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    here, there = window(shop.url), window(shop.url)
    before = amounts(there)
    bureau.hang("quote")
    start_refresh(here)
    for page in (here, there):
        expect(page.get_by_role("progressbar", name="Refresh")).to_be_visible()
        expect(page.locator(".row.updating")).to_have_count(3)
        expect(page.get_by_text("0 of 3")).to_be_visible()
    bureau.upstream.configure(tick=1)
    bureau.let_go("quote")
    for page in (here, there):
        expect(page.get_by_text("3 updated")).to_be_visible()
        expect(busy(page)).to_have_count(0)
    after = amounts(there)
    assert len(after) == 3
    assert not set(before) & set(after)
    assert amounts(here) == after


def test_rows_change_one_by_one_while_the_bar_grows(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    first, second, third = shop.order()
    page = window(shop.url)
    # One by one is how they are fetched where no batch can be had.
    for route in ("quote", "spark"):
        bureau.upstream.fault(route, "status", status=500)
    bureau.upstream.fault("chart", "hang", symbol=second)
    start_refresh(page)
    expect(page.get_by_text("2 of 3")).to_be_visible()
    expect(row(page, second)).to_contain_text("updating")
    for symbol in (first, third):
        expect(row(page, symbol)).not_to_contain_text("updating")
        expect(row(page, symbol).locator(".age")).to_contain_text("just now")
    assert page.get_by_role("progressbar", name="Refresh").evaluate("bar => bar.value") >= 66
    bureau.let_go("chart")
    expect(page.get_by_text("3 updated")).to_be_visible()


def test_typing_focus_and_what_is_open_survive_a_refresh(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    symbol = shop.order()[1]
    page = window(shop.url)
    row(page, symbol).get_by_role("link", name="Details").click()
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_label("Target price").fill("99")
    note = panel.get_by_label("Note")
    note.press_sequentially("first")
    bureau.hang("quote")
    shop.refresh()
    expect(row(page, symbol)).to_contain_text("updating")
    note.press_sequentially(" and second")
    bureau.upstream.configure(tick=1)
    bureau.let_go("quote")
    expect(page.get_by_text("3 updated")).to_be_visible()
    note.press_sequentially(" and third")
    expect(note).to_have_value("first and second and third")
    expect(note).to_be_focused()
    expect(panel.get_by_label("Target price")).to_have_value("99")
    # What the panel tells of the row is as new as the row, which may come after the summary.
    expect(busy(page)).to_have_count(0)
    price = row(page, symbol).locator("td.price .amount").inner_text()
    expect(panel.locator(".facts .amount")).to_have_text(price)


def test_sorting_and_adding_go_on_during_a_refresh(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(["DELTA", "ALPHA", "CHARLIE"])
    page = window(shop.url)
    bureau.hang("quote")
    start_refresh(page)
    for _ in range(2):
        page.get_by_role("button", name="Symbol", exact=True).click()
    field = page.get_by_role("combobox", name="Add symbols")
    field.fill("bravo")
    field.press("Enter")
    expect(row(page, "BRAVO")).to_be_visible()
    expect(field).to_have_value("")
    bureau.let_go("quote")
    expect(page.locator("#refresh")).to_contain_text("updated")
    expect(tickers(page)).to_have_text(["DELTA", "CHARLIE", "BRAVO", "ALPHA"])


def test_a_page_loaded_in_the_middle_of_a_refresh_follows_it(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    bureau.hang("quote")
    shop.refresh()
    page = window(shop.url)
    expect(page.get_by_role("progressbar", name="Refresh")).to_be_visible()
    bureau.let_go("quote")
    expect(page.get_by_text("3 updated")).to_be_visible()
    expect(busy(page)).to_have_count(0)
