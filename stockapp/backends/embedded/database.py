"""One SQLite file for all workers: one writer with group commit, and some readers, a worker.

Operations run in native threads, where nothing may log, lock, or use queues (see
`ports.Executor.run_blocking`). They get a connection and plain data only, and they may run again
when another worker held the lock, so they change nothing but the database.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from stockapp.backends.embedded import schema, set_aside, trouble
from stockapp.backends.embedded.connection import Connection, open_reader, open_writer, patiently
from stockapp.ports import Executor, StoreTrouble

T = TypeVar("T")

MAX_BATCH = 100
IDLE_READERS = 8
# How long a lock is waited for: nobody holds it for so long, but those who do for much longer.
PATIENCE_SECONDS = 4.0
SHORT_PATIENCE_SECONDS = 0.1
_PAGES_AT_ONCE = 256

_log = logging.getLogger(__name__)


class DatabaseClosed(StoreTrouble):
    """The database was closed before the operation began: this worker ends, another one answers."""


class Troubles:
    """Why the database can be neither read nor written, as far as was last seen."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def __str__(self) -> str:
        return "; ".join(dict.fromkeys(self._words.values()))

    def patience(self, what: str) -> float:
        """How long to wait for a lock: not long again for one that was waited for in vain."""
        return SHORT_PATIENCE_SECONDS if what in self._words else PATIENCE_SECONDS

    def over(self, what: str) -> None:
        """That could be done."""
        if self._words.pop(what, None) is not None:
            _log.warning("the database can be used again", extra={"what": what})

    def tell(self, what: str, error: Exception) -> Exception:
        """The error to raise for one by which that could not be done."""
        words = trouble.words_for(error)
        if words is None or (what == "read" and trouble.is_read_only(error)):
            return error
        if self._words.get(what) != words:
            _log.error("the database cannot be used", extra={"what": what, "why": str(error)})
        self._words[what] = words
        return StoreTrouble(words)


@dataclass(frozen=True, slots=True)
class _Operation:
    call: Callable[[Connection], Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


class Database:
    """The kept connections of one worker. Make it after the fork; close it before the end.

    What cannot be done as the file is locked, full or damaged raises StoreTrouble, and is tried
    anew with each call. A file that was replaced, or deleted, is opened anew.

    `after_commit`: called without arguments after each commit of a batch that holds news
    (see `Connection.news`), in the writer's thread or greenlet; must not block.
    """

    def __init__(self, path: Path, executor: Executor) -> None:
        self.after_commit: list[Callable[[], None]] = []
        self._path = path
        self._executor = executor
        self._closed = False
        self._troubles = Troubles()
        self._lock = threading.Lock()
        self._idle_readers: list[Connection] = []
        self._operations: queue.SimpleQueue[_Operation | None] = queue.SimpleQueue()
        self._writer: Connection | None = None
        self._loop = threading.Thread(target=self._write_batches, name="database", daemon=True)
        self._loop.start()

    @property
    def trouble(self) -> str | None:
        """Why it cannot be used at present; None when all is well."""
        return str(self._troubles) or None

    def write(self, call: Callable[[Connection], T]) -> T:
        """Run the operation in a write transaction, and return its result once committed.

        It shares the transaction with what others queued meanwhile. What it raises undoes its
        own changes only, and is raised here. Raises StoreTrouble.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise DatabaseClosed("the database is closed")
            self._operations.put(_Operation(call, future))
        return future.result()

    def read(self, call: Callable[[Connection], T]) -> T:
        """Run the operation on one consistent snapshot of the database. Raises StoreTrouble."""
        if self._closed:
            raise DatabaseClosed("the database is closed")
        try:
            value = patiently(
                lambda: self._executor.run_blocking(self._read, call),
                self._troubles.patience("read"),
            )
        except Exception as error:
            # `tell` gives trouble of the file its name, and lets any other error through as it is.
            raise self._troubles.tell("read", error) from error
        self._troubles.over("read")
        return value

    def set_aside(self) -> list[str]:
        """The names of damaged files that were replaced, and are still there."""
        return self._executor.run_blocking(set_aside.names, self._path)

    def versions(self) -> tuple[int, int]:
        """That of the tables as they are, and that which this stockapp makes of them."""
        return self.read(_version), len(schema.MIGRATIONS)

    def servers(self) -> tuple[()]:
        """None: it is a file."""
        return ()

    def shrink(self) -> None:
        """Give freed pages back to the disk, a part in each transaction."""
        while self.write(_give_back_pages):
            pass

    def close(self) -> None:
        """Finish what is queued, then close all connections. Doing it twice does no harm."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._operations.put(None)
        self._loop.join()
        self._executor.run_blocking(self._close_connections)

    def _read(self, call: Callable[[Connection], T]) -> T:
        # The list is handled in here, not by the caller: a caller that is killed while it waits
        # must not give back a connection that this thread still uses.
        connection = self._reader()
        try:
            connection.execute("BEGIN")
            return call(connection)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if self._closed or len(self._idle_readers) >= IDLE_READERS:
                connection.close()
            else:
                self._idle_readers.append(connection)

    def _reader(self) -> Connection:
        while True:
            try:
                connection = self._idle_readers.pop()
            except IndexError:
                break
            if connection.is_current(self._path):
                return connection
            connection.close()
        # Nobody may have written yet, or somebody may have deleted the file.
        open_writer(self._path).close()
        return open_reader(self._path)

    def _close_connections(self) -> None:
        if self._writer is not None:
            self._writer.close()
        while self._idle_readers:
            self._idle_readers.pop().close()

    def _write_batches(self) -> None:
        while (first := self._operations.get()) is not None:
            batch = [first, *self._queued()]
            try:
                self._commit(batch)
            except Exception as error:
                # The one writer must live on, and each who waits must hear of it.
                told = self._troubles.tell("write", error)
                for operation in batch:
                    operation.future.set_exception(told)

    def _queued(self) -> list[_Operation]:
        more: list[_Operation] = []
        while len(more) < MAX_BATCH - 1:
            try:
                operation = self._operations.get_nowait()
            except queue.Empty:
                break
            if operation is None:
                # Nothing is queued behind the closing mark; meet it again after this batch.
                self._operations.put(None)
                break
            more.append(operation)
        return more

    def _commit(self, batch: Sequence[_Operation]) -> None:
        calls = [operation.call for operation in batch]
        outcomes, news = patiently(
            lambda: self._executor.run_blocking(self._run_batch, calls),
            self._troubles.patience("write"),
        )
        self._troubles.over("write")
        for operation, outcome in zip(batch, outcomes, strict=True):
            if outcome.error is None:
                operation.future.set_result(outcome.value)
            else:
                operation.future.set_exception(outcome.error)
        if news:
            self._announce()

    def _run_batch(
        self, calls: Sequence[Callable[[Connection], Any]]
    ) -> tuple[list[_Outcome], bool]:
        if self._writer is not None and not self._writer.is_current(self._path):
            self._writer.close()
            self._writer = None
        if self._writer is None:
            self._writer = open_writer(self._path)
        return _run_batch(self._writer, calls), self._writer.news

    def _announce(self) -> None:
        for callback in self.after_commit:
            try:
                callback()
            except Exception:
                # What was committed stays so, and the others are told.
                _log.exception("a callback after a commit failed")


def _version(connection: Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _give_back_pages(connection: Connection) -> bool:
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (every,) = connection.execute("PRAGMA page_count").fetchone()
    # What is left will be filled again soon.
    if free < max(_PAGES_AT_ONCE, every // 10):
        return False
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
    (left,) = connection.execute("PRAGMA freelist_count").fetchone()
    return bool(left < free)


def _run_batch(
    connection: Connection, calls: Sequence[Callable[[Connection], Any]]
) -> list[_Outcome]:
    connection.news = False
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_run_one(connection, call) for call in calls]
        connection.execute("COMMIT")
    except BaseException:
        # A transaction left open would hold the lock against all workers.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _run_one(connection: Connection, call: Callable[[Connection], Any]) -> _Outcome:
    connection.execute("SAVEPOINT operation")
    try:
        value = call(connection)
    except Exception as error:
        if not connection.in_transaction:
            # SQLite itself gave up the whole transaction, as it does when the disk is full.
            raise
        connection.execute("ROLLBACK TO operation")
        connection.execute("RELEASE operation")
        return _Outcome(error=error)
    connection.execute("RELEASE operation")
    return _Outcome(value)
