"""Workers of an installation that look after lists, on a Monday evening of London's exchange."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from stockapp.caching.policy import SingleFlight
from stockapp.caching.tally import Tally
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.freshness import Lifetime
from stockapp.domain.quote import Quote
from stockapp.domain.task import Task
from stockapp.domain.trading_hours import TradingHours
from stockapp.domain.watchlist import WatchlistItem
from stockapp.fetching.news import Fetched
from stockapp.services.end_of_day import EndOfDay
from stockapp.services.live_mode import LiveMode
from stockapp.services.live_prices import KIND
from stockapp.services.live_rows import LiveRows
from stockapp.services.market_hours import MarketHours
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.trend_store import TrendStore
from stockapp.services.trends import Trends
from stockapp.services.watch_signs import LiveRounds, WatchSigns
from stockapp.services.watchers import Watchers
from stockapp.tasks.engine import TaskEngine
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded
from tests.tasks.workers import eventually

# BTC-USD trades always; London has been closed since a while; of ABC.XX nobody knows.
SYMBOLS = ("BTC-USD", "VOD.L", "ABC.XX")


class Worker:
    """One worker of an installation, whose tasks are stored but not run."""

    def __init__(self, backends: Backends, clock: SetClock) -> None:
        self.backends = backends
        self.clock = clock
        self.quotes = Quotes(backends.cache, Lifetime(900, 7 * 86_400), clock)
        flight = SingleFlight(
            backends.flights, backends.executor, clock, Tally(), patience_seconds=60
        )
        engine = TaskEngine(
            backends.tasks,
            backends.executor,
            clock,
            [],
            worker="w",
            slots=1,
            queue_limit=10,
            lease_seconds=5,
        )
        self.refreshes = Refreshes(
            engine, self.quotes, backends.watchlists, 100, fresh_for_watchlist=300
        )
        self.hours = MarketHours(
            backends.cache, flight, backends.executor, clock, timeout_seconds=1
        )
        self.dear: set[str] = set()
        self.watchers = Watchers(clock)
        self.rows = LiveRows(
            backends.watchlists,
            self.quotes,
            backends.tasks,
            self.refreshes,
            Trends(engine, backends.tasks, TrendStore(backends.cache, clock)),
            self.hours,
            backends.state,
            clock,
            lambda symbol: symbol not in self.dear,
            on=True,
            interval_seconds=60,
            fresh_seconds=300,
        )
        self.live = LiveMode(self.watchers, self.rows, clock)
        self.rounds = LiveRounds(backends.state, self.rows, clock)
        self.end_of_day = EndOfDay(
            backends.watchlists,
            self.quotes,
            backends.tasks,
            self.refreshes,
            self.hours,
            backends.state,
            clock,
            lambda symbol: symbol not in self.dear,
        )

    def signs(self, node: str) -> WatchSigns:
        """What tells, as that node, of what is watched through this worker."""
        return WatchSigns(self.watchers, self.backends.state, node)

    def put(self, *symbols: str, watchlist: str = "default") -> None:
        items = [WatchlistItem(symbol, self.clock.now()) for symbol in symbols]
        self.backends.watchlists.add(watchlist, items)

    def tasks(self) -> list[Task]:
        return self.backends.tasks.recent(kind=KIND)

    def look(self) -> list[str]:
        """What is asked for when live mode looks here now."""
        return self.asked_by(self.live.look)

    def asked_by(self, look: Callable[[], None]) -> list[str]:
        """What is asked for by that; it then ends at once, unfetched."""
        before = {task.id for task in self.tasks()}
        look()
        new = [task for task in reversed(self.tasks()) if task.id not in before]
        for task in new:
            self.backends.tasks.cancel(task.id)
        return [symbol for task in new for symbol in task.params["symbols"]]

    def fetched(self, symbols: Sequence[str], *, failed: bool = False) -> None:
        """As if the sources had answered now."""
        now = self.clock.now()
        failure = Failure(Reason.TIMEOUT, "No answer.") if failed else None
        self.quotes.store(
            [
                Fetched(s, None, failure, ())
                if failed
                else Fetched(s, Quote(s, 1.5, "USD", now, "test", "quote", now), None, ())
                for s in symbols
            ]
        )


class House:
    """Workers on the same data, on a Monday evening."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock()
        self.clock.at = self.clock.at.replace(hour=18)
        self._folder = folder
        self._workers: list[Worker] = []

    def worker(self, *, knows_hours: bool = True) -> Worker:
        """One more; hours are looked up behind, which it has done, or has not begun to do."""
        backends = open_embedded(self._folder, self.clock)
        worker = Worker(backends, self.clock)
        self._workers.append(worker)
        self._tell_hours(backends)
        if knows_hours:
            assert eventually(lambda: not worker.hours.state("VOD.L", self.clock.now()).awaited)
        return worker

    def at(self, hour: int, minute: int = 0) -> None:
        """Let it be that time of this day."""
        self.clock.at = self.clock.at.replace(hour=hour, minute=minute, second=0)

    def fetched(self, symbols: Sequence[str], *, failed: bool = False) -> None:
        """As if the sources had answered now, and all workers had heard of it."""
        self._workers[0].fetched(symbols, failed=failed)
        for worker in self._workers:
            worker.quotes.forget(symbols)

    def _tell_hours(self, backends: Backends) -> None:
        """London's of this day and the next."""
        now = self.clock.now()
        morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
        day = timedelta(days=1)
        london = TradingHours(
            [(at, at.replace(hour=16, minute=30)) for at in (morning, morning + day)],
            now - 9 * day,
            now + 9 * day,
        )
        backends.cache.put_many({"sessions:XLON": {"hours": london.to_json()}}, Lifetime(1e5, 1e6))

    def close(self) -> None:
        for worker in self._workers:
            worker.backends.close()
