"""Up to a hundred nodes and a million streams, from what was measured on one: where limits are.

The model is held against the real thing first: as many streams on one process as were measured.
"""

import itertools
from collections.abc import Callable
from pathlib import Path

from bench.cluster import can_run
from bench.costs import PROCESSES, RATE, SECONDS, STREAMS, SYMBOLS, Costs, Load, Moment, measure
from bench.figures import Report
from bench.model import Outcome, Simulation, Size, moments_of
from tests.e2e.server import Server
from tests.upstream.client import UpstreamServer

# As many streams a process as STOCKAPP_MAX_STREAMS allows: 100 nodes of 5 carry a million.
# Ten different lists are open in a process; or one, as where all watch the same.
_SIZES = (
    *(Size(n, 5, n * 10_000) for n in (1, 2, 10, 30, 100)),
    *(Size(n, 5, n * 10_000, lists=1) for n in (30, 100)),
)
_REFRESHES = (0.2, 1.0, 5.0)
_RUN_SECONDS = 10.0
_MOST_OFF = 3.0
# What is meant by a limit.
_MOST_LATE_MS = 1_000
_MOST_REDIS, _MOST_PROCESS = 0.8, 0.9
_MOST_SENT = 100e6
_LIMITS: dict[str, Callable[[Outcome], bool]] = {
    "Redis' CPU": lambda outcome: outcome.redis > _MOST_REDIS,
    "Redis' network": lambda outcome: outcome.sent > _MOST_SENT,
    "the CPU of a process": lambda outcome: outcome.process > _MOST_PROCESS,
    "events that are late": lambda outcome: outcome.p99_ms > _MOST_LATE_MS,
}
_EVENTS_KEPT, _LIVE_TASK_SECONDS, _CONNECTIONS = 100_000, 600, 8


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("a simulation of up to 100 nodes and a million streams")
    if not can_run(report):
        return
    costs = measure()
    _tell_costs(report, costs)
    _hold_against(report, costs)
    _table(report, costs)
    _limits(report, costs)
    _others(report, costs)


def _tell_costs(report: Report, costs: Costs) -> None:
    report.note(
        "measured:                        process ms  Redis ms  commands    bytes  transact."
    )
    rows: tuple[tuple[str, Load], ...] = (
        ("a web process, idle, a second", costs.idle_web),
        ("a worker, idle, a second", costs.idle_worker),
        (f"a refresh of {SYMBOLS} symbols", costs.refresh),
        ("an event alone, once", costs.write),
        ("an event alone, each process", costs.follow),
        ("a usual message, each open list", costs.render.usual),
        ("a usual message, each stream", costs.deliver.usual),
        ("a large message, each open list", costs.render.large),
        ("a large message, each stream", costs.deliver.large),
    )
    for name, load in rows:
        report.note(
            f"  {name:32} {load.process_ms:10.3f} {load.redis_ms:9.4f} {load.commands:9.2f}"
            f" {load.sent:8.0f} {load.transactions:10.2f}"
        )
    report.note(
        f"a usual message has {costs.render.usual_bytes:,.0f} bytes, a large one, which shows all"
        f" rows of {SYMBOLS} anew, {costs.render.large_bytes:,.0f}"
    )
    report.note(
        f"a task takes {costs.task_bytes:.0f} bytes of Redis and {costs.item_bytes:.0f} for each"
        f" symbol, an event {costs.event_bytes:.0f}; a stream {costs.stream_bytes / 1000:.1f} kB"
        f" of its process; {costs.connections:.0f} connections to PostgreSQL were open"
    )


def _hold_against(report: Report, costs: Costs) -> None:
    """One process with the streams that were measured, and events at the same rate."""
    sizes = itertools.cycle([each.size for each in costs.trace])
    events = [Moment(number / RATE, next(sizes)) for number in range(RATE * SECONDS)]
    told = Simulation(costs, Size(1, 1, STREAMS, 1, 0), 0).run(events, SECONDS)
    for name, ours, theirs in (
        ("p50", told.p50_ms, costs.late_p50_ms),
        ("p99", told.p99_ms, costs.late_p99_ms),
    ):
        off = max(ours / theirs, theirs / ours)
        report.claim(f"{name} of the model is off", off, _MOST_OFF, " x")
        report.note(f"simulated {ours:.1f} ms, measured {theirs:.1f} ms at {STREAMS} streams")


def _simulate(costs: Costs, size: Size, refreshes: float) -> Outcome:
    events = moments_of(costs, refreshes, _RUN_SECONDS)
    return Simulation(costs, size, refreshes).run(events, _RUN_SECONDS)


def _table(report: Report, costs: Costs) -> None:
    report.note(
        "nodes   streams  lists  refreshes/s  events/s  Redis CPU   MB/s  commands/s  process"
        "  p50 / p99"
    )
    for size in _SIZES:
        for refreshes in _REFRESHES:
            told = _simulate(costs, size, refreshes)
            report.note(
                f"{size.nodes:5} {size.streams:9,} {size.lists:6} {refreshes:12} {told.events:9.0f}"
                f" {told.redis:10.0%} {told.sent / 1e6:6.1f} {told.commands:11,.0f}"
                f" {told.process:8.0%}  {told.p50_ms:.0f} / {told.p99_ms:.0f} ms"
            )


def _limits(report: Report, costs: Costs) -> None:
    report.note(
        f"where limits are: Redis at {_MOST_REDIS:.0%} of a core or {_MOST_SENT / 1e6:.0f} MB/s, a"
        f" process at {_MOST_PROCESS:.0%}, p99 of events at {_MOST_LATE_MS} ms"
    )
    for size in _SIZES:
        least, most = 0.0, 200.0
        for _ in range(9):
            middle = (least + most) / 2
            if any(over(_simulate(costs, size, middle)) for over in _LIMITS.values()):
                most = middle
            else:
                least = middle
        told = _simulate(costs, size, most)
        reached = " and ".join(name for name, over in _LIMITS.items() if over(told))
        report.note(
            f"{size.nodes:5} nodes, {size.streams:9,} streams, {size.lists} lists:"
            f" {least:6.2f} refreshes/s of {SYMBOLS} symbols"
            f" ({least * len(costs.trace):.0f} events/s); then {reached or 'none'}"
        )


def _others(report: Report, costs: Costs) -> None:
    """What follows from sizes alone."""
    for size in _SIZES[:-2]:
        events = _EVENTS_KEPT * costs.event_bytes
        tasks = _LIVE_TASK_SECONDS * (costs.task_bytes + SYMBOLS * costs.item_bytes)
        streams = size.streams / size.nodes * costs.stream_bytes
        report.note(
            f"{size.nodes:5} nodes: at most {_CONNECTIONS * size.processes:,} connections to"
            f" PostgreSQL; Redis {events / 1e6:.0f} MB for events and {tasks / 1e6:.1f} MB for each"
            f" refresh/s of live mode; {streams / 1e6:.0f} MB of each node for its streams"
        )
    report.note(f"costs of a process are differences of {PROCESSES} and 1, on {STREAMS} streams")
