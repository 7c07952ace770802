"""Five hundred rows, while all of them are refreshed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .server import eventually
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
    # Batches come one after the other, for as long as one types.
    bureau.upstream.fault("quote", latency_ms=1500, jitter_ms=1400)
    bureau.upstream.configure(tick=1)
    shop.refresh()
    # Not by `expect`, which describes all of the page to itself each time that it has to wait.
    assert eventually(lambda: busy(page).count() > 0)
    words = "The quick brown fox jumps over the lazy dog. " * 3
    note.press_sequentially(words)
    field = page.get_by_role("combobox", name="Add symbols")
    field.press_sequentially("a long name of a company")
    page.keyboard.press("Escape")
    # From the last row to the first, while they change.
    for symbol in (symbols[-1], symbols[0]):
        row(page, symbol).scroll_into_view_if_needed()
        expect(row(page, symbol)).to_be_in_viewport()
    filter_text = page.get_by_role("searchbox")
    filter_text.press_sequentially("manyrows49")
    matching = [symbol for symbol in symbols if symbol.startswith("MANYROWS49")]
    assert tickers(page).all_text_contents() == matching
    summary = page.locator("#refresh")
    assert eventually(lambda: f"{MANY} updated" in summary.inner_text(), seconds=120)
    expect(note).to_have_value(words)
    expect(field).to_have_value("a long name of a company")
    expect(filter_text).to_have_value("manyrows49")
    expect(filter_text).to_be_focused()
    filter_text.fill("")
    assert tickers(page).all_text_contents() == symbols
    # The summary tells how it stands, which may be ahead of the last rows.
    assert eventually(lambda: busy(page).count() == 0)
    after = page.locator(".row .age time").evaluate_all("all => all.map(time => time.dateTime)")
    assert len(after) == MANY
    assert not [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if new <= old]
