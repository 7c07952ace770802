"""What the embedded set promises beyond the ports: group commit, snapshots, migrations."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stockapp.backends.embedded import schema
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.connection import Connection, open_writer
from stockapp.backends.embedded.database import Database, DatabaseClosed
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.watchlist import Watchlist, WatchlistItem
from stockapp.ports import StoreTrouble

EXECUTOR = EmbeddedExecutor(1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / "stockapp.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path, EXECUTOR)
    stored(database)
    yield database
    database.close()


def put(key: str, value: int = 1) -> "Put":
    return Put(key, value)


class Put:
    """An operation that stores one number."""

    def __init__(self, key: str, value: int) -> None:
        self.key, self.value = key, value

    def __call__(self, connection: Connection) -> str:
        connection.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (self.key, self.value))
        return self.key


def stored(database: Database) -> dict[str, int]:
    return database.read(lambda connection: dict(connection.execute("SELECT key, value FROM meta")))


def in_one_batch(database: Database, threads: ThreadPoolExecutor, calls: list[Any]) -> list[Any]:
    """Queue the calls while the writer is held up, so that they are committed together."""
    held, go_on = threading.Event(), threading.Event()

    def hold_up(_: Connection) -> None:
        held.set()
        go_on.wait(60)

    holding = threads.submit(database.write, hold_up)
    held.wait(60)
    futures: list[Any] = [threads.submit(database.write, call) for call in calls]
    while database._operations.qsize() < len(calls):
        threading.Event().wait(0.001)
    go_on.set()
    holding.result(60)
    return futures


class TestGroupCommit:
    def test_one_failing_operation_does_not_hurt_its_neighbours(
        self, database: Database, threads: ThreadPoolExecutor
    ) -> None:
        def half_done(connection: Connection) -> None:
            put("half")(connection)
            raise LookupError("no")

        calls = [put("a"), half_done, put("b"), put("a"), put("c")]
        futures = in_one_batch(database, threads, calls)
        errors = [future.exception(60) for future in futures]
        assert stored(database).keys() == {"a", "b", "c"}
        assert isinstance(errors[1], LookupError)
        assert isinstance(errors[3], sqlite3.IntegrityError) or isinstance(
            errors[0], sqlite3.IntegrityError
        )
        assert (errors[2], errors[4]) == (None, None)

    def test_operations_that_wait_are_committed_together(
        self, database: Database, threads: ThreadPoolExecutor
    ) -> None:
        commits: list[None] = []
        database.after_commit.append(lambda: commits.append(None))

        def with_news(connection: Connection) -> None:
            connection.news = True

        for future in in_one_batch(database, threads, [with_news] * 10):
            future.result(60)
        database.close()
        assert len(commits) == 1

    def test_without_news_nobody_is_called_after_the_commit(self, database: Database) -> None:
        database.after_commit.append(lambda: pytest.fail("called without news"))
        assert database.write(put("a")) == "a"

    def _fail(self) -> None:
        raise ZeroDivisionError

    def test_a_failing_callback_does_not_stop_the_writer(self, database: Database) -> None:
        def with_news(connection: Connection) -> None:
            connection.news = True

        database.after_commit.append(self._fail)
        database.write(with_news)
        assert database.write(put("a")) == "a"

    def test_a_lock_held_by_another_is_waited_for(
        self, database: Database, path: Path, threads: ThreadPoolExecutor
    ) -> None:
        database.write(put("before"))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = threads.submit(database.write, put("a"))
        # Longer than SQLite itself waits, so that the batch has to be tried again.
        with pytest.raises(TimeoutError):
            writing.result(0.3)
        other.execute("COMMIT")
        other.close()
        assert writing.result(60) == "a"

    def test_an_error_of_the_whole_batch_reaches_every_caller(
        self, database: Database, threads: ThreadPoolExecutor
    ) -> None:
        def give_up(connection: Connection) -> None:
            # What SQLite does by itself when the disk is full.
            connection.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")

        for future in in_one_batch(database, threads, [put("a"), give_up, put("b")]):
            with pytest.raises(sqlite3.OperationalError, match="full"):
                future.result(60)
        assert stored(database) == {}
        assert database.write(put("c")) == "c"

    def test_many_threads_of_two_databases_write_everything_once(
        self, database: Database, path: Path, threads: ThreadPoolExecutor
    ) -> None:
        other = Database(path, EXECUTOR)
        both = (database, other)
        keys = [f"k{number}" for number in range(400)]
        results = threads.map(lambda key: both[hash(key) % 2].write(put(key)), keys)
        assert list(results) == keys
        other.close()
        assert stored(database).keys() == set(keys)


class TestReading:
    def test_a_read_sees_one_snapshot_whatever_is_written_meanwhile(
        self, database: Database
    ) -> None:
        def read(connection: Connection) -> tuple[int, int]:
            count = "SELECT count(*) FROM meta"
            before = connection.execute(count).fetchone()[0]
            database.write(put("a"))
            return before, connection.execute(count).fetchone()[0]

        assert database.read(read) == (0, 0)
        assert stored(database) == {"a": 1}

    def test_a_read_cannot_write(self, database: Database) -> None:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.read(put("a"))
        assert stored(database) == {}

    def test_a_failed_read_leaves_the_connection_usable(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError):
            database.read(lambda _: 1 / 0)
        assert stored(database) == {}


class TestOpeningAndClosing:
    def test_workers_that_start_at_once_on_no_database_all_get_its_tables(
        self, path: Path, threads: ThreadPoolExecutor
    ) -> None:
        together = threading.Barrier(8)

        def open_one(number: int) -> Database:
            together.wait(60)
            database = Database(path, EXECUTOR)
            database.write(put(f"k{number}"))
            return database

        databases = list(threads.map(open_one, range(8)))
        assert len(stored(databases[0])) == 8
        for database in databases:
            database.close()

    def test_what_was_written_is_there_when_opened_again(
        self, database: Database, path: Path
    ) -> None:
        database.write(put("a"))
        database.close()
        again = Database(path, EXECUTOR)
        assert stored(again) == {"a": 1}
        again.close()

    def test_a_closed_database_refuses_work(self, database: Database) -> None:
        database.close()
        database.close()
        with pytest.raises(DatabaseClosed):
            database.write(put("a"))
        with pytest.raises(DatabaseClosed):
            stored(database)

    def test_closing_finishes_what_is_queued(
        self, database: Database, path: Path, threads: ThreadPoolExecutor
    ) -> None:
        futures = in_one_batch(database, threads, [put(f"k{number}") for number in range(10)])
        database.close()
        assert len([future.result(60) for future in futures]) == 10

    def test_a_database_of_a_newer_version_is_left_alone(
        self, database: Database, path: Path
    ) -> None:
        database.close()
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
        connection.close()
        newer = Database(path, EXECUTOR)
        with pytest.raises(StoreTrouble, match="newer stockapp"):
            newer.write(put("a"))
        newer.close()

    def test_a_failing_migration_changes_nothing(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = (("CREATE TABLE extra (x)", "CREATE TABLE nonsense"),)
        monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS + bad)
        failing = Database(path, EXECUTOR)
        with pytest.raises(StoreTrouble, match="could not be brought from version"):
            failing.write(put("a"))
        failing.close()
        monkeypatch.undo()
        database = Database(path, EXECUTOR)
        tables = database.read(
            lambda connection: {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master")
            }
        )
        assert "tasks" in tables
        assert "extra" not in tables
        database.close()


def test_lists_of_a_database_from_before_there_were_several_keep_items_and_order(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
    old = open_writer(path)
    insert = "INSERT INTO watchlist_items VALUES (?, ?, ?, 1.5, 'Name', 'note', 2.5, 0)"
    old.execute(insert, (7, "default", "B"))
    old.execute(insert, (9, "default", "A"))
    old.close()
    monkeypatch.undo()
    database = Database(path, EXECUTOR)
    watchlists = SqlWatchlistStore(database, SystemClock())
    assert watchlists.lists() == [Watchlist("default", "Watchlist", 2)]
    added = datetime.fromtimestamp(1.5, UTC)
    items = [WatchlistItem(symbol, added, "Name", "note", 2.5) for symbol in ("B", "A")]
    assert watchlists.items("default") == items
    watchlists.place("default", ["A"], "B")
    assert [item.symbol for item in watchlists.items("default")] == ["A", "B"]
    database.close()
