"""What every TaskStore does with a task until it ends."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from stockapp.domain.event import EventType
from stockapp.domain.task import Item, ItemState, Progress, TaskStatus
from stockapp.ports import EventLog, Openings, QueueFull, TaskStore

from .backends import Backends, SetClock
from .tasks import LEASE, events_of, new_task, states


class CreatingContract:
    def test_a_created_task_can_be_read_as_it_was_given(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        created = store.create(new_task())
        task = store.get("t1")
        assert task == created.task
        assert not created.joined
        assert task is not None
        assert (task.kind, task.status, task.retries) == ("live_prices", TaskStatus.PENDING, 0)
        assert task.params == {"symbols": ["A", "B", "C"]}
        assert [item.key for item in task.items] == ["A", "B", "C"]
        assert task.progress == Progress(0, 3)
        assert task.created_at == clock.at
        assert (task.started_at, task.finished_at, task.worker) == (None, None, None)

    def test_an_unknown_task_is_none(self, store: TaskStore) -> None:
        assert store.get("none") is None
        assert store.snapshot("none") is None
        assert store.cancel("none") is None

    def test_an_equal_unended_task_is_joined_by_its_dedupe_key(self, store: TaskStore) -> None:
        store.create(new_task("t1", dedupe_key="same"))
        joined = store.create(new_task("t2", dedupe_key="same"))
        assert joined.joined
        assert joined.task.id == "t1"
        assert store.get("t2") is None
        store.claim("w", LEASE)
        assert store.create(new_task("t3", dedupe_key="same")).task.id == "t1"

    def test_an_ended_task_is_not_joined(self, store: TaskStore) -> None:
        store.create(new_task("t1", dedupe_key="same"))
        store.cancel("t1")
        created = store.create(new_task("t2", dedupe_key="same"))
        assert (created.joined, created.task.id) == (False, "t2")

    def test_no_task_is_taken_over_the_limit_of_those_that_wait(self, store: TaskStore) -> None:
        store.create(new_task("t1"), most_pending=2)
        store.create(new_task("t2"), most_pending=2)
        with pytest.raises(QueueFull, match="2 tasks"):
            store.create(new_task("t3"), most_pending=2)
        assert store.get("t3") is None

    def test_a_task_that_waits_is_joined_though_no_other_would_be_taken(
        self, store: TaskStore
    ) -> None:
        store.create(new_task("t1", dedupe_key="same"), most_pending=1)
        assert store.create(new_task("t2", dedupe_key="same"), most_pending=1).joined

    def test_tasks_that_run_or_have_ended_do_not_count_as_waiting(self, store: TaskStore) -> None:
        for number in range(3):
            store.create(new_task(f"t{number}"), most_pending=1)
            store.claim("w", LEASE)
        store.cancel("t0")
        assert not store.create(new_task("t3"), most_pending=1).joined

    def test_joining_writes_no_event(self, store: TaskStore, log: EventLog) -> None:
        store.create(new_task("t1", dedupe_key="same"))
        before = log.last_id()
        store.create(new_task("t2", dedupe_key="same"))
        assert log.last_id() == before

    def test_of_many_equal_tasks_created_at_once_by_two_workers_one_is_stored(
        self, store: TaskStore, other: Backends, threads: ThreadPoolExecutor
    ) -> None:
        def create(number: int) -> str:
            stores = (store, other.tasks)
            return stores[number % 2].create(new_task(f"t{number}", dedupe_key="same")).task.id

        assert len(set(threads.map(create, range(16)))) == 1
        assert len(store.recent()) == 1

    def test_a_task_of_a_thousand_items_keeps_their_order(self, store: TaskStore) -> None:
        keys = tuple(f"S{number}" for number in reversed(range(1000)))
        store.create(new_task(keys=keys))
        task = store.get("t1")
        assert task is not None
        assert tuple(item.key for item in task.items) == keys

    def test_a_task_without_items_is_a_task(self, store: TaskStore) -> None:
        assert store.create(new_task(keys=())).task.progress.percent == 100.0

    def test_creating_writes_a_progress_event_with_status_pending(
        self, store: TaskStore, log: EventLog, clock: SetClock
    ) -> None:
        store.create(new_task())
        (event,) = events_of(log)
        assert event.type is EventType.PROGRESS
        expected = {**Progress(0, 3).to_json(), "status": "pending", "kind": "live_prices"}
        assert event.data == expected
        assert event.created_at == clock.at


class ClaimingContract:
    def test_a_claim_makes_the_worker_the_runner(
        self, store: TaskStore, log: EventLog, clock: SetClock
    ) -> None:
        store.create(new_task())
        clock.advance(2)
        task = store.claim("w", LEASE)
        assert task is not None
        assert (task.status, task.worker, task.retries) == (TaskStatus.RUNNING, "w", 0)
        assert task.started_at == clock.at
        assert len(task.items) == 3
        assert events_of(log)[-1].data["status"] == "running"

    def test_there_is_nothing_to_claim_when_no_task_waits(self, store: TaskStore) -> None:
        assert store.claim("w", LEASE) is None
        store.create(new_task())
        assert store.claim("w", LEASE) is not None
        assert store.claim("w", LEASE) is None
        assert store.claim("w2", LEASE, "t1") is None
        assert store.claim("w2", LEASE, "unknown") is None

    def test_the_oldest_task_is_claimed_first(self, store: TaskStore, clock: SetClock) -> None:
        for number in range(3):
            store.create(new_task(f"t{number}"))
            clock.advance(1)
        claimed = [store.claim("w", LEASE) for _ in range(3)]
        assert [task.id for task in claimed if task] == ["t0", "t1", "t2"]

    def test_only_a_task_there_is_room_for_is_claimed(self, store: TaskStore) -> None:
        store.create(new_task("large"))
        store.create(new_task("small", keys=("A", "B")))
        other = Openings(frozenset({"analysis"}), None)
        small = Openings(frozenset({"analysis", "live_prices"}), 2)
        for openings, claimed in ((other, None), (small, "small"), (small, None)):
            assert store.has_claimable(openings) is (claimed is not None)
            task = store.claim("w", LEASE, None, openings)
            assert (task and task.id) == claimed
        assert store.claim("w", LEASE, "large", small) is None
        assert store.claim("w", LEASE, "large", Openings()) is not None

    def test_a_certain_task_can_be_claimed(self, store: TaskStore) -> None:
        store.create(new_task("t1"))
        store.create(new_task("t2"))
        task = store.claim("w", LEASE, "t2")
        assert task is not None
        assert task.id == "t2"

    @pytest.mark.parametrize("task_id", [None, "t1"])
    def test_a_claim_is_exclusive_among_eight_workers(
        self,
        new_worker: Callable[[], Backends],
        threads: ThreadPoolExecutor,
        task_id: str | None,
    ) -> None:
        stores = [new_worker().tasks for _ in range(8)]
        stores[0].create(new_task("t1"))
        together = threading.Barrier(8)

        def claim(number: int) -> bool:
            together.wait()
            return stores[number].claim(f"w{number}", LEASE, task_id) is not None

        assert sum(threads.map(claim, range(8))) == 1

    def test_workers_that_claim_at_once_share_the_tasks_out(
        self, new_worker: Callable[[], Backends], threads: ThreadPoolExecutor
    ) -> None:
        stores = [new_worker().tasks for _ in range(4)]
        for number in range(20):
            stores[0].create(new_task(f"t{number}", keys=("A",)))

        def claim_all(number: int) -> list[str]:
            claimed = []
            while task := stores[number].claim(f"w{number}", LEASE):
                claimed.append(task.id)
            return claimed

        ids = [id_ for part in threads.map(claim_all, range(4)) for id_ in part]
        assert sorted(ids) == sorted(f"t{number}" for number in range(20))

    def test_a_task_whose_lease_is_live_cannot_be_claimed(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        store.create(new_task())
        store.claim("w1", LEASE)
        clock.advance(LEASE - 0.001)
        assert store.claim("w2", LEASE) is None
        assert store.claim("w2", LEASE, "t1") is None

    def test_a_task_whose_lease_lapsed_is_taken_over_and_counted(
        self, store: TaskStore, other: Backends, log: EventLog, clock: SetClock
    ) -> None:
        store.create(new_task())
        started_at = clock.at
        store.claim("w1", LEASE)
        running = (Item("A", ItemState.OK, {"quote": {"price": 1.0}}), Item("B", ItemState.RUNNING))
        store.record("t1", "w1", running, Progress(1, 3))
        clock.advance(LEASE)
        task = other.tasks.claim("w2", LEASE)
        assert task is not None
        assert (task.worker, task.retries, task.started_at) == ("w2", 1, started_at)
        assert task.items[0] == running[0]
        assert task.progress.done == 1
        assert states(store) == {"A": "ok", "B": "queued", "C": "queued"}
        assert events_of(log)[-1].data["status"] == "running"

    def test_whether_there_is_something_to_claim_can_be_asked(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        assert not store.has_claimable()
        store.create(new_task())
        assert store.has_claimable()
        store.claim("w", LEASE)
        assert not store.has_claimable()
        clock.advance(LEASE)
        assert store.has_claimable()
        store.cancel("t1")
        assert not store.has_claimable()

    def test_a_renewed_lease_is_live(self, store: TaskStore, clock: SetClock) -> None:
        store.create(new_task())
        store.claim("w1", LEASE)
        clock.advance(LEASE - 1)
        store.renew("w1", LEASE, ["t1"])
        store.renew("w2", 1000, ["t1"])
        clock.advance(LEASE - 1)
        assert store.claim("w2", LEASE) is None
        clock.advance(1)
        assert store.claim("w2", LEASE) is not None

    def test_only_the_leases_that_are_named_are_renewed(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        store.create(new_task("t1"))
        store.create(new_task("t2"))
        store.claim("w1", LEASE, "t1")
        store.claim("w1", LEASE, "t2")
        clock.advance(LEASE - 1)
        store.renew("w1", LEASE, ["t2"])
        clock.advance(1)
        assert store.claim("w2", LEASE, "t1") is not None
        assert store.claim("w2", LEASE, "t2") is None

    def test_who_lost_the_task_can_neither_record_nor_finish(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        store.create(new_task())
        store.claim("w1", LEASE)
        clock.advance(LEASE)
        store.claim("w2", LEASE)
        item = Item("A", ItemState.OK)
        assert not store.record("t1", "w1", [item], Progress(1, 3))
        assert not store.finish("t1", "w1", TaskStatus.COMPLETED, Progress(3, 3))
        assert store.record("t1", "w2", [item], Progress(1, 3))

    def test_release_hands_back_and_keeps_ended_items(
        self, store: TaskStore, other: Backends, log: EventLog, clock: SetClock
    ) -> None:
        store.create(new_task("t1"))
        store.create(new_task("t2"))
        store.claim("w1", LEASE, "t1")
        store.claim("w2", LEASE, "t2")
        done = Item("A", ItemState.OK, {"quote": {"price": 1.0}})
        store.record("t1", "w1", [done, Item("B", ItemState.RUNNING)], Progress(1, 3))
        assert store.release("w1") == 1
        task = store.get("t1")
        assert task is not None
        assert (task.status, task.retries, task.progress.done) == (TaskStatus.PENDING, 0, 1)
        assert states(store) == {"A": "ok", "B": "queued", "C": "queued"}
        assert events_of(log)[-1].data["status"] == "pending"
        assert not store.record("t1", "w1", [], Progress(2, 3))
        clock.advance(1)
        claimed = other.tasks.claim("w2", LEASE)
        assert claimed is not None
        assert (claimed.id, claimed.retries) == ("t1", 0)
        assert claimed.items[0] == done
        assert claimed.started_at == clock.at - timedelta(seconds=1)

    def test_releasing_nothing_is_zero(self, store: TaskStore) -> None:
        assert store.release("w") == 0


class RecordingContract:
    def test_recorded_states_and_progress_can_be_read(self, store: TaskStore) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        progress = Progress(1, 3, "A from yahoo", 2.5)
        assert store.record("t1", "w", [Item("B", ItemState.OK, {"success": True})], progress)
        task = store.get("t1")
        assert task is not None
        assert task.progress == progress
        assert task.items == (
            Item("A", ItemState.QUEUED),
            Item("B", ItemState.OK),
            Item("C", ItemState.QUEUED),
        )

    def test_a_share_that_weighs_the_items_is_told_in_place_of_their_count(
        self, store: TaskStore, log: EventLog
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        store.record("t1", "w", [Item("A", ItemState.OK)], Progress(1, 3, "", 2.5, share=0.8))
        task = store.get("t1")
        assert task is not None
        assert task.progress.percent == 80.0
        assert events_of(log)[-1].data["percent"] == 80.0

    def test_recorded_results_reach_the_next_runner(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        result = {"success": True, "quote": {"price": 1.5}, "attempts": [{"source": "yahoo"}]}
        store.record("t1", "w", [Item("B", ItemState.OK, result)], Progress(1, 3))
        clock.advance(LEASE)
        task = store.claim("w2", LEASE)
        assert task is not None
        assert task.items[1] == Item("B", ItemState.OK, result)

    def test_recording_writes_an_event_per_item_and_one_for_the_progress(
        self, store: TaskStore, log: EventLog
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        before = log.last_id()
        error = {"code": "not_found", "detail": "no"}
        items = [
            Item("A", ItemState.RUNNING),
            Item("B", ItemState.OK, {"success": True, "quote": {"price": 1.5}, "attempts": [1]}),
            Item("C", ItemState.FAILED, {"success": False, "error": error, "attempts": [1]}),
        ]
        progress = Progress(2, 3, "half", 1.0)
        store.record("t1", "w", items, progress)
        events = events_of(log, after=before)
        assert [event.type.value for event in events] == ["item", "item", "item", "progress"]
        assert [event.data for event in events] == [
            {"key": "A", "state": "running"},
            {"key": "B", "state": "ok", "quote": {"price": 1.5}},
            {"key": "C", "state": "failed", "error": error},
            {**progress.to_json(), "status": "running", "kind": "live_prices"},
        ]

    def test_recording_is_refused_where_nobody_runs_the_task(
        self, store: TaskStore, log: EventLog
    ) -> None:
        store.create(new_task())
        before = log.last_id()
        assert not store.record("t1", "w", [Item("A", ItemState.OK)], Progress(1, 3))
        assert not store.record("unknown", "w", [], Progress(1, 3))
        assert states(store)["A"] == "queued"
        assert log.last_id() == before

    def test_recording_after_a_cancel_is_refused_and_changes_nothing(
        self, store: TaskStore, log: EventLog
    ) -> None:
        store.create(new_task())
        store.claim("w", LEASE)
        store.cancel("t1")
        before = log.last_id()
        assert not store.record("t1", "w", [Item("A", ItemState.OK)], Progress(1, 3))
        assert states(store)["A"] == "cancelled"
        assert log.last_id() == before
