"""The first visit to the watchlist over a slow line: when its first row is to be seen.

1.6 Mbit/s down and 150 ms from each request to its answer, as Lighthouse has it for slow phones,
nothing in the browser's cache, all figures in the server's.
"""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Request, sync_playwright

from bench.figures import Report
from tests.browsing import CHROMIUM
from tests.e2e.server import Server, serving
from tests.upstream.client import UpstreamServer

RUNS = 5
LIMIT_SECONDS = 1.5
PATIENCE_MS = 120_000
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 0.75e6 / 8,
}
# Looked for in each frame that is drawn; none is while styles are still awaited.
LOOK = """
const look = () => {
  const row = document.querySelector('[id^="row-"]')?.getBoundingClientRect();
  if (row?.height && row.top < innerHeight) globalThis.firstRowAt = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@dataclass(frozen=True)
class Visit:
    """One first visit: seconds, and bytes as they were sent."""

    row: float
    painted: float
    assets: int
    html: int


def visit(browser: Browser, url: str) -> Visit:
    """Open the page as somebody who has never been there."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", LINE)
    page.add_init_script(LOOK)
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))  # noqa: PLW0108
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    page.wait_for_function(f"globalThis.firstRowAt && {PAINTED}")
    painted = page.evaluate(PAINTED) / 1000
    row = page.evaluate("firstRowAt") / 1000
    sizes = {"script": 0, "stylesheet": 0, "document": 0}
    for request in asked:
        if request.resource_type in sizes:
            sizes[request.resource_type] += request.sizes()["responseBodySize"]
    context.close()
    assets = sizes["script"] + sizes["stylesheet"]
    return Visit(max(row, painted), painted, assets, sizes["document"])


def fill(server: Server, rows: int) -> None:
    """Have so many rows in the list, each with its price."""
    symbols = ", ".join(f"ROW{number}" for number in range(rows))
    server.post("/api/watchlist/add-many", json={"text": symbols})
    for _ in range(5):
        answer = server.post("/api/watchlist/live-prices-async", headers={"Prefer": "wait=30"})
        if "live_prices" in (told := answer.json()) and told["summary"]["ok"] == rows:
            return
    raise RuntimeError(f"not all rows have a price: {told}")


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    """First visits to lists of 50 and of 500 rows."""
    print("the watchlist at 1.6 Mbit/s and 150 ms, never seen before")
    upstream.configure(latency_ms=5)
    with _served(upstream) as ours, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for rows in (50, 500):
            fill(ours, rows)
            visits = [visit(browser, ours.url) for _ in range(RUNS)]
            row = statistics.median(seen.row for seen in visits)
            painted = statistics.median(seen.painted for seen in visits)
            report.claim(f"first of {rows} rows to be seen", row, LIMIT_SECONDS, " s")
            report.note(f"first paint {painted:.2f} s; median of {RUNS}")
            report.note(f"scripts and styles {visits[0].assets:,} bytes, page {visits[0].html:,}")
        browser.close()


@contextmanager
def _served(upstream: UpstreamServer) -> Iterator[Server]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(
            Path(folder),
            STOCKAPP_SOURCES="yahoo",
            STOCKAPP_YAHOO_BASE_URL=upstream.url,
            STOCKAPP_QUOTE_FRESH_SECONDS=7200,
            STOCKAPP_WATCHLIST_FRESH_SECONDS=7200,
            STOCKAPP_LOG_LEVEL="WARNING",
        ) as server,
    ):
        yield server
