"""Analyses: from cached inputs, fifty at once, and from a changed weight to the new value."""

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.figures import Report, percentile
from bench.refresh import LATENCY_MS, lags, report_lags
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

CALLS = 200
AT_ONCE = 50
CHANGES = 60
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
# From a value typed into a field to the frame after its figures are there.
_MEASURE = """
(value) => new Promise((done) => {
  const field = document.getElementById("choice-w_dcf");
  const shown = () => document.querySelector("[data-figures]").id;
  const before = shown(), begun = performance.now();
  const watch = new MutationObserver(() => {
    if (shown() === before) return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  });
  watch.observe(document.body, { subtree: true, childList: true, attributes: true });
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})
"""


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("analyses")
    upstream.configure(latency_ms=LATENCY_MS)
    first = analyse(server, "BENCH")
    report.note(f"the first of a server, sources at {LATENCY_MS} ms: {first:.2f} s")
    seconds = sorted(analyse(server, f"AFTER{number}") for number in range(10))
    report.note(f"later ones, median of 10: {seconds[5]:.2f} s")
    _cached(report, server)
    _at_once(report, server, lag_folder)
    _changed_weight(report, server)


def analyse(server: Server, symbol: str) -> float:
    """Seconds from the request to the analysis."""
    begun = time.monotonic()
    path = f"/api/analyze/{symbol}/async?force=true"
    body = server.post(path, headers={"Prefer": "wait=30"}).json()
    assert body["status"] == "completed", body
    return time.monotonic() - begun


def _cached(report: Report, server: Server) -> None:
    """Each by other assumptions, so that each is computed, in the pool, of cached inputs."""
    for number in range(20):
        _by_growth(server, 0.02 + number / 10_000)
    took = [_by_growth(server, 0.05 + number / 10_000) for number in range(CALLS)]
    half, most = percentile(took, 0.5) * 1000, percentile(took, 0.95) * 1000
    report.claim("analysis from cached inputs, p50, with its request", half, 30, " ms")
    report.note(f"p95 {most:.1f} ms")


def _by_growth(server: Server, growth: float) -> float:
    begun = time.monotonic()
    answer = server.get(f"/api/analyze/BENCH/cached?growth={growth:.4f}")
    took = time.monotonic() - begun
    assert answer.status_code == 200, answer.text
    return took


def _at_once(report: Report, server: Server, lag_folder: Path) -> None:
    since = time.time()
    tasks = [
        server.post(f"/api/analyze/MANY{number}/async?force=true").json()["id"]
        for number in range(AT_ONCE)
    ]
    done: set[str] = set()

    def all_ended() -> bool:
        for task_id in tasks:
            if task_id not in done and _task(server, task_id)["status"] == "completed":
                done.add(task_id)
        time.sleep(0.2)
        return len(done) == len(tasks)

    assert eventually(all_ended, 120), f"{len(done)} of {len(tasks)} ended"
    until = time.time()
    report.note(f"{AT_ONCE} analyses started at once: {until - since:.1f} s")
    time.sleep(1)
    report_lags(report, f"with {AT_ONCE} analyses", lags(lag_folder, since, until))


def _task(server: Server, task_id: str) -> dict[str, Any]:
    task: dict[str, Any] = server.get(f"/api/tasks/{task_id}").json()
    return task


def _changed_weight(report: Report, server: Server) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=_FLAGS
        )
        page = browser.new_page()
        page.goto(f"{server.url}/stocks/BENCH")
        page.wait_for_selector("[data-fair-value]")
        took = [_change(page, 10 + number) for number in range(CHANGES)][10:]
        browser.close()
    most, half = percentile(took, 0.95), percentile(took, 0.5)
    report.claim("from a changed weight to the new value on the page, p95", most, 150, " ms")
    report.note(f"p50 {half:.0f} ms, of {len(took)} changes")


def _change(page: Page, weight: int) -> float:
    took: float = page.evaluate(_MEASURE, str(weight))
    return took
