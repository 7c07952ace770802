"""Tasks from submission to their end, over several workers."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stockapp.domain.event import task_topic
from stockapp.domain.task import ItemState, Task, TaskStatus
from stockapp.ports import QueueFull
from stockapp.tasks.kinds import Limits

from .workers import Work, Worker, eventually


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def new_worker(tmp_path: Path, work: Work) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def make(**options: float) -> Worker:
        workers.append(Worker(tmp_path, work, **options))  # type: ignore[arg-type]
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


def ends_as(worker: Worker, task: Task, status: TaskStatus) -> bool:
    def ended() -> bool:
        found = worker.store.get(task.id)
        return found is not None and found.status is status

    return eventually(ended)


def test_a_submitted_task_runs_and_keeps_its_result(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker()
    work.open_all("a", "b")
    task = worker.submit("a", "b")
    assert task.status is TaskStatus.PENDING
    assert ends_as(worker, task, TaskStatus.COMPLETED)
    ended = worker.store.get(task.id)
    assert ended and ended.result == {"keys": ["a", "b"]}
    assert ended.progress.percent == 100.0
    assert {item.state for item in ended.items} == {ItemState.OK}


def test_equal_work_that_runs_is_joined_and_done_once(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    first, second = new_worker(), new_worker()
    tasks = {worker.submit("a").id for worker in (first, second, first, second)}
    work.open_all("a")
    assert len(tasks) == 1
    assert eventually(lambda: work.started == ["a"])


def test_a_worker_without_room_leaves_its_task_to_another(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    full = new_worker(slots=1)
    full.submit("blocks")
    assert eventually(lambda: work.started == ["blocks"])
    other = new_worker()
    work.open_all("quick")
    assert ends_as(other, full.submit("quick"), TaskStatus.COMPLETED)
    work.open_all("blocks")


def test_a_cancel_on_one_worker_stops_the_run_on_another(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    runs, asks = new_worker(), new_worker(slots=1)
    task = runs.submit("a", "b")
    assert eventually(lambda: runs.engine.runs(task.id))
    assert eventually(lambda: work.started == ["a"])
    cancelled = asks.engine.cancel(task.id)
    assert cancelled and cancelled.changed
    assert work.stopped.wait(20)
    assert work.started == ["a"]
    ended = asks.store.get(task.id)
    assert ended and ended.status is TaskStatus.CANCELLED
    assert {item.state for item in ended.items} == {ItemState.CANCELLED}


def test_a_cancel_after_the_end_changes_nothing(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker()
    work.open_all("a")
    task = worker.submit("a")
    assert ends_as(worker, task, TaskStatus.COMPLETED)
    late = worker.engine.cancel(task.id)
    assert late and not late.changed and late.task.status is TaskStatus.COMPLETED


def test_a_defect_in_a_kind_fails_its_task_and_keeps_what_was_done(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker()
    work.open_all("a")
    task = worker.submit("a", "defect", "b")
    assert ends_as(worker, task, TaskStatus.FAILED)
    ended = worker.store.get(task.id)
    assert ended and ended.error and ended.error.code == "internal"
    assert ended.result == {"keys": ["a"]}


def test_what_a_run_stumbles_over_after_it_was_told_to_stop_is_no_failure(
    new_worker: Callable[..., Worker], work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    worker = new_worker()
    task = worker.submit("stumbles")
    assert eventually(lambda: work.started == ["stumbles"])
    worker.engine.drain()
    assert work.stopped.wait(20)
    assert eventually(lambda: not worker.engine.runs(task.id))
    assert _task(worker, task).status is TaskStatus.PENDING
    assert "task failed" not in caplog.text


def test_a_stopping_worker_hands_its_tasks_over_and_what_was_done_is_not_done_again(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    stopping = new_worker()
    task = stopping.submit("a", "b")
    work.open_all("a")
    assert eventually(lambda: work.started == ["a", "b"])
    other = new_worker()
    stopping.upkeep.stop()
    stopping.engine.drain()
    assert eventually(lambda: work.started == ["a", "b", "b"])
    ended = other.store.get(task.id)
    assert ends_as(other, task, TaskStatus.COMPLETED)
    ended = other.store.get(task.id)
    assert ended and ended.retries == 0 and ended.result == {"keys": ["a", "b"]}


def test_the_task_of_a_vanished_worker_is_taken_over_when_its_lease_lapses(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    vanishing = new_worker(lease=0.3)
    task = vanishing.submit("a", "b")
    work.open_all("a")
    assert eventually(lambda: work.started == ["a", "b"])
    vanishing.vanish()
    other = new_worker(lease=0.3)
    assert eventually(lambda: other.engine.runs(task.id))
    work.open_all("b")
    assert ends_as(other, task, TaskStatus.COMPLETED)
    ended = other.store.get(task.id)
    assert ended and ended.retries == 1
    assert work.started == ["a", "b", "b"]


def test_a_live_worker_keeps_its_task_far_beyond_one_lease(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    holder = new_worker(lease=0.3)
    task = holder.submit("a")
    assert eventually(lambda: holder.engine.runs(task.id))
    other = new_worker(lease=0.3)
    assert not eventually(lambda: other.engine.runs(task.id), seconds=1.5)
    work.open_all("a")
    assert ends_as(holder, task, TaskStatus.COMPLETED)


def test_a_task_that_was_lost_once_too_often_fails_and_keeps_what_was_done(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    work.open_all("a")
    holder = new_worker(lease=0.3)
    task = holder.submit("a", "b")
    assert eventually(lambda: work.started == ["a", "b"])
    for lost in range(1, 5):
        holder.vanish()
        holder = new_worker(lease=0.3)
        assert eventually(lambda: _task(holder, task).retries == lost)  # noqa: B023
    assert ends_as(holder, task, TaskStatus.FAILED)
    ended = _task(holder, task)
    assert ended.error and ended.error.code == "worker_lost"
    assert ended.result == {"keys": ["a"]}
    assert work.started == ["a", *["b"] * 4]


def test_a_task_that_overruns_fails_with_what_it_has(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    work.limits = Limits(slots=100, deadline_seconds=0.5)
    worker = new_worker()
    work.open_all("a")
    task = worker.submit("a", "b")
    assert ends_as(worker, task, TaskStatus.FAILED)
    ended = _task(worker, task)
    assert ended.error and ended.error.code == "deadline"
    assert ended.result == {"keys": ["a"]}
    assert work.stopped.wait(20)
    assert eventually(lambda: not worker.engine.runs(task.id))


def test_the_time_left_is_told_while_nothing_else_happens(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker()
    keys = [f"k{number}" for number in range(10)]
    work.open_all(*keys[:9])
    task = worker.submit(*keys)
    assert eventually(lambda: work.started == keys)

    def etas() -> list[float]:
        events = worker.log.since(0, topic=task_topic(task.id))
        return [e.data["eta_seconds"] for e in events if e.data.get("eta_seconds")]

    assert eventually(lambda: len(etas()) >= 2)
    assert etas() == sorted(etas())
    work.open_all(*keys)


def test_a_worker_runs_no_more_tasks_of_a_kind_than_it_has_slots_for(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    work.limits = Limits(slots=2, deadline_seconds=3600)
    worker = new_worker(slots=8)
    for key in "abcd":
        worker.submit(key)
    assert eventually(lambda: len(work.started) == 2)
    assert not eventually(lambda: len(work.started) > 2, seconds=1)
    work.open_all("a", "b")
    assert eventually(lambda: sorted(work.started) == ["a", "b", "c", "d"])
    work.open_all("c", "d")


def test_large_tasks_leave_room_for_a_single_quote(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker(slots=4)
    large = [worker.submit(*(f"{n}-{k}" for k in range(50)), dedupe=f"large {n}") for n in range(6)]
    assert eventually(lambda: len(work.started) == 3)
    work.open_all("single")
    assert ends_as(worker, worker.submit("single"), TaskStatus.COMPLETED)
    assert len(work.started) == 4
    for task in large:
        worker.engine.cancel(task.id)


def test_no_task_is_taken_when_too_many_wait(new_worker: Callable[..., Worker], work: Work) -> None:
    worker = new_worker(slots=1, queue=2)
    worker.submit("runs")
    assert eventually(lambda: work.started == ["runs"])
    worker.submit("waits")
    joined = worker.submit("waits too")
    with pytest.raises(QueueFull):
        worker.submit("refused")
    assert worker.submit("waits too").id == joined.id
    work.open_all("runs", "waits", "waits too")
    assert ends_as(worker, joined, TaskStatus.COMPLETED)


def test_a_waiting_task_begins_as_soon_as_another_ends(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker(slots=1)
    worker.upkeep.stop()
    worker.submit("first")
    assert eventually(lambda: work.started == ["first"])
    second = worker.submit("second")
    work.open_all("first", "second")
    assert ends_as(worker, second, TaskStatus.COMPLETED)


def test_a_task_waits_for_a_locked_database_and_loses_nothing(
    new_worker: Callable[..., Worker], work: Work, tmp_path: Path
) -> None:
    worker = new_worker(lease=2)
    task = worker.submit("a", "b")
    assert eventually(lambda: work.started == ["a"])
    intruder = sqlite3.connect(tmp_path / "tasks.sqlite3", isolation_level=None)
    intruder.execute("BEGIN EXCLUSIVE")
    work.open_all("a", "b")
    assert eventually(lambda: worker.database.trouble is not None)
    assert work.started == ["a"]
    intruder.execute("ROLLBACK")
    intruder.close()
    assert ends_as(worker, task, TaskStatus.COMPLETED)
    assert _task(worker, task).result == {"keys": ["a", "b"]}
    assert worker.database.trouble is None


def test_a_kind_that_meets_trouble_with_the_database_goes_on_with_the_rest(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    worker = new_worker()
    work.open_all("a", "trouble", "b")
    task = worker.submit("a", "trouble", "b")
    assert ends_as(worker, task, TaskStatus.COMPLETED)
    assert work.started == ["a", "trouble", "trouble", "b"]


def _task(worker: Worker, task: Task) -> Task:
    found = worker.store.get(task.id)
    assert found is not None
    return found


def test_an_engine_that_was_not_opened_starts_tasks_and_runs_none(
    new_worker: Callable[..., Worker], work: Work
) -> None:
    # As in a command, which shares the data with workers that run.
    command = new_worker(opened=False)
    work.open_all("a")
    task = command.submit("a")
    assert not eventually(lambda: bool(work.started), seconds=0.7)
    assert ends_as(new_worker(), task, TaskStatus.COMPLETED)


def test_a_message_for_a_task_that_runs_here_asks_the_store_nothing(
    new_worker: Callable[..., Worker], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = new_worker()
    task = worker.submit("a")
    assert eventually(lambda: work.started == ["a"])
    asked: list[object] = []
    claim = worker.store.claim

    def counted(*args: Any) -> Task | None:
        asked.append(args[2])
        return claim(*args)

    monkeypatch.setattr(worker.store, "claim", counted)
    assert not worker.engine.claim_and_run(task.id)
    assert task.id not in asked
    work.open_all("a")
    assert ends_as(worker, task, TaskStatus.COMPLETED)
