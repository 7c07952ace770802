"""A database file that is damaged is set aside at the start, never deleted.

For the server's master, before there are workers: nothing else has the file open then.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stockapp.backends.embedded import set_aside, trouble
from stockapp.backends.embedded.connection import open_existing, open_writer
from stockapp.backends.embedded.events import begin_after
from stockapp.backends.sql.watchlists import mark_seeded

_BUSY_SECONDS = 2.0

_LIST = ("name", "title", "position")
_ITEM = (
    *("watchlist", "symbol", "position", "added_at"),
    *("name", "note", "target_price", "sample"),
)
# The place of a list that itself cannot be read, after all others.
_LAST = 1_000_000

_log = logging.getLogger(__name__)


def prepare(path: Path) -> Path | None:
    """See that there is a sound database. Returns what a damaged one was renamed to.

    What can still be read of its watchlists, with their order, is taken over. Never raises: what
    cannot be mended is told by the workers.
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
            lists = list(_readable(aside, "watchlists", _LIST))
            items = list(_readable(aside, "watchlist_items", _ITEM))
            # Streams that resume by an id of the old log must not find another event there.
            begin_after(connection, int(datetime.now(UTC).timestamp()))
            if items or lists:
                mark_seeded(connection)
            # Of a list that cannot be read the items tell the name.
            connection.executemany(
                "INSERT OR IGNORE INTO watchlists (name, title, position) VALUES (?, ?, ?)",
                [*lists, *((item[0], item[0], _LAST) for item in items)],
            )
            connection.executemany(
                "UPDATE watchlists SET title = ? WHERE name = ?", [row[1::-1] for row in lists]
            )
            connection.executemany(
                f"INSERT OR IGNORE INTO watchlist_items ({', '.join(_ITEM)})"
                f" VALUES ({', '.join('?' * len(_ITEM))})",
                items,
            )
    finally:
        connection.close()
    return len(items)


def _readable(aside: Path, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of the table as far as they can be read; an older version has the same columns."""
    try:
        damaged = open_existing(aside, _BUSY_SECONDS)
    except sqlite3.Error:
        return
    try:
        yield from damaged.execute(f"SELECT {', '.join(columns)} FROM {table}")
    except sqlite3.Error as error:
        # As far as it could be read.
        _log.warning("%s of the damaged database: %s", table, error)
    finally:
        damaged.close()
