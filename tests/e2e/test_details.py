"""The details of a row, beside the table: what is typed there is that row's and nobody else's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .shelf import Shelf, row

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]


def open_details(page: Page, symbol: str) -> None:
    row(page, symbol).get_by_role("link", name="Details").click()
    expect(page.locator("#item-title")).to_contain_text(symbol)


def test_the_fields_of_a_row_are_its_own_after_another_was_saved(
    shelf: Make, window: Window
) -> None:
    shop = shelf(2)
    first, second = shop.order()
    page = window(shop.url)
    panel = page.locator("#item")
    open_details(page, first)
    panel.get_by_label("Note").fill("of the first")
    panel.get_by_label("Target price").fill("12.5")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text(f"{first} was saved.")
    open_details(page, second)
    expect(panel.get_by_label("Note")).to_have_value("")
    expect(panel.get_by_label("Target price")).to_have_value("")
    panel.get_by_label("Target price").fill("7")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text(f"{second} was saved.")
    notes = {item["symbol"]: (item["note"], item["target_price"]) for item in shop.items()}
    assert notes == {first: ("of the first", 12.5), second: ("", 7)}


def test_what_is_not_saved_is_dropped_only_after_a_word(shelf: Make, window: Window) -> None:
    shop = shelf(2)
    first, second = shop.order()
    page = window(shop.url)
    note = page.locator("#item").get_by_label("Note")
    open_details(page, first)
    note.fill("half a thought")
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_contain_text("is not saved yet")
    expect(note).to_have_value("half a thought")
    row(page, second).get_by_role("link", name="Details").click()
    expect(page.locator("#item-title")).to_contain_text(second)


def test_a_panel_that_closes_gives_up_what_it_asked_about_a_row_that_may_go(
    shelf: Make, window: Window
) -> None:
    shop = shelf(1)
    page = window(shop.url)
    page.route("**/facts", lambda held: None)
    open_details(page, *shop.order())
    with page.expect_request("**/facts"):
        page.locator("#item").get_by_label("Target price").fill("7")
        page.locator("#item").get_by_role("button", name="Save").click()
    # Its stream may have told the page before this; until then Escape keeps what was typed.
    expect(page.get_by_role("status")).to_contain_text("was saved.")
    with page.expect_event("requestfailed", lambda given_up: given_up.url.endswith("/facts")):
        page.keyboard.press("Escape")
    expect(page.locator("#item")).to_be_hidden()
