"""Adding: by a search as one types, many by a paste, a file by way of a look at it; and export."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from .bureau import Bureau
from .shelf import Shelf, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]

PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  const how = { clipboardData, bubbles: true, cancelable: true };
  field.dispatchEvent(new ClipboardEvent("paste", how));
}"""
NOTES = {
    "BOOK1": 'He said "buy", twice; or = 3',
    "BOOK2": "Two lines\nof words",
    "BOOK3": "=SUM(A1:A9)",
    "BOOK4": "שלום, عالم",
}


def test_a_company_is_found_by_name_and_chosen_by_keys(shelf: Make, window: Window) -> None:
    page = window(shelf().url)
    field = page.get_by_role("combobox", name="Add symbols")
    found = page.get_by_role("listbox").get_by_role("option")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("acme")
    expect(found).to_have_count(2)
    expect(found.first).to_contain_text("ACME Holdings")
    expect(found.first).to_contain_text("Upstream Exchange")
    expect(field).to_have_attribute("aria-expanded", "true")
    listbox = page.get_by_role("listbox")
    assert field.get_attribute("aria-controls") == listbox.get_attribute("id")
    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        field.press(key)
        expect(found.nth(place)).to_have_attribute("aria-selected", "true")
        chosen = found.nth(place).get_attribute("id") or ""
        expect(field).to_have_attribute("aria-activedescendant", chosen)
    field.press("Escape")
    expect(listbox).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile(".*"))
    expect(field).to_have_value("acme")
    field.press("ArrowDown")
    expect(found.first).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    field.press("Enter")
    expect(tickers(page)).to_have_text(["ACME.L"])
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    expect(listbox).to_be_hidden()
    expect(page.get_by_role("status")).to_contain_text("ACME.L was added.")


def test_an_isin_is_found_and_chosen_by_a_press(shelf: Make, window: Window) -> None:
    page = window(shelf().url)
    page.get_by_role("combobox", name="Add symbols").press_sequentially("zz0000anvil6")
    page.get_by_role("option", name="ANVIL.T").click()
    expect(tickers(page)).to_have_text(["ANVIL.T"])
    expect(row(page, "ANVIL.T")).to_contain_text("JPY")


def test_what_is_known_here_is_found_at_once_and_stays_chosen_when_sources_answer(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    page = window(shelf(["ANVILOWN"]).url)
    field = page.get_by_role("combobox", name="Add symbols")
    found = page.get_by_role("listbox").get_by_role("option")
    bureau.hang("search")
    field.press_sequentially("anvil")
    expect(found).to_have_text([re.compile("ANVILOWN.*on a list", re.DOTALL)])
    expect(page.get_by_text("Asking the sources")).to_be_visible()
    field.press("ArrowDown")
    bureau.let_go("search")
    expect(found).to_have_count(2)
    chosen = page.get_by_role("option", selected=True).and_(found)
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("ANVILOWN")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")


def test_what_is_found_after_it_was_added_does_not_open_a_list(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    page = window(shelf(["LATEOWN"]).url)
    held: list[Route] = []
    page.route("**/search?*", lambda route: held.append(route))  # noqa: PLW0108 — playwright marks it
    field = page.get_by_role("combobox", name="Add symbols")
    with page.expect_request("**/search?*"):
        field.press_sequentially("late")
    field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("LATE was added.")
    # The list is looked at in the moment in which it would be swapped in, not only after it.
    page.evaluate("""() => { window.seen = [];
      new MutationObserver(() => seen.push("swapped")).observe(
        document.getElementById("add-found"), { childList: true }); }""")
    with page.expect_response("**/search?*"):
        for route in held:
            route.continue_()
    field.press("Escape")
    expect(field).not_to_be_focused()
    assert page.evaluate("seen") == []


def test_a_field_that_is_emptied_has_no_list(shelf: Make, window: Window) -> None:
    page = window(shelf(["EMPTYOWN"]).url)
    field = page.get_by_role("combobox", name="Add symbols")
    field.press_sequentially("empty")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    field.press("Control+a")
    field.press("Delete")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")


def test_many_are_pasted_at_once_and_what_is_none_stays_in_the_field(
    shelf: Make, window: Window
) -> None:
    page = window(shelf().url)
    field = page.get_by_role("combobox", name="Add symbols")
    field.focus()
    # The page itself may not touch the clipboard, so what a browser does of a paste is done here.
    field.evaluate(PASTE, "many1\r\nmany2, many3;many4 many5\n$$$\n")
    page.keyboard.press("Enter")
    expect(tickers(page)).to_have_text(["MANY1", "MANY2", "MANY3", "MANY4", "MANY5"])
    expect(page.get_by_role("status")).to_contain_text("Symbols added: 5.")
    expect(field).to_have_value("$$$")
    expect(page.get_by_role("alert").filter(has_text="$$$")).to_be_visible()
    for symbol in ("MANY1", "MANY5"):
        expect(row(page, symbol).locator("td.price .amount")).to_be_visible()


def test_a_row_is_there_before_any_source_answers_and_fills_in(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    page = window(shelf().url)
    field = page.get_by_role("combobox", name="Add symbols")
    for route in ("quote", "search"):
        bureau.hang(route)
    field.fill("soon")
    field.press("Enter")
    added = row(page, "SOON")
    expect(added).to_contain_text("No price yet")
    expect(added).to_contain_text("updating")
    expect(added).to_contain_text("Name not known yet")
    bureau.let_go("quote", "search")
    expect(added.locator("td.price .amount")).to_be_visible()
    expect(added).to_contain_text("SOON Holdings")
    expect(added.locator(".age")).to_contain_text(re.compile(r"(just now|s ago), Yahoo, 15 min"))


def test_a_symbol_that_nobody_knows_says_so_in_its_row(shelf: Make, window: Window) -> None:
    page = window(shelf().url)
    page.get_by_role("combobox", name="Add symbols").fill("nope")
    page.get_by_role("button", name="Add", exact=True).click()
    added = row(page, "NOPE")
    expect(added).to_contain_text("unknown symbol")
    expect(added).to_contain_text("No source knows it")
    added.get_by_role("link", name="Why").click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("Check the spelling")
    expect(panel).to_contain_text("not_found")
    panel.get_by_role("button", name="Remove from this list").click()
    expect(added).to_have_count(0)
    expect(panel).to_be_hidden()


def test_what_was_exported_is_imported_again_after_a_look_at_it(
    shelf: Make, window: Window, tmp_path: Path
) -> None:
    source, target = shelf(list(NOTES)), shelf(["BOOK2"])
    for number, (symbol, note) in enumerate(NOTES.items(), 1):
        source.change(symbol, note=note, target_price=number / 8)
    page = window(source.url)
    page.get_by_text("This list", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    with file.open("a", newline="") as out:
        csv.writer(out).writerows([["BOOK1"], ["no symbol!"]])
    page.goto(target.url)
    page.get_by_text("This list", exact=True).click()
    page.get_by_role("link", name="Import symbols").click()
    page.get_by_label("A file").set_input_files(file)
    page.get_by_role("button", name="Show what is understood").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(
        "3 new, 1 listed already, 1 twice in the file, 1 not understood"
    )
    looked_at = page.get_by_role("row").filter(has_text="BOOK4")
    expect(looked_at).to_contain_text(NOTES["BOOK4"])
    expect(looked_at).to_contain_text("0.5")
    assert target.order() == ["BOOK2"], "nothing is added by looking"
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Symbols imported or filled in: 4.")
    expect(tickers(page)).to_have_text(["BOOK2", "BOOK1", "BOOK3", "BOOK4"])

    def kept(shop: Shelf) -> dict[str, tuple[str, float]]:
        return {item["symbol"]: (item["note"], item["target_price"]) for item in shop.items()}

    assert kept(target) == kept(source)
