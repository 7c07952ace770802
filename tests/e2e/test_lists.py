"""Several lists: their tabs, and rows that are picked, moved, put in order and removed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from .bureau import Bureau
from .server import eventually
from .shelf import Shelf, pick, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]


def test_a_list_is_made_named_deleted_and_brought_back_and_another_window_follows(
    shelf: Make, window: Window
) -> None:
    shop = shelf(1)
    here, there = window(shop.url), window(shop.url)
    tabs = there.get_by_role("navigation", name="Watchlists")
    here.get_by_text("New list", exact=True).click()
    here.get_by_label("Name of the new list").fill(f"{shop.title} of bonds")
    here.get_by_role("button", name="Make it").click()
    expect(here.get_by_role("heading", level=1)).to_have_text(f"{shop.title} of bonds")
    expect(tabs.get_by_role("link", name=f"{shop.title} of bonds 0 symbols")).to_be_visible()
    here.get_by_role("combobox", name="Add symbols").fill("acme")
    here.get_by_role("button", name="Add", exact=True).click()
    expect(tabs.get_by_role("link", name=f"{shop.title} of bonds 1 symbol")).to_be_visible()
    here.get_by_text("This list", exact=True).click()
    here.get_by_label("Name", exact=True).fill(f"{shop.title} of loans")
    here.get_by_role("button", name="Rename").click()
    expect(here.get_by_role("heading", level=1)).to_have_text(f"{shop.title} of loans")
    expect(here).not_to_have_url(re.compile("done="))
    renamed = tabs.get_by_role("link", name=f"{shop.title} of loans")
    expect(renamed).to_be_visible()
    here.get_by_text("This list", exact=True).click()
    here.get_by_role("button", name="Delete this list").click()
    expect(here.get_by_role("status")).to_contain_text("The list was deleted.")
    expect(renamed).to_have_count(0)
    here.get_by_role("button", name="Undo").click()
    expect(here.get_by_role("heading", level=1)).to_have_text(f"{shop.title} of loans")
    expect(row(here, "ACME")).to_be_visible()
    renamed.click()
    expect(row(there, "ACME")).to_be_visible()
    there.get_by_text("This list", exact=True).click()
    there.get_by_role("button", name="Delete this list").click()


def test_rows_picked_with_shift_move_to_another_list(shelf: Make, window: Window) -> None:
    source, target = shelf(4), shelf()
    first, second, third, fourth = source.order()
    page = window(source.url)
    bar, count = page.locator("#picked"), page.locator("#picked-count")
    expect(bar).to_be_hidden()
    pick(page, second)
    row(page, fourth).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(count).to_have_text("3 picked")
    row(page, third).get_by_role("checkbox").uncheck()
    expect(count).to_have_text("2 picked")
    bar.get_by_label("Move to").select_option(target.name)
    bar.get_by_role("button", name="Move", exact=True).click()
    expect(tickers(page)).to_have_text([first, third])
    expect(bar).to_be_hidden()
    expect(page.get_by_role("status")).to_contain_text("Symbols moved: 2.")
    tabs = page.get_by_role("navigation", name="Watchlists")
    tabs.get_by_role("link", name=f"{target.title} 2 symbols").click()
    expect(tickers(page)).to_have_text([second, fourth])


def test_what_is_picked_stays_picked_while_the_rows_are_updated(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    first, second, _ = shop.order()
    page = window(shop.url)
    pick(page, first, second)
    bureau.upstream.configure(tick=1)
    page.locator("#picked").get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("2 updated")).to_be_visible()
    shop.refresh()
    expect(page.get_by_text("3 updated")).to_be_visible()
    for symbol in (first, second):
        expect(row(page, symbol).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#picked-count")).to_have_text("2 picked")


def test_rows_keep_the_order_that_dragging_and_keys_gave_them(shelf: Make, window: Window) -> None:
    shop = shelf(4)
    first, second, third, fourth = shop.order()
    page = window(shop.url)
    to = row(page, first).locator("td.trend").bounding_box()
    assert to
    row(page, fourth).locator("td.trend").hover()
    page.mouse.down()
    page.mouse.move(to["x"] + 5, to["y"] + 12, steps=5)
    expect(row(page, fourth)).to_have_class(re.compile("dragged"))
    # Pictures tell where it would go, so one more move is needed there, as of a hand.
    page.mouse.move(to["x"] + 5, to["y"] + 2, steps=3)
    dragged = [fourth, first, second, third]
    expect(tickers(page)).to_have_text(dragged)
    page.mouse.up()
    assert eventually(lambda: shop.order() == dragged)
    link = row(page, first).get_by_role("link", name=first, exact=True)
    link.focus()
    for _ in range(2):
        page.keyboard.press("Alt+ArrowDown")
    moved = [fourth, second, third, first]
    expect(tickers(page)).to_have_text(moved)
    expect(link).to_be_focused()
    assert eventually(lambda: shop.order() == moved)
    page.reload()
    expect(tickers(page)).to_have_text(moved)


def test_removing_asks_nothing_can_be_undone_and_hands_the_focus_on(
    shelf: Make, window: Window
) -> None:
    shop = shelf(3)
    first, second, third = shop.order()
    shop.change(second, note="kept with it", target_price=12.5)
    page = window(shop.url)
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    row(page, second).get_by_role("button", name="Remove").press("Enter")
    expect(tickers(page)).to_have_text([first, third])
    expect(row(page, third).get_by_role("button", name="Remove")).to_be_focused()
    status = page.get_by_role("status")
    expect(status).to_contain_text(f"{second} was removed.")
    status.get_by_role("button", name="Undo").click()
    expect(tickers(page)).to_have_text([first, second, third])
    expect(status).to_contain_text("That is undone.")
    assert shop.items()[1]["note"] == "kept with it"
    assert shop.items()[1]["target_price"] == 12.5
    pick(page, first, third)
    page.locator("#picked").get_by_role("button", name="Remove").click()
    expect(tickers(page)).to_have_text([second])
    expect(status).to_contain_text("Symbols removed: 2.")
    page.get_by_role("button", name="Undo").click()
    expect(tickers(page)).to_have_text([first, second, third])
    assert asked == []


def test_totals_are_told_for_each_currency_and_never_added(shelf: Make, window: Window) -> None:
    page = window(shelf(["TOTAL1", "TOTAL2", "TOTAL3.L", "TOTAL4.T"]).url)
    totals = page.locator("#totals > div").all_inner_texts()
    told = [" ".join(total.split()) for total in totals]
    shape = r"{0} {1} ▲ \d up ▼ \d down .* on average [\d.]+ (m|bn) {0} market cap"
    for total, (currency, rows) in zip(
        told, (("USD", "2 rows"), ("GBP", "1 row"), ("JPY", "1 row")), strict=True
    ):
        assert re.fullmatch(shape.format(currency, rows), total), total
