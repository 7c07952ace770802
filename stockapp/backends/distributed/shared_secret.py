"""A secret that all nodes share and that outlives them, in PostgreSQL."""

import secrets

from stockapp.backends.sql.database import Connection, Database

_NAME = "signing"
_BYTES = 32


def shared_secret(database: Database) -> bytes:
    """The secret of that database; the first node that asks makes it. Raises StoreTrouble."""
    new = secrets.token_bytes(_BYTES)

    def make(connection: Connection) -> bytes:
        connection.execute(
            "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (_NAME, new)
        )
        # Another node's, if that was faster.
        query = "SELECT value FROM secrets WHERE name = ?"
        (value,) = connection.execute(query, (_NAME,)).fetchone()
        return bytes(value)

    return database.write(make)
