"""Tasks for the contract, and short ways to look at them."""

from stockapp.domain.event import Event, task_topic
from stockapp.domain.task import Item, ItemState, NewTask
from stockapp.ports import EventLog, TaskStore

LEASE = 5.0


def new_task(
    id_: str = "t1", keys: tuple[str, ...] = ("A", "B", "C"), dedupe_key: str | None = None
) -> NewTask:
    items = tuple(Item(key, ItemState.QUEUED) for key in keys)
    return NewTask(id_, "live_prices", {"symbols": list(keys)}, dedupe_key or f"key-{id_}", items)


def events_of(log: EventLog, task_id: str = "t1", after: int = 0) -> list[Event]:
    return log.since(after, topic=task_topic(task_id))


def states(store: TaskStore, task_id: str = "t1") -> dict[str, str]:
    task = store.get(task_id)
    assert task is not None
    return {item.key: item.state.value for item in task.items}
