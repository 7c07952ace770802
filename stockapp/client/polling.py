"""The events of a task that is polled: what changed from one look to the next."""

from collections.abc import Iterator

from stockapp.client.models import Event, Task


class Polled:
    """Compares each look at a task with the one before."""

    def __init__(self) -> None:
        self._last: Task | None = None

    def news(self, task: Task, *, gap: bool) -> Iterator[Event]:
        """What is new: the whole task at first (after a reset where there is a gap), then what
        changed, and its end. States that passed between two looks are not told.
        """
        last, self._last = self._last, task
        if last is None:
            if gap:
                yield Event("reset", None, {})
            yield Event("snapshot", None, task.raw)
        else:
            yield from _changes(last, task)
        if task.ended:
            yield Event(task.status, None, task.raw)


def _changes(last: Task, task: Task) -> Iterator[Event]:
    before = {item.key: item.state for item in last.items}
    for item in task.items:
        if before.get(item.key) != item.state:
            yield Event("item", None, {"key": item.key, "state": item.state})
    if last.progress != task.progress:
        extra = {"status": task.status, "kind": task.kind}
        yield Event("progress", None, {**task.raw["progress"], **extra})
