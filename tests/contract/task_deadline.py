"""A task has its time once, however many workers of whatever TaskStore run it."""

import pytest

from stockapp.domain.task import Task, TaskStatus
from stockapp.ports import TaskStore
from stockapp.tasks.kinds import Kind, Limits
from stockapp.tasks.progress import Pace
from stockapp.tasks.runner import Runner

from .backends import Backends, SetClock
from .tasks import LEASE, new_task

DEADLINE = 300
KIND = Kind(
    "live_prices",
    lambda run: None,
    lambda items: {},
    lambda items: "",
    Limits(slots=1, deadline_seconds=DEADLINE),
)


def run_of(task: Task | None, store: TaskStore, worker: str, clock: SetClock) -> Runner:
    assert task is not None
    return Runner(task, KIND, store, worker, clock, Pace().meter(task.items, clock))


class DeadlineContract:
    def test_who_takes_a_task_over_has_what_is_left_of_its_time(
        self, store: TaskStore, other: Backends, clock: SetClock
    ) -> None:
        store.create(new_task())
        store.claim("lost", LEASE)
        clock.advance(DEADLINE - 100)
        run = run_of(other.tasks.claim("next", LEASE), other.tasks, "next", clock)
        clock.advance(99)
        run.tick()
        assert not run.token.cancelled
        clock.advance(1)
        run.tick()
        task = store.get("t1")
        assert task is not None
        assert task.error is not None
        assert (task.status, task.error.code) == (TaskStatus.FAILED, "deadline")

    def test_time_in_line_before_the_first_start_does_not_count(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        store.create(new_task())
        clock.advance(2 * DEADLINE)
        run = run_of(store.claim("w", LEASE), store, "w", clock)
        clock.advance(DEADLINE - 1)
        run.tick()
        assert not run.token.cancelled

    @pytest.mark.parametrize("behind", [1, 100_000])
    def test_a_machine_whose_clock_is_behind_gives_a_task_no_more_than_its_time(
        self, store: TaskStore, other: Backends, clock: SetClock, behind: float
    ) -> None:
        store.create(new_task())
        store.claim("leaves", LEASE)
        store.release("leaves")
        clock.advance(-behind)
        run = run_of(other.tasks.claim("next", LEASE), other.tasks, "next", clock)
        clock.advance(DEADLINE - 1)
        run.tick()
        assert not run.token.cancelled
        clock.advance(1)
        run.tick()
        assert run.token.cancelled
