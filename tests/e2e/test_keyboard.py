"""Everything by keyboard: with a focus that is seen, a help sheet, and keys that can be off."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .shelf import Shelf, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]

# What has the focus, and whether one sees that: an outline within the window.
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return {
    name: at.id || at.getAttribute("aria-label") || at.textContent.trim(),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1
      && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_row_that_moves_keeps_the_focus_where_browsers_take_it_out_to_move_it(
    shelf: Make, window: Window
) -> None:
    own = shelf(3)
    first, second, third = own.order()
    page = window(own.url)
    page.evaluate("delete Element.prototype.moveBefore")
    row(page, third).locator("a.ticker").focus()
    body = {"watchlist": own.name, "symbols": [third], "before": first}
    assert own.server.post("/api/watchlist/place", json=body).status_code == 200
    expect(tickers(page)).to_have_text([third, first, second])
    expect(row(page, third).locator("a.ticker")).to_be_focused()


def refresh_and_cancel(page: Page, bureau: Bureau) -> None:
    bureau.hang("quote")
    press(page, "r")
    expect(page.get_by_role("progressbar", name="Refresh")).to_be_visible()
    press(page, "r")
    expect(page.locator("#refresh")).to_contain_text("Cancelled")
    bureau.let_go("quote")


def test_a_list_is_kept_without_a_pointer(shelf: Make, bureau: Bureau, window: Window) -> None:
    page = window(shelf(["KEYA", "KEYB", "KEYC"]).url)
    status = page.get_by_role("status")
    press(page, "a")
    expect(page.get_by_role("combobox", name="Add symbols")).to_be_focused()
    page.keyboard.type("keyd")
    press(page, "Enter")
    expect(tickers(page)).to_have_text(["KEYA", "KEYB", "KEYC", "KEYD"])
    expect(status).to_contain_text("KEYD was added.")
    press(page, "Escape", "j")
    expect(row(page, "KEYA").locator("a.ticker")).to_be_focused()
    press(page, "j", "j", "k")
    expect(row(page, "KEYB").locator("a.ticker")).to_be_focused()
    # Picked: this one, and all up to the last.
    press(page, "x", "j", "j", "X")
    expect(page.locator("#picked-count")).to_have_text("3 picked")
    press(page, "Escape")
    expect(page.locator("#picked")).to_be_hidden()
    press(page, "k", "e")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    press(page, "Tab", "Tab")
    expect(panel.get_by_label("Note")).to_be_focused()
    page.keyboard.type("j k r x ? written")
    press(page, "Tab")
    page.keyboard.type("12.5")
    press(page, "Enter")
    expect(status).to_contain_text("KEYC was saved.")
    press(page, "Escape")
    expect(panel).to_be_hidden()
    expect(row(page, "KEYC").get_by_role("link", name="Details")).to_be_focused()
    assert row(page, "KEYC").get_attribute("data-note") == "j k r x ? written"
    press(page, "Delete")
    expect(tickers(page)).to_have_text(["KEYA", "KEYB", "KEYD"])
    expect(status).to_contain_text("KEYC was removed.")
    status.get_by_role("button", name="Undo").focus()
    press(page, "Enter")
    expect(tickers(page)).to_have_text(["KEYA", "KEYB", "KEYC", "KEYD"])
    refresh_and_cancel(page, bureau)
    press(page, "/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("keyb")
    expect(tickers(page)).to_have_text(["KEYB"])
    press(page, "Escape", "j", "Enter")
    expect(page).to_have_url(re.compile("/stocks/KEYB$"))
    # The keys are heard as soon as their button is shown.
    expect(page.locator("#show-keys")).to_be_visible()
    press(page, "g", "t")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tasks")


def test_menus_columns_and_colours_are_worked_by_keys(shelf: Make, window: Window) -> None:
    page = window(shelf(1).url, color_scheme="light")
    page.locator("#columns summary").focus()
    press(page, "Enter", "Tab")
    expect(page.locator("#columns").get_by_label("Price")).to_be_focused()
    press(page, "Space")
    expect(page.get_by_role("columnheader", name="Price")).to_have_count(0)
    press(page, "Escape")
    expect(page.locator("#columns")).not_to_have_attribute("open", re.compile(".*"))
    expect(page.locator("#columns summary")).to_be_focused()
    page.locator("thead th.symbol button").focus()
    press(page, "Enter")
    expect(page.locator("thead th.symbol")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("thead th.symbol button")).to_be_focused()
    page.get_by_label("Colours").focus()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    with page.expect_response(lambda answer: answer.url.endswith("/theme")):
        press(page, "ArrowDown")
    with page.expect_response(lambda answer: answer.url.endswith("/theme")):
        press(page, "ArrowDown")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_single_keys_are_explained_switched_off_and_silent_while_one_types(
    shelf: Make, window: Window
) -> None:
    page = window(shelf(2).url)
    sheet = page.get_by_role("dialog", name="Keyboard")
    press(page, "/")
    page.keyboard.type("?rxe")
    expect(page.get_by_role("searchbox")).to_have_value("?rxe")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("progressbar", name="Refresh")).to_have_count(0)
    page.get_by_role("searchbox").fill("")
    press(page, "Escape", "?")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Move the row, in the order of the list")
    sheet.get_by_label("Single keys work").uncheck()
    press(page, "Escape")
    expect(sheet).to_be_hidden()
    for key in ("?", "r", "a", "x"):
        press(page, key)
    page.reload()
    for key in ("?", "r", "j", "/"):
        press(page, key)
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("progressbar", name="Refresh")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Keyboard help").press("Enter")
    sheet.get_by_label("Single keys work").check()
    press(page, "Escape", "j")
    expect(tickers(page).first).to_be_focused()


def test_the_focus_is_seen_wherever_the_tab_key_leads(shelf: Make, window: Window) -> None:
    page = window(shelf(2).url)
    unseen, names = [], []
    for _ in range(80):
        press(page, "Tab")
        at = page.evaluate(FOCUSED)
        names.append(at["name"])
        if not at["seen"]:
            unseen.append(at["name"])
        if page.evaluate("document.activeElement === document.body"):
            break
    assert unseen in ([], names[-1:]), "only the end of the page has no focus to be seen"
    assert len(names) > 30
    for name in ("Skip to the content", "theme", "add-symbol", "filter-text", "Price", "pick-all"):
        assert name in names


def test_rows_that_are_filtered_out_are_passed_over_also_when_one_was_just_renewed(
    shelf: Make, window: Window
) -> None:
    page = window(shelf(["OUTA", "INB", "OUTC"]).url)
    press(page, "/")
    page.keyboard.type("inb")
    expect(tickers(page)).to_have_text(["INB"])
    press(page, "Escape")
    expect(page.get_by_role("searchbox")).to_have_value("inb")
    # What a swap does, and a key before the next frame is drawn.
    page.evaluate("""() => {
        document.querySelector("#rows .row[data-symbol=OUTA]").hidden = false;
        const detail = { ctx: { target: document.body } };
        document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail }));
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    }""")
    expect(row(page, "INB").locator("a.ticker")).to_be_focused()
