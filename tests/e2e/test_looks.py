"""What one sees: changes, directions and old prices; on paper, enlarged, and in other scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .shelf import Shelf, pick, row

pytestmark = [pytest.mark.browser, pytest.mark.looks]

Window = Callable[..., Page]
Make = Callable[..., Shelf]

FLASHES = """() => {
  window.flashes = [];
  document.addEventListener("animationstart", (event) => window.flashes.push(event.animationName));
}"""
NEXT_FRAMES = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
BEYOND = "() => document.documentElement.scrollWidth - innerWidth"


def flashes(page: Page) -> list[str]:
    names: list[str] = page.evaluate("window.flashes.splice(0)")
    return names


def test_a_price_that_changes_flashes_where_motion_is_welcome(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(2)
    moving = window(shop.url, reduced_motion="no-preference")
    still = window(shop.url, reduced_motion="reduce")
    for page in (moving, still):
        page.evaluate(FLASHES)

    def refreshed(tick: int) -> None:
        times = [time for page in (moving, still) for time in page.locator(".row .age time").all()]
        before = [time.get_attribute("datetime") or "" for time in times]
        bureau.upstream.configure(tick=tick)
        shop.refresh()
        for time, old in zip(times, before, strict=True):
            expect(time).not_to_have_attribute("datetime", old)
        for page in (moving, still):
            # A flash begins with the frame after the price.
            page.evaluate(NEXT_FRAMES)
            expect(page.locator(".row.updating, .row.queued, [data-moved]")).to_have_count(0)

    refreshed(4)
    assert flashes(moving) == ["rose", "rose"]
    refreshed(4)
    assert flashes(moving) == []
    refreshed(0)
    assert flashes(moving) == ["fell", "fell"]
    assert flashes(still) == []


def test_directions_are_told_by_sign_and_arrow(shelf: Make, window: Window) -> None:
    page = window(shelf(["UPWARD", "LARK.SIM", "QUIL.SIM", "NOVE.SIM", "SABL.SIM"]).url)
    signs = {"up": r"▲ \+[\d.,]+ %", "down": r"▼ −[\d.,]+ %", "flat": r"0\.00 %"}
    cells = page.locator("td.change_percent")
    expect(cells).to_have_count(5)
    for cell in cells.all():
        way = next(way for way in signs if way in (cell.get_attribute("class") or "").split())
        assert re.fullmatch(signs[way], " ".join(cell.inner_text().split())), cell.inner_text()
    expect(row(page, "UPWARD").locator("td.change_percent")).to_have_class(re.compile(r"\bup\b"))


def test_a_price_grows_old_before_ones_eyes_and_stays(shelf: Make, window: Window) -> None:
    page = window(shelf(1).url)
    line, amount = page.locator(".row"), page.locator("td.price .amount")
    price, new = amount.inner_text(), amount.evaluate("one => getComputedStyle(one).color")
    mark = line.get_by_text("stale", exact=True)
    expect(mark).to_be_hidden()
    page.clock.install()
    page.clock.fast_forward("20:00")
    expect(line.locator(".age")).to_contain_text(re.compile("(19|20) min ago, Yahoo, 15 min del"))
    expect(mark).to_be_visible()
    expect(amount).to_have_text(price)
    expect(amount).to_be_visible()
    quiet = page.evaluate("getComputedStyle(document.querySelector('td.age')).color")
    assert amount.evaluate("one => getComputedStyle(one).color") == quiet != new


def test_verdict_sparkline_and_details_grow_old_too(shelf: Make, window: Window) -> None:
    shop = shelf(1)
    (symbol,) = shop.order()
    shop.bureau.analyse(symbol)
    page = window(f"{shop.url}?columns=trend.fair_value.verdict&item={symbol}")
    line = row(page, symbol)
    expect(line.locator(".spark")).to_be_visible(timeout=15_000)
    mark = line.get_by_text("old data", exact=True)
    stale = page.locator("#item-facts .when-stale")
    expect(mark).to_be_hidden()
    expect(stale).to_be_hidden()
    old = re.compile(r"\bold\b")
    expect(line.locator(".worth")).not_to_have_class(old)
    page.clock.install()
    page.clock.fast_forward("48:00:00")
    expect(mark).to_be_visible()
    expect(stale).to_be_visible()
    for part in (".spark", ".worth"):
        expect(line.locator(part)).to_have_class(old)


def test_on_paper_there_is_the_table_and_nothing_to_press(shelf: Make, window: Window) -> None:
    shop = shelf(3)
    page = window(f"{shop.url}?item={shop.order()[0]}")
    pick(page, shop.order()[0])
    ink = page.evaluate("getComputedStyle(document.body).color")
    page.get_by_label("Colours").select_option("dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == ink
    # The heads of columns stay, which are pressed to sort.
    controls = "button:not(.sort):visible, input:visible, select:visible, summary:visible"
    expect(page.locator(controls)).to_have_count(0)
    for hidden in ("header.site", "#lists", "#picked", "#item", "#status"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for symbol in shop.order():
        expect(row(page, symbol).locator("td.price .amount")).to_be_visible()
        expect(row(page, symbol).locator("td.age")).to_contain_text("Yahoo")
    # A4 and Letter within a browser's usual margins, and A4 on its side.
    for width in (718, 740, 1046):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BEYOND) <= 0
        cut = page.locator(".watchlist tr > *:visible").evaluate_all(
            "cells => cells.filter(cell => cell.getBoundingClientRect().right > innerWidth)"
            ".map(cell => cell.className)"
        )
        assert cut == [], width


@pytest.mark.parametrize("width", [320, 390, 640, 1280])
def test_nothing_is_wider_than_the_window_also_enlarged(
    shelf: Make, window: Window, width: int
) -> None:
    shop = shelf(["RTLWIDE", "WIDE.L"])
    shop.add("NOPEWIDE", "A-VERY-LONG-SYMBOL.LONG")
    shop.change("WIDE.L", note="A long note, of words " * 9 + "x" * 200, target_price=123456.789)
    size = {"width": width, "height": 800}
    page = window(shop.url, viewport=size, device_scale_factor=2)
    assert page.evaluate(BEYOND) <= 0
    for menu in ("#new-list", "#this-list", "#columns"):
        page.locator(f"{menu} summary").click()
        box = page.locator(f"{menu} > :not(summary)").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, menu
        page.keyboard.press("Escape")
    pick(page, "WIDE.L")
    page.get_by_role("combobox", name="Add symbols").press_sequentially("acme")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    assert page.evaluate(BEYOND) <= 0
    row(page, "WIDE.L").get_by_role("link", name="Details").click()
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()
    assert page.evaluate(BEYOND) <= 0


def test_names_from_right_to_left_do_not_break_rows(shelf: Make, window: Window) -> None:
    shop = shelf(["LTRNAME", "RTLNAME"])
    for symbol in shop.order():
        shop.change(symbol, note="הערה (12.5%) abc")
    page = window(f"{shop.url}?columns=price.change.note.age")
    expect(row(page, "RTLNAME")).to_contain_text("شركة الخليج")
    assert row(page, "RTLNAME").locator(".name").evaluate("one => one.matches(':dir(rtl)')")
    boxes = [
        row(page, symbol)
        .locator("> *, a.ticker")
        .evaluate_all(
            """cells => cells.map((cell) => {
              const { left, right, height } = cell.getBoundingClientRect();
              return cell.matches("a") ? [left, height] : [left, right, height];
            })"""
        )
        for symbol in shop.order()
    ]
    assert boxes[0] == boxes[1]
    text = " ".join(row(page, "RTLNAME").inner_text().split())
    assert re.match(r"RTLNAME شركة الخليج للصناعات \(قابضة\) 2030 [\d.,]+ USD ▲ \+", text), text
