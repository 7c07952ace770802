"""A model of up to a hundred web nodes on one Redis: who waits for whom, event by event.

Redis is one server with one queue. Each process reads the log when it is woken, no sooner than the
gathering time after it was; it follows with one CPU, and has a feed that takes all there is,
renders it for each open list and writes it to each stream, both by the size of what changes, and
rests a part of that time. Reading is simulated for all processes, feeds for some that stand for the
others. What is not about events (idling processes, the tasks themselves) slows Redis down evenly.
"""

import heapq
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from bench.costs import Costs, Moment
from bench.figures import percentile

# As in backends/distributed/events.py and web/feed.py.
_READ_GATHER, _FEED_GATHER, _FEED_SHARE = 0.01, 0.01, 0.3
_FEEDS = 8
_TAKEN_AT_ONCE = 1_000


@dataclass(frozen=True)
class Size:
    """`streams` of all nodes, `lists` that are open in each process."""

    nodes: int
    processes_each: int
    streams: int
    lists: int = 10
    workers: int = 2

    @property
    def processes(self) -> int:
        """Of all nodes."""
        return self.nodes * self.processes_each


@dataclass(frozen=True)
class Outcome:
    """Shares of a core, bytes and commands a second, milliseconds from record to receipt."""

    events: float
    redis: float
    sent: float
    commands: float
    process: float
    p50_ms: float
    p99_ms: float


class _What(Enum):
    WRITTEN = auto()
    READ = auto()
    FEED = auto()


@dataclass
class _Process:
    stands_for: float
    seen: int = 0
    waits: bool = True
    woken: float = -1.0
    free_at: float = 0.0
    busy: float = 0.0
    pending: list[Moment] = field(default_factory=list)
    feed_ready: float = 0.0
    feed_called: bool = False


def moments_of(costs: Costs, refreshes: float, seconds: float, seed: int = 1) -> list[Moment]:
    """When events are recorded, if so many refreshes begin each second."""
    dice, at, found = random.Random(seed), 0.0, []
    while refreshes and (at := at + dice.expovariate(refreshes)) < seconds:
        found += [Moment(at + each.seconds, each.size) for each in costs.trace]
    return sorted(found, key=lambda moment: moment.seconds)


class Simulation:
    """One run."""

    def __init__(self, costs: Costs, size: Size, refreshes: float) -> None:
        self._costs, self._size = costs, size
        base = (
            size.processes * costs.idle_web.redis_ms
            + size.workers * costs.idle_worker.redis_ms
            + refreshes * costs.refresh.redis_ms
        ) / 1000
        self._base = min(0.99, base)
        self._refreshes = refreshes
        count = size.processes
        feeds = min(_FEEDS, count)
        self._processes = [
            _Process(count / feeds if number < feeds else 0.0) for number in range(count)
        ]
        self._calls: list[tuple[float, int, _What, int]] = []
        self._order = itertools.count()
        self._redis_free = self._redis_busy = 0.0
        self._reads = self._sent = self._commands = 0.0
        self._most_bytes = max((each.size for each in costs.trace), default=0.0)
        self._log: list[Moment] = []
        self._late: list[float] = []

    def run(self, events: Sequence[Moment], seconds: float) -> Outcome:
        """What comes of these events."""
        for number, event in enumerate(events):
            self._call(event.seconds, _What.WRITTEN, number)
        while self._calls:
            now, _, what, number = heapq.heappop(self._calls)
            if now > seconds:
                break
            if what is _What.WRITTEN:
                self._write(now, events[number])
            elif what is _What.READ:
                self._read(now, self._processes[number], number)
            else:
                self._feed(now, self._processes[number])
        return self._outcome(len(self._log) / seconds, seconds)

    def _outcome(self, events: float, seconds: float) -> Outcome:
        costs, size = self._costs, self._size
        reads = self._reads / seconds
        others = (size.processes, costs.idle_web), (size.workers, costs.idle_worker)
        also = [*others, (self._refreshes, costs.refresh)]
        commands = sum(n * load.commands for n, load in also)
        sent = sum(n * load.sent for n, load in also)
        fed = [process for process in self._processes if process.stands_for]
        idle = costs.idle_web.process_ms / 1000
        # A queue that only grows shows in what was not told at all.
        late = self._late + [seconds] * sum(len(process.pending) > 50 for process in fed)
        return Outcome(
            events,
            self._base + self._redis_busy / seconds,
            sent + events * size.processes * costs.follow.sent + self._sent / seconds,
            commands + reads * costs.follow.commands + self._commands / seconds,
            idle + sum(process.busy for process in fed) / len(fed) / seconds,
            1000 * percentile(late, 0.5),
            1000 * percentile(late, 0.99),
        )

    def _call(self, at: float, what: _What, number: int) -> None:
        heapq.heappush(self._calls, (at, next(self._order), what, number))

    def _at_redis(self, now: float, milliseconds: float) -> float:
        """When a command that comes now is done."""
        self._redis_busy += milliseconds / 1000
        cost = milliseconds / 1000 / (1 - self._base)
        self._redis_free = max(self._redis_free, now) + cost
        return self._redis_free

    def _write(self, now: float, event: Moment) -> None:
        self._log.append(event)
        for number, process in enumerate(self._processes):
            if process.waits:
                process.waits = False
                self._call(max(now, process.woken + _READ_GATHER), _What.READ, number)

    def _read(self, now: float, process: _Process, number: int) -> None:
        done = self._at_redis(now, self._costs.follow.redis_ms)
        self._reads += 1
        process.woken = done
        until = min(len(self._log), process.seen + _TAKEN_AT_ONCE)
        news, process.seen = self._log[process.seen : until], until
        if process.stands_for:
            self._follow(done, process, news, number)
        if process.seen < len(self._log):
            self._call(done + _READ_GATHER, _What.READ, number)
        else:
            process.waits = True

    def _follow(self, now: float, process: _Process, news: list[Moment], number: int) -> None:
        cost = len(news) * self._costs.follow.process_ms / 1000
        process.free_at = max(process.free_at, now) + cost
        process.busy += cost
        process.pending += news
        if news and not process.feed_called:
            process.feed_called = True
            self._call(max(process.free_at, process.feed_ready), _What.FEED, number)

    def _feed(self, now: float, process: _Process) -> None:
        costs, size = self._costs, self._size
        news, process.pending, process.feed_called = process.pending, [], False
        # Of what changes several times in one message the last is told.
        told = min(self._most_bytes, sum(event.size for event in news))
        render, deliver = costs.render.of(told), costs.deliver.of(told)
        asked = size.lists * render.redis_ms * process.stands_for
        start = max(now, process.free_at)
        # It is taken for the last of those that it stands for.
        answered = self._at_redis(now, asked)
        rendering = size.lists * render.process_ms / 1000
        writing = size.streams / size.processes * deliver.process_ms / 1000
        told_from = max(start + rendering, answered)
        process.free_at = told_from + writing
        process.busy += rendering + writing
        self._sent += process.stands_for * size.lists * render.sent
        self._commands += process.stands_for * size.lists * render.commands
        took = process.free_at - now
        process.feed_ready = process.free_at + max(_FEED_GATHER, _FEED_SHARE * took)
        for event in news:
            if event.size:
                late = told_from - event.seconds
                self._late += [late + share * writing for share in _RECEIVERS]


# Streams of a process, from the one that is written to first to the last.
_RECEIVERS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
