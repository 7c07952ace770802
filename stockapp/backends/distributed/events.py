"""The event log: one stream, whose ids are the order of all that happened."""

import math
import threading
import time
from collections.abc import Iterable
from datetime import datetime

from stockapp.backends.codec import decode
from stockapp.backends.distributed.link import RedisLink
from stockapp.domain import moment
from stockapp.domain.event import Event, EventType

# Well below the time-out of a connection's answers.
_BLOCK_SECONDS = 1.0
_PURGE_BATCH = 5_000
# What comes so soon after other news is read together: processes are many, and Redis is one.
_GATHER_SECONDS = 0.01


class RedisEventLog:
    """EventLog in Redis.

    A waiter is a thread or greenlet: `wait` returns at once if something came since this one last
    called `since` or `wait`.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._waiter = threading.local()

    def take(self, rows: Iterable[tuple[int, float, str, str, str]]) -> None:
        """Write events from elsewhere, all at once and in that order, but none that was taken.

        They come with a number there, in seconds since 1970, and with topic, type and data.
        """
        values: list[str | int] = []
        for number, at, *event in rows:
            values += [number, repr(at), *event]
        self._link.run("relay", *values)

    def since(self, after_id: int, *, topic: str | None = None, limit: int = 1000) -> list[Event]:
        """Events after that id, oldest first."""
        entries, newest = self._link.run("since", after_id, limit, topic or "")
        self._waiter.seen = int(newest)
        return [_event(*entry) for entry in entries]

    def last_id(self) -> int:
        """The id of the newest event ever written; 0 when there was none."""
        return self._number("events:last")

    def trimmed_through(self) -> int:
        """Events up to this id may have been deleted; 0 when none were."""
        return self._number("events:trimmed")

    def wait(self, timeout_seconds: float) -> None:
        """Return when new events may have been written by any worker, or after the time-out."""
        deadline = time.monotonic() + timeout_seconds
        seen: int | None = getattr(self._waiter, "seen", None)
        if seen is None:
            seen = self._waiter.seen = self.last_id()
        woken = getattr(self._waiter, "woken", -math.inf)
        time.sleep(max(0.0, min(woken + _GATHER_SECONDS, deadline) - time.monotonic()))
        name = self._link.key("events")
        while (left := deadline - time.monotonic()) > 0:
            block = max(1, round(1000 * min(left, _BLOCK_SECONDS)))
            after = {name: f"{seen}-0"}
            if self._link.ask(lambda redis: redis.xread(after, count=1, block=block)):  # noqa: B023
                # Ids are counted; how far it reads is told by `since`.
                self._waiter.seen, self._waiter.woken = seen + 1, time.monotonic()
                return

    def purge(self, written_before: datetime, most_kept: int) -> int:
        """Delete older events, and those before the newest `most_kept`. Returns how many."""
        newest = self.last_id()
        boundary = max(self._boundary(written_before.timestamp(), newest), newest + 1 - most_kept)
        return int(self._link.run("trim", boundary)) if boundary > 0 else 0

    def _boundary(self, written_before: float, newest: int) -> int:
        """The id before which everything is old; a clock set back keeps events, never loses
        them.
        """
        name, after = self._link.key("events"), "-"
        while True:
            part = self._link.ask(lambda redis: redis.xrange(name, after, "+", _PURGE_BATCH))  # noqa: B023
            for entry, fields in part:
                if float(fields["at"]) >= written_before:
                    return _id(entry)
            if len(part) < _PURGE_BATCH:
                return newest + 1
            after = f"({part[-1][0]}"

    def _number(self, name: str) -> int:
        return int(self._link.ask(lambda redis: redis.get(self._link.key(name))) or 0)


def _id(entry: str) -> int:
    return int(entry.partition("-")[0])


def _event(entry: str, fields: list[str]) -> Event:
    told = dict(zip(fields[::2], fields[1::2], strict=True))
    return Event(
        _id(entry),
        told["topic"],
        EventType(told["type"]),
        decode(told["data"]),
        moment.from_epoch(float(told["at"])),
    )
