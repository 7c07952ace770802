"""The events of one task as a JSON stream."""

from collections.abc import Generator, Iterator

import orjson

from stockapp.domain.event import Event, EventType, task_topic
from stockapp.domain.task import Task, TaskStatus
from stockapp.ports import EventLog, StoreTrouble, TaskStore
from stockapp.tasks.fanout import Fanout, Subscription
from stockapp.tasks.mailbox import Closed
from stockapp.web import sse, task_json
from stockapp.web.wire import Delivery, Wire

_END = {
    TaskStatus.COMPLETED: EventType.COMPLETED,
    TaskStatus.FAILED: EventType.FAILED,
    TaskStatus.CANCELLED: EventType.CANCELLED,
}
# Events kept as sent; streams of a task read them within a moment of each other.
_MOST_KEPT = 256


class TaskStreams:
    """Streams that begin with a snapshot, or where the client left off."""

    def __init__(
        self, store: TaskStore, log: EventLog, fanout: Fanout, heartbeat_seconds: float
    ) -> None:
        self._store = store
        self._log = log
        self._fanout = fanout
        self._heartbeat_seconds = heartbeat_seconds
        # An event as it is sent, made once for all streams of this worker.
        self._made: dict[int, bytes] = {}

    def subscribe(self, task_id: str) -> Subscription:
        """Begin to receive; before the past is read, so that nothing falls between."""
        return self._fanout.subscribe(task_topic(task_id))

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop receiving."""
        self._fanout.unsubscribe(subscription)

    def messages(
        self, task_id: str, after_id: int | None, subscription: Subscription, wire: Wire
    ) -> Iterator[bytes]:
        """The stream of a task, until it ends, the client leaves, or the worker stops.

        Where the store cannot be read it ends too: the client comes back, and loses nothing.
        """
        try:
            yield from self._messages(task_id, after_id, subscription, wire)
        except (Closed, StoreTrouble):
            return

    def _messages(
        self, task_id: str, after_id: int | None, subscription: Subscription, wire: Wire
    ) -> Iterator[bytes]:
        if after_id is None:
            position = yield from self._snapshot(task_id)
        elif after_id < self._log.trimmed_through() or after_id > self._log.last_id():
            yield sse.message("{}", event=EventType.RESET)
            position = yield from self._snapshot(task_id)
        else:
            position = yield from self._replay(task_id, after_id)
        if position is not None:
            yield from self._follow(position, subscription, wire)

    def _follow(self, position: int, subscription: Subscription, wire: Wire) -> Iterator[bytes]:
        def message(event: Event) -> bytes | None:
            if event.type.ends_task:
                return None
            return self._message(event) if event.id > position else b""

        def advance(event: Event) -> None:
            nonlocal position
            position = event.id

        delivery = Delivery(subscription, wire, message, advance)
        while True:
            event = delivery.next(self._heartbeat_seconds)
            if event is None:
                yield sse.HEARTBEAT
                continue
            # Whatever came together leaves together: one write for each stream.
            news = [each for each in (event, *subscription.drain()) if each.id > position]
            if news:
                yield b"".join(map(self._message, news))
                if news[-1].type.ends_task:
                    return
                advance(news[-1])

    def _snapshot(self, task_id: str) -> "Generator[bytes, None, int | None]":
        """The whole task; for one that has ended, also its end. Returns the position, or None."""
        found = self._store.snapshot(task_id)
        if found is None:
            return None
        task, event_id = found
        yield sse.message(_whole(task), event_id=event_id, event=EventType.SNAPSHOT)
        if not task.status.ended:
            return event_id
        yield sse.message(_whole(task), event_id=event_id, event=_END[task.status])
        return None

    def _replay(self, task_id: str, after_id: int) -> "Generator[bytes, None, int | None]":
        """What was missed. A task that ended before that has nothing to add but its end."""
        task = self._store.get(task_id)
        position = after_id
        while events := self._log.since(position, topic=task_topic(task_id)):
            for event in events:
                yield self._message(event)
                position = event.id
                if event.type.ends_task:
                    return None
        if task is None or task.status.ended:
            return (yield from self._snapshot(task_id))
        return position

    def _message(self, event: Event) -> bytes:
        made = self._made.get(event.id)
        if made is None:
            made = self._make(event)
            if len(self._made) >= _MOST_KEPT:
                del self._made[next(iter(self._made))]
            self._made[event.id] = made
        return made

    def _make(self, event: Event) -> bytes:
        """An event; the end of a task carries the whole task, as the log does not."""
        data = orjson.dumps(dict(event.data)).decode()
        if event.type.ends_task:
            task = self._store.get(event.topic.removeprefix("task:"))
            data = _whole(task) if task else data
        return sse.message(data, event_id=event.id, event=event.type)


def _whole(task: Task) -> str:
    return orjson.dumps(task_json.whole(task)).decode()
