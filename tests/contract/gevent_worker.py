"""A worker under gevent's patches with many busy greenlets, run by test_embedded_gevent.

Arguments: the data folder, the worker's name, and the number of workers. Prints what it saw as
JSON.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

from stockapp.backends.embedded.clock import SystemClock  # noqa: E402
from stockapp.domain.event import EventType  # noqa: E402
from stockapp.domain.freshness import Lifetime  # noqa: E402
from stockapp.domain.task import Item, ItemState, NewTask, Progress, TaskStatus  # noqa: E402

from .backends import Backends  # noqa: E402
from .embedded import open_embedded  # noqa: E402
from .gevent_load import GREENLETS, KEYS, ROUNDS  # noqa: E402


def run_tasks(backends: Backends, worker: str, number: int) -> None:
    """Live through some whole tasks, with the cache and the shared state in between."""
    for count in range(ROUNDS):
        id_ = f"{worker}-{number}-{count}"
        items = tuple(Item(key, ItemState.QUEUED) for key in KEYS)
        backends.tasks.create(NewTask(id_, "load", {}, id_, items))
        assert backends.tasks.claim(worker, 60, id_) is not None
        for done, key in enumerate(KEYS, 1):
            item = Item(key, ItemState.OK, {"quote": {"price": 1.0}})
            assert backends.tasks.record(id_, worker, [item], Progress(done, len(KEYS)))
        backends.cache.put_many({id_: {"id": id_}}, Lifetime(60, 600))
        backends.state.put_many({id_: {}}, 600)
        finished = backends.tasks.finish(
            id_, worker, TaskStatus.COMPLETED, Progress(len(KEYS), len(KEYS)), {"id": id_}
        )
        assert finished
        assert backends.cache.get_many([id_])[id_].value == {"id": id_}


def follow(backends: Backends, tasks: int) -> tuple[int, bool]:
    """Read the log until that many tasks ended: how many events, and whether ids increased."""
    ids: list[int] = []
    ended = 0
    while ended < tasks:
        for event in backends.log.since(ids[-1] if ids else 0):
            ids.append(event.id)
            ended += event.type is EventType.COMPLETED
        if ended < tasks:
            backends.log.wait(60)
    return len(ids), ids == sorted(set(ids))


def main() -> None:
    """Run the load and print the report."""
    folder, worker, workers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    backends = open_embedded(folder, SystemClock())
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while True:
            gevent.sleep(0.001)
            ticks += 1

    native_ident = monkey.get_original("threading", "get_ident")
    off_the_hub = backends.executor.run_blocking(native_ident) != native_ident()
    ticking = gevent.spawn(tick)
    following = gevent.spawn(follow, backends, workers * GREENLETS * ROUNDS)
    # Half as plain greenlets, half through the executor.
    plain = [gevent.spawn(run_tasks, backends, worker, number) for number in range(0, GREENLETS, 2)]
    submitted = [
        backends.executor.submit(run_tasks, backends, worker, number)
        for number in range(1, GREENLETS, 2)
    ]
    for greenlet in gevent.joinall(plain):
        greenlet.get()
    for future in submitted:
        future.result()
    events, increasing = following.get()
    ticking.kill()
    tasks = [task.id for task in backends.tasks.recent(limit=100_000) if task.has_result]
    backends.close()
    report = {
        "events": events,
        "increasing": increasing,
        "tasks": tasks,
        "ticks": ticks,
        "off_the_hub": off_the_hub,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
