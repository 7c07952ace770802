"""A worker whose network is cut: others go on with its tasks, and what it tells is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.checks import Stores, mistakes
from tests.e2e.recorder import Recorder
from tests.e2e.server import eventually
from tests.namespace import Namespace, Place, namespace
from tests.nodes import Worker

from .cluster import Cluster, cluster

SLOW = "LARK.SIM,QUIL.SIM,BRAM.SIM"


@pytest.fixture
def cable() -> Iterator[Namespace]:
    """To the worker."""
    with namespace() as made:
        yield made


@pytest.fixture
def far(cable: Namespace, tmp_path: Path) -> Iterator[tuple[Cluster, Worker]]:
    """A cluster whose first worker is at the end of the cable; the other one is still to come."""
    here = Place(cable.outside)
    settings = {"STOCKAPP_SIMULATED_LATENCY_MS": 2_500}
    with cluster(tmp_path, settings, tasks=0, redis_at=here, postgres_at=here) as made:
        worker = made.add_worker("tasks", cable.place)
        made.wait_for(worker)
        yield made, worker


def test_what_a_worker_did_that_is_cut_off_is_done_elsewhere_and_once(
    far: tuple[Cluster, Worker], cable: Namespace
) -> None:
    made, worker = far
    recorder = Recorder(lambda: made.node.url)
    # An item that ends soon, as it is no symbol of the exchange, and others that take long.
    task_id = made.node.refresh(f"{SLOW},CUT.SIM")["id"]
    recorder.follow(task_id)
    stores = Stores(made.tasks, made.events)
    assert eventually(lambda: runner(made, task_id).startswith(f"{worker.pid}-"))
    cable.cut()
    other = made.add_worker("tasks")
    assert eventually(lambda: runner(made, task_id).startswith(f"{other.pid}-"))
    cable.mend()
    (heard,) = recorder.heard(60)
    assert mistakes(stores, heard) == []
    task = made.tasks.get(task_id)
    assert task is not None
    assert (task.status, task.retries) == ("completed", 1)
    # The one that was cut off works again.
    other.stop()
    assert made.node.refresh(SLOW, wait=30)["status"] == "completed"
    assert " failed  " not in worker.log()
    assert "Traceback" not in worker.log()


def runner(made: Cluster, task_id: str) -> str:
    """Who runs the task, as it stands in the store."""
    task = made.tasks.get(task_id)
    return (task and task.worker) or ""
