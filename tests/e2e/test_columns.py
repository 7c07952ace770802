"""Columns that one chooses and sorts by; what the address and each list keep of that."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from stockapp.web.columns import Column

from .bureau import Bureau
from .shelf import Shelf, heads, row, tickers

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]

ALL = ".".join(Column)


def choice(page: Page) -> Locator:
    """The columns to choose from, opened."""
    menu = page.locator("#columns")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    return menu


def test_columns_are_chosen_and_ordered_kept_by_the_list_and_by_rows_that_change(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop, other = shelf(2), shelf(1)
    symbol = shop.order()[0]
    page = window(shop.url)
    menu = choice(page)
    for name in ("Month", "52 weeks", "Fair value", "Verdict", "Change"):
        menu.get_by_role("checkbox", name=name, exact=True).uncheck()
        expect(page.get_by_role("columnheader", name=name, exact=True)).to_have_count(0)
    menu.get_by_role("checkbox", name="Volume").check()
    chosen = ["Symbol", "Price", "Change %", "Age", "Volume"]
    expect(page.get_by_role("columnheader", name="Volume")).to_be_visible()
    assert heads(page) == chosen
    menu.get_by_role("button", name="Volume earlier").click()
    chosen[-2:] = ["Volume", "Age"]
    expect(page.locator(".watchlist thead th").nth(3)).to_have_text("Volume")
    assert heads(page) == chosen
    # The price without its age would be shown as new.
    expect(menu.get_by_role("checkbox", name="Age")).to_be_disabled()
    page.keyboard.press("Escape")
    bureau.upstream.configure(tick=1)
    before = row(page, symbol).locator("td.price .amount").inner_text()
    shop.refresh()
    expect(row(page, symbol).locator("td.price .amount")).not_to_have_text(before)
    labels = (
        row(page, symbol)
        .locator("td[data-label]")
        .evaluate_all("cells => cells.map(cell => cell.dataset.label)")
    )
    assert labels == chosen[1:]
    page.reload()
    assert heads(page) == chosen
    page.goto(other.url)
    assert heads(page) != chosen
    page.goto(shop.url)
    assert heads(page) == chosen
    choice(page).get_by_role("button", name="Back to the usual ones").click()
    expect(page.get_by_role("columnheader", name="Verdict")).to_be_visible()


def test_what_is_chosen_on_the_first_list_is_not_chosen_on_others(
    shelf: Make, window: Window
) -> None:
    shop = shelf(1)
    page = window(shop.server.url)
    choice(page).get_by_role("checkbox", name="Volume").check()
    # Among those that are shown, by the answer.
    expect(page.locator("#columns ol").get_by_label("Volume")).to_be_visible()
    page.goto(shop.url)
    assert "Volume" not in heads(page)
    page.goto(shop.server.url)
    expect(page.locator("#columns").get_by_label("Volume")).to_be_checked()


def test_rows_are_sorted_by_any_column_either_way_what_is_unknown_last(
    shelf: Make, window: Window
) -> None:
    shop = shelf(["SORTB", "SORTC.L", "SORTA", "SORTD.T"])
    shop.add("NOPESORT")
    shop.change("SORTC.L", note="beta", target_price=3)
    shop.change("SORTA", note="alpha", target_price=900)
    page = window(f"{shop.url}?columns={ALL}")
    listed = tickers(page).all_inner_texts()
    for column in Column:
        head = page.locator(f"th.{column}")
        for order in ("ascending", "descending"):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", order)
            values = page.locator(".row").evaluate_all(
                f"rows => rows.map(row => [row.getAttribute('data-currency-{column}') ?? '',"
                f" row.getAttribute('data-sort-{column}')])"
            )
            assert in_order(column, values, descending=order == "descending"), (column, values)
        head.get_by_role("button").click()
        expect(head).not_to_have_attribute("aria-sort", re.compile(".*"))
        expect(tickers(page)).to_have_text(listed)


def in_order(column: Column, values: list[list[str]], *, descending: bool) -> bool:
    """Whether the values are so sorted, and money within each currency only."""
    known = [value for value in values if value[1]]
    if known != values[: len(known)]:
        return False
    texts = column in (Column.CURRENCY, Column.SOURCE, Column.NOTE)
    groups: dict[str, list[str | float]] = {}
    for currency, value in known:
        key = currency if column.money else ""
        groups.setdefault(key, []).append(value if texts else float(value))
    currencies = [currency if column.money else "" for currency, _ in known]
    return currencies == sorted(currencies) and all(
        group == sorted(group, reverse=descending) for group in groups.values()
    )


def test_the_order_is_kept_for_the_list_and_the_page_can_be_opened_in_its_state_elsewhere(
    shelf: Make, window: Window
) -> None:
    shop = shelf(["KEEPB", "KEEPC", "KEEPA", "OTHER9"])
    page = window(shop.url)
    for _ in range(2):
        page.locator("th.symbol").get_by_role("button").click()
    expect(tickers(page)).to_have_text(["OTHER9", "KEEPC", "KEEPB", "KEEPA"])
    expect(page).to_have_url(re.compile(r"sort=symbol&dir=desc"))
    page.get_by_role("searchbox").fill("keep")
    expect(tickers(page)).to_have_text(["KEEPC", "KEEPB", "KEEPA"])
    row(page, "KEEPB").get_by_role("link", name="Details").click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("KEEPB")
    query = parse_qs(urlsplit(page.url).query)
    assert query == {"sort": ["symbol"], "dir": ["desc"], "filter": ["keep"], "item": ["KEEPB"]}
    fresh = window(f"{page.url}&columns=volume.price")
    expect(tickers(fresh)).to_have_text(["KEEPC", "KEEPB", "KEEPA"])
    expect(fresh.get_by_role("complementary", name="Details")).to_contain_text("KEEPB")
    expect(fresh.get_by_role("searchbox")).to_have_value("keep")
    assert heads(fresh) == ["Symbol", "Volume", "Price", "Age"]
    # Without the address it is as this list was left: sorted, but neither filtered nor opened.
    page.goto(shop.url)
    expect(tickers(page)).to_have_text(["OTHER9", "KEEPC", "KEEPB", "KEEPA"])
    expect(page.get_by_role("complementary", name="Details")).to_be_hidden()


@pytest.mark.parametrize("width", [800, 1600])
def test_heads_and_cells_stand_in_line_whichever_columns_there_are(
    shelf: Make, window: Window, width: int
) -> None:
    shop = shelf(["LINE1", "LINE2.L"])
    shop.add("NOPELINE")
    shop.change("LINE1", note="A note that is longer than its column is wide " * 3)
    page = window(shop.url, viewport={"width": width, "height": 800})
    for columns in ("", ALL, "note.age", "source.trend.currency.price.day_range"):
        page.goto(f"{shop.url}?columns={columns}")
        apart = page.evaluate(
            """() => {
              const [head, ...rows] = [...document.querySelectorAll(".watchlist tr")];
              const ends = (row) => [...row.children].flatMap((cell) => {
                const box = cell.getBoundingClientRect();
                return [box.left, box.right];
              });
              const wanted = ends(head);
              return rows.flatMap((row) => ends(row).map((end, n) => Math.abs(end - wanted[n])));
            }"""
        )
        assert len(apart) == 2 * 3 * page.locator(".watchlist thead tr > *").count()
        assert max(apart) < 1, columns
