"""The page about sources, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.upstream.client import UpstreamServer

from .server import DISTRIBUTED, Server, serving

pytestmark = pytest.mark.browser

Yahoo = tuple[Server, UpstreamServer]
Window = Callable[..., Page]

# Those who work for several nodes may still be on their way, which is another thing.
_OF_NODES = re.compile(r"^(One thing is wrong|[2-8] things are not as they should be)$")
SOMETHING = _OF_NODES if DISTRIBUTED else "One thing is wrong"


def test_a_failing_method_shows_at_once_and_comes_back_by_a_click(
    yahoo: Yahoo, window: Window
) -> None:
    server, upstream = yahoo
    page = window(server.url + "/system")
    source = page.locator("#source-yahoo")
    expect(source.get_by_text("left alone", exact=True)).to_have_count(0)
    upstream.fault("quote", "status", status=429, retry_after=300)
    server.refresh("ONE", wait=20)
    expect(source.get_by_text("left alone", exact=True)).to_have_count(1)
    expect(source.get_by_text("rate_limited").first).to_be_visible()
    upstream.heal("quote")
    source.get_by_role("button", name="Ask again now").click()
    expect(source.get_by_text("left alone", exact=True)).to_have_count(0)


def test_a_source_is_tested_by_a_click_and_says_how_it_went(yahoo: Yahoo, window: Window) -> None:
    server, upstream = yahoo
    upstream.configure(latency_ms=300)
    page = window(server.url + "/system")
    page.locator("#source-yahoo").get_by_role("button", name="Test now").click()
    expect(page.locator("#source-yahoo").get_by_text("5 of 5 methods answered")).to_be_visible()


def test_without_scripts_the_buttons_work_too(yahoo: Yahoo, window: Window) -> None:
    server, upstream = yahoo
    upstream.fault("quote", "status", status=429, retry_after=300)
    server.refresh("TWO", wait=20)
    page = window(server.url + "/system", java_script_enabled=False)
    page.locator("#source-yahoo").get_by_role("button", name="Ask again now").click()
    expect(page.get_by_role("status")).to_have_text("It is asked again from now on.")
    expect(page.locator("#source-yahoo").get_by_text("left alone", exact=True)).to_have_count(0)


def test_charts_move_and_a_task_is_cancelled_and_run_again(tmp_path: Path, window: Window) -> None:
    with serving(tmp_path, WEB_CONCURRENCY=1, STOCKAPP_SIMULATED_LATENCY_MS=60_000) as server:
        page = window(server.url + "/system")
        line = page.locator("#memory path.line").first
        drawn = line.get_attribute("d")
        assert drawn is not None
        expect(line).not_to_have_attribute("d", drawn)
        task = server.refresh("LARK.SIM")
        tasks, name = page.locator("#tasks"), "Refresh of 1 symbol"
        tasks.get_by_role("button", name=f"Cancel {name}").click()
        expect(page.get_by_role("status")).to_have_text("Cancelled.")
        assert server.get(f"/api/tasks/{task['id']}").json()["status"] == "cancelled"
        tasks.get_by_role("button", name=f"Retry {name}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert task["id"] not in page.url
        # Before the server goes: its end would be an error of the page.
        page.close()


def test_the_head_says_what_is_wrong_and_says_so_once_more_when_it_is_over(
    yahoo: Yahoo, window: Window
) -> None:
    server, upstream = yahoo
    page = window(server.url + "/system")
    expect(page.locator("#health")).to_contain_text("All is well")
    upstream.fault("quote", "status", status=429, retry_after=300)
    server.refresh("THREE", wait=20)
    expect(page.get_by_role("status")).to_have_text(SOMETHING)
    page.get_by_role("link", name="Yahoo fails at quote").click()
    expect(page).to_have_url(server.url + "/system#source-yahoo")
    upstream.heal("quote")
    server.close_breakers()
    expect(page.get_by_role("status")).to_have_text("All is well", timeout=60_000)


def test_the_head_says_when_more_is_wrong_or_less(yahoo: Yahoo, window: Window) -> None:
    server, upstream = yahoo
    upstream.fault("quote", "status", status=429, retry_after=300)
    server.refresh("MORE", wait=20)
    page = window(server.url + "/system")
    status, more = page.get_by_role("status"), "9 things are not as they should be"
    expect(page.locator("#health")).to_contain_text("Yahoo fails at quote")

    def add_to(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(body=re.sub("<strong>.*?</strong>", f"<strong>{more}</strong>", text))

    page.route("**/system/health", add_to)
    expect(status).to_have_text(more)
    page.unroute("**/system/health")
    expect(status).to_have_text(SOMETHING)


def test_a_lost_connection_is_said_and_what_is_shown_stays(
    simulated: Server, window: Window
) -> None:
    page = window(simulated.url + "/system", refused=True)
    notice = page.get_by_text("The connection to stockapp is lost.")
    expect(notice).to_be_hidden()
    page.context.set_offline(True)
    expect(notice).to_be_visible()
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    page.context.set_offline(False)
    expect(notice).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_is_wider_than_the_window(yahoo: Yahoo, window: Window, width: int) -> None:
    server, _ = yahoo
    page = window(server.url + "/system", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
