"""One web node against two: what streams and cached reads cost each, and the servers they share.

Two cores cannot show two full nodes beside a load generator. So each node is of one process on a
core of its own, the load is the same for each whether it is alone or not and far below what it can
do, and what is compared is the CPU that a node spends on a read or a delivery. Were two to disturb
each other, by locks, claims or what they tell one another, each would spend more. How much more two
carry than one follows from that, as long as Redis has time for it. Besides, without a claim, nodes
are asked for as much as they give, with Redis and the generator on the second node's core.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.cluster import Cluster, Usage, can_run, cpu_seconds, on_core, pin
from bench.figures import Report
from bench.streams import SYMBOL, Client, page_of
from tests.e2e.server import Server, eventually
from tests.upstream.client import UpstreamServer

RATE, SECONDS = 50, 8
STREAMS, CHANGES = 500, 5
LEAST_FACTOR = 1.7
_WARM = 20
PATHS = {
    "a quote": f"/api/quote/{SYMBOL}/cached",
    "a list": "/api/watchlist/cached",
}


@dataclass(frozen=True)
class Cost:
    """Of one read, or of one delivery: milliseconds of CPU of a node and of Redis, commands of
    Redis, transactions of PostgreSQL; and the share of a core that the generator took.
    """

    node_ms: float
    redis_ms: float
    commands: float
    transactions: float
    generator: float


def run(report: Report, server: Server, upstream: UpstreamServer, lag_folder: Path) -> None:
    print("one web node against two, each of one process on a core of its own")
    if not can_run(report):
        return
    with ExitStack() as stack:
        with on_core(1):
            cluster = stack.enter_context(_cluster())
            first = cluster.web(STOCKAPP_SAMPLE="simulated")
            cluster.worker("--slots", "2")
        pin(first.worker_pids(), 0)
        assert eventually(lambda: _refreshed(first), 60)
        reads = {name: [_reads(cluster, [first], path)] for name, path in PATHS.items()}
        delivered = [_deliveries(cluster, [first])]
        given = [_flat_out([first])]
        with on_core(1):
            second = cluster.web(STOCKAPP_SAMPLE="simulated")
        nodes = [first, second]
        for name, path in PATHS.items():
            reads[name].append(_reads(cluster, nodes, path))
        delivered.append(_deliveries(cluster, nodes))
        pin(second.worker_pids(), 1)
        given.append(_flat_out(nodes))
    for name, costs in reads.items():
        _report(report, f"reads of {name}", *costs)
    _report(report, "deliveries to streams", *delivered)
    (one, wrk_one), (two, wrk_two) = given
    report.note(
        f"flat out, reads of a quote: {one:.0f}/s by one, {two:.0f}/s by two that share two cores"
        f" with the generator ({wrk_one:.0%} of a core, then {wrk_two:.0%}): {two / one:.2f} x"
    )


def _cluster() -> Cluster:
    return Cluster(
        STOCKAPP_SIMULATED_LATENCY_MS=20,
        STOCKAPP_QUOTE_FRESH_SECONDS=7200,
        STOCKAPP_WATCHLIST_FRESH_SECONDS=7200,
        STOCKAPP_MAX_REQUESTS=0,
        STOCKAPP_LOG_LEVEL="WARNING",
    )


def _refreshed(node: Server) -> bool:
    """Whether rows have prices; the sample list is made behind."""
    wait = {"Prefer": "wait=30"}
    told = node.post("/api/watchlist/live-prices-async?force=true", headers=wait).json()
    return bool(told["summary"]["ok"])


def _report(report: Report, what: str, one: Cost, two: Cost) -> None:
    # More than twice is noise.
    factor = min(2.0, 2 * one.node_ms / two.node_ms)
    # As a limit from above, as claims are made.
    report.claim(f"{what}: one node's share of two", 1 / factor, 1 / LEAST_FACTOR)
    report.note(
        f"two carry {factor:.2f} x: a node computes {one.node_ms:.3f} ms for one alone,"
        f" {two.node_ms:.3f} beside another"
    )
    report.note(
        f"Redis computes {two.redis_ms:.4f} ms ({two.commands:.2f} commands), PostgreSQL does"
        f" {two.transactions:.2f} transactions; the generator took {100 * one.generator:.0f} %"
        f" of a core, then {100 * two.generator:.0f} %"
    )
    if two.redis_ms > 0:
        report.note(f"Redis is full at {two.node_ms / two.redis_ms:.0f} such processes")


def _reads(cluster: Cluster, nodes: Sequence[Server], path: str) -> Cost:
    """Ask each node at the same steady rate."""
    for node in nodes:
        for _ in range(_WARM):
            node.get(path)
    idle = _idle(cluster, nodes)
    pids = _pids(nodes)
    usage, cpu = cluster.usage(), cpu_seconds(pids)
    ports = [str(node.port) for node in nodes]
    words = [sys.executable, "-m", "bench.paced", path, str(RATE), str(SECONDS), *ports]
    with on_core(1):
        told = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
    return _cost(cluster, usage, cpu_seconds(pids) - cpu, idle, told["cpu"], told["count"])


def _flat_out(nodes: Sequence[Server]) -> tuple[float, float]:
    """Reads a second of all, and the share of a core that the generator took."""
    before = os.times()
    with on_core(1):
        asking = [
            subprocess.Popen(
                ["wrk", "-t1", "-c16", f"-d{SECONDS}s", node.url + PATHS["a quote"]],
                stdout=subprocess.PIPE,
                text=True,
            )
            for node in nodes
        ]
    told = [each.communicate()[0] for each in asking]
    after = os.times()
    busy = after.children_user + after.children_system
    busy -= before.children_user + before.children_system
    rates = [float(text.rpartition("Requests/sec:")[2].split()[0]) for text in told]
    return sum(rates), busy / SECONDS


def _deliveries(cluster: Cluster, nodes: Sequence[Server]) -> Cost:
    """Change rows at a steady rate, with as many streams open on each node."""
    pids = _pids(nodes)
    with on_core(1):
        clients = [Client(node, STREAMS, 3 * SECONDS, page_of(node)) for node in nodes]
    time.sleep(3)
    idle = _idle(cluster, nodes)
    usage, cpu = cluster.usage(), cpu_seconds(pids)
    busy = cpu_seconds([client.pid for client in clients])
    for number in range(SECONDS * CHANGES):
        # Through one node: another tells it by Redis.
        nodes[0].patch(f"/api/watchlist/{SYMBOL}", json={"note": f"note {number}"})
        time.sleep(1 / CHANGES)
    busy = cpu_seconds([client.pid for client in clients]) - busy
    count = len(nodes) * STREAMS * SECONDS * CHANGES
    cost = _cost(cluster, usage, cpu_seconds(pids) - cpu, idle, busy, count)
    heard = sum(len(client.heard()) for client in clients)
    assert heard >= count, f"{heard} of {count} came"
    return cost


@dataclass(frozen=True)
class _Idle:
    """What is spent each second by nodes that do nothing, and for them."""

    node: float
    redis: float
    commands: float
    transactions: float


def _idle(cluster: Cluster, nodes: Sequence[Server]) -> _Idle:
    pids = _pids(nodes)
    usage, cpu = cluster.usage(), cpu_seconds(pids)
    time.sleep(SECONDS / 2)
    spent = cluster.spent_since(usage)
    return _Idle(
        (cpu_seconds(pids) - cpu) / spent.seconds,
        spent.redis_cpu,
        spent.all_commands,
        spent.transactions,
    )


def _cost(cluster: Cluster, usage: Usage, cpu: float, idle: _Idle, busy: float, count: int) -> Cost:
    spent = cluster.spent_since(usage)
    each = spent.seconds / count
    return Cost(
        1000 * (cpu - idle.node * spent.seconds) / count,
        1000 * max(0.0, spent.redis_cpu - idle.redis) * each,
        max(0.0, spent.all_commands - idle.commands) * each,
        max(0.0, spent.transactions - idle.transactions) * each,
        busy / spent.seconds,
    )


def _pids(nodes: Sequence[Server]) -> list[int]:
    return [pid for node in nodes for pid in node.worker_pids()]
