"""A provider and a transport that follow a script, to race without a network."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.transport import TransportError
from stockapp.providers.base import Answer, Method, Parsed, Request

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

# What a method does with the symbols of one request.
Behaviour = Callable[[Sequence[str]], Parsed]


def a_quote(symbol: str, method: str = "batch", price: float = 10.0) -> Quote:
    return Quote(symbol, price, "USD", NOW, "scripted", method, NOW, name=f"{symbol} Inc.")


def answers(method: str, *, unknown: Sequence[str] = ()) -> Behaviour:
    """Knows every symbol but the unknown ones."""

    def behave(symbols: Sequence[str]) -> Parsed:
        missing = Failure(Reason.NOT_FOUND, f"{method} does not know it")
        return {s: missing if s in unknown else a_quote(s, method) for s in symbols}

    return behave


def fails(reason: Reason) -> Behaviour:
    """Gives no answer at all."""

    def behave(symbols: Sequence[str]) -> Parsed:
        raise TransportError(Failure(reason, f"{reason.value} of the whole request"))

    return behave


def hangs(release: threading.Event) -> Behaviour:
    """Says nothing until released."""

    def behave(symbols: Sequence[str]) -> Parsed:
        release.wait(30)
        raise TransportError(Failure(Reason.TIMEOUT, "hung"))

    return behave


class Scripted:
    """Provider and transport in one; `requests` holds what was asked, by method."""

    name = "scripted"

    def __init__(self, behaviours: dict[str, tuple[Method, Behaviour]]) -> None:
        self.methods = [method for method, _ in behaviours.values()]
        self.requests: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.most_at_once: defaultdict[str, int] = defaultdict(int)
        self._at_once: defaultdict[str, int] = defaultdict(int)
        self._behaviours = {name: behaviour for name, (_, behaviour) in behaviours.items()}
        self._parsed: dict[str, Parsed] = {}
        self._lock = threading.Lock()

    def supports(self, symbol: str) -> bool:
        return not symbol.endswith(".SIM")

    def request(self, method: str, symbols: Sequence[str]) -> Request:
        return Request(url=method, params={"symbols": ",".join(symbols)})

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        method, symbols = request.url, tuple(request.params["symbols"].split(","))
        with self._lock:
            self.requests[method].append(symbols)
            self._at_once[method] += 1
            self.most_at_once[method] = max(self.most_at_once[method], self._at_once[method])
        try:
            self._parsed[method + request.params["symbols"]] = self._behaviours[method](symbols)
        finally:
            with self._lock:
                self._at_once[method] -= 1
        return Answer(200, {}, b"", NOW)

    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed:
        return self._parsed[method + ",".join(symbols)]


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Threads:
    """An executor of plain threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(32)
        self.submit = self._pool.submit

    def run_blocking(self, call, /, *args, **kwargs):
        return call(*args, **kwargs)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
