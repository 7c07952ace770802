"""The watchlist where no script runs: every form is one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .server import eventually
from .shelf import Shelf, heads, pick, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]


@pytest.fixture
def plain(window: Window) -> Window:
    """Opens windows without scripts."""

    def open_window(url: str) -> Page:
        return window(url, refused=True, java_script_enabled=False)

    return open_window


def test_symbols_are_added_removed_brought_back_and_moved(shelf: Make, plain: Window) -> None:
    shop, other = shelf(["BAREA", "BAREB"]), shelf()
    page = plain(shop.url)
    field = page.get_by_role("combobox", name="Add symbols")
    field.fill("$$$")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The symbol may hold A to Z")
    expect(field).to_have_value("$$$")
    field.fill("barec bared, 7203.t")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Symbols added: 3.")
    expect(tickers(page)).to_have_text(["BAREA", "BAREB", "BAREC", "BARED", "7203.T"])
    page.get_by_role("button", name="Remove BAREB").click()
    expect(page.get_by_role("status")).to_contain_text("BAREB was removed.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("That is undone.")
    expect(tickers(page)).to_have_text(["BAREA", "BAREB", "BAREC", "BARED", "7203.T"])
    pick(page, "BAREA", "7203.T")
    bar = page.locator("#picked")
    bar.get_by_role("button", name="Down").click()
    expect(tickers(page)).to_have_text(["BAREB", "BAREA", "7203.T", "BAREC", "BARED"])
    pick(page, "BAREB", "BAREC")
    bar.get_by_label("Move to").select_option(other.name)
    bar.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Symbols moved: 2.")
    expect(tickers(page)).to_have_text(["BAREA", "7203.T", "BARED"])
    assert other.order() == ["BAREB", "BAREC"]


def test_a_name_is_searched_for_and_chosen(shelf: Make, plain: Window) -> None:
    page = plain(shelf().url)
    page.get_by_role("combobox", name="Add symbols").fill("bank7 holdings")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Which of these is meant?")
    page.get_by_role("button", name="BANK7", exact=True).click()
    expect(tickers(page)).to_have_text(["BANK7"])


def test_rows_are_sorted_filtered_and_shown_by_other_columns(shelf: Make, plain: Window) -> None:
    shop = shelf(["BAREZ", "BAREY", "BAREX"])
    page = plain(shop.url)
    page.get_by_role("button", name="Symbol", exact=True).click()
    expect(tickers(page)).to_have_text(["BAREX", "BAREY", "BAREZ"])
    page.get_by_label("Show only rows with").fill("rey")
    page.get_by_role("button", name="Filter").click()
    expect(tickers(page)).to_have_text(["BAREY"])
    page.get_by_label("Show only rows with").fill("")
    page.get_by_role("button", name="Filter").click()
    page.get_by_text("Columns", exact=True).click()
    menu = page.locator("#columns")
    for name in ("Month", "52 weeks", "Verdict", "Fair value", "Change"):
        menu.get_by_role("checkbox", name=name, exact=True).uncheck()
    menu.get_by_label("Volume").check()
    menu.get_by_role("button", name="Show these").click()
    assert eventually(lambda: heads(page) == ["Symbol", "Price", "Change %", "Age", "Volume"])
    menu.get_by_role("button", name="Volume earlier").click()
    assert eventually(lambda: heads(page) == ["Symbol", "Price", "Change %", "Volume", "Age"])
    expect(tickers(page)).to_have_text(["BAREX", "BAREY", "BAREZ"])


def test_details_are_a_page_of_their_own_with_their_form(shelf: Make, plain: Window) -> None:
    shop = shelf(["BAREA"])
    page = plain(shop.url)
    row(page, "BAREA").get_by_role("link", name="Details").click()
    page.get_by_label("Note").fill("bought in\nMarch")
    page.get_by_label("Target price").fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("must be a number such as 12.50")
    expect(page.get_by_label("Note")).to_have_value("bought in\nMarch")
    page.get_by_label("Target price").fill("1,250.50")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("BAREA was saved.")
    assert shop.items()[0]["note"] == "bought in\nMarch"
    assert shop.items()[0]["target_price"] == 1250.5


def test_a_list_is_imported_refreshed_and_cancelled(
    shelf: Make, bureau: Bureau, plain: Window
) -> None:
    shop = shelf()
    page = plain(shop.url)
    page.get_by_text("This list", exact=True).click()
    page.get_by_role("link", name="Import symbols").click()
    page.get_by_label("Or text").fill("symbol,note\nIMPA,first\nIMPB,second\n")
    page.get_by_role("button", name="Show what is understood").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("2 new")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(tickers(page)).to_have_text(["IMPA", "IMPB"])
    bureau.hang("quote")
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_role("progressbar", name="Refresh")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_have_text("Cancelled.")
    bureau.let_go("quote")
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Refresh started.")

    def has_ended() -> bool:
        page.reload()
        return "2 updated" in page.locator("#refresh").inner_text()

    assert eventually(has_ended)
    expect(page.locator(".row td.price .amount")).to_have_count(2)
