"""Lists that somebody watches: what is refreshed, when, and by whom."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from stockapp.caching.policy import SingleFlight
from stockapp.caching.tally import Tally
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.freshness import Lifetime
from stockapp.domain.quote import Quote
from stockapp.domain.task import Task
from stockapp.domain.trading_hours import TradingHours
from stockapp.domain.watchlist import WatchlistItem
from stockapp.fetching.news import Fetched
from stockapp.services.live_mode import LiveMode, LiveStatus
from stockapp.services.live_prices import KIND
from stockapp.services.market_hours import MarketHours
from stockapp.services.quotes import Quotes
from stockapp.services.refresh import Refreshes
from stockapp.services.trend_store import TrendStore
from stockapp.services.trends import Trends
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
        self.live = LiveMode(
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

    def put(self, *symbols: str) -> None:
        items = [WatchlistItem(symbol, self.clock.now()) for symbol in symbols]
        self.backends.watchlists.add("default", items)

    def tasks(self) -> list[Task]:
        return self.backends.tasks.recent(kind=KIND)

    def look(self) -> list[str]:
        """What is asked for when this worker looks now; that then ends at once, unfetched."""
        before = {task.id for task in self.tasks()}
        self.live.look()
        new = [task for task in self.tasks() if task.id not in before]
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

    def worker(self) -> Worker:
        backends = open_embedded(self._folder, self.clock)
        self._workers.append(Worker(backends, self.clock))
        self._tell_hours(backends)
        worker = self._workers[-1]
        # Hours are looked up behind.
        assert eventually(lambda: not worker.hours.state("VOD.L", self.clock.now()).awaited)
        return worker

    def _tell_hours(self, backends: Backends) -> None:
        now = self.clock.now()
        morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
        london = TradingHours(
            [(morning, morning.replace(hour=16, minute=30))],
            now - timedelta(days=9),
            now + timedelta(days=9),
        )
        backends.cache.put_many({"sessions:XLON": {"hours": london.to_json()}}, Lifetime(1e5, 1e6))

    def close(self) -> None:
        for worker in self._workers:
            worker.backends.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def worker(house: House) -> Worker:
    worker = house.worker()
    worker.put(*SYMBOLS)
    return worker


def test_rows_without_a_quote_are_refreshed_at_once_while_somebody_watches(worker: Worker) -> None:
    assert worker.look() == []
    with worker.live.watching("default"):
        assert worker.look() == list(SYMBOLS)
        worker.clock.advance(61)
        assert worker.look() == list(SYMBOLS)
    worker.clock.advance(61)
    assert worker.look() == []


def test_a_page_that_polls_watches_for_a_few_seconds(worker: Worker) -> None:
    worker.live.polled("default")
    worker.clock.advance(9)
    assert worker.look() == list(SYMBOLS)
    worker.clock.advance(61)
    assert worker.look() == []


def test_an_open_market_is_asked_at_the_interval_an_unknown_one_seldom_a_closed_one_not_at_all(
    worker: Worker,
) -> None:
    asked: list[tuple[int, list[str]]] = []
    worker.fetched(SYMBOLS)
    with worker.live.watching("default"):
        for second in range(0, 331, 5):
            if symbols := worker.look():
                asked.append((second, symbols))
                worker.fetched(symbols)
            worker.clock.advance(5)
    assert asked == [
        (60, ["BTC-USD"]),
        (120, ["BTC-USD"]),
        (180, ["BTC-USD"]),
        (240, ["BTC-USD"]),
        (300, ["BTC-USD", "ABC.XX"]),
    ]


def test_a_market_that_closed_is_asked_once_more(worker: Worker, house: House) -> None:
    house.clock.at = house.clock.at.replace(hour=16, minute=29, second=0)
    worker.fetched(SYMBOLS)
    asked = []
    with worker.live.watching("default"):
        for _ in range(120):
            house.clock.advance(60)
            if "VOD.L" in (symbols := worker.look()):
                asked.append(f"{house.clock.at:%H:%M}")
            worker.fetched(symbols)
    # Ten minutes for the auction, and a quarter of an hour by which sources lag.
    assert asked == ["16:55"]


def test_what_will_be_due_soon_is_taken_along(worker: Worker) -> None:
    worker.put("ETH-USD", "SOL-USD")
    worker.fetched([*SYMBOLS, "ETH-USD"])
    worker.clock.advance(10)
    worker.fetched(["ETH-USD"])
    worker.clock.advance(30)
    worker.fetched(["SOL-USD"])
    worker.clock.advance(21)
    with worker.live.watching("default"):
        assert worker.look() == ["BTC-USD", "ETH-USD"]
    (task,) = worker.tasks()
    assert task.params["live"] is True
    assert task.params["watchlist"] == "default"
    assert task.params["max_age_seconds"] == pytest.approx(51), "the age of the youngest of them"


def test_of_two_workers_one_refreshes_and_not_before_the_interval_is_over(house: House) -> None:
    one, other = house.worker(), house.worker()
    one.put("BTC-USD")
    asked = []
    with one.live.watching("default"), other.live.watching("default"):
        for second in range(0, 121, 2):
            asked += [(second, name) for w in (one, other) for name in w.look()]
            house.clock.advance(2)
    assert asked == [(0, "BTC-USD"), (60, "BTC-USD"), (120, "BTC-USD")]


def test_rows_under_way_are_left_alone(worker: Worker) -> None:
    worker.refreshes.start(["BTC-USD"], force=True)
    with worker.live.watching("default"):
        assert worker.look() == ["VOD.L", "ABC.XX"]


def test_a_row_rests_after_a_failure(worker: Worker) -> None:
    worker.fetched(SYMBOLS)
    worker.clock.advance(1)
    worker.fetched(["BTC-USD"], failed=True)
    with worker.live.watching("default"):
        worker.clock.advance(298)
        assert worker.look() == []
        worker.clock.advance(16)
        assert worker.look() == ["BTC-USD", "ABC.XX"]


def test_a_row_that_only_sources_with_few_requests_know_waits_for_people(worker: Worker) -> None:
    worker.dear = {"BTC-USD"}
    with worker.live.watching("default"):
        assert worker.look() == ["VOD.L", "ABC.XX"]


def test_a_row_that_is_added_is_seen_at_the_next_look(worker: Worker) -> None:
    worker.fetched(SYMBOLS)
    with worker.live.watching("default"):
        assert worker.look() == []
        worker.put("SOL-USD")
        for event in worker.backends.log.since(0):
            worker.live.on_event(event)
        assert worker.look() == ["SOL-USD"]


def test_it_says_how_the_list_fares(worker: Worker) -> None:
    assert worker.live.status("default") == LiveStatus(True, 60, 1, 1, 1)


def test_the_lines_of_a_page_kept_open_are_renewed_every_hour_once_for_all_workers(
    house: House,
) -> None:
    workers = (house.worker(), house.worker())
    workers[0].put("VOD.L")
    begun = []
    with workers[0].live.watching("default"), workers[1].live.watching("default"):
        for minute in range(0, 121, 10):
            for worker in workers:
                worker.look()
                for task in worker.backends.tasks.recent(kind="trends"):
                    if not task.status.ended:
                        begun.append((minute, task.params["symbols"]))
                        worker.backends.tasks.cancel(task.id)
            house.clock.advance(600)
    assert begun == [(0, ["VOD.L"]), (60, ["VOD.L"]), (120, ["VOD.L"])]
