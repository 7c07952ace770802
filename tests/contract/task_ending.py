"""How tasks end in every TaskStore."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from stockapp.domain.event import EventType
from stockapp.domain.task import Item, ItemState, Progress, TaskError, TaskStatus
from stockapp.ports import EventLog, TaskStore

from .backends import Backends, SetClock
from .tasks import LEASE, events_of, new_task, states


class EndingContract:
    def test_a_finished_task_has_its_result(
        self, store: TaskStore, log: EventLog, clock: SetClock
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        clock.advance(3)
        result = {"live_prices": {"A": {"success": True}}}
        assert store.finish("t1", "w", TaskStatus.COMPLETED, Progress(3, 3), result)
        task = store.get("t1")
        assert task is not None
        assert (task.status, task.result) == (TaskStatus.COMPLETED, result)
        assert task.has_result
        assert (task.finished_at, task.progress.done) == (clock.at, 3)
        last = events_of(log)[-1]
        assert (last.type, last.data) == (EventType.COMPLETED, {"status": "completed"})

    def test_a_failed_task_has_its_error_and_its_item_states(
        self, store: TaskStore, log: EventLog
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        store.record("t1", "w", [Item("A", ItemState.OK)], Progress(1, 3))
        error = TaskError("internal", "it broke")
        assert store.finish("t1", "w", TaskStatus.FAILED, Progress(1, 3), error=error)
        task = store.get("t1")
        assert task is not None
        assert (task.status, task.error) == (TaskStatus.FAILED, error)
        assert not task.has_result
        assert states(store) == {"A": "ok", "B": "queued", "C": "queued"}
        assert events_of(log)[-1].type is EventType.FAILED

    def test_a_task_ends_once(self, store: TaskStore, log: EventLog) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        assert store.finish("t1", "w", TaskStatus.COMPLETED, Progress(3, 3))
        before = log.last_id()
        assert not store.finish("t1", "w", TaskStatus.FAILED, Progress(3, 3))
        assert store.release("w") == 0
        assert log.last_id() == before

    def test_only_an_end_can_finish_a_task(self, store: TaskStore) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        with pytest.raises(ValueError, match="running"):
            store.finish("t1", "w", TaskStatus.RUNNING, Progress(3, 3))

    def test_a_cancel_ends_the_task_and_its_unended_items(
        self, store: TaskStore, log: EventLog, clock: SetClock
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        started = [Item("A", ItemState.OK), Item("B", ItemState.RUNNING)]
        store.record("t1", "w", started, Progress(1, 3))
        cancelled = store.cancel("t1")
        assert cancelled is not None
        assert cancelled.changed
        assert cancelled.task == store.get("t1")
        assert cancelled.task.status is TaskStatus.CANCELLED
        assert cancelled.task.finished_at == clock.at
        assert states(store) == {"A": "ok", "B": "cancelled", "C": "cancelled"}
        last = events_of(log)[-1]
        assert (last.type, last.data) == (EventType.CANCELLED, {"status": "cancelled"})

    def test_finishing_after_a_cancel_is_refused(
        self, store: TaskStore, other: Backends, log: EventLog
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        other.tasks.cancel("t1")
        before = log.last_id()
        assert not store.finish("t1", "w", TaskStatus.COMPLETED, Progress(3, 3), {"x": 1})
        task = store.get("t1")
        assert task is not None
        assert (task.status, task.has_result) == (TaskStatus.CANCELLED, False)
        assert log.last_id() == before

    def test_a_cancel_after_the_end_changes_nothing(self, store: TaskStore, log: EventLog) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        store.finish("t1", "w", TaskStatus.COMPLETED, Progress(3, 3))
        before = log.last_id()
        cancelled = store.cancel("t1")
        assert cancelled is not None
        assert not cancelled.changed
        assert cancelled.task.status is TaskStatus.COMPLETED
        assert log.last_id() == before

    def test_of_a_cancel_and_a_finish_at_once_exactly_one_wins(
        self, store: TaskStore, other: Backends, log: EventLog, threads: ThreadPoolExecutor
    ) -> None:
        for number in range(10):
            id_ = f"t{number}"
            store.create(new_task(id_))
            store.claim("w", LEASE, id_)
            finish = threads.submit(store.finish, id_, "w", TaskStatus.COMPLETED, Progress(3, 3))
            cancelled = threads.submit(other.tasks.cancel, id_).result()
            assert cancelled is not None
            assert finish.result() != cancelled.changed
            ends = [event for event in events_of(log, id_) if event.type.ends_task]
            assert len(ends) == 1

    def test_old_ended_tasks_are_purged_with_their_items(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        for id_ in ("old", "new", "unended"):
            store.create(new_task(id_))
        store.cancel("old")
        clock.advance(100)
        store.cancel("new")
        assert store.purge(clock.at) == 1
        assert store.get("old") is None
        assert {task.id for task in store.recent()} == {"new", "unended"}
        assert store.purge(clock.at) == 0

    def test_those_with_a_parameter_can_be_purged_sooner(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        for id_ in ("other", "live"):
            task = new_task(id_)
            store.create(replace(task, params={**task.params, "live": id_ == "live"}))
            store.cancel(id_)
        clock.advance(1)
        assert store.purge(clock.at, having="live") == 1
        assert [task.id for task in store.recent()] == ["other"]
