"""What is wrong with tasks that went through faults, by what the stores keep and streams told."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from stockapp.domain.event import Event, EventType, task_topic
from stockapp.domain.task import ItemState, Task, TaskStatus
from stockapp.ports import EventLog, TaskStore

from .recorder import Heard

_MOST_TASKS = 100_000


@dataclass(frozen=True)
class Stores:
    """Where a server, or several nodes, keep tasks and events."""

    tasks: TaskStore
    log: EventLog

    def all_tasks(self) -> list[Task]:
        return self.tasks.recent(limit=_MOST_TASKS)

    def none_is_unended(self) -> bool:
        counts = self.tasks.unended()
        return counts.running + counts.waiting == 0

    def events(self, task_id: str) -> list[Event]:
        """All of a task."""
        return list(self._events(task_topic(task_id)))

    def _events(self, topic: str) -> Iterator[Event]:
        after = 0
        while part := self.log.since(after, topic=topic):
            yield from part
            after = part[-1].id


# Of items.
FINAL = frozenset(state for state in ItemState if state.ended)


def mistakes(stores: Stores, heard: Heard) -> list[str]:
    """All that is wrong with a task that has ended, and with what was heard of it."""
    task, events = stores.tasks.get(heard.task_id), stores.events(heard.task_id)
    if task is None:
        return [f"{heard.task_id} is gone"]
    wrong = []
    if heard.ends != [task.status]:
        wrong.append(f"ended as {heard.ends}, stored as {task.status}")
    if Counter(event.type.value for event in events)[task.status] != 1:
        wrong.append(f"{task.status} stands not once in the log")
    stored = [(event.id, event.type) for event in events if event.id > heard.began_at]
    # One that had ended before it was followed tells its end again, as of the snapshot.
    told = [event for event in heard.events if event[0] > heard.began_at]
    if told != stored:
        missed, more = set(stored) - set(told), set(told) - set(stored)
        wrong.append(f"missed {sorted(missed)}, heard besides {sorted(more)}, of {len(stored)}")
    if task.retries > 3 and (task.error is None or task.error.code != "worker_lost"):
        wrong.append(f"taken over {task.retries} times")
    if task.status is TaskStatus.COMPLETED:
        wrong += [f"{item.key} has not ended" for item in task.items if not item.state.ended]
    # What could not be computed may be computed by the next worker.
    final = FINAL - {ItemState.FAILED} if task.kind == "analysis" else FINAL
    wrong += [f"done twice: {key}" for key in done_twice(events, final)]
    if task.status is TaskStatus.COMPLETED and task.kind == "live_prices":
        lost = set(task.params["symbols"]) - (task.result or {})["live_prices"].keys()
        wrong += [f"{key} is not in the result" for key in lost]
    return [f"{task.id} ({task.status}, {task.retries} retries): {line}" for line in wrong]


def done_twice(events: Sequence[Event], final: Collection[ItemState] = FINAL) -> list[str]:
    """Items that something was done about after they had come to one of these states."""
    ended: set[str] = set()
    again = []
    for event in events:
        if event.type is EventType.ITEM:
            if event.data["key"] in ended:
                again.append(event.data["key"])
            if ItemState(event.data["state"]) in final:
                ended.add(event.data["key"])
    return again
