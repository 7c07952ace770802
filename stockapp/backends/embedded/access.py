"""Sessions, tokens and the password's hash in the database."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from stockapp.backends.embedded import events
from stockapp.backends.embedded.connection import Connection
from stockapp.backends.embedded.database import Database
from stockapp.domain import moment
from stockapp.domain.access import Scope, Session, Token, TokenExists
from stockapp.domain.event import ACCESS_TOPIC, EventType
from stockapp.ports import Clock

_SESSION = "id, created_at, last_used_at, expires_at, address, agent"
_TOKEN = "id, name, scope, created_at, expires_at, last_used_at"  # noqa: S105


class SqliteAccessStore:
    """AccessStore in the database of all workers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def password_hash(self) -> str | None:
        """The hash of the password that present sessions were opened with."""
        return self._database.read(_password_hash)

    def change_password(self, new: str, *, instead_of: str | None) -> bool:
        """Set the hash where the present one is that, and end all sessions; else do nothing."""
        now = self._clock.now()

        def change(connection: Connection) -> bool:
            if _password_hash(connection) != instead_of:
                return False
            connection.execute("INSERT OR REPLACE INTO passwords (one, hash) VALUES (1, ?)", (new,))
            ended = connection.execute("DELETE FROM sessions RETURNING id").fetchall()
            _tell(connection, now, (id for (id,) in ended))
            return True

        return self._database.write(change)

    def open_session(self, session: Session, digest: str) -> None:
        """Keep a new session."""
        values = (
            session.id,
            session.created_at.timestamp(),
            session.last_used_at.timestamp(),
            session.expires_at.timestamp(),
            session.address,
            session.agent,
            digest,
        )

        def insert(connection: Connection) -> None:
            connection.execute(
                f"INSERT INTO sessions ({_SESSION}, digest) VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )

        self._database.write(insert)

    def find_session(self, digest: str) -> Session | None:
        """The session of that secret."""
        query = f"SELECT {_SESSION} FROM sessions WHERE digest = ?"
        row = self._database.read(lambda c: c.execute(query, (digest,)).fetchone())
        return _session(row) if row else None

    def sessions(self) -> list[Session]:
        """All sessions, the one that was used last first."""
        query = f"SELECT {_SESSION} FROM sessions ORDER BY last_used_at DESC, id"
        return [_session(row) for row in self._database.read(lambda c: c.execute(query).fetchall())]

    def use_session(self, id: str, at: datetime) -> None:
        """Note when it was used."""
        self._use("sessions", id, at)

    def end_sessions(self, ids: Iterable[str]) -> list[str]:
        """End sessions. Returns those that were there."""
        wanted = list(ids)
        now = self._clock.now()

        def end(connection: Connection) -> list[str]:
            ended = [id for id in wanted if _delete(connection, "sessions", id)]
            _tell(connection, now, ended)
            return ended

        return self._database.write(end) if wanted else []

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
            query = f"INSERT INTO tokens ({_TOKEN}, digest) VALUES (?, ?, ?, ?, ?, ?, ?)"
            try:
                connection.execute(query, values)
            except sqlite3.IntegrityError:
                raise TokenExists(token.name) from None

        self._database.write(insert)

    def find_token(self, digest: str) -> Token | None:
        """The token of that secret."""
        query = f"SELECT {_TOKEN} FROM tokens WHERE digest = ?"
        row = self._database.read(lambda c: c.execute(query, (digest,)).fetchone())
        return _token(row) if row else None

    def tokens(self) -> list[Token]:
        """All tokens in the order in which they were made."""
        query = f"SELECT {_TOKEN} FROM tokens ORDER BY created_at, name"
        return [_token(row) for row in self._database.read(lambda c: c.execute(query).fetchall())]

    def use_token(self, id: str, at: datetime) -> None:
        """Note when it was used."""
        self._use("tokens", id, at)

    def revoke_token(self, id: str) -> bool:
        """Revoke a token. Returns whether it was there."""
        now = self._clock.now()

        def revoke(connection: Connection) -> bool:
            there = _delete(connection, "tokens", id)
            _tell(connection, now, [id] if there else [])
            return there

        return self._database.write(revoke)

    def _use(self, table: str, id: str, at: datetime) -> None:
        query = f"UPDATE {table} SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?"

        def use(connection: Connection) -> None:
            connection.execute(query, (at.timestamp(), id))

        self._database.write(use)


def _password_hash(connection: Connection) -> str | None:
    row = connection.execute("SELECT hash FROM passwords").fetchone()
    return row[0] if row else None


def _delete(connection: Connection, table: str, id: str) -> bool:
    return connection.execute(f"DELETE FROM {table} WHERE id = ?", (id,)).rowcount > 0


def _tell(connection: Connection, now: datetime, ended: Iterable[str]) -> None:
    entries = [(EventType.ACCESS, {"id": id}) for id in ended]
    events.append(connection, now, ACCESS_TOPIC, entries)


def _session(row: Any) -> Session:
    id, created_at, last_used_at, expires_at, address, agent = row
    return Session(
        id,
        moment.from_epoch(created_at),
        moment.from_epoch(last_used_at),
        moment.from_epoch(expires_at),
        address,
        agent,
    )


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
