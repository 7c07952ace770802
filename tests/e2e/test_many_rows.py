"""Five hundred rows, while all of them are refreshed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .shelf import Shelf, busy, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]

MANY = 500


@pytest.mark.timeout(240)
def test_nothing_typed_is_lost_while_five_hundred_rows_are_refreshed(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    symbols = [f"MANYROWS{number}" for number in range(MANY)]
    shop = shelf(symbols)
    page = window(f"{shop.url}?columns=price.note.age")
    expect(tickers(page)).to_have_count(MANY)
    row(page, symbols[1]).get_by_role("link", name="Details").click()
    note = page.get_by_role("complementary", name="Details").get_by_label("Note")
    before = page.locator(".row .age time").evaluate_all("all => all.map(time => time.dateTime)")
    # Slow enough, and in batches small enough, for rows to come all the while.
    bureau.upstream.fault("quote", "status", status=500)
    bureau.upstream.configure(latency_ms=150, tick=1)
    shop.refresh()
    expect(busy(page).first).to_be_attached()
    words = "The quick brown fox jumps over the lazy dog. " * 4
    note.press_sequentially(words)
    field = page.get_by_role("combobox", name="Add symbols")
    field.press_sequentially("a long name of a company")
    page.keyboard.press("Escape")
    # From the first row to the last, and back, while they change.
    for symbol in (symbols[-1], symbols[0]):
        row(page, symbol).scroll_into_view_if_needed()
        expect(row(page, symbol)).to_be_in_viewport()
    filter_text = page.get_by_role("searchbox")
    filter_text.press_sequentially("manyrows49")
    expect(tickers(page)).to_have_text([s for s in symbols if "49" in s[8:10]])
    expect(page.get_by_text(f"{MANY} updated")).to_be_visible(timeout=120_000)
    expect(note).to_have_value(words)
    expect(field).to_have_value("a long name of a company")
    expect(filter_text).to_have_value("manyrows49")
    expect(filter_text).to_be_focused()
    filter_text.fill("")
    expect(tickers(page)).to_have_text(symbols)
    expect(busy(page)).to_have_count(0)
    after = page.locator(".row .age time").evaluate_all("all => all.map(time => time.dateTime)")
    assert len(after) == MANY
    assert not [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if new <= old]
