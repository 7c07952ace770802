"""The page about sources, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.upstream.client import UpstreamServer

from .server import Server

pytestmark = pytest.mark.browser

Yahoo = tuple[Server, UpstreamServer]
Window = Callable[..., Page]


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
    expect(page).to_have_url(server.url + "/system")
    expect(page.locator("#source-yahoo").get_by_text("left alone", exact=True)).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1200])
def test_nothing_is_wider_than_the_window(yahoo: Yahoo, window: Window, width: int) -> None:
    server, _ = yahoo
    page = window(server.url + "/system", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
