"""A server that analyses, and the simulated upstream that is Yahoo and two more services to it."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.upstream.client import UpstreamServer
from tests.web.streams import Message, messages

from .server import Server, eventually, serving

KEYS = {
    "FMP_API_KEY": "fmp-secret-0123456789",
    "ALPHA_VANTAGE_API_KEY": "alpha-secret-0123456789",
}
SETTINGS = {
    **KEYS,
    "STOCKAPP_SOURCES": "yahoo,fmp,alpha_vantage",
    "STOCKAPP_FMP_A_DAY": 0,
    "STOCKAPP_ALPHA_VANTAGE_A_DAY": 0,
    "STOCKAPP_ALPHA_VANTAGE_A_SECOND": 0,
    # No answer is late here, however slow the machine: what hangs does so until it is let go.
    "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 60,
    "STOCKAPP_SEARCH_SECONDS": 60,
    "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
    "STOCKAPP_HEDGE_MIN_SECONDS": 60,
    "STOCKAPP_HEDGE_MAX_SECONDS": 60,
    # A worker that dies is reported by its master; no lease lapses in the time of a test.
    "STOCKAPP_LEASE_SECONDS": 300,
}
STAGES = (
    *("price", "profile", "income", "balance", "cash_flow", "history", "rates"),
    *("valuation", "soundness", "technicals", "store"),
)
STATEMENTS = ("income", "balance", "cash_flow")
# What an analysis of a share that is new, like the benchmark and the yield, asks Yahoo for.
FETCHES = ("history", "profile", "quote", *(f"timeseries/{name}" for name in STATEMENTS))


class Bureau:
    """Both, with what tests of analyses do again and again."""

    def __init__(self, server: Server, upstream: UpstreamServer) -> None:
        self.server = server
        self.upstream = upstream
        self._numbers = itertools.count()

    def new(self, kind: str = "PLAIN", suffix: str = "") -> str:
        """A symbol nobody has asked for; see upstream/accounts.py for the kinds."""
        return f"{kind}{next(self._numbers)}{suffix}"

    def reset(self) -> None:
        """All services behave, nothing is known of them or of any symbol."""
        self.upstream.reset()
        for source in self.server.get("/api/providers").json()["providers"]:
            for method in source["methods"]:
                self.server.post(method["links"]["close"])
        assert self.server.delete("/api/cache").status_code == 200

    def start(self, symbol: str, **query: Any) -> requests.Response:
        return self.server.post(f"/api/analyze/{symbol}/async", params=query)

    def run(self, symbol: str, **query: Any) -> dict[str, Any]:
        """The task of an analysis, once it has ended."""
        answer = self.start(symbol, **query)
        assert answer.status_code == 202, answer.text
        return self.ended(answer.json()["id"])

    def analyse(self, symbol: str, **query: Any) -> dict[str, Any]:
        """The result of the task, which must be a success: the analysis, and its stages."""
        task = self.run(symbol, **query)
        assert task["status"] == "completed", task["error"]
        result: dict[str, Any] = task["result"]
        return result

    def again(self, symbol: str, **query: Any) -> dict[str, Any]:
        """The analysis of what is there already; nobody may be asked for it."""
        with self.nobody_asked(symbol):
            answer = self.start(symbol, **query)
        assert answer.status_code == 200, answer.text
        assert answer.json()["cached"] is True
        analysis: dict[str, Any] = answer.json()["analysis"]
        return analysis

    def task(self, task_id: str) -> dict[str, Any]:
        task: dict[str, Any] = self.server.get(f"/api/tasks/{task_id}").json()
        return task

    def ended(self, task_id: str) -> dict[str, Any]:
        headers = {"Prefer": "wait=30"}
        task: dict[str, Any] = self.server.get(f"/api/tasks/{task_id}", headers=headers).json()
        return task

    def states(self, task_id: str) -> dict[str, str]:
        """The stages of a task, or its symbols, with their states."""
        return {item["key"]: item["state"] for item in self.task(task_id)["items"]}

    def stream(self, task_id: str) -> Iterator[Message]:
        """What a task's stream tells, from its beginning on."""
        path = f"{self.server.url}/api/tasks/{task_id}/events"
        with requests.get(path, stream=True, timeout=40) as response:
            assert response.status_code == 200
            yield from messages(response.iter_content(None))

    def hang(self, *routes: str) -> None:
        """Let these wait until they are released."""
        for route in routes:
            self.upstream.fault(route, "hang")

    def let_go(self, *routes: str) -> None:
        """Let what hangs be answered, and what comes on these routes from now on."""
        for route in routes:
            self.upstream.heal(route)
        self.upstream.release()

    def waits_for(self, *routes: str) -> bool:
        """Whether all of these come to be asked and unanswered at one time."""
        return eventually(lambda: set(routes) <= set(self.upstream.under_way()))

    def asked(self, symbol: str | None = None) -> list[str]:
        """The routes of all requests so far, or of those that named the symbol."""
        log = self.upstream.requests()["log"]
        return [entry["route"] for entry in log if symbol is None or symbol in entry["symbols"]]

    @contextlib.contextmanager
    def nobody_asked(self, symbol: str | None = None) -> Iterator[None]:
        """No request may leave in here, or none about the symbol; earlier tests' have ended."""
        assert eventually(lambda: not self.upstream.under_way())
        before = self.asked(symbol)
        yield
        assert self.asked(symbol) == before


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Bureau]:
    """A bureau for the time of a with block."""
    with UpstreamServer() as upstream, serving(folder, **upstream.settings, **SETTINGS) as server:
        yield Bureau(server, upstream)


def attempts(stage: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Who was asked for a stage, how that ended, and why."""
    return [(told["source"], told["outcome"], told["reason"]) for told in stage["attempts"]]


def warned(analysis: dict[str, Any]) -> dict[str, str]:
    """The fields that an analysis warns of, with the severity."""
    return {caveat["field"]: caveat["severity"] for caveat in analysis["report"]["caveats"]}
