"""The data folder, as it is told to machines that watch."""

from pathlib import Path

import pytest

from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.services.folder_watch import FolderWatch
from tests.contract.backends import SetClock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_one_that_can_be_written_says_how_much_room_there_is(folder: Path) -> None:
    watch = FolderWatch(folder, EmbeddedExecutor(1), SetClock())
    watch.look()
    told = watch.to_json()
    assert (told["status"], told["trouble"]) == ("ok", None)
    assert 0 < told["free_bytes"] < told["total_bytes"]
    assert list(folder.iterdir()) == []


def test_one_that_cannot_says_why_until_it_can(folder: Path) -> None:
    watch = FolderWatch(folder, EmbeddedExecutor(1), SetClock())
    folder.rmdir()
    watch.look()
    assert watch.to_json() == {
        "status": "failing",
        "trouble": "No such file or directory",
        "free_bytes": None,
        "total_bytes": None,
    }
    folder.mkdir()
    watch.look()
    assert watch.to_json()["status"] == "ok"


def test_a_disk_that_hangs_is_told_by_what_was_not_seen_since(folder: Path) -> None:
    clock = SetClock()
    watch = FolderWatch(folder, EmbeddedExecutor(1), clock)
    assert watch.to_json()["trouble"] == "nobody has looked yet"
    watch.look()
    clock.advance(60)
    assert watch.to_json()["trouble"] == "the disk has not answered for 60 s"
