"""Sessions and the password's hash in the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from stockapp.backends.embedded.connection import Connection
from stockapp.backends.embedded.database import Database
from stockapp.domain import moment
from stockapp.domain.access import Session
from stockapp.domain.event import ACCESS_TOPIC, EventType
from stockapp.ports import Clock

_COLUMNS = "id, created_at, last_used_at, expires_at, address, agent"


class SqliteSessionStore:
    """SessionStore in the database of all workers."""

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
                f"INSERT INTO sessions ({_COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )

        self._database.write(insert)

    def find_session(self, digest: str) -> Session | None:
        """The session of that secret."""
        query = f"SELECT {_COLUMNS} FROM sessions WHERE digest = ?"
        row = self._database.read(lambda c: c.execute(query, (digest,)).fetchone())
        return _session(row) if row else None

    def sessions(self) -> list[Session]:
        """All sessions, the one that was used last first."""
        query = f"SELECT {_COLUMNS} FROM sessions ORDER BY last_used_at DESC, id"
        return [_session(row) for row in self._database.read(lambda c: c.execute(query).fetchall())]

    def use_session(self, id: str, at: datetime) -> None:
        """Note when it was used."""
        query = "UPDATE sessions SET last_used_at = max(last_used_at, ?) WHERE id = ?"

        def use(connection: Connection) -> None:
            connection.execute(query, (at.timestamp(), id))

        self._database.write(use)

    def end_sessions(self, ids: Iterable[str]) -> list[str]:
        """End sessions. Returns those that were there."""
        wanted = list(ids)
        now = self._clock.now()

        def end(connection: Connection) -> list[str]:
            ended = [id for id in wanted if _delete(connection, id)]
            _tell(connection, now, ended)
            return ended

        return self._database.write(end) if wanted else []


def _password_hash(connection: Connection) -> str | None:
    row = connection.execute("SELECT hash FROM passwords").fetchone()
    return row[0] if row else None


def _delete(connection: Connection, id: str) -> bool:
    return connection.execute("DELETE FROM sessions WHERE id = ?", (id,)).rowcount > 0


def _tell(connection: Connection, now: datetime, ended: Iterable[str]) -> None:
    connection.tell(now, ACCESS_TOPIC, [(EventType.ACCESS, {"id": id}) for id in ended])


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
