"""Two web nodes and two workers as one application: what holds for all of them together."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from stockapp.domain.task import Task
from tests.e2e.server import eventually
from tests.upstream.client import UpstreamServer

from .cluster import Cluster, Node, cluster

A_DAY = 400
STARTS = 30

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, upstream: UpstreamServer
) -> Iterator[tuple[Cluster, UpstreamServer]]:
    folder: Path = tmp_path_factory.mktemp("sharing")
    with cluster(
        folder,
        {
            **upstream.settings,
            "FMP_API_KEY": "some-key-1",
            "STOCKAPP_SOURCES": "fmp",
            "STOCKAPP_FMP_A_DAY": A_DAY,
            "STOCKAPP_LIMIT_STARTS": f"{STARTS}/hour",
            "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 30,
            "STOCKAPP_SYMBOL_DEADLINE_SECONDS": 60,
            "STOCKAPP_REFRESH_DEADLINE_SECONDS": 8,
        },
    ) as made:
        yield made, upstream


@pytest.fixture
def nodes(shared: tuple[Cluster, UpstreamServer]) -> tuple[Node, Node]:
    """Both nodes, with a source that behaves."""
    made, upstream = shared
    upstream.reset()
    one, other = made.nodes
    one.close_breakers()
    return one, other


def symbols(count: int = 1) -> str:
    """So many that nobody has asked for yet."""
    return ",".join(f"N{next(_numbers)}" for _ in range(count))


def task(node: Node, task_id: str, *, wait: int = 0) -> dict[str, Any]:
    answer = node.get(f"/api/tasks/{task_id}", headers={"Prefer": f"wait={wait}"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def stored(made: Cluster, task_id: str) -> Task:
    found = made.tasks.get(task_id)
    assert found is not None
    return found


def asked_for(upstream: UpstreamServer) -> Counter[str]:
    """How often upstream was asked for each symbol."""
    return Counter(name for entry in upstream.requests()["log"] for name in entry["symbols"])


def test_the_same_refresh_through_both_nodes_is_one_task(
    nodes: tuple[Node, Node], upstream: UpstreamServer
) -> None:
    upstream.configure(latency_ms=800)
    wanted = symbols(2)
    ids = {node.refresh(wanted)["id"] for node in nodes * 3}
    assert len(ids) == 1
    assert task(nodes[0], ids.pop(), wait=20)["status"] == "completed"
    assert set(asked_for(upstream).values()) == {1}


def test_what_two_tasks_want_on_different_workers_is_asked_for_once(
    nodes: tuple[Node, Node], upstream: UpstreamServer
) -> None:
    upstream.configure(latency_ms=1_500)
    common = symbols()
    ids = [node.refresh(f"{common},{symbols()}", force=False)["id"] for node in nodes * 2]
    for task_id in ids:
        told = task(nodes[0], task_id, wait=20)
        assert (told["status"], told["result"]["summary"]["ok"]) == ("completed", 2)
    assert len(set(ids)) == 4
    assert asked_for(upstream)[common] == 1


def test_a_cancel_through_one_node_ends_what_began_through_the_other(
    nodes: tuple[Node, Node], upstream: UpstreamServer
) -> None:
    upstream.fault("fmp", "hang")
    task_id = nodes[0].refresh(symbols(3))["id"]
    assert eventually(lambda: task(nodes[0], task_id)["status"] == "running")
    assert eventually(lambda: bool(upstream.under_way()))
    assert nodes[1].delete(f"/api/tasks/{task_id}").json()["status"] == "cancelled"
    assert task(nodes[0], task_id)["status"] == "cancelled"
    # Its worker hears of it and has room again.
    assert eventually(lambda: not any(w["running_tasks"] for w in nodes[0].workers()))


def test_a_task_that_overruns_is_ended_with_what_it_has(
    nodes: tuple[Node, Node], upstream: UpstreamServer
) -> None:
    upstream.fault("fmp", "hang")
    told = task(nodes[1], nodes[0].refresh(symbols(2))["id"], wait=25)
    assert (told["status"], told["error"]["code"]) == ("failed", "deadline")


def test_a_large_refresh_does_not_keep_a_single_quote_waiting(
    nodes: tuple[Node, Node], upstream: UpstreamServer, shared: tuple[Cluster, UpstreamServer]
) -> None:
    made, _ = shared
    upstream.configure(latency_ms=250)
    large = nodes[0].refresh(symbols(100))["id"]
    assert eventually(lambda: stored(made, large).progress.done > 3)
    small = nodes[1].refresh(symbols(), wait=20)
    assert small["status"] == "completed"
    assert not stored(made, large).status.ended
    nodes[1].delete(f"/api/tasks/{large}")


def test_a_breaker_that_opens_is_open_for_all(
    nodes: tuple[Node, Node], upstream: UpstreamServer
) -> None:
    upstream.fault("fmp", "status", status=429)
    nodes[0].refresh(symbols(), wait=20)
    sent = upstream.requests()["counts"]["fmp"]
    for node in nodes:
        result = node.refresh(symbols(), wait=20)["result"]["live_prices"]
        assert [entry["error"]["code"] for entry in result.values()] == ["circuit_open"]
        assert _breaker(node) == "open"
    assert upstream.requests()["counts"]["fmp"] == sent
    nodes[1].close_breakers()
    assert _breaker(nodes[0]) == "closed"


def _breaker(node: Node) -> str:
    return str(_fmp(node)["methods"][0]["breaker"]["state"])


def test_a_quota_and_a_limit_on_starts_are_counted_for_all(
    nodes: tuple[Node, Node], upstream: UpstreamServer
) -> None:
    before = [_used(node) for node in nodes]
    assert before[0] == before[1] < A_DAY
    answers = [_start(node) for node in nodes]
    left = [int(re.findall(r"r=(\d+)", answer.headers["RateLimit"])[0]) for answer in answers]
    assert left[1] == left[0] - 1 < STARTS - 2
    for answer in answers:
        assert task(nodes[0], answer.json()["id"], wait=20)["status"] == "completed"
    assert [_used(node) for node in nodes] == [before[0] + 2] * 2
    each_in_turn = itertools.islice(itertools.cycle(nodes), left[1] + 2)
    statuses = [_start(node).status_code for node in each_in_turn]
    assert statuses == [202] * left[1] + [429] * 2


def _start(node: Node) -> requests.Response:
    return node.post(f"/api/watchlist/live-prices-async?symbols={symbols()}&force=true")


def _used(node: Node) -> int:
    return int(_fmp(node)["quotas"][0]["used"])


def _fmp(node: Node) -> dict[str, Any]:
    sources = node.get("/api/providers").json()["providers"]
    return next(source for source in sources if source["source"] == "fmp")
