"""The page in a real browser, on real workers."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .server import Server, serving

pytestmark = pytest.mark.browser

Window = Callable[..., Page]


QUICK: dict[str, Any] = {
    "STOCKAPP_SAMPLE": "simulated",
    "STOCKAPP_SIMULATED_LATENCY_MS": 10,
    "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 30,
    "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
    # However late in a run of tests: nothing is due but by a click.
    "STOCKAPP_QUOTE_FRESH_SECONDS": 7200,
    "STOCKAPP_WATCHLIST_FRESH_SECONDS": 7200,
}


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the simulated list and its prices, to be copied."""
    folder: Path = tmp_path_factory.mktemp("stocked")
    with serving(folder, **QUICK) as server:
        started = server.post(
            "/api/watchlist/live-prices-async?force=true", headers={"Prefer": "wait=20"}
        )
        assert started.json()["status"] == "completed"
    return folder / "data"


@pytest.fixture
def quick_shop(tmp_path: Path, stocked: Path) -> Iterator[Server]:
    """Two workers and the simulated list with its prices."""
    shutil.copytree(stocked, tmp_path / "data", ignore=shutil.ignore_patterns("run"))
    with serving(tmp_path, **QUICK) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, stocked: Path) -> Iterator[Server]:
    """The same, but a refresh takes some five seconds: time to do things meanwhile."""
    shutil.copytree(stocked, tmp_path / "data", ignore=shutil.ignore_patterns("run"))
    with serving(tmp_path, **{**QUICK, "STOCKAPP_SIMULATED_LATENCY_MS": 4000}) as server:
        yield server


def row(page: Page, symbol: str) -> str:
    return f"#row-{symbol.replace('.', '_2e')}"


def refresh(page: Page) -> None:
    """Start it; the summary of the one before is gone once this one's bar is there."""
    page.get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_a_refresh_in_one_window_changes_the_rows_of_both(shop: Server, window: Window) -> None:
    here, there = window(shop.url), window(shop.url)
    before = there.locator(".amount").all_inner_texts()
    refresh(here)
    for page in (here, there):
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page.locator(".row.updating").first).to_be_visible()
        expect(page.get_by_text("of 12 ·")).to_be_visible()
    for page in (here, there):
        expect(page.get_by_text("12 updated")).to_be_visible()
        expect(page.locator(".row.updating, .row.queued")).to_have_count(0)
    after = there.locator(".amount").all_inner_texts()
    assert len(after) == 12
    assert before != after
    assert here.locator(".amount").all_inner_texts() == after


def test_rows_change_one_by_one_while_the_bar_grows(shop: Server, window: Window) -> None:
    page = window(shop.url)
    page.evaluate(
        """() => {
            window.seen = new Set();
            const note = () => {
                const bar = document.querySelector("progress");
                const busy = document.querySelectorAll(".row.updating, .row.queued").length;
                if (bar) window.seen.add(`${bar.value} ${busy}`);
            };
            new MutationObserver(note).observe(document.body, {subtree: true, childList: true,
                attributes: true});
        }"""
    )
    refresh(page)
    expect(page.get_by_text("12 updated")).to_be_visible()
    seen = {tuple(map(float, entry.split())) for entry in page.evaluate("() => [...window.seen]")}
    assert len({done for done, _ in seen}) >= 3, "the bar stops between nothing and all"
    assert any(0 < busy < 12 for _, busy in seen), "some rows are done while others are not"


def test_typing_focus_and_open_details_survive_a_refresh(shop: Server, window: Window) -> None:
    page = window(shop.url)
    lark = page.locator(row(page, "LARK.SIM"))
    lark.locator("summary").click()
    target = lark.get_by_label("Target price")
    target.fill("99")
    note = lark.get_by_label("Note")
    note.press_sequentially("first")
    refresh_elsewhere = shop.post("/api/watchlist/live-prices-async?force=true")
    assert refresh_elsewhere.status_code == 202
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(lark).to_contain_text("updating")
    note.press_sequentially(" and second")
    expect(page.get_by_text("12 updated")).to_be_visible()
    expect(note).to_have_value("first and second")
    expect(note).to_be_focused()
    expect(target).to_have_value("99")
    expect(lark.locator("details")).to_have_attribute("open", "")


def test_sorting_and_adding_go_on_during_a_refresh(shop: Server, window: Window) -> None:
    page = window(shop.url)
    shop.delete("/api/watchlist/MOSS.SIM")
    expect(page.locator(".row")).to_have_count(11)
    refresh(page)
    page.get_by_role("link", name="Symbol").click()
    page.get_by_role("link", name="Symbol").click()
    field = page.get_by_label("Add a symbol")
    field.fill("moss.sim")
    field.press("Enter")
    expect(page.locator(row(page, "MOSS.SIM"))).to_be_visible()
    expect(page.locator("#refresh")).to_contain_text("updated")
    symbols = page.locator(".ticker").all_inner_texts()
    assert symbols == sorted(symbols, reverse=True)
    assert len(symbols) == 12
    expect(field).to_have_value("")


def test_cancel_works_from_another_window(shop: Server, window: Window) -> None:
    here, there = window(shop.url), window(shop.url)
    refresh(here)
    expect(there.get_by_role("progressbar")).to_be_visible()
    there.get_by_role("button", name="Cancel").click()
    for page in (here, there):
        expect(page.get_by_role("button", name="Refresh", exact=True)).to_be_visible()
        expect(page.get_by_text("ancelled").first).to_be_visible()
        expect(page.locator(".row.updating, .row.queued")).to_have_count(0)
        expect(page.locator(".amount")).to_have_count(12)


def test_a_page_loaded_in_the_middle_of_a_refresh_follows_it(shop: Server, window: Window) -> None:
    assert shop.post("/api/watchlist/live-prices-async?force=true").status_code == 202
    page = window(shop.url)
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("12 updated")).to_be_visible()


def test_the_page_comes_back_by_itself_after_a_restart(shop: Server, window: Window) -> None:
    page = window(shop.url, refused=True)
    expect(page.locator(".row")).to_have_count(12)
    page.locator(row(page, "LARK.SIM")).locator("summary").click()
    page.get_by_label("Add a symbol").fill("half typ")
    shop.stop()
    expect(page.locator("#connection")).to_be_visible()
    shop.start()
    expect(page.locator("#connection")).to_be_hidden()
    shop.delete("/api/watchlist/QUIL.SIM")
    expect(page.locator(".row")).to_have_count(11)
    expect(page.get_by_label("Add a symbol")).to_have_value("half typ")


def test_an_unknown_symbol_is_added_only_once_one_has_seen_why_not(
    quick_shop: Server, window: Window
) -> None:
    page = window(quick_shop.url, refused=True)
    field = page.get_by_label("Add a symbol")
    field.fill("nope.sim")
    field.press("Enter")
    problem = page.get_by_role("alert").filter(has_text="No source knows NOPE.SIM")
    expect(problem).to_be_visible()
    expect(field).to_have_value("nope.sim")
    expect(page.locator(row(page, "NOPE.SIM"))).to_have_count(0)
    page.get_by_role("button", name="Add NOPE.SIM anyway").click()
    expect(page.locator(row(page, "NOPE.SIM"))).to_be_visible()


def test_every_form_works_without_scripts(shop: Server, window: Window) -> None:
    page = window(shop.url, refused=True, java_script_enabled=False)
    page.get_by_role("button", name="Remove QUIL.SIM").click()
    expect(page.get_by_text("QUIL.SIM was removed.")).to_be_visible()
    page.get_by_label("Add a symbol").fill("no good")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("Add a symbol")).to_have_value("no good")
    page.get_by_label("Add a symbol").fill("quil.sim")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(row(page, "QUIL.SIM"))).to_be_visible()
    refresh(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Symbol").click()
    symbols = page.locator(".ticker").all_inner_texts()
    assert symbols == sorted(symbols)
    page.get_by_role("button", name="Remove the samples").click()
    expect(page.get_by_text("Samples removed: 11.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_window(quick_shop: Server, window: Window, width: int) -> None:
    page = window(quick_shop.url, viewport={"width": width, "height": 800})
    page.locator("summary").first.click()
    overflow = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
