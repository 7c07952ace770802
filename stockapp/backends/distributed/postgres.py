"""PostgreSQL for what must not be lost: a pool of connections, and an outbox for the events.

psycopg waits by `select` on the socket, which gevent replaces, so that a query does not hold the
hub; the pool's own threads are greenlets then.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.errors import ReadOnlySqlTransaction
from psycopg_pool import ConnectionPool

from stockapp.backends.codec import encode
from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.fuse import Fuse
from stockapp.backends.distributed.migrations import WRITING, NewerDatabase, migrate
from stockapp.backends.distributed.postgres_errors import TROUBLES, is_away, reason, words_for
from stockapp.domain.event import EventType
from stockapp.ports import StoreTrouble

T = TypeVar("T")

_CONNECTIONS = 8
_CONNECT_SECONDS = 3
_PATIENCE_SECONDS = 4.0
# What the server is to keep to, in milliseconds and seconds, of the connection at its end.
_KEPT_TO = {
    "TimeZone": "UTC",
    "statement_timeout": 4_000,
    # A node that stops in the middle of a change lets others change something before they give up.
    "idle_in_transaction_session_timeout": 3_000,
    # Of one that is cut off nothing says so.
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
# A server that is frozen, or cut off, does not keep to that.
_ANSWER_SECONDS = 5.0
_OPTIONS: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "application_name": "stockapp"}
# By a statement: PgBouncer lets no `options` pass.
_SET = "; ".join(f"SET {name} TO '{value}'" for name, value in _KEPT_TO.items())
_BATCH = 1000
_OLDEST = (
    "SELECT number, created_at, topic, type, data FROM outbox WHERE number > %s"
    " ORDER BY number LIMIT %s"
)
# What another one is deleting need not be waited for.
_DELETE = (
    "DELETE FROM outbox WHERE number IN"
    " (SELECT number FROM outbox WHERE number = ANY(%s) FOR UPDATE SKIP LOCKED)"
)

logger = logging.getLogger(__name__)
# It tells of each try; what fails for good is told by whoever asked.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


class Transaction:
    """One transaction, as the statements of backends/sql see it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.news = False

    def execute(self, query: str, values: Any = (), /) -> Any:
        """Run a statement."""
        return self._connection.execute(_with_places(query), _storable(values))

    def executemany(self, query: str, values: Iterable[Any], /) -> object:
        """Run a statement once for each of the values."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_with_places(query), [_storable(row) for row in values])
            return None

    def tell(
        self, at: datetime, topic: str, entries: Iterable[tuple[EventType, Mapping[str, Any]]]
    ) -> None:
        """Write events with the transaction, in that order."""
        rows = [(topic, type_.value, encode(data), at.timestamp()) for type_, data in entries]
        if rows:
            insert = "INSERT INTO outbox (topic, type, data, created_at) VALUES (?, ?, ?, ?)"
            self.executemany(insert, rows)
            self.news = True


class _Connection(psycopg.Connection[Any]):
    """One that is given up when the server says nothing for too long."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg does, but not for ever. Raises OperationalError."""
        try:
            return super().wait(gen, interval, _ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.OperationalError:
            # What it would still say belongs to nobody: it must not be used again.
            if self.info.transaction_status is psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.execute(_SET)
    connection.commit()


class PostgresDatabase:
    """The pool of one process. What cannot be done at present raises StoreTrouble."""

    def __init__(self, url: str, log: RedisEventLog) -> None:
        self._url = url
        self._log = log
        self._made = False
        # Whether events may be left in the outbox that this process could not move.
        self.unsent = False
        self.trouble: str | None = None
        self._fuse = Fuse()
        self._pool = ConnectionPool(
            url,
            connection_class=_Connection,
            min_size=0,
            max_size=_CONNECTIONS,
            timeout=_PATIENCE_SECONDS,
            # Later tries would come minutes apart; whoever needs one begins anew.
            reconnect_timeout=_CONNECT_SECONDS,
            # One that the server closed meanwhile is replaced before it is used.
            check=ConnectionPool.check_connection,
            configure=_configure,
            kwargs=_OPTIONS,
            open=True,
        )

    def read(self, call: Callable[[Any], T]) -> T:
        """Run the operation on one consistent snapshot. Raises StoreTrouble."""

        def read(connection: Any) -> T:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return call(Transaction(connection))

        return self._run(read)

    def write(self, call: Callable[[Any], T]) -> T:
        """Run the operation as one transaction, one at a time. Raises StoreTrouble."""

        def write(connection: Any) -> tuple[T, bool]:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITING,))
            transaction = Transaction(connection)
            return call(transaction), transaction.news

        value, news = self._run(write)
        if news:
            # What Redis does not take now waits in the outbox.
            with suppress(StoreTrouble):
                self.relay()
        return value

    def relay(self) -> None:
        """Move events from the outbox to the log, oldest first, until none is left.

        Several may do so at the same time: the log takes each event once. Raises StoreTrouble.
        """
        self.unsent = False
        moved: int | None = 0
        try:
            while moved is not None:
                moved = self._move(moved)
        except StoreTrouble:
            self.unsent = True
            raise

    def _move(self, after: int) -> int | None:
        """Move the oldest that come after that number: the number of the last, None if no more
        are left.
        """
        rows = self._run(lambda connection: connection.execute(_OLDEST, (after, _BATCH)).fetchall())
        if not rows:
            return None
        # In no transaction, as Redis may take its time.
        self._log.take(rows)
        numbers = [row[0] for row in rows]
        self._run(lambda connection: connection.execute(_DELETE, (numbers,)))
        return numbers[-1] if len(rows) == _BATCH else None

    def probe(self) -> None:
        """See whether PostgreSQL answers; others wait no longer for it than for this. Raises
        StoreTrouble.
        """
        self._run(lambda connection: connection.execute("SELECT 1"), probing=True)

    def knock(self) -> None:
        """Connect once besides the pool, which does not tell why it cannot, and make the tables.

        Raises StoreTrouble with the server's reason.
        """
        try:
            with psycopg.connect(self._url, **_OPTIONS) as connection:
                _configure(connection)
                migrate(connection)
        except (NewerDatabase, ReadOnlySqlTransaction) as error:
            raise StoreTrouble(words_for(error)) from error
        except (psycopg.Error, ValueError, OSError) as error:
            if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
                # Its words may hold part of the address.
                raise StoreTrouble("STOCKAPP_DATABASE_URL is no address of a database") from error
            raise StoreTrouble(f"PostgreSQL cannot be reached ({reason(error)})") from error

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _run(self, call: Callable[[Any], T], *, probing: bool = False) -> T:
        self._fuse.guard(probing=probing)
        try:
            with self._pool.connection() as connection:
                if not self._made:
                    migrate(connection)
                    connection.commit()
                    self._made = True
                value = call(connection)
        except TROUBLES as error:
            words = words_for(error)
            if self.trouble != words:
                logger.error("the database cannot be used", extra={"why": words})
            self.trouble = words
            if is_away(error):
                self._fuse.blow(words)
            if isinstance(error, ReadOnlySqlTransaction):
                # To what was the primary, maybe: the address may lead elsewhere now.
                self._pool.drain()
            raise StoreTrouble(words) from error
        self._fuse.mend()
        self.trouble = None
        return value


def _with_places(query: str) -> str:
    return query.replace("?", "%s")


def _storable(values: Iterable[Any]) -> list[Any]:
    """PostgreSQL refuses NUL in texts. We keep none either, but anybody may ask for such a name."""
    return [
        v.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(v, str) else v for v in values
    ]
