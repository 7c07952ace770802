"""Sparklines: what is fetched for them, in how many requests, and when again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import orjson
import pytest

from stockapp.caching.policy import SingleFlight
from stockapp.caching.tally import Tally
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.bars import Bars, BarsOrigin
from stockapp.domain.event import EventType
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.research import Part
from stockapp.domain.task import Item, ItemState, Task, TaskStatus
from stockapp.fetching.question import Questioner
from stockapp.fetching.trend_desk import TrendDesk
from stockapp.fetching.trend_inquiry import TrendInquiry
from stockapp.providers.base import Answer, Request
from stockapp.providers.yahoo.provider import Yahoo
from stockapp.providers.yahoo.trend import YahooTrends
from stockapp.services.findings import Findings
from stockapp.services.trend_store import TrendStore
from stockapp.services.trending import Trending
from stockapp.services.trends import Trends
from stockapp.tasks.engine import TaskEngine
from stockapp.tasks.progress import ProgressMeter
from stockapp.tasks.runner import Runner
from tests.contract.backends import SetClock
from tests.contract.embedded import open_embedded
from tests.fetching.desks import Source, World
from tests.fetching.scripted import gatekeepers

HOUR = 3600.0
TODAY = date(2026, 11, 20)


@dataclass
class Wire:
    """Yahoo's answers about a month; `status` for all, and symbols that it does not know."""

    clock: SetClock
    status: int = 200
    unknown: set[str] = field(default_factory=set)
    asked: list[list[str]] = field(default_factory=list)

    def prepare(self) -> None:
        """Always ready."""

    def send(self, request: Request, timeout_seconds: float) -> Answer:
        symbols = request.params["symbols"].split(",")
        self.asked.append(symbols)
        opened = datetime.combine(TODAY, time(14, 30), UTC)
        stamps = [int((opened - timedelta(days=n)).timestamp()) for n in (3, 2, 1, 0)]
        body = {
            symbol: {"symbol": symbol, "timestamp": stamps, "close": [1.0, None, 2.0, 3.0]}
            for symbol in symbols
            if symbol not in self.unknown
        }
        return Answer(self.status, {}, orjson.dumps(body), self.clock.now())


class Worker:
    """One worker on the data in a folder, as far as sparklines go; tasks run when the test says."""

    def __init__(self, folder: Path, clock: SetClock, *, sources: bool = True) -> None:
        self.clock, self.backends = clock, open_embedded(folder, clock)
        self.wire = Wire(clock)
        backends, keepers = self.backends, gatekeepers(self.backends.state, clock)
        flight = SingleFlight(
            backends.flights, backends.executor, clock, Tally(), patience_seconds=60
        )
        lifetime = Lifetime(HOUR, 30 * 24 * HOUR)
        self.source = Source("history")
        research = World().inquiry(self.source)
        self.findings = Findings(research, flight, backends.cache, clock, lifetime)
        desk = TrendDesk(YahooTrends(), Questioner(Yahoo(8), self.wire, clock, keepers))
        desks = [desk] if sources else []
        inquiry = TrendInquiry(desks, backends.executor, keepers.ledger, timeout_seconds=6)
        store = TrendStore(backends.cache, clock)
        trending = Trending(inquiry, flight, store, self.findings, clock)
        self.kind = trending.kind()
        self.engine = TaskEngine(
            backends.tasks,
            backends.executor,
            clock,
            [self.kind],
            worker=f"worker {id(self)}",
            slots=2,
            queue_limit=2,
            lease_seconds=5,
        )
        self.trends = Trends(self.engine, backends.tasks, store)

    def start(self, *symbols: str) -> Task | None:
        return self.trends.start_due(symbols)

    def fetch(self, *symbols: str) -> dict[str, str]:
        """Start what is due, and run it to its end: the states of its items."""
        task = self.start(*symbols)
        return self.run(task) if task else {}

    def run(self, task: Task) -> dict[str, str]:
        store, name = self.backends.tasks, self.engine.worker
        claimed = store.claim(name, 5, task.id)
        assert claimed
        meter = ProgressMeter(len(claimed.items), 0, self.clock)
        Runner(claimed, self.kind, store, name, self.clock, meter).run()
        ended = self.backends.tasks.get(task.id)
        assert ended and ended.status is TaskStatus.COMPLETED
        return {item.key: item.state.value for item in ended.items}

    def result(self, symbol: str) -> dict[str, object]:
        (task,) = self.backends.tasks.recent(limit=1)
        items = {item.key: item.result for item in self.backends.tasks.items(task.id)}
        return dict(items[symbol] or {})


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def hire(tmp_path: Path, clock: SetClock) -> Iterator[Callable[..., Worker]]:
    hired: list[Worker] = []

    def make(*, sources: bool = True) -> Worker:
        hired.append(Worker(tmp_path, clock, sources=sources))
        return hired[-1]

    yield make
    for worker in hired:
        worker.backends.close()


@pytest.fixture
def worker(hire: Callable[..., Worker]) -> Worker:
    return hire()


def closes(worker: Worker, symbol: str) -> tuple[float, ...]:
    return worker.trends.known([symbol])[symbol].value.closes


def test_many_symbols_take_few_requests(worker: Worker) -> None:
    symbols = [f"S{n}" for n in range(45)]
    assert set(worker.fetch(*symbols).values()) == {"ok"}
    assert sorted(map(len, worker.wire.asked)) == [5, 20, 20]
    known = worker.trends.known(symbols)
    assert set(known) == set(symbols)
    assert known["S7"].value.closes == (1.0, 2.0, 3.0)
    assert worker.result("S7")["note"] == "3 daily closes up to 2026-11-20"


def test_it_is_fresh_for_six_hours_and_shown_for_a_week(worker: Worker, clock: SetClock) -> None:
    worker.fetch("A")
    clock.advance(6 * HOUR - 1)
    assert worker.start("A") is None
    clock.advance(1)
    aged = worker.trends.known(["A"])["A"]
    assert aged.age_seconds == pytest.approx(6 * HOUR, abs=0.01)
    assert (aged.freshness, aged.recent) == (Freshness.STALE, False)
    assert worker.start("A") is not None
    clock.advance(7 * 24 * HOUR)
    assert worker.trends.known(["A"]) == {}


def test_what_failed_rests_for_an_hour_and_fails_nobody_else(
    worker: Worker, clock: SetClock
) -> None:
    worker.wire.unknown = {"GONE"}
    assert worker.fetch("A", "GONE") == {"A": "ok", "GONE": "failed"}
    error = worker.result("GONE")["error"]
    assert isinstance(error, dict) and error["code"] == "no_data"
    clock.advance(HOUR - 1)
    assert worker.start("A", "GONE") is None
    clock.advance(1)
    assert worker.fetch("A", "GONE") == {"GONE": "failed"}


def test_a_failure_leaves_the_line_that_is_there(worker: Worker, clock: SetClock) -> None:
    worker.fetch("A")
    clock.advance(7 * HOUR)
    worker.wire.status = 500
    assert worker.fetch("A") == {"A": "failed"}
    assert closes(worker, "A") == (1.0, 2.0, 3.0)


def test_what_is_under_way_is_joined_and_only_the_rest_is_asked_for(worker: Worker) -> None:
    first = worker.start("A", "B")
    again, part = worker.start("B", "A"), worker.start("B")
    assert first and again and part and first.id == again.id == part.id
    rest = worker.start("A", "B", "C")
    assert rest and rest.params == {"symbols": ["C"]}
    worker.run(first)
    worker.run(rest)
    assert sorted(map(sorted, worker.wire.asked)) == [["A", "B"], ["C"]]


def test_what_another_worker_has_fetched_meanwhile_is_not_asked_for(
    hire: Callable[..., Worker],
) -> None:
    slow, quick = hire(), hire()
    task = slow.start("A", "B")
    assert task
    # As when both looked at the same moment.
    quick.engine.submit("trends", {"symbols": ["A"]}, [Item("A", ItemState.QUEUED)], "another")
    newest = quick.backends.tasks.recent(limit=1)[0]
    quick.run(newest)
    assert slow.run(task) == {"A": "ok", "B": "ok"}
    assert (quick.wire.asked, slow.wire.asked) == ([["A"]], [["B"]])


def test_a_worker_that_hears_of_an_item_knows_its_line(hire: Callable[..., Worker]) -> None:
    fetching, showing = hire(), hire()
    assert showing.trends.known(["A"]) == {}
    fetching.fetch("A")
    for event in showing.backends.log.since(0):
        if event.type is EventType.ITEM:
            showing.trends.on_event(event)
    assert closes(showing, "A") == (1.0, 2.0, 3.0)


def test_after_a_refusal_the_source_is_left_alone(worker: Worker) -> None:
    worker.wire.status = 429
    assert set(worker.fetch(*(f"S{n}" for n in range(20))).values()) == {"failed"}
    assert set(worker.fetch("OTHER").values()) == {"failed"}
    error = worker.result("OTHER")["error"]
    assert isinstance(error, dict) and error["code"] == "circuit_open"
    assert len(worker.wire.asked) == 1


def test_a_history_that_an_analysis_has_left_stands_in_and_nothing_is_asked_for_it(
    hire: Callable[..., Worker], clock: SetClock
) -> None:
    worker = hire(sources=False)
    about = BarsOrigin("A", "GBp", "marketstack", "history", clock.now())
    rows = {TODAY - timedelta(days=n): [1, 1, 1, 100.0 - n, 9, 1] for n in range(300)}
    worker.source.say = lambda part, symbol: (
        Bars.of(about, rows) if symbol == "A" else Failure(Reason.NO_DATA, "no")
    )
    for symbol in ("A", "B"):
        worker.findings.obtain(
            Part.HISTORY, symbol, since=None, tell=lambda source: None, stopped=lambda: False
        )
    before = len(worker.source.asked)
    clock.advance(2 * HOUR)
    assert worker.fetch("A", "B") == {"A": "ok", "B": "failed"}
    aged = worker.trends.known(["A"])["A"]
    assert (aged.value.currency, aged.value.source) == ("GBp", "marketstack")
    assert len(aged.value.closes) == 22 and aged.value.closes[-1] == 100.0
    # It is as old as the history, and yet need not be asked for again at once.
    assert aged.age_seconds == pytest.approx(2 * HOUR, abs=0.01) and aged.recent
    assert len(worker.source.asked) == before


def test_where_no_task_is_taken_nothing_is_started(worker: Worker, clock: SetClock) -> None:
    assert worker.start("A") and worker.start("B")
    assert worker.start("C") is None


def test_a_retry_asks_again_for_what_rests(worker: Worker, clock: SetClock) -> None:
    worker.wire.unknown = {"A"}
    assert worker.fetch("A") == {"A": "failed"}
    worker.wire.unknown = set()
    (task,) = worker.backends.tasks.recent(limit=1)
    clock.advance(1)
    queued = [Item("A", ItemState.QUEUED)]
    again = worker.engine.submit("trends", task.params, queued, f"retry {task.id}")
    assert worker.run(again.task) == {"A": "ok"}
