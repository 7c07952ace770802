"""The refresh in the head of the page: how far it is, how it ended, and refreshing by itself."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .bureau import Bureau
from .server import Server, eventually, serving
from .shelf import Shelf, busy, row, start_refresh

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
Make = Callable[..., Shelf]


def one_hangs(bureau: Bureau, symbol: str) -> None:
    """Have all of Yahoo's rows come one by one, and that of the symbol not at all."""
    for route in ("quote", "spark"):
        bureau.upstream.fault(route, "status", status=500)
    bureau.upstream.fault("chart", "hang", symbol=symbol)


def test_counts_rate_and_time_left_are_told_and_a_cancel_leaves_the_prices_there_are(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(6)
    slow = shop.order()[3]
    here, there = window(shop.url), window(shop.url)
    one_hangs(bureau, slow)
    start_refresh(here)
    line = here.locator("#refresh .line").first
    told = re.compile(r"5 of 6 · [\d,]+ a (second|minute) · about \d+ (s|min) left · .+ from yahoo")
    expect(line).to_have_text(told)
    expect(there.locator("#refresh .line").first).to_have_text(told)
    expect(busy(there)).to_have_count(1)
    expect(row(there, slow).locator("td.price .amount")).to_be_visible()
    there.get_by_role("button", name="Cancel").click()
    for page in (here, there):
        expect(page.locator("#refresh")).to_contain_text("Cancelled after 5 of 6")
        expect(busy(page)).to_have_count(0)
        expect(page.locator(".row td.price .amount")).to_have_count(6)
    bureau.let_go("chart")


def test_the_summary_counts_and_tells_the_reasons_at_a_click(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    good, stale, _ = shop.order()
    shop.add("NOPEBAR")
    page = window(shop.url)
    expect(row(page, "NOPEBAR")).to_contain_text("unknown symbol")
    before = row(page, stale).locator("td.price .amount").inner_text()
    bureau.upstream.configure(tick=1)
    bureau.upstream.fault("*", "status", status=500, symbol=stale)
    start_refresh(page)
    refresh = page.locator("#refresh")
    expect(refresh).to_contain_text("2 updated, 1 stale, 1 unknown")
    # The old price stays, with its age, and says that it is not new.
    failed = row(page, stale)
    expect(failed.locator("td.price .amount")).to_have_text(before)
    expect(failed).to_contain_text("not updated: upstream error")
    expect(row(page, good)).not_to_contain_text("not updated")
    refresh.get_by_role("link", name="Reasons").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Refresh of the")
    expect(page.get_by_role("main")).to_contain_text("NOPEBAR")
    page.get_by_text(stale, exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text("upstream_error")


def test_a_refresh_that_another_window_started_is_joined(
    shelf: Make, bureau: Bureau, window: Window
) -> None:
    shop = shelf(3)
    # Without scripts it does not hear of the other's.
    late = window(shop.url, java_script_enabled=False)
    page = window(shop.url)
    asked = len(bureau.asked(shop.order()[0]))
    bureau.hang("quote")
    start_refresh(page)
    running = shop.refresh()
    assert shop.refresh() == running
    late.get_by_role("button", name="Refresh", exact=True).click()
    expect(late.get_by_role("status")).to_have_text("A refresh was under way already.")
    expect(late.get_by_role("progressbar", name="Refresh")).to_be_visible()
    bureau.let_go("quote")
    expect(page.get_by_text("3 updated")).to_be_visible()
    assert len(bureau.asked(shop.order()[0])) == asked + 1


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("live")
    with serving(
        folder,
        WEB_CONCURRENCY=1,
        STOCKAPP_LIVE_MODE="true",
        STOCKAPP_SAMPLE="simulated",
        STOCKAPP_SIMULATED_LATENCY_MS=5,
    ) as server:
        yield server


def test_live_mode_refreshes_what_is_due_of_a_page_that_is_open_until_it_is_switched_off(
    live_server: Server, window: Window
) -> None:
    page = window(live_server.url)
    switch = page.get_by_role("switch", name="Live")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#live-line")).to_contain_text("every 60 s while a market is open")
    expect(page.locator(".row td.price .amount")).to_have_count(12)
    expect(busy(page)).to_have_count(0)
    fetched = page.locator(".row .age time").first
    first = fetched.get_attribute("datetime") or ""
    # As nobody can wait until it is old: it is lost, and live mode looks at a list that changes.
    assert live_server.delete("/api/cache/quote").status_code == 200
    live_server.patch("/api/watchlist/LARK.SIM", json={"note": "look"})
    expect(fetched).not_to_have_attribute("datetime", first)
    tasks = live_server.get("/api/tasks?kind=live_prices").json()["tasks"]
    assert tasks[0]["params"]["live"] is True

    def opens_a_stream(address: str) -> bool:
        return "/stream" in address and "live=1" not in address

    with page.expect_request(lambda request: opens_a_stream(request.url)):
        switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(page.locator("#live-line")).to_contain_text("Refreshed on request only")
    with page.expect_request(lambda request: opens_a_stream(request.url)):
        page.reload()
    expect(switch).to_have_attribute("aria-checked", "false")
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert kept["live"] == "off"
    assert eventually(lambda: sum(w["open_streams"] for w in live_server.workers()) == 1)
