"""How a connection to the database is opened, and how long one waits for its lock."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from stockapp.backends.codec import encode
from stockapp.backends.embedded import schema
from stockapp.domain.event import EventType

T = TypeVar("T")

# SQLite's own waiting grows to 100 ms between looks; short waits begun anew share the lock more
# evenly: with three saturated workers the slowest writes took half as long as with 50 ms.
BUSY_TIMEOUT_SECONDS = 0.01


class Connection(sqlite3.Connection):
    """A connection; `news` is set by an operation that wrote events others wait for.

    `inode` is that of the file it was opened on.
    """

    news: bool = False
    inode: int = 0

    def tell(
        self, at: datetime, topic: str, entries: Iterable[tuple[EventType, Mapping[str, Any]]]
    ) -> None:
        """Write events inside the transaction, in that order."""
        written_at = at.timestamp()
        rows = [(topic, type_.value, encode(data), written_at) for type_, data in entries]
        if rows:
            self.executemany(
                "INSERT INTO events (topic, type, data, created_at) VALUES (?, ?, ?, ?)", rows
            )
            self.news = True

    def is_current(self, path: Path) -> bool:
        """Whether that path still leads to the file of this connection."""
        try:
            return os.stat(path).st_ino == self.inode
        except OSError:
            return False


def open_writer(path: Path) -> Connection:
    """The connection for writing, with the tables made or brought up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path)
    try:
        # Before there are tables, or else it has no effect: freed pages can be given back.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        schema.migrate(connection, path)
    except BaseException:
        # Nobody else holds it yet, so nobody else would close it.
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> Connection:
    """A connection that can only read; the database must have been opened for writing before."""
    connection = open_existing(path, BUSY_TIMEOUT_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


def open_existing(path: Path, busy_seconds: float) -> Connection:
    """A connection to a database that there is already; it waits so long for a lock."""
    return _open(path, busy_seconds, "rw")


def patiently(call: Callable[[], T], seconds: float) -> T:
    """Call again, after short waits, while others hold the lock of the database.

    Raises sqlite3.OperationalError when they hold it for longer than that. The waits let other
    greenlets run, so this is not for native threads.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
        time.sleep(random.uniform(0.001, 0.005))


def _open(path: Path, busy_seconds: float = BUSY_TIMEOUT_SECONDS, mode: str = "rwc") -> Connection:
    # Any native thread of the pool may use it, one at a time; transactions are begun by hand.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    connection.inode = os.stat(path).st_ino
    return connection


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else holds the lock."""
    # The low byte is the primary code of an extended one such as SQLITE_BUSY_SNAPSHOT.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
