"""A database that is locked, full, damaged, replaced, or larger than it need be."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stockapp.backends.embedded import damage, schema, set_aside
from stockapp.backends.embedded.connection import Connection, open_writer
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.domain.watchlist import WatchlistItem
from stockapp.ports import StoreTrouble

from .backends import SetClock
from .embedded import open_embedded

EXECUTOR = EmbeddedExecutor(1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stockapp.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path, EXECUTOR)
    stored(database)
    yield database
    database.close()


def store(database: Database, key: str) -> None:
    database.write(
        lambda connection: connection.execute("INSERT INTO meta VALUES (?, 1)", (key,)).rowcount
    )


def stored(database: Database) -> set[str]:
    return database.read(
        lambda connection: {row[0] for row in connection.execute("SELECT key FROM meta")}
    )


def fill(connection: Connection) -> None:
    for number in range(600):
        connection.execute(
            "INSERT INTO shared_state VALUES (?, ?, 1)", (f"fill-{number}", "x" * 4000)
        )


class TestWhatPasses:
    def test_a_lock_that_stays_is_told_and_reading_goes_on(
        self, database: Database, path: Path
    ) -> None:
        store(database, "before")
        intruder = sqlite3.connect(path, isolation_level=None)
        intruder.execute("BEGIN EXCLUSIVE")
        for _ in range(2):
            with pytest.raises(StoreTrouble, match="locked"):
                store(database, "a")
        assert database.trouble == "another program has locked the database"
        assert stored(database) == {"before"}
        intruder.execute("ROLLBACK")
        intruder.close()
        store(database, "a")
        assert stored(database) == {"before", "a"}
        assert database.trouble is None

    def test_a_full_disk_is_told_and_nothing_is_half_written(self, database: Database) -> None:
        # The limit that SQLite itself knows has the same effect as a full disk.
        pages = database.write(lambda c: int(c.execute("PRAGMA page_count").fetchone()[0]))
        database.write(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 20}").fetchone())
        with pytest.raises(StoreTrouble, match="disk is full"):
            database.write(fill)
        assert database.trouble == "the disk is full"
        database.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
        assert database.trouble is None
        count = "SELECT count(*) FROM shared_state"
        assert database.read(lambda c: c.execute(count).fetchone()[0]) == 0

    def test_a_defect_of_ours_is_no_trouble_of_the_database(self, database: Database) -> None:
        with pytest.raises(sqlite3.OperationalError):
            database.write(lambda connection: connection.execute("nonsense"))
        assert database.trouble is None

    def test_a_file_that_was_deleted_is_made_anew(self, database: Database, path: Path) -> None:
        store(database, "a")
        for part in path.parent.glob(f"{path.name}*"):
            part.unlink()
        assert stored(database) == set()
        store(database, "b")
        assert stored(database) == {"b"}

    def test_a_file_that_was_replaced_is_read_from_then_on(
        self, database: Database, path: Path, tmp_path: Path
    ) -> None:
        other = Database(tmp_path / "other.sqlite3", EXECUTOR)
        store(other, "of the other")
        other.close()
        store(database, "a")
        for part in path.parent.glob(f"{path.name}-*"):
            part.unlink()
        (tmp_path / "other.sqlite3").rename(path)
        assert stored(database) == {"of the other"}

    def test_damage_while_it_runs_is_told_with_what_to_do(
        self, database: Database, path: Path
    ) -> None:
        store(database, "a")
        database.close()
        path.write_bytes(b"no database at all" * 1000)
        again = Database(path, EXECUTOR)
        with pytest.raises(StoreTrouble, match="damaged; restart"):
            stored(again)
        with pytest.raises(StoreTrouble, match="damaged; restart"):
            store(again, "b")
        again.close()


def spoil(path: Path) -> None:
    """Overwrite a part of the file, behind its first tables."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))


class TestDamageAtTheStart:
    def test_a_sound_database_stays(self, database: Database, path: Path) -> None:
        store(database, "a")
        database.close()
        assert damage.prepare(path) is None
        assert set_aside.names(path) == []
        assert stored(Database(path, EXECUTOR)) == {"a"}

    def test_no_database_is_no_damage(self, path: Path) -> None:
        assert damage.prepare(path) is None
        assert not path.exists()

    def test_a_damaged_file_is_set_aside_whole_and_replaced(self, path: Path) -> None:
        rubbish = b"no database at all" * 1000
        path.write_bytes(rubbish)
        aside = damage.prepare(path)
        assert aside is not None
        assert aside.read_bytes() == rubbish
        database = Database(path, EXECUTOR)
        store(database, "a")
        assert database.set_aside() == [aside.name]
        aside.unlink()
        assert database.set_aside() == []
        database.close()

    def test_watchlists_that_can_still_be_read_are_taken_over(self, tmp_path: Path) -> None:
        clock = SetClock()
        path = tmp_path / "stockapp.sqlite3"
        worker = open_embedded(tmp_path, clock)
        added = datetime(2026, 1, 2, tzinfo=UTC)
        item = WatchlistItem("AAPL", added, "Apple", "a note", 200.0)
        worker.watchlists.add(
            "default", [item, WatchlistItem("B", added), WatchlistItem("C", added)]
        )
        worker.watchlists.place("default", ["C"], "AAPL")
        worker.watchlists.rename("default", "Mine")
        worker.watchlists.create("Tech")
        worker.watchlists.add("tech", [item])
        values = {f"key-{number}": {"x": "y" * 500} for number in range(500)}
        worker.state.put_many(values, 3600)
        lists = worker.watchlists.lists()
        worker.close()
        spoil(path)
        assert damage.prepare(path) is not None
        again = open_embedded(tmp_path, clock)
        assert again.watchlists.lists() == lists
        assert [one.symbol for one in again.watchlists.items("default")] == ["C", "AAPL", "B"]
        assert again.watchlists.items("tech") == [item]
        assert not again.watchlists.seed("default", [])
        again.close()

    def test_so_are_those_of_a_version_that_knew_one_list(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "stockapp.sqlite3"
        monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        old = open_writer(path)
        insert = "INSERT INTO watchlist_items VALUES (?, 'default', ?, 1.5, NULL, 'note', NULL, 0)"
        old.executemany(insert, [(2, "A"), (1, "B")])
        filling = [(str(number), "x" * 500) for number in range(500)]
        old.executemany("INSERT INTO shared_state VALUES (?, ?, 0)", filling)
        old.close()
        monkeypatch.undo()
        spoil(path)
        assert damage.prepare(path) is not None
        worker = open_embedded(tmp_path, SetClock())
        assert [item.symbol for item in worker.watchlists.items("default")] == ["B", "A"]
        worker.close()

    def test_streams_cannot_resume_by_ids_of_the_old_log(self, tmp_path: Path) -> None:
        path = tmp_path / "stockapp.sqlite3"
        path.write_bytes(b"rubbish" * 1000)
        damage.prepare(path)
        worker = open_embedded(tmp_path, SetClock())
        assert worker.log.trimmed_through() == worker.log.last_id() > 1_000_000
        worker.close()

    def test_a_database_from_before_it_could_shrink_learns_it(self, path: Path) -> None:
        old = sqlite3.connect(path)
        old.execute("CREATE TABLE something (x)")
        old.commit()
        old.close()
        assert damage.prepare(path) is None
        now = sqlite3.connect(path)
        assert now.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        now.close()


def test_room_that_deleted_things_left_is_given_back(database: Database) -> None:
    database.write(fill)
    before = database.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    database.write(lambda connection: connection.execute("DELETE FROM shared_state").rowcount)
    database.shrink()
    after = database.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    assert before > 600
    assert after < 300
