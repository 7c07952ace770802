"""What nodes and the servers they share spend on events, streams and tasks: measured on real ones.

Events are those of a real refresh, written again at a steady rate. Costs come from differences: of
one process and several, without a stream, with one and with many.
"""

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from bench.cluster import Cluster, Usage, cpu_seconds
from bench.figures import percentile
from bench.streams import SYMBOL, Client, page_of, resident
from stockapp.backends.codec import encode
from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.domain.event import Event
from tests.e2e.server import Server, eventually
from tests.web.streams import messages

RATE, SECONDS = 10, 8
STREAMS, PROCESSES = 500, 4
# Of the simulated sample list.
SYMBOLS = 12
_REFRESH = "/api/watchlist/live-prices-async?force=true"
_PREFIX = "stockapp:"


@dataclass(frozen=True)
class Load:
    """Of one thing: milliseconds of CPU of the web processes and of Redis, commands and bytes that
    Redis sends, transactions of PostgreSQL.
    """

    process_ms: float
    redis_ms: float
    commands: float
    sent: float
    transactions: float

    def less(self, other: "Load", share: float = 1.0) -> "Load":
        """What is more here than there, divided."""
        pairs = zip(_values(self), _values(other), strict=True)
        return Load(*(max(0.0, (a - b) / share) for a, b in pairs))


@dataclass(frozen=True)
class BySize:
    """What messages cost, by their size: a straight line through two that were measured."""

    usual: Load
    usual_bytes: float
    large: Load
    large_bytes: float

    def of(self, size: float) -> Load:
        """A message of so many bytes."""
        share = (size - self.usual_bytes) / max(1.0, self.large_bytes - self.usual_bytes)
        pairs = zip(_values(self.usual), _values(self.large), strict=True)
        return Load(*(max(0.0, usual + share * (large - usual)) for usual, large in pairs))


@dataclass(frozen=True)
class Moment:
    """An event of a refresh: seconds after the first one, and bytes of its message to a page."""

    seconds: float
    size: float


@dataclass(frozen=True)
class Costs:
    """What the simulation needs.

    `refresh`: all of it, but for what processes do that hear of its events. `write` and `follow`:
    an event by itself, once and for each process that hears of it; `render` and `deliver`: a
    message, for each list that is open in a process and each stream; `idle_web` and `idle_worker`:
    a process, each second.
    """

    write: Load
    follow: Load
    render: BySize
    deliver: BySize
    idle_web: Load
    idle_worker: Load
    refresh: Load
    trace: Sequence[Moment]
    task_bytes: float
    item_bytes: float
    event_bytes: float
    stream_bytes: float
    connections: float
    # From record to receipt, at so many streams on one process.
    late_p50_ms: float
    late_p99_ms: float


def measure() -> Costs:
    """Takes some minutes."""
    settings = {
        "STOCKAPP_SIMULATED_LATENCY_MS": 300,
        "STOCKAPP_MAX_REQUESTS": 0,
        "STOCKAPP_TASK_QUEUE_LIMIT": 100_000,
        "STOCKAPP_LOG_LEVEL": "WARNING",
    }
    with Cluster(**settings) as cluster:
        web = cluster.web(1, STOCKAPP_SAMPLE="simulated")
        assert eventually(lambda: len(web.get("/api/watchlist").json()["items"]) == SYMBOLS)
        one = _Bench(cluster, [web])
        idle_one = one.idle()
        worker = cluster.worker("--slots", "8")
        idle_worker = one.idle().less(idle_one)
        trace = one.trace()
        refresh = one.refreshes()
        web.refresh(SYMBOL, wait=20)
        single, many = _bytes_of_task(cluster, 1), _bytes_of_task(cluster, SYMBOLS)
        worker.stop()
        silent = one.events(0).each
        sizes = one.sizes()
        render = one.events(1).message(silent)
        crowd = one.events(STREAMS)
        # That which shows all rows anew, again and again.
        events, largest = one.kept, max(range(len(sizes)), key=sizes.__getitem__)
        one.kept = [events[largest]]
        large = one.events(1).message(silent)
        large_crowd = one.events(STREAMS).message(silent)
        one.kept = events
        connections = cluster.usage().connections
        nodes = [web, cluster.web(PROCESSES - 1, STOCKAPP_SAMPLE="simulated")]
        more = _Bench(cluster, nodes, one.kept)
        idle_more = more.idle()
        silent_more = more.events(0).each
        event_bytes = one.bytes_of_event()
    others = PROCESSES - 1
    follow = silent_more.less(silent, others)
    item_bytes = (many - single) / (SYMBOLS - 1)
    told = [size for size in sizes if size]
    usual_bytes, large_bytes = sum(told) / len(told), max(told)
    deliver = crowd.message(silent).less(render, STREAMS)
    large_deliver = large_crowd.less(large, STREAMS)
    return Costs(
        write=silent.less(follow),
        follow=follow,
        render=BySize(render, usual_bytes, large, large_bytes),
        deliver=BySize(deliver, usual_bytes, large_deliver, large_bytes),
        idle_web=idle_more.less(idle_one, others),
        idle_worker=idle_worker,
        refresh=refresh.less(_times(follow, len(trace))),
        trace=[Moment(*each) for each in zip(trace, sizes, strict=True)],
        task_bytes=single - item_bytes,
        item_bytes=item_bytes,
        event_bytes=event_bytes,
        stream_bytes=crowd.stream_bytes,
        connections=connections,
        late_p50_ms=percentile(crowd.late_ms, 0.5),
        late_p99_ms=percentile(crowd.late_ms, 0.99),
    )


@dataclass(frozen=True)
class _Heard:
    """What an event cost, how many messages it made, and the bytes of each stream that was open."""

    each: Load
    messages: float
    stream_bytes: float
    late_ms: Sequence[float]

    def message(self, silent: Load) -> Load:
        """What a message cost beyond what events do that nobody looks at."""
        return self.each.less(silent, self.messages)


class _Bench:
    """Measures what some web nodes spend beyond doing nothing."""

    def __init__(
        self, cluster: Cluster, nodes: Sequence[Server], kept: Sequence[Event] = ()
    ) -> None:
        self._cluster = cluster
        self._nodes = nodes
        self._pids = [pid for node in nodes for pid in node.worker_pids()]
        link = RedisLink(cluster.url, _PREFIX)
        self._log = RedisEventLog(link)
        self.kept = kept

    def idle(self) -> Load:
        """A second in which nothing happens."""
        usage, cpu = self._cluster.usage(), cpu_seconds(self._pids)
        time.sleep(SECONDS)
        return self._spent(usage, cpu, SECONDS)

    def trace(self) -> list[float]:
        """The moments of a refresh's events, which are kept to be written again."""
        self._refresh()
        first = self._log.last_id()
        self._refresh()
        time.sleep(1)
        told = self._log.since(first)
        self.kept = [event for event in told if not event.type.ends_task]
        redis, name = self._cluster.redis, f"{_PREFIX}events"
        at = [float(entry["at"]) for _, entry in redis.xrange(name, f"({first}-0", "+")]
        pairs = zip(told, at, strict=True)
        return [each - at[0] for event, each in pairs if not event.type.ends_task]

    def sizes(self) -> list[float]:
        """The bytes of the message that each of the kept events is to a page; 0 for none."""
        node, first = self._nodes[0], self._log.last_id()
        chunks: list[bytes] = []
        path = f"{node.url}{page_of(node)}"
        writer = threading.Thread(target=self._write, args=(len(self.kept), time.monotonic()))
        with requests.get(path, stream=True, timeout=60) as answer:
            writer.start()
            for chunk in answer.iter_content(None):
                chunks.append(chunk)
                # Beats come also when nothing else does.
                if not writer.is_alive() and b"event: beat" in chunk:
                    break
        heard = {message.id: float(len(message.data)) for message in messages(chunks)}
        return [heard.get(event.id, 0.0) for event in self._log.since(first)]

    def _write(self, count: int, since: float) -> None:
        """Write so many of the kept events, at a steady rate."""
        for number, event in zip(range(count), itertools.cycle(self.kept), strict=False):
            time.sleep(max(0.0, since + number / RATE - time.monotonic()))
            row = (number, time.time(), event.topic, event.type.value, encode(event.data))
            self._log.take([row])

    def refreshes(self) -> Load:
        """A refresh of the list, the events of which are heard by this node."""
        count = 10
        idle = self.idle()
        usage, cpu = self._cluster.usage(), cpu_seconds(self._pids)
        for _ in range(count):
            self._refresh()
        spent = self._spent(usage, cpu, count)
        return spent.less(_times(idle, (time.monotonic() - usage.at) / count))

    def _refresh(self) -> None:
        wait = {"Prefer": "wait=20"}
        told = self._nodes[0].post(_REFRESH, headers=wait).json()
        assert told["summary"]["ok"] == SYMBOLS, told["summary"]

    def events(self, streams: int) -> "_Heard":
        """Write events, with so many streams open on the first node."""
        before = resident(self._nodes[0])
        client = self._open(streams)
        room = (resident(self._nodes[0]) - before) / max(1, streams)
        idle = self.idle()
        usage, cpu = self._cluster.usage(), cpu_seconds(self._pids)
        count, first = RATE * SECONDS, self._log.last_id()
        self._write(count, usage.at)
        time.sleep(0.5)
        spent = self._spent(usage, cpu, count)
        each = spent.less(_times(idle, (time.monotonic() - usage.at) / count))
        if client is None:
            return _Heard(each, 1.0, 0.0, [])
        found = self._cluster.redis.xrange(f"{_PREFIX}events", f"({first}-0", "+")
        written = {int(name.split("-")[0]): float(entry["at"]) for name, entry in found}
        heard = [(event_id, at) for _, event_id, at in client.heard() if event_id in written]
        late = [1000 * (at - written[event_id]) for event_id, at in heard]
        return _Heard(each, len({event_id for event_id, _ in heard}) / count, room, late)

    def bytes_of_event(self) -> float:
        """What an event takes in Redis, with its place in its topic's stream."""
        redis, names = self._cluster.redis, ("events", "topics")
        size = sum(redis.memory_usage(_PREFIX + name, samples=0) or 0 for name in names)
        topics = redis.zrange(f"{_PREFIX}topics", 0, -1)
        size += sum(redis.memory_usage(f"{_PREFIX}topic:{t}", samples=0) or 0 for t in topics)
        return float(size / redis.xlen(f"{_PREFIX}events"))

    def _open(self, streams: int) -> Client | None:
        if not streams:
            return None
        node = self._nodes[0]
        client = Client(node, streams, 3 * SECONDS + 4, page_of(node))
        time.sleep(2)
        return client

    def _spent(self, usage: Usage, cpu: float, count: int) -> Load:
        spent = self._cluster.spent_since(usage)
        used = cpu_seconds(self._pids) - cpu
        each = spent.seconds / count
        return Load(
            1000 * used / count,
            1000 * spent.redis_cpu * each,
            spent.all_commands * each,
            spent.sent * each,
            spent.transactions * each,
        )


def _bytes_of_task(cluster: Cluster, symbols: int) -> float:
    """What the newest task of so many symbols takes in Redis, with its places in indexes."""
    redis: Any = cluster.redis
    for member in redis.zrevrange(f"{_PREFIX}tasks", 0, 200):
        task_id = member[17:]
        if redis.hget(f"{_PREFIX}task:{task_id}", "total") == str(symbols):
            names = [f"{_PREFIX}{kind}:{task_id}" for kind in _KEYS_OF_TASK]
            size = sum(redis.memory_usage(name, samples=0) or 0 for name in names)
            indexes = ("tasks", "status:completed", "ended")
            size += sum(
                (redis.memory_usage(_PREFIX + name, samples=0) or 0)
                / max(1, redis.zcard(_PREFIX + name))
                for name in indexes
            )
            return float(size)
    raise RuntimeError(f"no task of {symbols} symbols")


_KEYS_OF_TASK = ("task", "result", "order", "states", "results")


def _times(load: Load, factor: float) -> Load:
    return Load(*(factor * value for value in _values(load)))


def _values(load: Load) -> tuple[float, ...]:
    return (load.process_ms, load.redis_ms, load.commands, load.sent, load.transactions)
