"""The tables, as numbered migrations: the n-th brings the database to version n."""

import sqlite3
from pathlib import Path

from stockapp.backends.embedded import copies

_FIRST = (
    """
    CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tasks (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        status TEXT NOT NULL,
        dedupe_key TEXT NOT NULL,
        done INTEGER NOT NULL,
        total INTEGER NOT NULL,
        message TEXT NOT NULL,
        eta_seconds REAL,
        created_at REAL NOT NULL,
        started_at REAL,
        finished_at REAL,
        worker TEXT,
        leased_until REAL,
        retries INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        params TEXT NOT NULL,
        result TEXT
    )
    """,
    """
    CREATE UNIQUE INDEX tasks_by_dedupe_key ON tasks (dedupe_key)
    WHERE status IN ('pending', 'running')
    """,
    "CREATE INDEX tasks_by_status ON tasks (status, created_at, number)",
    "CREATE INDEX tasks_by_age ON tasks (created_at, number)",
    "CREATE INDEX tasks_by_end ON tasks (finished_at) WHERE finished_at IS NOT NULL",
    """
    CREATE TABLE task_items (
        position INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (number) ON DELETE CASCADE,
        key TEXT NOT NULL,
        state TEXT NOT NULL,
        result TEXT,
        UNIQUE (task, key)
    )
    """,
    # AUTOINCREMENT: an id is never used again, even after the newest events were deleted.
    """
    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        topic TEXT NOT NULL,
        type TEXT NOT NULL,
        data TEXT NOT NULL,
        created_at REAL NOT NULL
    )
    """,
    "CREATE INDEX events_by_topic ON events (topic, id)",
    """
    CREATE TABLE watchlist_items (
        position INTEGER PRIMARY KEY,
        watchlist TEXT NOT NULL,
        symbol TEXT NOT NULL,
        added_at REAL NOT NULL,
        name TEXT,
        note TEXT NOT NULL,
        target_price REAL,
        sample INTEGER NOT NULL,
        UNIQUE (watchlist, symbol)
    )
    """,
    "CREATE INDEX watchlist_items_by_symbol ON watchlist_items (symbol)",
    """
    CREATE TABLE shared_state (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        expires_at REAL NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX shared_state_by_end ON shared_state (expires_at)",
)

_SHARE = ("ALTER TABLE tasks ADD COLUMN share REAL",)

# Until then there was one list, and the order of its items was that of the rows.
_LISTS = (
    """
    CREATE TABLE watchlists (
        name TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        position INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "INSERT INTO watchlists (name, title, position) VALUES ('default', 'Watchlist', 0)",
    """
    INSERT INTO watchlists (name, title, position)
    SELECT watchlist, watchlist, min(position) FROM watchlist_items
    WHERE watchlist <> 'default' GROUP BY watchlist
    """,
    "ALTER TABLE watchlist_items RENAME TO items_before",
    """
    CREATE TABLE watchlist_items (
        watchlist TEXT NOT NULL REFERENCES watchlists (name) ON DELETE CASCADE,
        symbol TEXT NOT NULL,
        position INTEGER NOT NULL,
        added_at REAL NOT NULL,
        name TEXT,
        note TEXT NOT NULL,
        target_price REAL,
        sample INTEGER NOT NULL,
        PRIMARY KEY (watchlist, symbol)
    )
    """,
    """
    INSERT INTO watchlist_items
        (watchlist, symbol, position, added_at, name, note, target_price, sample)
    SELECT watchlist, symbol, position, added_at, name, note, target_price, sample
    FROM items_before
    """,
    "DROP TABLE items_before",
    "CREATE INDEX watchlist_items_by_symbol ON watchlist_items (symbol)",
)

# Of secrets their hashes alone; the ids name sessions and tokens, and open nothing.
_ACCESS = (
    """
    CREATE TABLE passwords (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        hash TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        created_at REAL NOT NULL,
        last_used_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        address TEXT NOT NULL,
        agent TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        scope TEXT NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL,
        last_used_at REAL
    ) WITHOUT ROWID
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SHARE, _LISTS, _ACCESS)


class NewerDatabase(RuntimeError):
    """The database was written by a newer version of stockapp than this one."""


class MigrationFailed(RuntimeError):
    """The database could not be brought to the newest version, and is as it was."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the newest version, all or nothing; several workers may do it at once.

    A copy of what it was is kept beside it. Raises NewerDatabase, MigrationFailed, and
    sqlite3.OperationalError while another worker holds the lock, or where there is no room.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Read again under the lock: another worker may have been faster.
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise NewerDatabase(
                f"The database has version {version}, this stockapp knows up to"
                f" {len(MIGRATIONS)}. Install the newer stockapp again or use another data folder."
            )
        if version:
            # By another connection: it reads what was committed, as nobody else can write now.
            copies.keep_before(path, version)
        _apply(connection, version)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        # All or nothing, also when the process is told to stop meanwhile.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, version: int) -> None:
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        try:
            for statement in statements:
                connection.execute(statement)
        except sqlite3.DatabaseError as error:
            raise MigrationFailed(
                f"The database could not be brought from version {version} to {number} ({error})."
                " It is as it was: use the stockapp that you had before, and report this."
            ) from error


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
