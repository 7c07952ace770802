"""Chromium, and windows of it that note what went wrong in them."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

# Without the windows' own pages, each of which takes a second of a core to draw for nobody.
CHROMIUM = "/usr/bin/chromium-headless-shell"
# Ample also on a busy machine; nothing waits longer than it has to.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
# It runs as root in CI, and must not talk to anybody but our server.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_OF_REQUESTS = re.compile("^Failed to load resource|^htmx: htmx:(sse:)?error: ")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, as it is built for this."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a window of its own profile; at the end none may have met an error.

    `refused` is for windows whose forms the server is meant to refuse, or that lose it: the browser
    itself notes failed requests.
    """
    opened: list[tuple[Page, list[str]]] = []

    def open_window(url: str, *, refused: bool = False, **options: Any) -> Page:
        page = browser.new_context(**options).new_page()
        errors: list[str] = []

        def note(said: ConsoleMessage) -> None:
            if said.type == "error" and not (refused and _OF_REQUESTS.search(said.text)):
                errors.append(f"{said.text} {said.location.get('url', '')}".strip())

        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)
        opened.append((page, errors))
        page.goto(url)
        return page

    yield open_window
    for page, _ in opened:
        page.context.close()
    assert [errors for _, errors in opened if errors] == []
