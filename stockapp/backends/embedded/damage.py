"""A database file that is damaged is set aside at the start, never deleted.

For the server's master, before there are workers: nothing else has the file open then.
"""

import logging
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from stockapp.backends.embedded import set_aside, trouble
from stockapp.backends.embedded.connection import open_existing, open_writer
from stockapp.backends.embedded.events import begin_after
from stockapp.backends.embedded.watchlists import mark_seeded

_BUSY_SECONDS = 2.0

_log = logging.getLogger(__name__)


def prepare(path: Path) -> Path | None:
    """See that there is a sound database. Returns what a damaged one was renamed to.

    What can still be read of its watchlists is taken over. Never raises: what cannot be mended
    is told by the workers.
    """
    try:
        if not path.exists() or _is_sound(path):
            return None
        aside = set_aside.rename(path)
        taken = _take_over(aside, path)
    except (sqlite3.Error, OSError) as error:
        _log.error("the database could not be checked: %s", error)
        return None
    _log.error("the database was damaged: it is %s now, %s items taken over", aside, taken)
    return aside


def _is_sound(path: Path) -> bool:
    try:
        connection = open_existing(path, _BUSY_SECONDS)
        try:
            # An old database gets the room to give back freed pages; nobody else is there yet.
            (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found == "ok" and mode == 0:
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                connection.execute("VACUUM")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if trouble.primary_code(error) in trouble.DAMAGED:
            return False
        raise
    return bool(found == "ok")


def _take_over(aside: Path, path: Path) -> int:
    connection = open_writer(path)
    try:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            columns = [row[1] for row in connection.execute("PRAGMA table_info(watchlist_items)")]
            marks = ", ".join("?" * len(columns))
            rows = list(_readable_items(aside, columns))
            # Streams that resume by an id of the old log must not find another event there.
            begin_after(connection, int(datetime.now(UTC).timestamp()))
            if rows:
                mark_seeded(connection)
            connection.executemany(
                f"INSERT OR IGNORE INTO watchlist_items ({', '.join(columns)}) VALUES ({marks})",
                rows,
            )
    finally:
        connection.close()
    return len(rows)


def _readable_items(aside: Path, columns: list[str]) -> Iterator[tuple[object, ...]]:
    try:
        damaged = open_existing(aside, _BUSY_SECONDS)
    except sqlite3.Error:
        return
    try:
        yield from damaged.execute(f"SELECT {', '.join(columns)} FROM watchlist_items")
    except sqlite3.Error as error:
        # As far as it could be read.
        _log.warning("watchlists of the damaged database: %s", error)
    finally:
        damaged.close()
