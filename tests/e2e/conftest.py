"""Servers and a browser, shared by the tests of one process."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.upstream.client import UpstreamServer

from . import gallery as sights
from .bureau import Bureau, opened
from .gallery import Gallery
from .server import DISTRIBUTED, Server, serving
from .shelf import Shelf

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, not skip, what is about the embedded set where that is not what runs."""
    if DISTRIBUTED:
        left_out = [item for item in items if "embedded" in item.keywords]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers; the simulated exchange takes about half a second."""
    folder: Path = tmp_path_factory.mktemp("simulated")
    with serving(folder, STOCKAPP_SIMULATED_LATENCY_MS=400) as server:
        yield server


@pytest.fixture(scope="session")
def yahoo_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Server, UpstreamServer]]:
    """Two workers, and the simulated upstream that is all of Yahoo to them."""
    folder: Path = tmp_path_factory.mktemp("yahoo")
    with (
        UpstreamServer() as upstream,
        serving(
            folder,
            STOCKAPP_SOURCES="yahoo",
            STOCKAPP_YAHOO_BASE_URL=upstream.url,
            STOCKAPP_REQUEST_TIMEOUT_SECONDS=1.5,
            STOCKAPP_SYMBOL_DEADLINE_SECONDS=6,
            STOCKAPP_HEDGE_MAX_SECONDS=1.2,
        ) as server,
    ):
        yield server, upstream


@pytest.fixture
def yahoo(
    yahoo_server: tuple[Server, UpstreamServer],
) -> Iterator[tuple[Server, UpstreamServer]]:
    """The same, behaving, and no method left alone."""
    server, upstream = yahoo_server
    upstream.reset()
    server.close_breakers()
    yield yahoo_server
    upstream.reset()


@pytest.fixture(scope="session")
def open_bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Two workers that analyse, and three services that tell of companies."""
    with opened(tmp_path_factory.mktemp("bureau")) as bureau:
        yield bureau


@pytest.fixture
def bureau(open_bureau: Bureau) -> Iterator[Bureau]:
    """The same, as if it had just been opened."""
    open_bureau.reset()
    yield open_bureau
    open_bureau.upstream.reset()


@pytest.fixture
def shelf(bureau: Bureau) -> Iterator[Callable[..., Shelf]]:
    """Makes lists on the server of the bureau, of symbols that are given, or of so many new ones.

    Their prices are known unless `priced=False`. They are gone after the test.
    """
    made: list[Shelf] = []

    def make(wanted: Sequence[str] | int = (), *, priced: bool = True) -> Shelf:
        symbols = [bureau.new() for _ in range(wanted)] if isinstance(wanted, int) else wanted
        made.append(Shelf(bureau, symbols, priced=priced))
        return made[-1]

    yield make
    for one in made:
        one.clear()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Servers that stand still, in the states that are to be seen."""
    with sights.opened(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery


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
