"""A provider and a transport that follow a script, to race without a network."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.domain.quote import Quote
from stockapp.domain.secrecy import Redactor
from stockapp.fetching.breaker import Breakers
from stockapp.fetching.course import Rules
from stockapp.fetching.lane import Gatekeepers, Lane
from stockapp.fetching.latency import LateBounds
from stockapp.fetching.ledger import Ledger
from stockapp.fetching.news import Fetched, News
from stockapp.fetching.quota import Quotas
from stockapp.fetching.race import Race
from stockapp.fetching.transport import TransportError
from stockapp.providers.base import Answer, Method, Parsed, Provider, Quota, Request
from stockapp.tasks.cancellation import CancelToken

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

# What a method does with the symbols of one request.
Behaviour = Callable[[Sequence[str]], Parsed]


def a_quote(symbol: str, method: str = "batch", price: float = 10.0, **changes: Any) -> Quote:
    values: dict[str, Any] = {"source": "scripted", "name": f"{symbol} Inc.", **changes}
    return Quote(symbol, price, "USD", NOW, method=method, fetched_at=NOW, **values)


def answers(method: str, *, unknown: Sequence[str] = (), price: float = 10.0) -> Behaviour:
    """Knows every symbol but the unknown ones."""

    def behave(symbols: Sequence[str]) -> Parsed:
        missing = Failure(Reason.NOT_FOUND, f"{method} does not know it")
        return {s: missing if s in unknown else a_quote(s, method, price) for s in symbols}

    return behave


def fails(reason: Reason, retry_after: float | None = None) -> Behaviour:
    """Gives no answer at all."""

    def behave(symbols: Sequence[str]) -> Parsed:
        raise TransportError(Failure(reason, f"{reason.value} of the whole request", retry_after))

    return behave


def hangs(release: threading.Event) -> Behaviour:
    """Says nothing until released."""

    def behave(symbols: Sequence[str]) -> Parsed:
        release.wait(30)
        raise TransportError(Failure(Reason.TIMEOUT, "hung"))

    return behave


def takes(seconds: float, then: Behaviour) -> Behaviour:
    """Does it after a while."""

    def behave(symbols: Sequence[str]) -> Parsed:
        time.sleep(seconds)
        return then(symbols)

    return behave


class Scripted(Provider):
    """Provider and transport in one; `requests` holds what was asked, by method."""

    title = "Scripted"

    def __init__(
        self,
        behaviours: Mapping[str, tuple[Method, Behaviour]],
        *,
        name: str = "scripted",
        quotas: Sequence[Quota] = (),
        supported: Callable[[str], bool] = lambda symbol: True,
        key_name: str = "",
        key: str = "",
    ) -> None:
        self.name = name
        self.quotas = quotas
        self.key_name, self.key = key_name, key
        self.methods = [method for method, _ in behaviours.values()]
        self.requests: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.most_at_once: defaultdict[str, int] = defaultdict(int)
        self.behaviours = {name: behaviour for name, (_, behaviour) in behaviours.items()}
        self._at_once: defaultdict[str, int] = defaultdict(int)
        self._parsed: dict[str, Parsed] = {}
        self._supported = supported
        self._lock = threading.Lock()

    def supports(self, method: str, symbol: str) -> bool:
        return self._supported(symbol)

    def request(self, method: str, symbols: Sequence[str]) -> Request:
        return Request(url=method, params={"symbols": ",".join(symbols)})

    def prepare(self) -> None:
        """Always ready."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        method, symbols = request.url, tuple(request.params["symbols"].split(","))
        with self._lock:
            self.requests[method].append(symbols)
            self._at_once[method] += 1
            self.most_at_once[method] = max(self.most_at_once[method], self._at_once[method])
        try:
            self._parsed[method + request.params["symbols"]] = self.behaviours[method](symbols)
        finally:
            with self._lock:
                self._at_once[method] -= 1
        return Answer(200, {}, b"", NOW)

    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed:
        return self._parsed[method + ",".join(symbols)]


def single(name: str, behaviour: Behaviour, **options: Any) -> Scripted:
    """A source with one method, for one symbol a request."""
    end_of_day = options.pop("end_of_day", False)
    method = Method("single", 1, 4, end_of_day=end_of_day)
    return Scripted({"single": (method, behaviour)}, name=name, **options)


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class MemoryState:
    """SharedState in memory, for one process."""

    def __init__(self) -> None:
        self._values: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def put_many(self, values: Mapping[str, Mapping[str, Any]], keep_seconds: float) -> None:
        self._values.update(values)

    def update(self, key: str, change: Callable[..., Any], keep_seconds: float) -> Any:
        with self._lock:
            value, result = change(self._values.get(key))
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value
            return result

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        return {key: value for key, value in self._values.items() if key.startswith(prefix)}

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._values.pop(key, None)


class Threads:
    """An executor of plain threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(64)
        self.submit = self._pool.submit

    def run_cpu(self, call, /, *args, timeout_seconds):
        raise NotImplementedError

    def run_blocking(self, call, /, *args, **kwargs):
        return call(*args, **kwargs)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


class Listener:
    """Keeps what a race tells."""

    def __init__(self) -> None:
        self.fetched: dict[str, Fetched] = {}
        self.told: list[Fetched] = []
        self.started: list[str] = []

    def __call__(self, news: News) -> None:
        self.told += news.fetched
        self.fetched.update({entry.symbol: entry for entry in news.fetched})
        self.started += [symbol for entry in news.started for symbol in entry.symbols]

    def quote(self, symbol: str) -> Quote:
        quote = self.fetched[symbol].quote
        assert quote, self.fetched[symbol]
        return quote

    def error(self, symbol: str) -> Reason:
        error = self.fetched[symbol].error
        assert error
        return error.reason

    def attempts(self, symbol: str) -> list[tuple[str, Outcome, Reason | None]]:
        return [(a.method, a.outcome, a.reason) for a in self.fetched[symbol].attempts]

    def by_source(self, symbol: str) -> list[tuple[str, Outcome, Reason | None]]:
        return [(a.source, a.outcome, a.reason) for a in self.fetched[symbol].attempts]


def gatekeepers(shared: Any = None, clock: Any = None, secrets: Sequence[str] = ()) -> Gatekeepers:
    shared, clock = shared or MemoryState(), clock or RealClock()
    return Gatekeepers(
        Breakers(shared, clock), Quotas(shared, clock), Ledger(shared, clock), Redactor(secrets)
    )


class Track:
    """A race over scripted sources; what breakers and quotas learn stays from run to run."""

    def __init__(
        self,
        executor: Threads,
        *sources: Scripted,
        late: tuple[float, float] = (5.0, 5.0),
        keepers: Gatekeepers | None = None,
        **rules: Any,
    ) -> None:
        clock = RealClock()
        self.keepers = keepers or gatekeepers()
        timeout = rules.setdefault("timeout_seconds", 5.0)
        rules.setdefault("deadline_seconds", 2 * timeout)
        lanes = [
            Lane(source, method, source, clock, self.keepers, LateBounds(*late))
            for source in sources
            for method in source.methods
        ]
        self.race = Race(lanes, executor, clock, self.keepers, Rules(**rules))

    def run(self, *symbols: str, token: CancelToken | None = None) -> Listener:
        listener = Listener()
        self.race.run(symbols, listener, (token or CancelToken()).on_cancel)
        return listener


def source(batch: Behaviour, one: Behaviour, *, batch_size: int = 50) -> Scripted:
    """A source of a method for many symbols and one for single ones."""
    return Scripted(
        {
            "batch": (Method("batch", batch_size, 4), batch),
            "single": (Method("single", 1, 3), one),
        }
    )
