"""The calls of stockapp."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import quote

from stockapp.client.http import Http
from stockapp.client.lists import Lists
from stockapp.client.models import Json, Task
from stockapp.client.prices import (
    Found,
    Prices,
    Quote,
)
from stockapp.client.retrying import Retrying
from stockapp.client.work import Work


class Client(Lists):
    """One server. Threads may share it; close it, or use it in a with block.

    `timeout`: seconds that a connection may be silent; `token`: where the server asks for one;
    `retrying`: how calls are tried again that may be. Every call raises Problem (by its status:
    NotFound, Invalid and so on), Unreachable, or BadAnswer.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        timeout: float = 30.0,
        retrying: Retrying | None = None,
    ) -> None:
        super().__init__(Http(base_url, token, timeout, retrying or Retrying()))

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._http.close()

    def refresh(
        self,
        symbols: Iterable[str] | None = None,
        *,
        force: bool = False,
        watchlist: str = "default",
    ) -> Work[Prices]:
        """Fetch prices, of a whole list without `symbols`; equal work under way is joined.

        Where all are fresh nothing is done unless `force`.
        """
        # A body, as an address has no room for a thousand symbols.
        body: dict[str, Any] = {"force": force, "watchlist": watchlist}
        if symbols is not None:
            body["symbols"] = list(symbols)
        told = self._http.json(
            "POST", "/api/watchlist/live-prices-async", body=body, repeatable=True
        )
        if "id" in told:
            return Work(self._http, Prices.of, task_id=told["id"])
        return Work(self._http, Prices.of, result=told)

    def analyse(
        self, symbol: str, *, force: bool = False, assumptions: Mapping[str, Any] | None = None
    ) -> Work[Json]:
        """Analyse a stock; `assumptions` as docs/api.md names them, such as {"growth": 0.05}."""
        body = {**(assumptions or {}), "force": force}
        path = f"/api/analyze/{_part(symbol)}/async"
        told = self._http.json("POST", path, body=body, repeatable=True)
        if "id" in told:
            return Work(self._http, _analysis, task_id=told["id"])
        return Work(self._http, _analysis, result=told)

    def analyse_all(self, *, force: bool = False, watchlist: str = "default") -> Work[Json]:
        """Analyse a whole list, as one task. Raises Conflict where it is empty."""
        body = {"force": force, "watchlist": watchlist}
        told = self._http.json("POST", "/api/watchlist/analyze-async", body=body, repeatable=True)
        return Work(self._http, dict, task_id=told["id"])

    def work(self, task_id: str) -> Work[Json]:
        """Work that somebody started, by its task's id."""
        return Work(self._http, dict, task_id=task_id)

    def tasks(
        self,
        *,
        status: str | None = None,
        kind: str | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Task]:
        """Tasks, newest first, without their items and results; `before`: the id to go on from."""
        params = {"status": status, "kind": kind, "limit": limit, "before": before}
        told = self._http.json("GET", "/api/tasks", params=params)
        return [Task.of(task) for task in told["tasks"]]

    def quote(self, symbol: str) -> Quote | Work[Prices]:
        """The last quote at once, or the work that fetches it where none was ever fetched."""
        told = self._http.json("GET", f"/api/quote/{_part(symbol)}/cached")
        if "quote" in told:
            return Quote.of(told["quote"])
        return Work(self._http, Prices.of, task_id=told["id"])

    def analysis(
        self, symbol: str, *, assumptions: Mapping[str, Any] | None = None
    ) -> Json | Work[Json]:
        """The last analysis at once, or the work that makes it where there is none."""
        path = f"/api/analyze/{_part(symbol)}/cached"
        told = self._http.json("GET", path, params=assumptions)
        if "analysis" in told:
            return _analysis(told)
        return Work(self._http, _analysis, task_id=told["id"])

    def search(self, text: str, *, limit: int = 8) -> Found:
        """What can be put on a list, by name, symbol or ISIN."""
        return Found.of(self._http.json("GET", "/api/search", params={"q": text, "limit": limit}))

    def providers(self) -> list[Json]:
        """Each source and its methods: state, quota left, success, latency, last failure."""
        found: list[Json] = self._http.json("GET", "/api/providers")["providers"]
        return found


def _analysis(told: Json) -> Json:
    found: Json = told["analysis"]
    return found


def _part(symbol: str) -> str:
    return quote(symbol, safe="")
