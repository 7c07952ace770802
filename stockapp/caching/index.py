"""What a cache folder holds, in a small SQLite file beside it: sizes, order of use, counters.

The files are the truth: an index that is lost or damaged is made anew from them. Every call is
made while the folder's lock is held, so that there is one user at a time.
"""

import contextlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

VERSION = 1

# Nobody else has it open for writing while the folder's lock is held; who says so is damaged.
_TIMEOUT_SECONDS = 0.2

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    name TEXT PRIMARY KEY,
    prefix TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    used_ns INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used_ns);
CREATE INDEX IF NOT EXISTS entries_by_end ON entries (expires_at);
CREATE TABLE IF NOT EXISTS totals (
    prefix TEXT PRIMARY KEY,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (
    prefix TEXT NOT NULL,
    what TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (prefix, what)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS entry_added AFTER INSERT ON entries BEGIN
    INSERT INTO totals (prefix, entries, bytes) VALUES (new.prefix, 1, new.bytes)
    ON CONFLICT (prefix) DO UPDATE SET entries = entries + 1, bytes = bytes + new.bytes;
END;
CREATE TRIGGER IF NOT EXISTS entry_resized AFTER UPDATE OF bytes ON entries
WHEN old.bytes != new.bytes BEGIN
    UPDATE totals SET bytes = bytes + new.bytes - old.bytes WHERE prefix = new.prefix;
END;
CREATE TRIGGER IF NOT EXISTS entry_removed AFTER DELETE ON entries BEGIN
    UPDATE totals SET entries = entries - 1, bytes = bytes - old.bytes WHERE prefix = old.prefix;
END;
"""


# What SQLite says of a file that cannot be read as an index, in the low byte of its codes.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)


class OtherVersion(sqlite3.DatabaseError):
    """The index was written by another version of stockapp."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file. `used_ns`: last use as far as known, nanoseconds; `expires_at`: microseconds."""

    name: str
    prefix: str
    bytes: int
    used_ns: int
    expires_at: int


class Index:
    """An open index. Raises sqlite3.Error.

    `is_new` until `complete` was called once: the files were not all accounted for yet.
    """

    def __init__(self, path: str) -> None:
        # The folder's lock lets any thread in, one at a time. Nothing is lost by not waiting for
        # the disk: after a power cut the index is made anew.
        self._connection = sqlite3.connect(
            path, timeout=_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self.is_new = self._version() != VERSION
        if self.is_new:
            self._connection.executescript(_SCHEMA)
        self._file = identity(path)
        self._path = path

    def complete(self) -> None:
        """Say that every file is accounted for."""
        self._connection.execute(f"PRAGMA user_version = {VERSION}")
        self.is_new = False

    def is_current(self) -> bool:
        """Whether this is still the file at its path; it is not when the folder was deleted."""
        return self._file is not None and identity(self._path) == self._file

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes within, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def put(self, rows: Iterable[Row]) -> None:
        """Add files, or say what they are now."""
        self._connection.executemany(
            "INSERT INTO entries (name, prefix, bytes, used_ns, expires_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, used_ns = excluded.used_ns,"
            " expires_at = excluded.expires_at",
            ((row.name, row.prefix, row.bytes, row.used_ns, row.expires_at) for row in rows),
        )

    def used(self, name: str, used_ns: int) -> None:
        """Note a later use."""
        self._connection.execute("UPDATE entries SET used_ns = ? WHERE name = ?", (used_ns, name))

    def remove(self, names: Iterable[str]) -> None:
        """Forget files."""
        self._connection.executemany(
            "DELETE FROM entries WHERE name = ?", ((name,) for name in names)
        )

    def sizes(self, names: Collection[str]) -> dict[str, int]:
        """The bytes of those of the files that are known."""
        marks = ",".join("?" * len(names))
        rows = self._connection.execute(
            f"SELECT name, bytes FROM entries WHERE name IN ({marks})", tuple(names)
        )
        return dict(rows.fetchall())

    def total_bytes(self) -> int:
        """The bytes of all files."""
        row = self._connection.execute("SELECT coalesce(sum(bytes), 0) FROM totals").fetchone()
        return int(row[0])

    def expired(self, now: float, limit: int) -> list[Row]:
        """Files whose time is over at `now` (seconds since 1970)."""
        return self._rows(
            "WHERE expires_at <= ? ORDER BY expires_at LIMIT ?", (int(now * 1e6), limit)
        )

    def least_used(self, limit: int) -> list[Row]:
        """Files in the order of their last known use, the longest ago first."""
        return self._rows("ORDER BY used_ns LIMIT ?", (limit,))

    def after(self, name: str, limit: int) -> list[Row]:
        """Files in the order of their names, after that one."""
        return self._rows("WHERE name > ? ORDER BY name LIMIT ?", (name, limit))

    def totals(self) -> dict[str, tuple[int, int]]:
        """Entries and bytes by prefix."""
        rows = self._connection.execute("SELECT prefix, entries, bytes FROM totals")
        return {prefix: (entries, size) for prefix, entries, size in rows}

    def count(self, deltas: Mapping[tuple[str, str], int]) -> None:
        """Add to counters, each named by a prefix and what is counted."""
        self._connection.executemany(
            "INSERT INTO counters (prefix, what, n) VALUES (?, ?, ?)"
            " ON CONFLICT (prefix, what) DO UPDATE SET n = n + excluded.n",
            ((prefix, what, n) for (prefix, what), n in deltas.items()),
        )

    def counters(self) -> dict[tuple[str, str], int]:
        """All counters."""
        rows = self._connection.execute("SELECT prefix, what, n FROM counters")
        return {(prefix, what): n for prefix, what, n in rows}

    def _version(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise OtherVersion("the index is of another version")
        return version

    def _rows(self, rest: str, values: tuple[str | int, ...]) -> list[Row]:
        found = self._connection.execute(
            f"SELECT name, prefix, bytes, used_ns, expires_at FROM entries {rest}", values
        )
        return [Row(*row) for row in found]


def identity(path: str) -> tuple[int, int] | None:
    """What tells one file from another that took its path; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def says_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the index should be made anew: it is damaged, and not the disk full, say."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, OtherVersion) or code in _DAMAGE
