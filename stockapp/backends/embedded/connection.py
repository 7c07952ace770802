"""How a connection to the database is opened, and how long one waits for its lock."""

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from stockapp.backends.embedded import schema

T = TypeVar("T")

# SQLite's own waiting grows to 100 ms between looks; short waits begun anew share the lock more
# evenly: with three saturated workers the slowest writes took half as long as with 50 ms.
BUSY_TIMEOUT_SECONDS = 0.01
PATIENCE_SECONDS = 15.0


class Connection(sqlite3.Connection):
    """A connection; `news` is set by an operation that wrote events others wait for."""

    news: bool = False


def open_writer(path: Path) -> Connection:
    """The connection for writing, with the tables made or brought up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _open(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        schema.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> Connection:
    """A connection that can only read; the database must have been opened for writing before."""
    connection = _open(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def patiently(call: Callable[[], T]) -> T:
    """Call again, after short waits, while other workers hold the lock of the database.

    Raises sqlite3.OperationalError when they hold it for too long. The waits let other greenlets
    run, so this is not for native threads.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return call()
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
        time.sleep(random.uniform(0.001, 0.005))


def _open(path: Path) -> Connection:
    # Any native thread of the pool may use it, one at a time; transactions are begun by hand.
    return sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )


def _is_busy(error: sqlite3.OperationalError) -> bool:
    # The low byte is the primary code of an extended one such as SQLITE_BUSY_SNAPSHOT.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
