"""Backups of the data folder, made while it is used, and put back all or nothing."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stockapp.backends.embedded import occupancy, schema, swap
from stockapp.backends.embedded.archive import FolderArchive
from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.connection import open_writer
from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.sql.watchlists import SqlWatchlistStore
from stockapp.domain.watchlist import WatchlistItem
from stockapp.ports.archive import ArchiveTrouble

from .restorer import DATABASE, held

ROOT = Path(__file__).parent.parent.parent


def folder_with(path: Path, note: str) -> Path:
    """A data folder whose one list holds AAPL with that note."""
    path.mkdir()
    connection = open_writer(path / DATABASE)
    connection.execute(
        "INSERT INTO watchlist_items VALUES ('default', 'AAPL', 0, 1.0, NULL, ?, NULL, 0)", (note,)
    )
    connection.close()
    cache = path / "cache"
    (cache / ".meta").mkdir(parents=True)
    (cache / "entry").write_text(note)
    (cache / ".meta" / "lock").touch()
    for passing in ("flights", "in-use.lock", "backup.zip", f"{DATABASE}.before-2"):
        (path / passing).touch()
    return path


def archive_of(folder: Path) -> FolderArchive:
    return FolderArchive(folder, DATABASE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_with(tmp_path / "data", "first")


@pytest.fixture
def backup(tmp_path: Path, folder: Path) -> Path:
    return archive_of(folder).backup(tmp_path / "backup.zip", with_cache=True)[0]


def test_a_backup_is_for_this_user_alone_and_tells_what_it_holds(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(backup) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert archive.namelist() == [DATABASE, "cache/entry", "manifest.json"]
    assert told["stockapp"]
    assert told["schema"] == len(schema.MIGRATIONS)
    assert list(backup.parent.glob("*.partial")) == list(backup.parent.glob(".*")) == []


def test_it_is_never_written_over_a_file_and_has_a_name_of_its_own_in_a_folder(
    folder: Path, backup: Path, tmp_path: Path
) -> None:
    with pytest.raises(ArchiveTrouble, match="is there already"):
        archive_of(folder).backup(backup, with_cache=False)
    named, _ = archive_of(folder).backup(tmp_path, with_cache=False)
    assert named.parent == tmp_path
    assert named.name.startswith("stockapp-")


def test_the_cache_goes_with_it_only_when_asked(folder: Path, tmp_path: Path) -> None:
    path, manifest = archive_of(folder).backup(tmp_path / "without.zip", with_cache=False)
    assert [file.name for file in manifest.files] == [DATABASE]
    assert manifest.with_cache is False
    (folder / "cache" / "entry").write_text("later")
    archive_of(folder).restore(path)
    assert (folder / "cache" / "entry").read_text() == "later"


def test_a_restore_brings_back_what_was_and_keeps_what_is_aside(folder: Path, backup: Path) -> None:
    shutil.rmtree(folder)
    folder_with(folder, "second")
    aside, manifest = archive_of(folder).restore(backup)
    assert held(folder) == ["first", "first"]
    assert held(aside) == ["second", "second"]
    assert manifest.with_cache is True


def test_a_backup_is_restored_into_a_folder_that_was_not_there(
    backup: Path, tmp_path: Path
) -> None:
    archive_of(tmp_path / "new" / "data").restore(backup)
    assert held(tmp_path / "new" / "data") == ["first", "first"]


def test_events_after_a_restore_come_after_all_that_open_pages_know(
    folder: Path, backup: Path
) -> None:
    connection = open_writer(folder / DATABASE)
    insert = "INSERT INTO events (id, topic, type, data, created_at) VALUES (?, '', '', '{}', 0)"
    connection.execute(insert, (9_000_000_000,))
    connection.close()
    archive_of(folder).restore(backup)
    connection = open_writer(folder / DATABASE)
    connection.execute("INSERT INTO events (topic, type, data, created_at) VALUES ('','','{}',0)")
    (newest,) = connection.execute("SELECT max(id) FROM events").fetchone()
    (trimmed,) = connection.execute("SELECT value FROM meta").fetchone()
    connection.close()
    assert (trimmed, newest) == (9_000_000_000, 9_000_000_001)


def test_while_somebody_writes_a_backup_is_of_one_moment_and_holds_up_nobody(
    folder: Path, tmp_path: Path
) -> None:
    database = Database(folder / DATABASE, EmbeddedExecutor(1))
    watchlists = SqlWatchlistStore(database, SystemClock())
    done = threading.Event()
    written: list[list[str]] = []

    def write() -> None:
        # Both at once, or neither.
        while not done.is_set():
            number = len(written)
            now = SystemClock().now()
            pair = [WatchlistItem(f"{side}{number}", now) for side in ("L", "R")]
            written.append(watchlists.add("default", pair))

    writer = threading.Thread(target=write)
    writer.start()
    made = []
    for number in range(5):
        made.append(archive_of(folder).backup(tmp_path / f"{number}.zip", with_cache=False)[0])
        before = len(written)
        while len(written) == before:
            done.wait(0.001)
    done.set()
    writer.join()
    database.close()
    sizes = []
    for number, path in enumerate(made):
        restored = tmp_path / f"restored-{number}"
        archive_of(restored).restore(path)
        connection = sqlite3.connect(restored / DATABASE)
        symbols = {row[0] for row in connection.execute("SELECT symbol FROM watchlist_items")}
        connection.close()
        left = {symbol[1:] for symbol in symbols if symbol.startswith("L")}
        assert left == {symbol[1:] for symbol in symbols if symbol.startswith("R")}
        sizes.append(len(left))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


class TestRefused:
    """What cannot be restored is refused in words, and changes nothing."""

    @pytest.fixture(autouse=True)
    def _unchanged(self, folder: Path, backup: Path) -> Iterator[None]:
        yield
        assert held(folder) == ["first", "first"]
        assert [entry.name for entry in folder.iterdir() if "restore" in entry.name] == []

    def rewritten(
        self, backup: Path, change: Callable[[dict[str, Any], dict[str, bytes]], object]
    ) -> Path:
        """The backup with other files, or another manifest."""
        with zipfile.ZipFile(backup) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(files.pop("manifest.json"))
        change(manifest, files)
        path = backup.with_name("rewritten.zip")
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
                archive.writestr(name, data)
        return path

    def refused(self, folder: Path, path: Path, words: str) -> None:
        with pytest.raises(ArchiveTrouble, match=words):
            archive_of(folder).restore(path)

    def test_other_bytes(self, folder: Path, backup: Path) -> None:
        def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
            files["cache/entry"] = b"other"

        path = self.rewritten(backup, change)
        self.refused(folder, path, "cache/entry is not what was backed up")

    def test_more_bytes_than_the_manifest_tells(self, folder: Path, backup: Path) -> None:
        def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
            files["cache/entry"] = b"0" * 50_000_000

        path = self.rewritten(backup, change)
        self.refused(folder, path, "cache/entry is not what was backed up")

    def test_a_missing_file(self, folder: Path, backup: Path) -> None:
        path = self.rewritten(backup, lambda manifest, files: files.pop("cache/entry"))
        self.refused(folder, path, "cache/entry is missing")

    def test_no_database(self, folder: Path, backup: Path) -> None:
        path = self.rewritten(backup, lambda manifest, files: manifest["files"].pop(0))
        self.refused(folder, path, "holds no database")

    @pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil", ".restore-ready"])
    def test_files_that_would_lie_elsewhere(self, folder: Path, backup: Path, name: str) -> None:
        def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
            manifest["files"][1]["name"] = name
            files[name] = files.pop("cache/entry")

        self.refused(folder, self.rewritten(backup, change), "would lie elsewhere")
        assert not (folder.parent / "evil").exists()

    def test_a_database_of_a_newer_stockapp(self, folder: Path, backup: Path) -> None:
        newer = len(schema.MIGRATIONS) + 1
        path = self.rewritten(backup, lambda manifest, files: manifest.update(schema=newer))
        self.refused(folder, path, f"made by a newer stockapp .* version {newer}")

    @pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
    def test_what_is_no_backup(self, folder: Path, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "other").write_bytes(content)
        self.refused(folder, tmp_path / "other", "is no backup")

    def test_a_file_that_is_not_there(self, folder: Path, tmp_path: Path) -> None:
        self.refused(folder, tmp_path / "nowhere.zip", "No such file")

    def test_a_folder_that_is_in_use(self, folder: Path, backup: Path) -> None:
        using = occupancy.enter(folder)
        self.refused(folder, backup, "Stop the server")
        using.leave()


def test_nobody_starts_while_a_backup_is_being_restored(folder: Path) -> None:
    with (
        occupancy.alone(folder),
        pytest.raises(SystemExit, match="being restored"),
    ):
        occupancy.enter(folder)


def test_a_damaged_database_is_not_backed_up_as_if_it_were_sound(
    folder: Path, tmp_path: Path
) -> None:
    data = bytearray((folder / DATABASE).read_bytes())
    data[4096 * 2 : 4096 * 4] = bytes(4096 * 2)
    (folder / DATABASE).write_bytes(data)
    with pytest.raises(ArchiveTrouble, match="database"):
        archive_of(folder).backup(tmp_path / "backup.zip", with_cache=False)
    assert list(tmp_path.glob("*.zip")) == []


def test_where_there_is_nothing_a_backup_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArchiveTrouble, match="nothing in"):
        archive_of(tmp_path / "none").backup(None, with_cache=False)


def test_a_restore_that_is_killed_anywhere_leaves_all_or_nothing(
    tmp_path: Path, folder: Path, backup: Path
) -> None:
    shutil.rmtree(folder)
    folder_with(folder, "second")
    # What the database's log holds must go aside with it.
    (folder / f"{DATABASE}-wal").touch()
    command = [sys.executable, "-m", "tests.contract.restorer", str(backup), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    outcomes = json.loads(done.stdout)
    old, new = ["second", "second"], ["first", "first"]
    assert outcomes.count(old) + outcomes.count(new) == len(outcomes)
    assert outcomes == sorted(outcomes, key=lambda held: held == new)
    assert outcomes.count(old) > 5 and outcomes.count(new) > 5


def test_who_opens_the_folder_next_finishes_a_restore(folder: Path, tmp_path: Path) -> None:
    cache = swap.stage(folder) / "cache"
    cache.mkdir()
    (cache / "entry").write_text("new")
    staged = folder / ".restore-staged"
    (staged / "aside").write_text("before-restore-1")
    staged.rename(folder / ".restore-ready")
    occupancy.enter(folder).leave()
    assert (folder / "cache" / "entry").read_text() == "new"
    assert (folder / "before-restore-1" / "cache" / "entry").read_text() == "first"
    assert not swap.is_ready(folder)
