"""Every page and state there is, for what must hold on all of them, and for their pictures.

A new page or state is one line in SIGHTS.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from stockapp.web.columns import Column
from tests.upstream.client import UpstreamServer

from . import locked
from .server import Server, serving

SETTINGS: dict[str, Any] = {
    "STOCKAPP_SIMULATED_LATENCY_MS": 10,
    "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 30,
    "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
    # Pages stand still: nothing on them is due.
    "STOCKAPP_QUOTE_FRESH_SECONDS": 7200,
    "STOCKAPP_WATCHLIST_FRESH_SECONDS": 7200,
}


ALL_COLUMNS = ".".join(Column)


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
    # A state of a page that is checked in all modes: it is checked in two that differ in all.
    state: bool = False


def _add_by_name(page: Page) -> None:
    page.get_by_label("Add symbols").fill("holm bank")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#add-problem p").wait_for()


def _search(page: Page) -> None:
    page.get_by_label("Add symbols").press_sequentially("holm")
    page.locator("#add-options [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")


def _open_details(page: Page) -> None:
    page.locator("a.details").first.click()
    page.locator("#item-title").wait_for()


def _open_columns(page: Page) -> None:
    page.locator("#columns summary").click()


def _open_list_menu(page: Page) -> None:
    page.locator("#this-list summary").click()


def _pick(page: Page) -> None:
    for box in page.locator("#rows .pick input").all()[:2]:
        box.check()


def _remove(page: Page) -> None:
    page.locator("#rows button.remove").last.click()
    page.get_by_role("button", name="Undo").wait_for()


def _show_keys(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("#keys-title").wait_for()


def _go_offline(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("#connection").wait_for()
    # What is looked at stays so; the next page can be loaded.
    page.evaluate("() => { window.stop(); }")
    page.context.set_offline(False)


def _preview(page: Page) -> None:
    page.get_by_label("Or text").fill(
        "symbol,note,target\nLARK.SIM,again,80\nAAPL,,\n!!,,\nVOD.L,,x"
    )
    page.get_by_role("button", name="Show what is understood").click()
    page.locator(".preview").wait_for()


def _refresh(page: Page) -> None:
    # One that another test began may still be under way.
    if not page.get_by_role("progressbar").count():
        page.get_by_role("button", name="Refresh", exact=True).click()
    page.get_by_role("progressbar").wait_for()


def _show_chart(page: Page) -> None:
    page.locator("#history").evaluate("section => section.scrollIntoView()")


def _see_login(page: Page) -> None:
    page.context.clear_cookies()
    page.reload()
    page.get_by_label("Password").wait_for()


def _fail_to_log_in(page: Page) -> None:
    _see_login(page)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").wait_for()


def _log_in(page: Page) -> None:
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(locked.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator("#sessions").wait_for()


def _make_token(page: Page) -> None:
    _log_in(page)
    page.get_by_label("What for").fill(f"cron {time.monotonic():.0f}")
    page.get_by_role("button", name="Make it").click()
    page.locator(".secret").wait_for()


def _be_logged_out(page: Page) -> None:
    _log_in(page)
    page.context.clear_cookies()
    # As a script does that is not let in any more.
    page.evaluate("() => document.dispatchEvent(new Event('stockapp:logged-out'))")
    page.locator("#logged-out").wait_for()


SIGHTS = (
    Sight("watchlist", "/", state=True),
    Sight("watchlist-all-columns", f"/?columns={ALL_COLUMNS}&sort=market_cap&dir=desc"),
    Sight("watchlist-details", "/", _open_details, state=True),
    Sight("watchlist-search", "/", _search, state=True),
    Sight("watchlist-which-one", "/", _add_by_name, state=True),
    Sight("watchlist-columns", "/", _open_columns, state=True),
    Sight("watchlist-menu", "/lists/tech", _open_list_menu, state=True),
    Sight("watchlist-picked", "/", _pick, state=True),
    Sight("watchlist-removed", "/lists/tech", _remove, state=True),
    Sight("watchlist-filtered", "/?filter=zzz", state=True),
    Sight("watchlist-keys", "/", _show_keys, state=True),
    Sight("watchlist-refreshing", "/", _refresh, server="slow", state=True),
    Sight("watchlist-trouble", "/", server="trouble"),
    Sight("watchlist-trouble-details", "/", _open_details, server="trouble", state=True),
    Sight("watchlist-empty", "/", server="empty"),
    Sight("watchlist-offline", "/", _go_offline, state=True),
    Sight("item", "/lists/default/items/LARK.SIM"),
    Sight("import", "/lists/tech/import", state=True),
    Sight("import-preview", "/lists/tech/import", _preview),
    Sight("stock", "/stocks/LARK.SIM", ready="#chart canvas"),
    Sight("stock-chart", "/stocks/LARK.SIM", _show_chart, ready="#chart canvas", checked=False),
    Sight("stock-by-bad-assumption", "/stocks/LARK.SIM?discount_rate=much", state=True),
    Sight("stock-unknown", "/stocks/NOPE.SIM", state=True),
    Sight("compare-nothing", "/compare", state=True),
    Sight("compare", "/compare?symbols=LARK.SIM,HOLM.SIM"),
    Sight("compare-bad-symbol", "/compare?symbols=!!", state=True),
    Sight("tasks", "/tasks"),
    Sight("tasks-none", "/tasks", server="empty", state=True),
    Sight("task", "/tasks/{task}"),
    Sight("task-item", "/tasks/{task}/items/NOPE.SIM"),
    Sight("system", "/system"),
    Sight("clear-cache", "/system/cache/clear"),
    Sight("about", "/about"),
    Sight("access-open", "/access", state=True),
    Sight("login", "/login?next=/access", _see_login, server="locked"),
    Sight("login-refused", "/login?next=/access", _fail_to_log_in, server="locked", state=True),
    Sight("access", "/access", _log_in, server="locked"),
    Sight("access-token-made", "/access", _make_token, server="locked", state=True),
    Sight("logged-out", "/access", _be_logged_out, server="locked", state=True),
    Sight("api-docs", "/api/docs?q=watchlist/undo"),
    Sight("api-docs-nothing", "/api/docs?q=nothing-like-it", state=True),
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
    one = {"WEB_CONCURRENCY": 1, **SETTINGS}
    failing = {"STOCKAPP_SOURCES": "yahoo", "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 1}
    with (
        UpstreamServer() as upstream,
        serving(folder / "full", STOCKAPP_SAMPLE="simulated", **SETTINGS) as full,
        serving(folder / "empty", **one) as empty,
        serving(folder / "slow", **one | {"STOCKAPP_SIMULATED_LATENCY_MS": 60_000}) as slow,
        serving(folder / "trouble", **one | failing | upstream.settings) as trouble,
        locked.serving(folder / "locked", **one) as closed,
    ):
        _add(slow, "LARK.SIM, QUIL.SIM, HOLM.SIM")
        _run_into_trouble(trouble, upstream)
        servers = {"full": full, "empty": empty, "slow": slow, "trouble": trouble}
        servers["locked"] = closed
        yield Gallery(servers, _prepare(full))


def _prepare(server: Server) -> str:
    """Prices, a symbol that has none, a note, two analyses, a second list with names from right to
    left; returns the id of the refresh.
    """
    server.post("/api/watchlist", json={"symbol": "NOPE.SIM", "accept_unknown": True})
    changes = {"note": "Results in March", "target_price": 90}
    server.patch("/api/watchlist/LARK.SIM", json=changes)
    server.post("/api/watchlists", json={"title": "Tech"})
    server.post("/api/watchlists", json={"title": "\u05de\u05e0\u05d9\u05d5\u05ea"})
    _add(server, "LARK.SIM, QUIL.SIM", "tech")
    refresh = _refreshed(server)
    for symbol in ("LARK.SIM", "HOLM.SIM"):
        server.post(f"/api/analyze/{symbol}/async", headers=_WAIT)
    task: str = refresh["id"]
    return task


def _run_into_trouble(server: Server, upstream: UpstreamServer) -> None:
    """Old prices that cannot be had anew, one row that never had one, one that nobody knows."""
    _add(server, "AAPL, VOD.L, 7203.T, MSFT, LARK.SIM, NOPE1")
    _refreshed(server)
    upstream.fault("*", "status", status=503)
    _add(server, "NVDA")
    _refreshed(server)


_WAIT = {"Prefer": "wait=30"}


def _add(server: Server, symbols: str, name: str = "default") -> None:
    server.post(f"/api/watchlist/add-many?watchlist={name}", json={"text": symbols})


def _refreshed(server: Server) -> dict[str, Any]:
    told: dict[str, Any] = server.post(
        "/api/watchlist/live-prices-async?force=true", headers=_WAIT
    ).json()
    return told
