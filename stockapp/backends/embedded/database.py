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

from stockapp.backends.embedded.connection import Connection, open_reader, open_writer, patiently
from stockapp.ports import Executor

T = TypeVar("T")

MAX_BATCH = 100
IDLE_READERS = 8

_log = logging.getLogger(__name__)


class DatabaseClosed(RuntimeError):
    """The database was closed before the operation began."""


@dataclass(frozen=True, slots=True)
class _Operation:
    call: Callable[[Connection], Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


class Database:
    """The kept connections of one worker. Open it after the fork; close it before the end.

    `after_commit`: called without arguments after each commit of a batch that holds news
    (see `Connection.news`), in the writer's thread or greenlet; must not block.
    """

    def __init__(self, path: Path, executor: Executor) -> None:
        self.after_commit: list[Callable[[], None]] = []
        self._path = path
        self._executor = executor
        self._closed = False
        self._lock = threading.Lock()
        self._idle_readers: list[Connection] = []
        self._operations: queue.SimpleQueue[_Operation | None] = queue.SimpleQueue()
        self._writer = patiently(lambda: executor.run_blocking(open_writer, path))
        self._loop = threading.Thread(target=self._write_batches, name="database", daemon=True)
        self._loop.start()

    def write(self, call: Callable[[Connection], T]) -> T:
        """Run the operation in a write transaction, and return its result once committed.

        It shares the transaction with what others queued meanwhile. What it raises undoes its
        own changes only, and is raised here.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise DatabaseClosed("the database is closed")
            self._operations.put(_Operation(call, future))
        return future.result()

    def read(self, call: Callable[[Connection], T]) -> T:
        """Run the operation on one consistent snapshot of the database."""
        if self._closed:
            raise DatabaseClosed("the database is closed")
        return patiently(lambda: self._executor.run_blocking(self._read, call))

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
        try:
            connection = self._idle_readers.pop()
        except IndexError:
            connection = open_reader(self._path)
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

    def _close_connections(self) -> None:
        self._writer.close()
        while self._idle_readers:
            self._idle_readers.pop().close()

    def _write_batches(self) -> None:
        while (first := self._operations.get()) is not None:
            batch = [first, *self._queued()]
            try:
                self._commit(batch)
            except Exception as error:
                for operation in batch:
                    operation.future.set_exception(error)

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
        outcomes = patiently(lambda: self._executor.run_blocking(_run_batch, self._writer, calls))
        for operation, outcome in zip(batch, outcomes, strict=True):
            if outcome.error is None:
                operation.future.set_result(outcome.value)
            else:
                operation.future.set_exception(outcome.error)
        if self._writer.news:
            self._announce()

    def _announce(self) -> None:
        for callback in self.after_commit:
            try:
                callback()
            except Exception:
                _log.exception("a callback after a commit failed")


def _run_batch(
    connection: Connection, calls: Sequence[Callable[[Connection], Any]]
) -> list[_Outcome]:
    connection.news = False
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_run_one(connection, call) for call in calls]
        connection.execute("COMMIT")
    except BaseException:
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
