"""From the one log of events to the many streams of this worker."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress

from stockapp.domain.event import Event
from stockapp.ports import EventLog, StoreTrouble
from stockapp.tasks.mailbox import Mailbox

logger = logging.getLogger(__name__)

# So many streams are written to before other greenlets get their turn.
_AT_ONCE = 200
# So many events are read at once; after fewer nothing is left, and what comes then ends the wait.
_MOST_READ = 1_000


class Subscription(Mailbox[Event]):
    """The events of one topic (or of all) from the moment of subscribing on."""

    def __init__(self, topic: str | None) -> None:
        super().__init__()
        self.topic = topic


class Fanout:
    """Hands each event to its topic's subscriptions, and to those of all topics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_topic: defaultdict[str | None, set[Subscription]] = defaultdict(set)
        self._closed = False

    def subscribe(self, topic: str | None) -> Subscription:
        """Begin to receive; call `unsubscribe` when done."""
        subscription = Subscription(topic)
        with self._lock:
            if self._closed:
                subscription.close()
            else:
                self._by_topic[topic].add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop receiving."""
        with self._lock:
            members = self._by_topic.get(subscription.topic)
            if members is not None:
                members.discard(subscription)
                if not members:
                    del self._by_topic[subscription.topic]

    def publish(self, events: Sequence[Event]) -> None:
        """Hand over events in order; what came together, together."""
        groups: defaultdict[str | None, list[Event]] = defaultdict(list)
        for event in events:
            groups[event.topic].append(event)
        groups[None] = list(events)
        for topic, group in groups.items():
            with self._lock:
                receivers = list(self._by_topic.get(topic, ()))
            for number, receiver in enumerate(receivers, 1):
                receiver.put_all(group)
                if number % _AT_ONCE == 0:
                    # Others have their turn.
                    time.sleep(0.001)

    def interrupt(self) -> None:
        """End every present subscription; whoever it was for may come back."""
        with self._lock:
            subscriptions = [entry for group in self._by_topic.values() for entry in group]
        for subscription in subscriptions:
            subscription.close()

    def close(self) -> None:
        """End every subscription, now and in future: the worker stops."""
        with self._lock:
            self._closed = True
        self.interrupt()


class Follower:
    """Reads the log as it grows and publishes what is new; one per worker."""

    def __init__(
        self, log: EventLog, fanout: Fanout, listeners: Sequence[Callable[[Event], None]]
    ) -> None:
        self._log = log
        self._fanout = fanout
        self._listeners = listeners
        # None while the log cannot be read.
        self._last_id: int | None = None
        # Whether the log may have lost what was read last, as a server that failed may have.
        self._doubts = False
        self._stopped = False

    def start(self) -> None:
        """Follow from the log's present end, until stopped."""
        with suppress(StoreTrouble):
            self._last_id = self._log.last_id()
        threading.Thread(target=self._follow, name="event-follower", daemon=True).start()

    def stop(self) -> None:
        """Stop following soon."""
        self._stopped = True

    def _follow(self) -> None:
        while not self._stopped:
            try:
                while self._step():
                    pass
                self._log.wait(1.0)
            except StoreTrouble:
                self._doubts = True
                threading.Event().wait(0.5)
            except Exception:
                # Streams must outlive a defect. At the end of the worker the log closes under
                # us: no news.
                if self._stopped:
                    return
                logger.exception("following the event log failed")
                threading.Event().wait(0.5)

    def _step(self) -> bool:
        if self._doubts and self._last_id is not None and self._log.last_id() < self._last_id:
            self._last_id = None
        self._doubts = False
        if self._last_id is None:
            self._last_id = self._log.last_id()
            # What streams read of the past may end before here: they come back and resume.
            self._fanout.interrupt()
        events = self._log.since(self._last_id, limit=_MOST_READ)
        if not events:
            return False
        self._last_id = events[-1].id
        # Listeners first: what a stream's reader looks up then must not be older than the event.
        for event in events:
            for listener in self._listeners:
                listener(event)
        self._fanout.publish(events)
        return len(events) == _MOST_READ
