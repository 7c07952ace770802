"""Every page and state there is, for what must hold on all of them, and for their pictures.

A new page or state is one line in SIGHTS.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from .server import Server, serving

SETTINGS: dict[str, Any] = {
    "STOCKAPP_SIMULATED_LATENCY_MS": 10,
    "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 30,
    "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
    # Pages stand still: nothing on them is due.
    "STOCKAPP_QUOTE_FRESH_SECONDS": 7200,
    "STOCKAPP_WATCHLIST_FRESH_SECONDS": 7200,
}


@dataclass(frozen=True)
class Sight:
    """A page in a state: where it is, what is done there, and on which server.

    `{task}` in the path stands for a task that has ended.
    """

    name: str
    path: str
    do: Callable[[Page], object] | None = None
    server: str = "full"
    # What is drawn by scripts is there when this is.
    ready: str = "main"
    # Whether it differs from the others in more than what part of it is seen.
    checked: bool = True


def _add_unknown(page: Page) -> None:
    page.get_by_label("Add a symbol").fill("NOWHERE.SIM")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Add NOWHERE.SIM anyway").wait_for()


def _open_row(page: Page) -> None:
    page.locator("summary", has_text="LARK.SIM").click()


def _show_chart(page: Page) -> None:
    page.locator("#history").evaluate("section => section.scrollIntoView()")


SIGHTS = (
    Sight("watchlist", "/"),
    Sight("watchlist-row-open", "/", _open_row),
    Sight("watchlist-add-unknown", "/", _add_unknown),
    Sight("watchlist-empty", "/", server="empty"),
    Sight("stock", "/stocks/LARK.SIM", ready="#chart canvas"),
    Sight("stock-chart", "/stocks/LARK.SIM", _show_chart, ready="#chart canvas", checked=False),
    Sight("stock-by-bad-assumption", "/stocks/LARK.SIM?discount_rate=much"),
    Sight("stock-unknown", "/stocks/NOPE.SIM"),
    Sight("compare-nothing", "/compare"),
    Sight("compare", "/compare?symbols=LARK.SIM,HOLM.SIM"),
    Sight("compare-bad-symbol", "/compare?symbols=!!"),
    Sight("tasks", "/tasks"),
    Sight("tasks-none", "/tasks", server="empty"),
    Sight("task", "/tasks/{task}"),
    Sight("task-item", "/tasks/{task}/items/NOPE.SIM"),
    Sight("system", "/system"),
    Sight("clear-cache", "/system/cache/clear"),
    Sight("about", "/about"),
    Sight("error-404", "/nothing-here"),
)
CHECKED = tuple(sight for sight in SIGHTS if sight.checked)


@dataclass(frozen=True)
class Gallery:
    """Servers that stand still, in the states that the sights are of."""

    servers: dict[str, Server]
    task: str

    def address(self, sight: Sight) -> str:
        """Where it is."""
        return self.servers[sight.server].url + sight.path.format(task=self.task)

    def show(self, page: Page, sight: Sight) -> None:
        """Bring the page there, and into that state."""
        page.goto(self.address(sight))
        page.locator(sight.ready).first.wait_for()
        if sight.do:
            sight.do(page)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Gallery]:
    """The servers, prepared."""
    with (
        serving(folder / "full", STOCKAPP_SAMPLE="simulated", **SETTINGS) as full,
        serving(folder / "empty", WEB_CONCURRENCY=1, **SETTINGS) as empty,
    ):
        yield Gallery({"full": full, "empty": empty}, _prepare(full))


def _prepare(server: Server) -> str:
    """Prices, a symbol that has none, a note, two analyses; returns the id of the refresh."""
    server.post("/api/watchlist", json={"symbol": "NOPE.SIM", "accept_unknown": True})
    changes = {"note": "Results in March", "target_price": 90}
    server.patch("/api/watchlist/LARK.SIM", json=changes)
    wait = {"Prefer": "wait=30"}
    refresh = server.post("/api/watchlist/live-prices-async?force=true", headers=wait).json()
    for symbol in ("LARK.SIM", "HOLM.SIM"):
        server.post(f"/api/analyze/{symbol}/async", headers=wait)
    task: str = refresh["id"]
    return task
