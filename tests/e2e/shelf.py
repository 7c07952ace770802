"""A watchlist of a test's own, on a server that tests share; and how its page is read."""

import itertools
import re
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .bureau import Bureau

_NUMBERS = itertools.count()


class Shelf:
    """A list that no other test looks at; `url` is its page."""

    def __init__(self, bureau: Bureau, symbols: Sequence[str] = (), *, priced: bool = True) -> None:
        self.bureau = bureau
        self.server = bureau.server
        self.title = f"Shelf {next(_NUMBERS)}"
        made = self.server.post("/api/watchlists", json={"title": self.title})
        self.name: str = made.json()["name"]
        self.path = f"/lists/{self.name}"
        self.url = self.server.url + self.path
        if symbols and priced:
            # Known before they are listed, so that nothing is fetched behind.
            self.server.refresh(",".join(symbols), wait=30)
        if symbols:
            self.add(*symbols)

    def clear(self) -> None:
        """Delete the list, if it is still there."""
        self.server.delete(f"/api/watchlists/{self.name}")

    def add(self, *symbols: str) -> None:
        """Put symbols on the list."""
        body = {"watchlist": self.name, "symbols": list(symbols)}
        assert self.server.post("/api/watchlist/add-many", json=body).status_code == 200

    def change(self, symbol: str, **changes: Any) -> None:
        """Set note or target of an item."""
        body = {"watchlist": self.name, **changes}
        assert self.server.patch(f"/api/watchlist/{symbol}", json=body).status_code == 200

    def refresh(self) -> str:
        """Start a refresh of all of it, as another window would; returns the id of its task."""
        path = f"/api/watchlist/live-prices-async?watchlist={self.name}&force=true"
        answer = self.server.post(path)
        assert answer.status_code == 202, answer.text
        task: str = answer.json()["id"]
        return task

    def order(self) -> list[str]:
        """The symbols, as the server keeps them."""
        return [item["symbol"] for item in self.items()]

    def items(self) -> list[dict[str, Any]]:
        """The items, as the server keeps them."""
        told = self.server.get(f"/api/watchlist?watchlist={self.name}").json()
        items: list[dict[str, Any]] = told["items"]
        return items


def row(page: Page, symbol: str) -> Locator:
    """The line of a symbol."""
    return page.locator(f'tr.row[data-symbol="{symbol}"]')


def tickers(page: Page) -> Locator:
    """The symbols of the rows that are shown, in their order."""
    return page.locator("#rows .row:not([hidden]) a.ticker")


def busy(page: Page) -> Locator:
    """The rows that are being fetched, or wait for it."""
    return page.locator(".row.updating, .row.queued")


def amounts(page: Page) -> list[str]:
    """The prices that are shown, by the order of the rows."""
    return page.locator(".row td.price .amount").all_inner_texts()


def heads(page: Page) -> list[str]:
    """What stands above the columns, from the symbol on."""
    texts = page.locator(".watchlist thead th:not(.more)").all_inner_texts()
    return [re.sub(r" [↑↓]$", "", text.strip()) for text in texts]


def pick(page: Page, *symbols: str) -> None:
    """Pick these rows, one by one."""
    for symbol in symbols:
        row(page, symbol).get_by_role("checkbox").check()


def start_refresh(page: Page) -> None:
    """Press the button; the summary of the one before is gone once this one's bar is there."""
    page.locator("#refresh").get_by_role("button", name="Refresh", exact=True).click()
    expect(page.get_by_role("progressbar", name="Refresh")).to_be_visible()
