"""What every TaskStore tells of its tasks."""

from concurrent.futures import ThreadPoolExecutor

from stockapp.domain.event import EventType, task_topic
from stockapp.domain.task import Item, ItemState, NewTask, Progress, TaskStatus
from stockapp.ports import EventLog, TaskStore, Unended

from .backends import Backends, SetClock
from .tasks import LEASE, new_task


class ListingContract:
    def test_recent_tasks_come_newest_first_without_items_and_results(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        store.create(new_task("t1"))
        store.claim("w", LEASE)
        store.finish("t1", "w", TaskStatus.COMPLETED, Progress(3, 3, "done"), {"x": 1})
        clock.advance(1)
        store.create(new_task("t2"))
        newest, oldest = store.recent()
        assert (newest.id, oldest.id) == ("t2", "t1")
        assert (newest.has_result, oldest.has_result) == (False, True)
        assert (oldest.items, oldest.result) == ((), None)
        assert oldest.progress == Progress(3, 3, "done")

    def test_recent_tasks_can_be_selected_by_status_and_kind(self, store: TaskStore) -> None:
        store.create(new_task("t1"))
        store.create(NewTask("t2", "analysis", {}, "k2", ()))
        store.cancel("t1")
        assert [task.id for task in store.recent(status=TaskStatus.CANCELLED)] == ["t1"]
        assert [task.id for task in store.recent(kind="analysis")] == ["t2"]
        assert store.recent(kind="analysis", status=TaskStatus.CANCELLED) == []

    def test_unended_tasks_are_counted_as_running_or_waiting(self, store: TaskStore) -> None:
        assert store.unended() == Unended(0, 0)
        for number in range(4):
            store.create(new_task(f"t{number}"))
        store.claim("w", LEASE, "t0")
        store.cancel("t1")
        assert store.unended() == Unended(running=1, waiting=2)

    def test_pages_have_no_gap_and_no_repeat_even_within_one_instant(
        self, store: TaskStore, clock: SetClock
    ) -> None:
        for number in range(10):
            store.create(new_task(f"t{number}", keys=()))
            clock.advance(number % 2)
        pages: list[str] = []
        before: str | None = None
        while page := store.recent(limit=3, before=before):
            pages += [task.id for task in page]
            before = page[-1].id
        assert pages == [f"t{number}" for number in reversed(range(10))]

    def test_active_states_are_those_of_unended_items_in_unended_tasks_of_the_kind(
        self, store: TaskStore
    ) -> None:
        store.create(new_task("t1", keys=("A", "B", "C")))
        store.create(new_task("t2", keys=("A", "D")))
        store.create(new_task("ended", keys=("E",)))
        store.create(NewTask("other", "analysis", {}, "k", (Item("F", ItemState.QUEUED),)))
        store.claim("w", LEASE, "t1")
        items = [Item("A", ItemState.RUNNING), Item("B", ItemState.OK)]
        store.record("t1", "w", items, Progress(1, 3))
        store.cancel("ended")
        wanted = ["A", "B", "D", "E", "F", "G"]
        expected = {"A": ItemState.RUNNING, "D": ItemState.QUEUED}
        assert store.active_states("live_prices", wanted) == expected
        assert store.active_states("live_prices", []) == {}

    def test_active_states_are_found_in_any_number_of_tasks_of_any_size(
        self, store: TaskStore
    ) -> None:
        # More symbols than are looked for, as many, and fewer.
        keys = [f"S{number}" for number in range(2500)]
        store.create(new_task("runs", keys=tuple(keys)))
        store.claim("w", LEASE, "runs")
        for number in (0, 1, 2499):
            store.create(new_task(f"waits-{number}", keys=(f"S{number}", f"T{number}")))
        ended = [Item(key, ItemState.OK) for key in keys[1:]]
        progress = Progress(2499, 2500)
        store.record("runs", "w", [Item("S0", ItemState.RUNNING), *ended], progress)
        queued, running = ItemState.QUEUED, ItemState.RUNNING
        expected = {"S0": running, "S1": queued, "S2499": queued}
        assert store.active_states("live_prices", keys[:1]) == {"S0": running}
        assert store.active_states("live_prices", ["S1", "T1"]) == {"S1": queued, "T1": queued}
        assert store.active_states("live_prices", keys) == expected
        assert store.active_states("live_prices", keys[:1500]) == {"S0": running, "S1": queued}


class SnapshotContract:
    def test_a_snapshot_and_the_events_after_it_have_no_gap_and_no_repeat(
        self, store: TaskStore, other: Backends, threads: ThreadPoolExecutor
    ) -> None:
        keys = tuple(f"S{number}" for number in range(60))
        store.create(new_task(keys=keys))
        store.claim("w", LEASE)

        def run() -> None:
            for number, key in enumerate(keys, 1):
                store.record("t1", "w", [Item(key, ItemState.OK)], Progress(number, len(keys)))

        running = threads.submit(run)
        while not running.done():
            found = other.tasks.snapshot("t1")
            assert found is not None
            task, last_id = found
            seen = {item.key for item in task.items if item.state is ItemState.OK}
            assert task.progress.done == len(seen)
            later = other.log.since(last_id, topic=task_topic("t1"))
            told = {event.data["key"] for event in later if event.type is EventType.ITEM}
            assert not seen & told
            assert seen | told == set(keys[: len(seen) + len(told)])
        running.result()

    def test_a_snapshot_carries_the_id_of_the_newest_event(
        self, store: TaskStore, log: EventLog
    ) -> None:
        store.create(new_task("t1"))
        store.create(new_task("t2"))
        found = store.snapshot("t1")
        assert found is not None
        assert found == (store.get("t1"), log.last_id())
