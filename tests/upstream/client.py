"""The simulated upstream as tests and benchmarks use it."""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

ROOT = Path(__file__).parent.parent.parent
# Ample also on a busy machine; it answers at once.
_PATIENCE_SECONDS = 60


class UpstreamServer:
    """A simulated upstream in a process of its own; `url` is where all services answer.

    `services` is where each answers alone, on a port that can refuse connections.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.upstream"], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.url: str = told["url"]
        self.services: dict[str, str] = told["services"]

    def __enter__(self) -> "UpstreamServer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def settings(self) -> dict[str, str]:
        """The environment that lets stockapp find every service here."""
        return {f"STOCKAPP_{name.upper()}_BASE_URL": url for name, url in self.services.items()}

    def refuse(self, service: str) -> None:
        """Let nobody connect to the service, until `reset`."""
        self.configure(refuse={service: True})

    def configure(self, **settings: Any) -> None:
        """Set `latency_ms` and `tick`."""
        requests.post(f"{self.url}/_control/configure", json=settings, timeout=_PATIENCE_SECONDS)

    def fault(self, route: str, kind: str = "", **options: Any) -> None:
        """Give a route, a service, or * for all, a fault.

        Searches are the routes search (Yahoo's) and fmp/search.
        Routes of research: timeseries/income (or timeseries for all three), profile and history of
        Yahoo; fmp/income and alpha_vantage/income, /balance, /cash_flow, /profile; fmp/history.
        """
        self.configure(faults={route: {"kind": kind, **options}})

    def heal(self, route: str) -> None:
        """Take the fault of a route away."""
        self.configure(faults={route: None})

    def requests(self) -> dict[str, Any]:
        """Counts by route, the log of requests, and the most at once by route."""
        answer = requests.get(f"{self.url}/_control/requests", timeout=_PATIENCE_SECONDS)
        found: dict[str, Any] = answer.json()
        return found

    def release(self) -> None:
        """Let go of what hangs by now."""
        requests.post(f"{self.url}/_control/release", timeout=_PATIENCE_SECONDS)

    def under_way(self) -> list[str]:
        """The routes of the requests that are not answered yet."""
        return [entry["route"] for entry in self.requests()["log"] if entry["until"] is None]

    def reset(self) -> None:
        """Behave, forget, and let go of what hangs."""
        requests.post(f"{self.url}/_control/reset", timeout=_PATIENCE_SECONDS)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(10)
