"""An older database is brought up to date, after a copy of it was made, or nothing starts."""

import sqlite3
from pathlib import Path

import pytest

from stockapp.backends.embedded import schema, upgrade
from stockapp.backends.embedded.connection import open_writer

GOOD = ("CREATE TABLE more (x)",)
BAD = ("CREATE TABLE extra (x)", "CREATE TABLE nonsense")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stockapp.sqlite3"


@pytest.fixture
def old(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of two versions ago, whose newest rows are in its log still."""
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
    connection = open_writer(path)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("INSERT INTO meta VALUES ('mine', 1)")
    connection.close()
    monkeypatch.undo()
    return path


def version_and_rows(path: Path) -> tuple[int, list[str]]:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    rows = [key for (key,) in connection.execute("SELECT key FROM meta")]
    connection.close()
    return version, rows


def test_before_a_migration_a_copy_is_kept_for_this_user_alone(old: Path) -> None:
    upgrade.prepare(old)
    kept = old.with_name("stockapp.sqlite3.before-2")
    assert version_and_rows(old) == (len(schema.MIGRATIONS), ["mine"])
    assert version_and_rows(kept) == (2, ["mine"])
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_new_database_has_nothing_to_keep(path: Path) -> None:
    open_writer(path).close()
    upgrade.prepare(path)
    assert list(path.parent.glob("*.before-*")) == []


def test_of_all_copies_the_last_few_are_kept(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in range(2, 13):
        more = (schema.MIGRATIONS[2], *((f"CREATE TABLE t{n} (x)",) for n in range(version - 2)))
        monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS[:2], *more))
        open_writer(old).close()
    kept = {entry.name.partition(".before-")[2] for entry in old.parent.glob("*.before-*")}
    assert kept == {"10", "11", "12"}


def test_a_migration_that_fails_leaves_the_database_as_it_was_and_says_so(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS[:2], GOOD, BAD))
    with pytest.raises(SystemExit, match=r"from version 2 to 4.* It is as it was"):
        upgrade.prepare(old)
    assert version_and_rows(old) == (2, ["mine"])
    connection = sqlite3.connect(old)
    assert connection.execute("SELECT * FROM sqlite_master WHERE name = 'more'").fetchall() == []
    connection.close()


def test_without_room_for_a_copy_nothing_is_migrated(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.with_name("stockapp.sqlite3.before-2.partial").mkdir()
    with pytest.raises(OSError, match="directory"):
        open_writer(old)
    assert version_and_rows(old) == (2, ["mine"])
    # The workers tell of what may pass.
    upgrade.prepare(old)


def test_a_database_of_a_newer_stockapp_is_not_served(path: Path) -> None:
    connection = open_writer(path)
    connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(SystemExit, match="Install the newer stockapp again"):
        upgrade.prepare(path)


def test_where_there_is_no_database_none_is_made(path: Path) -> None:
    upgrade.prepare(path)
    assert not path.exists()
