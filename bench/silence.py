"""A server that is killed, or stands still: for how long an open page says nothing of it."""

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.figures import Report
from tests.browsing import CHROMIUM
from tests.e2e.server import Server, eventually, serving
from tests.upstream.client import UpstreamServer

ROUNDS = 8
LIMIT_SECONDS = 5.0
PATIENCE_MS = 30_000
# By the page's own clock: when it last heard of the server, and when it said that it does not.
WATCH = """() => {
  window.heard = performance.now();
  document.addEventListener("htmx:sse:before:message", () => { window.heard = performance.now(); });
  const notice = document.getElementById("connection");
  new MutationObserver(() => {
    if (notice.hidden) window.silence = undefined;
    else window.silence ??= performance.now() - window.heard;
  }).observe(notice, { attributes: true });
}"""


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    """Each way in turn, as one page sees it."""
    print("a page that is open loses its server")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), WEB_CONCURRENCY=1, STOCKAPP_SAMPLE="simulated") as ours,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(ours.url)
        page.evaluate(WATCH)
        ways = {"is killed": (ours.kill, ours.start), "stands still": _standstill(ours)}
        for words, (begin, end) in ways.items():
            took = [_silence(page, ours, begin, end) for _ in range(ROUNDS)]
            report.claim(f"longest silence of one that {words}", max(took), LIMIT_SECONDS, " s")
            report.note(f"shortest {min(took):.2f} s, of {ROUNDS}")
        browser.close()


def _standstill(server: Server) -> tuple[Callable[[], None], Callable[[], object]]:
    def signal_all(how: signal.Signals) -> None:
        for pid in server.worker_pids():
            os.kill(pid, how)

    return lambda: signal_all(signal.SIGSTOP), lambda: signal_all(signal.SIGCONT)


def _silence(
    page: Page, server: Server, begin: Callable[[], None], end: Callable[[], object]
) -> float:
    """Seconds from the last that was heard to the notice; the page hears again afterwards."""
    _hear(page, server)
    begin()
    assert eventually(lambda: page.evaluate("window.silence") is not None)
    silence: float = page.evaluate("window.silence / 1000")
    end()
    page.locator("#connection").wait_for(state="hidden")
    return silence


def _hear(page: Page, server: Server) -> None:
    """Wait for a message of the stream, which the page then has."""
    before = page.evaluate("window.heard")
    server.patch("/api/watchlist/LARK.SIM", json={"note": f"heard {before}"})
    assert eventually(lambda: page.evaluate("window.heard") > before)
