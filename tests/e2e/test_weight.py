"""What pages load: from nobody but us, nothing that a policy forbids, and not too much."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from .gallery import CHECKED, Gallery
from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.looks]

# Scripts and styles of the watchlist's page as they are sent, compressed.
MOST_BYTES = 60_000


def test_no_page_asks_another_host_or_breaks_its_policy(gallery: Gallery, browser: Browser) -> None:
    page = browser.new_context().new_page()
    asked: list[str] = []
    refused: list[str] = []
    broken: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: broken.append(f"{page.url}: {error}"))
    # The browser tells on the console what it was forbidden to load or to run.
    page.on("console", lambda said: _note_refusal(refused, page, said.text))
    for sight in CHECKED:
        gallery.show(page, sight)
    page.context.close()
    ours = {urlsplit(server.url).netloc for server in gallery.servers.values()}
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} <= ours
    assert refused == []
    assert broken == []


def test_the_watchlist_loads_few_scripts_and_styles_and_no_charts(
    simulated: Server, browser: Browser
) -> None:
    page = browser.new_context().new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))  # noqa: PLW0108
    page.goto(simulated.url)
    loaded = {
        urlsplit(request.url).path: request.sizes()["responseBodySize"]
        for request in asked
        if request.resource_type in ("script", "stylesheet")
    }
    page.context.close()
    assert len(loaded) > 5
    assert [path for path in loaded if "chart" in path] == []
    assert sum(loaded.values()) < MOST_BYTES, loaded


def _note_refusal(refused: list[str], page: Page, text: str) -> None:
    if "Content Security Policy" in text:
        refused.append(f"{page.url}: {text}")
