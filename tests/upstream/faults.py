"""What the upstream can be told to do wrong, for all routes or for one."""

import random
import socket
import struct
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.event import Event


@dataclass
class Fault:
    """How a route behaves. `kind`: hang, reset, truncated, malformed, html, empty, wrong_symbol,
    status with `status`, or error with the `name` of one that the service words itself. `times`
    limits how often; 0 is always."""

    kind: str = ""
    name: str = ""
    status: int = 0
    retry_after: int | None = None
    times: int = 0
    latency_ms: float | None = None
    # Another price than the world's: that of so many ticks later.
    tick: int = 0
    jitter_ms: float = 0.0
    # Only requests that name this symbol; all, when empty.
    symbol: str = ""


@dataclass
class Control:
    """The state that tests set and read."""

    latency_ms: float = 0.0
    tick: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    log: list[dict[str, Any]] = field(default_factory=list)
    at_once: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_at_once: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    released: Event = field(default_factory=Event)

    def reset(self) -> None:
        """Behave, forget, and let go of what hangs."""
        self.released.set()
        fresh = Control()
        self.__dict__.update(fresh.__dict__)

    def configure(self, settings: dict[str, Any]) -> None:
        """Set latency and tick, and the faults of routes, of services, or of all ("*")."""
        self.latency_ms = settings.get("latency_ms", self.latency_ms)
        self.tick = settings.get("tick", self.tick)
        for route, fault in settings.get("faults", {}).items():
            if fault is None:
                self.faults.pop(route, None)
            else:
                self.faults[route] = Fault(**fault)

    def begin(self, route: str, symbols: list[str]) -> dict[str, Any]:
        """Count a request that just came in; its entry in the log."""
        entry = {"at": time.time(), "until": None, "route": route, "symbols": symbols}
        self.log.append(entry)
        for name in _names(route):
            self.counts[name] += 1
            self.at_once[name] += 1
            self.most_at_once[name] = max(self.most_at_once[name], self.at_once[name])
        return entry

    def end(self, entry: dict[str, Any]) -> None:
        """Its answer goes out."""
        entry["until"] = time.time()
        for name in _names(entry["route"]):
            self.at_once[name] -= 1

    def release(self) -> None:
        """Let go of what hangs."""
        self.released.set()
        self.released = Event()

    def fault(self, route: str, service: str, symbols: list[str]) -> Fault:
        """The fault of a request that just came in, used up if it is limited."""
        found = (
            key
            for key in (*_names(route), service, "*")
            if key in self.faults and self.faults[key].symbol in ("", *symbols)
        )
        name = next(found, "")
        fault = self.faults.get(name, Fault())
        if fault.times:
            fault.times -= 1
            if fault.times == 0:
                del self.faults[name]
        return fault

    def wait(self, fault: Fault) -> None:
        """Take the time that was asked for."""
        latency = self.latency_ms if fault.latency_ms is None else fault.latency_ms
        jitter = random.uniform(-1, 1) * fault.jitter_ms
        gevent.sleep(max(0.0, latency + jitter) / 1000)
        if fault.kind == "hang":
            self.released.wait(120)


def _names(route: str) -> tuple[str, ...]:
    """timeseries/income is one of timeseries, and so counts as both."""
    return (route, route.partition("/")[0]) if "/" in route else (route,)


def reset_connection(client: socket.socket) -> None:
    """Close with RST in place of FIN."""
    # Others hold the socket open too; take it from them.
    with socket.socket(fileno=client.detach()) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
