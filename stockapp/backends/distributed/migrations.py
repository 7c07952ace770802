"""The tables in PostgreSQL, as numbered migrations: the n-th brings them to version n."""

from typing import Any

_FIRST = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    """
    CREATE TABLE watchlists (
        name TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        position INTEGER NOT NULL
    )
    """,
    "INSERT INTO watchlists (name, title, position) VALUES ('default', 'Watchlist', 0)",
    """
    CREATE TABLE watchlist_items (
        watchlist TEXT NOT NULL REFERENCES watchlists (name) ON DELETE CASCADE,
        symbol TEXT NOT NULL,
        position INTEGER NOT NULL,
        added_at DOUBLE PRECISION NOT NULL,
        name TEXT,
        note TEXT NOT NULL,
        target_price DOUBLE PRECISION,
        sample INTEGER NOT NULL,
        PRIMARY KEY (watchlist, symbol)
    )
    """,
    "CREATE INDEX watchlist_items_by_symbol ON watchlist_items (symbol)",
    # Events of changes here, until they stand in Redis.
    """
    CREATE TABLE outbox (
        number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic TEXT NOT NULL,
        type TEXT NOT NULL,
        data TEXT NOT NULL,
        created_at DOUBLE PRECISION NOT NULL
    )
    """,
)

# Of tokens the digests alone; what all nodes sign with is a secret that they must know.
_ACCESS = (
    """
    CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE,
        scope TEXT NOT NULL,
        created_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION,
        last_used_at DOUBLE PRECISION
    )
    """,
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, value BYTEA NOT NULL)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _ACCESS)

# Whatever else uses the database: the numbers of our locks in it.
MIGRATING, WRITING = 7_331_001, 7_331_002


class NewerDatabase(RuntimeError):
    """The tables were made by a newer version of stockapp than this one."""


def migrate(connection: Any) -> None:
    """Bring the tables to the newest version inside the caller's transaction, all or nothing.

    Nodes that start together wait for one another. Raises NewerDatabase.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATING,))
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    version = row[0] if row else 0
    if version > len(MIGRATIONS):
        raise NewerDatabase(
            f"The PostgreSQL database has version {version}, this stockapp knows up to"
            f" {len(MIGRATIONS)}. Install the newer stockapp again or use another database."
        )
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    if row is None:
        connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (len(MIGRATIONS),))
    elif version < len(MIGRATIONS):
        connection.execute("UPDATE schema_version SET version = %s", (len(MIGRATIONS),))
