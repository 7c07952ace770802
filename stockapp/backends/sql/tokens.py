"""Tokens in the database."""

from datetime import datetime
from typing import Any

from stockapp.backends.sql.database import Connection, Database
from stockapp.domain import moment
from stockapp.domain.access import Scope, Token, TokenExists
from stockapp.domain.event import ACCESS_TOPIC, EventType
from stockapp.ports import Clock

_COLUMNS = "id, name, scope, created_at, expires_at, last_used_at"
_INSERT = (
    f"INSERT INTO tokens ({_COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_FIND = f"SELECT {_COLUMNS} FROM tokens WHERE digest = ?"
_ALL = f"SELECT {_COLUMNS} FROM tokens ORDER BY created_at, name"
_USE = "UPDATE tokens SET last_used_at = ? WHERE id = ? AND coalesce(last_used_at, 0) < ?"


class SqlTokenStore:
    """TokenStore in the database of all workers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create_token(self, token: Token, digest: str) -> None:
        """Keep a new token. Raises TokenExists."""
        values = (
            token.id,
            token.name,
            token.scope.value,
            token.created_at.timestamp(),
            token.expires_at.timestamp() if token.expires_at else None,
            token.last_used_at.timestamp() if token.last_used_at else None,
            digest,
        )

        def insert(connection: Connection) -> None:
            if not connection.execute(_INSERT, values).rowcount:
                raise TokenExists(token.name)

        self._database.write(insert)

    def find_token(self, digest: str) -> Token | None:
        """The token of that secret."""

        def find(connection: Connection) -> Any:
            return connection.execute(_FIND, (digest,)).fetchone()

        row = self._database.read(find)
        return _token(row) if row else None

    def tokens(self) -> list[Token]:
        """All tokens in the order in which they were made."""

        def every(connection: Connection) -> list[Any]:
            return connection.execute(_ALL).fetchall()

        return [_token(row) for row in self._database.read(every)]

    def use_token(self, id: str, at: datetime) -> None:
        """Note when it was used."""
        used = at.timestamp()

        def use(connection: Connection) -> None:
            connection.execute(_USE, (used, id, used))

        self._database.write(use)

    def revoke_token(self, id: str) -> bool:
        """Revoke a token. Returns whether it was there."""
        now = self._clock.now()

        def revoke(connection: Connection) -> bool:
            there = connection.execute("DELETE FROM tokens WHERE id = ?", (id,)).rowcount > 0
            if there:
                connection.tell(now, ACCESS_TOPIC, [(EventType.ACCESS, {"id": id})])
            return there

        return self._database.write(revoke)


def _token(row: Any) -> Token:
    id, name, scope, created_at, expires_at, last_used_at = row
    return Token(
        id,
        name,
        Scope(scope),
        moment.from_epoch(created_at),
        moment.from_epoch(expires_at) if expires_at is not None else None,
        moment.from_epoch(last_used_at) if last_used_at is not None else None,
    )
