"""The event log: one table, whose ids are the order of all that happened."""

import threading
import time
from datetime import datetime
from typing import Any

from stockapp.backends.codec import decode
from stockapp.backends.embedded.connection import Connection
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.domain import moment
from stockapp.domain.event import Event, EventType

# A lost ring costs at most this long.
POLL_SECONDS = 0.1
PURGE_BATCH = 5_000

_TRIMMED = "trimmed_through"


def last_id(connection: Connection) -> int:
    """The id of the newest event ever written, as the caller's transaction sees it."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return int(row[0]) if row else 0


def begin_after(connection: Connection, event_id: int) -> None:
    """Number the first event of an empty log from there on; what was before counts as trimmed."""
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", (event_id,))
    _trim(connection, event_id)


def begin_again(connection: Connection, event_id: int) -> None:
    """Empty the log, and number its next event from there on, or from its end if that is later."""
    event_id = max(event_id, last_id(connection))
    connection.execute("DELETE FROM events")
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
    begin_after(connection, event_id)


class SqliteEventLog:
    """EventLog in the database of all workers.

    `doorbell` is to be rung after each commit with news (see `Database.after_commit`). A waiter
    is a thread or greenlet: `wait` returns at once if something came since this one last called
    `since` or `wait`.
    """

    def __init__(self, database: Database, doorbell: Doorbell) -> None:
        self._database = database
        self._doorbell = doorbell
        self._waiter = threading.local()

    def since(self, after_id: int, *, topic: str | None = None, limit: int = 1000) -> list[Event]:
        """Events after that id, oldest first."""
        events, self._waiter.seen = self._database.read(
            lambda connection: (_since(connection, after_id, topic, limit), last_id(connection))
        )
        return events

    def last_id(self) -> int:
        """The id of the newest event ever written; 0 when there was none."""
        return self._database.read(last_id)

    def trimmed_through(self) -> int:
        """Events up to this id may have been deleted; 0 when none were."""
        return self._database.read(_trimmed_through)

    def wait(self, timeout_seconds: float) -> None:
        """Return when new events may have been written by any worker, or after the time-out."""
        deadline = time.monotonic() + timeout_seconds
        seen: int | None = getattr(self._waiter, "seen", None)
        if seen is None:
            seen = self._waiter.seen = self.last_id()
        while True:
            remaining = deadline - time.monotonic()
            if self._doorbell.wait(max(0.0, min(remaining, POLL_SECONDS))):
                return
            newest = self.last_id()
            if newest != seen or remaining <= POLL_SECONDS:
                self._waiter.seen = newest
                return

    def purge(self, written_before: datetime, most_kept: int) -> int:
        """Delete older events, and those before the newest `most_kept`. Returns how many."""
        boundary = self._database.read(
            lambda connection: max(
                _boundary(connection, written_before), last_id(connection) + 1 - most_kept
            )
        )
        deleted = 0
        # In parts, so that other writers get their turn.
        while count := self._database.write(lambda connection: _delete_part(connection, boundary)):
            deleted += count
        return deleted


def _since(connection: Connection, after_id: int, topic: str | None, limit: int) -> list[Event]:
    where = "id > ?"
    values: list[Any] = [after_id]
    if topic is not None:
        where, values = "topic = ? AND id > ?", [topic, after_id]
    rows = connection.execute(
        f"SELECT id, topic, type, data, created_at FROM events WHERE {where} ORDER BY id LIMIT ?",
        [*values, limit],
    )
    return [
        Event(row[0], row[1], EventType(row[2]), decode(row[3]), moment.from_epoch(row[4]))
        for row in rows
    ]


def _trimmed_through(connection: Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_TRIMMED,)).fetchone()
    return int(row[0]) if row else 0


def _boundary(connection: Connection, written_before: datetime) -> int:
    """The id before which everything is old; a clock set back keeps events, never loses them."""
    row = connection.execute(
        "SELECT id FROM events WHERE created_at >= ? ORDER BY id LIMIT 1",
        (written_before.timestamp(),),
    ).fetchone()
    return int(row[0]) if row else last_id(connection) + 1


def _delete_part(connection: Connection, boundary: int) -> int:
    row = connection.execute(
        "SELECT max(id) FROM (SELECT id FROM events WHERE id < ? ORDER BY id LIMIT ?)",
        (boundary, PURGE_BATCH),
    ).fetchone()
    if row[0] is None:
        return 0
    _trim(connection, row[0])
    return connection.execute("DELETE FROM events WHERE id <= ?", (row[0],)).rowcount


def _trim(connection: Connection, event_id: int) -> None:
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)",
        (_TRIMMED, event_id),
    )
