"""Small facts that all workers of this machine share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from stockapp.backends.codec import decode, encode
from stockapp.backends.embedded.connection import Connection
from stockapp.backends.embedded.database import Database
from stockapp.ports import Clock

T = TypeVar("T")


class SqliteSharedState:
    """SharedState in the database; what is out of date is deleted with the next `put_many`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put_many(self, values: Mapping[str, Mapping[str, Any]], keep_seconds: float) -> None:
        """Set values, each forgotten after `keep_seconds`."""
        if not values:
            return
        now = self._clock.now().timestamp()
        rows = [(key, encode(value), now + keep_seconds) for key, value in values.items()]

        def put(connection: Connection) -> None:
            connection.execute("DELETE FROM shared_state WHERE expires_at <= ?", (now,))
            connection.executemany(
                "INSERT OR REPLACE INTO shared_state (key, value, expires_at) VALUES (?, ?, ?)",
                rows,
            )

        self._database.write(put)

    def update(
        self,
        key: str,
        change: Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any] | None, T]],
        keep_seconds: float,
    ) -> T:
        """Replace a value by what `change` makes of it, in one write transaction."""
        now = self._clock.now().timestamp()

        def update(connection: Connection) -> T:
            row = connection.execute(
                "SELECT value FROM shared_state WHERE key = ? AND expires_at > ?", (key, now)
            ).fetchone()
            value, result = change(decode(row[0]) if row else None)
            if value is None:
                connection.execute("DELETE FROM shared_state WHERE key = ?", (key,))
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO shared_state (key, value, expires_at) VALUES (?, ?, ?)",
                    (key, encode(value), now + keep_seconds),
                )
            return result

        return self._database.write(update)

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        """All values whose key starts with `prefix`, by key."""
        now = self._clock.now().timestamp()

        def scan(connection: Connection) -> dict[str, Mapping[str, Any]]:
            # The first bound lets the index skip; the second is exact for any characters.
            rows = connection.execute(
                "SELECT key, value FROM shared_state"
                " WHERE key >= :prefix AND substr(key, 1, length(:prefix)) = :prefix"
                " AND expires_at > :now",
                {"prefix": prefix, "now": now},
            )
            return {key: decode(value) for key, value in rows}

        return self._database.read(scan)

    def delete(self, keys: Iterable[str]) -> None:
        """Forget values."""
        rows = [(key,) for key in keys]
        if not rows:
            return

        def delete(connection: Connection) -> None:
            connection.executemany("DELETE FROM shared_state WHERE key = ?", rows)

        self._database.write(delete)
