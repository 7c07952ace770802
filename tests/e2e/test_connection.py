"""A server that goes away, freezes and comes back, as a page that is open sees it."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .server import Server, eventually, serving
from .shelf import row

pytestmark = pytest.mark.browser

Window = Callable[..., Page]

NOTICE = "#connection"
# The notice may be there for less time than it takes to look.
WATCH = """() => {
  window.stayed = true;
  const notice = document.getElementById("connection");
  new MutationObserver(() => { window.noticed ||= !notice.hidden; })
    .observe(notice, { attributes: true });
}"""


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the simulated companies, for these tests to end and to start."""
    folder: Path = tmp_path_factory.mktemp("lone")
    with serving(
        folder, WEB_CONCURRENCY=1, STOCKAPP_SAMPLE="simulated", STOCKAPP_SIMULATED_LATENCY_MS=5
    ) as server:
        server.post("/api/watchlist/live-prices-async?force=true", headers={"Prefer": "wait=20"})
        yield server


@pytest.fixture
def page(lone: Server, window: Window) -> Page:
    """A page that has heard from its stream, and notes whether it was lost."""
    page = window(f"{lone.url}/?columns=price.note.age", refused=True)
    page.evaluate(WATCH)
    expect(page.locator(".row td.price .amount")).to_have_count(12)
    hears(page, lone, "before")
    return page


def hears(page: Page, server: Server, note: str) -> None:
    """What is written elsewhere comes to the page."""
    server.patch("/api/watchlist/LARK.SIM", json={"note": note})
    expect(row(page, "LARK.SIM").locator("td.note")).to_have_text(note)


def says_lost(page: Page) -> None:
    """How soon is measured by `python -m bench silence`."""
    expect(page.locator(NOTICE)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(
        "The connection to stockapp is lost; it is being tried again."
    )


def is_kept(page: Page) -> None:
    """All prices stay, and their ages go on."""
    expect(page.locator(".row td.price .amount")).to_have_count(12)
    age = page.locator(".row .age time").first
    expect(age).not_to_have_text(age.inner_text())


def comes_back(page: Page, server: Server, note: str) -> None:
    expect(page.locator(NOTICE)).to_be_hidden()
    hears(page, server, note)
    assert page.evaluate("window.stayed"), "it was loaded anew"


def test_a_killed_server_is_missed_and_found_again_with_all_that_one_was_doing(
    lone: Server, page: Page
) -> None:
    row(page, "QUIL.SIM").get_by_role("link", name="Details").click()
    written = page.get_by_role("complementary", name="Details").get_by_label("Note")
    written.fill("half a no")
    page.get_by_role("combobox", name="Add symbols").fill("half typ")
    lone.kill()
    says_lost(page)
    is_kept(page)
    lone.start()
    comes_back(page, lone, "after the kill")
    expect(page.get_by_role("combobox", name="Add symbols")).to_have_value("half typ")
    expect(written).to_have_value("half a no")


def test_a_server_that_stands_still_is_missed_as_soon(lone: Server, page: Page) -> None:
    workers = lone.worker_pids()
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        says_lost(page)
        is_kept(page)
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
    comes_back(page, lone, "after the standstill")


def test_a_browser_without_a_network_says_so_and_what_one_does_then_is_not_lost_in_silence(
    lone: Server, page: Page
) -> None:
    page.context.set_offline(True)
    # A stream that is open goes on here, and takes the notice away with its next message.
    assert eventually(lambda: page.evaluate("window.noticed"))
    row(page, "WREN.SIM").get_by_role("button", name="Remove").click()
    status = page.get_by_role("status")
    expect(status).to_have_text("stockapp did not answer, so this was not done. Try again.")
    is_kept(page)
    page.context.set_offline(False)
    comes_back(page, lone, "after the tunnel")
    expect(status).to_contain_text("this was not done")
    row(page, "WREN.SIM").get_by_role("button", name="Remove").click()
    expect(status).to_contain_text("WREN.SIM was removed.")
    status.get_by_role("button", name="Undo").click()
    expect(row(page, "WREN.SIM")).to_be_visible()
