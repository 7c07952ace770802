"""Reading the log on: also after a server that keeps it failed."""

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from stockapp.domain.event import Event, EventType
from stockapp.ports import StoreTrouble
from stockapp.tasks.fanout import Fanout, Follower

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Log:
    """An event log on a server that may be away, and come back without what it knew last."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.away = False

    def add(self, event_id: int) -> None:
        self.events.append(Event(event_id, "task:t", EventType.PROGRESS, {}, NOW))

    def since(self, after_id: int, *, topic: str | None = None, limit: int = 1000) -> list[Event]:
        del topic, limit
        self._answer()
        return [event for event in self.events if event.id > after_id]

    def last_id(self) -> int:
        self._answer()
        return self.events[-1].id if self.events else 0

    def trimmed_through(self) -> int:
        return 0

    def wait(self, timeout_seconds: float) -> None:
        del timeout_seconds
        self._answer()
        time.sleep(0.01)

    def purge(self, written_before: datetime, most_kept: int) -> int:
        del written_before, most_kept
        return 0

    def publish(
        self, at: datetime, entries: Iterable[tuple[str, EventType, Mapping[str, Any]]]
    ) -> None:
        del at, entries

    def _answer(self) -> None:
        if self.away:
            raise StoreTrouble("it does not answer")


def heard_after_an_outage(log: Log, known: list[int]) -> list[int]:
    """Follow the log to its end, lose it, have it back with these events, and hear one more."""
    fanout, heard = Fanout(), []
    follower = Follower(log, fanout, [lambda event: heard.append(event.id)])
    log.events.clear()
    for event_id in range(1, 6):
        log.add(event_id)
    follower.start()
    try:
        log.add(6)
        _until(lambda: heard == [6])
        log.away = True
        time.sleep(0.1)
        log.events = [event for event in log.events if event.id in known]
        log.away = False
        # Longer than it rests after it could not read.
        time.sleep(1.5)
        log.add(known[-1] + 1)
        _until(lambda: len(heard) == 2)
    finally:
        follower.stop()
    return heard


def _until(done: Any) -> None:
    until = time.monotonic() + 20
    while not done() and time.monotonic() < until:
        time.sleep(0.01)
    assert done()


def test_what_comes_after_an_outage_is_heard() -> None:
    assert heard_after_an_outage(Log(), [1, 2, 3, 4, 5, 6]) == [6, 7]


def test_a_log_that_lost_its_end_is_followed_from_where_it_ends() -> None:
    assert heard_after_an_outage(Log(), [1, 2, 3]) == [6, 4]
