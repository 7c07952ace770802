"""A disk that is full, a folder that is read-only, gone, or no folder at all."""

import contextlib
import os
import re
import resource
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.caching.entry_format import Stored
from stockapp.caching.gate import READERS_REST_SECONDS, REST_SECONDS, SLOW_SECONDS
from stockapp.caching.layered import LayeredCache
from stockapp.caching.lru_filesystem import LruFileSystemCache
from stockapp.domain.freshness import Lifetime
from stockapp.ports import CacheTrouble
from tests.contract.backends import SetClock
from tests.contract.embedded import open_cache

from .folders import counted, in_folder

LIFETIME = Lifetime(60, 600)
LARGE = {"filling": "x" * 100_000}
NOBODY = 65_534


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """No file may grow, which is how a full disk looks to whoever writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in the folder may be written; root may anything, so it becomes somebody else."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    as_root = os.geteuid() == 0
    if as_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if as_root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(stat.S_IMODE(mode))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may enter too; tmp_path belongs to root alone."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        yield Path(parent) / "cache"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def open_layered(folder: Path, clock: SetClock, memory_bytes: int = 1_000_000) -> LayeredCache:
    store = LruFileSystemCache(str(folder))
    return open_cache(store, EmbeddedExecutor(1), clock, memory_bytes)


class TestAFullDisk:
    def test_is_told_and_what_was_fetched_is_shown_and_stored_when_there_is_room_again(
        self, folder: Path, clock: SetClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        # Whatever an application in this process set.
        caplog.set_level("INFO")
        caplog.set_level("INFO", logger="stockapp")
        cache = open_layered(folder, clock)
        cache.put_many({"quote:old": {"n": 1}}, LIFETIME)
        with no_room():
            cache.put_many({"quote:A": LARGE, "quote:B": {"n": 2}}, LIFETIME)
            assert cache.trouble is not None
            clock.advance(30)
            assert cache.get_many(["quote:old"])["quote:old"].value == {"n": 1}
            assert cache.get_many(["quote:A"])["quote:A"].value == LARGE
            cache.upkeep()
            assert cache.trouble is not None
        clock.advance(REST_SECONDS)
        cache.upkeep()
        assert cache.trouble is None
        found = open_layered(folder, clock).get_many(["quote:old", "quote:A", "quote:B"])
        ages = {key: entry.age_seconds for key, entry in found.items()}
        assert ages == dict.fromkeys(("quote:old", "quote:A", "quote:B"), 30 + REST_SECONDS)
        # There is no room in all of this process; what else was left in it may say so, too.
        said = [one.message for one in caplog.records if one.name.startswith("stockapp.caching")]
        assert [re.split("[,:]", message)[0] for message in said] == [
            "the cache cannot be used",
            "the cache can be used again",
        ]

    def test_is_not_tried_again_at_every_call(self, folder: Path, clock: SetClock) -> None:
        cache = open_layered(folder, clock)
        with no_room():
            cache.put_many({"quote:A": {}}, LIFETIME)
        cache.put_many({"quote:B": {}}, LIFETIME)
        assert cache.trouble is not None
        clock.advance(REST_SECONDS)
        cache.put_many({"quote:C": {}}, LIFETIME)
        assert cache.trouble is None

    def test_leaves_no_half_written_file_and_right_counts(self, folder: Path) -> None:
        cache = LruFileSystemCache(str(folder))
        cache.set_many({f"quote:{number}": number for number in range(50)})
        with no_room():
            assert not cache.set("quote:A", LARGE)
            assert cache.set_many({"quote:1": LARGE, "quote:2": LARGE}) == []
        assert cache.set("quote:3", LARGE)
        cache.recover(thorough=True)
        assert counted(cache) == in_folder(folder)
        assert cache.get("quote:2") in (None, 2)

    def test_keeps_no_more_in_memory_than_the_layer_may(
        self, folder: Path, clock: SetClock
    ) -> None:
        cache = open_layered(folder, clock, memory_bytes=300_000)
        with no_room():
            cache.put_many({f"quote:{number}": LARGE for number in range(10)}, LIFETIME)
            assert cache.vitals()["bytes"] in range(100_000, 300_001)
            assert set(cache.get_many(["quote:0", "quote:9"])) == {"quote:9"}

    def test_is_over_also_when_nothing_waits_to_be_stored(
        self, folder: Path, clock: SetClock
    ) -> None:
        cache = open_layered(folder, clock, memory_bytes=0)
        with no_room():
            cache.put_many({"quote:A": {}}, LIFETIME)
            assert cache.trouble is not None
        clock.advance(REST_SECONDS)
        cache.upkeep()
        assert cache.trouble is None


class TestAReadOnlyFolder:
    def test_is_read_and_told_and_written_again_when_it_may_be(
        self, folder: Path, clock: SetClock
    ) -> None:
        cache = open_layered(folder, clock)
        cache.put_many({"quote:old": {"n": 1}}, LIFETIME)
        with read_only(folder):
            assert cache.get_many(["quote:old"])["quote:old"].value == {"n": 1}
            cache.put_many({"quote:A": {"n": 2}}, LIFETIME)
            assert cache.trouble is not None
            assert "ermission" in cache.trouble
            assert cache.get_many(["quote:A"])["quote:A"].value == {"n": 2}
            with pytest.raises(CacheTrouble):
                cache.clear()
        clock.advance(REST_SECONDS)
        cache.upkeep()
        assert cache.trouble is None
        assert set(open_layered(folder, clock).get_many(["quote:old", "quote:A"])) == {
            "quote:old",
            "quote:A",
        }

    def test_can_be_there_from_the_start(self, folder: Path) -> None:
        LruFileSystemCache(str(folder)).set("quote:A", 1)
        with read_only(folder):
            cache = LruFileSystemCache(str(folder))
            assert cache.get("quote:A") == 1
            assert not cache.set("quote:B", 1)
            assert not cache.delete("quote:A")
            assert not cache.clear()
            assert cache.inc("n") is None
            assert not cache.add("quote:C", 1)
        assert cache.set("quote:B", 1)


class TestAFolderThatIsGone:
    def test_is_made_again_with_the_next_entry(self, folder: Path, clock: SetClock) -> None:
        cache, other = open_layered(folder, clock), open_layered(folder, clock)
        for each in (cache, other):
            each.put_many({"quote:old": {"n": 1}}, LIFETIME)
        shutil.rmtree(folder)
        clock.advance(2)
        assert cache.get_many(["quote:old"]) == {}
        cache.put_many({"quote:A": {"n": 2}}, LIFETIME)
        other.put_many({"quote:B": {"n": 3}}, LIFETIME)
        assert cache.trouble is None
        assert set(cache.get_many(["quote:A", "quote:B"])) == {"quote:A", "quote:B"}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        statistics = other.statistics()
        assert statistics is not None
        assert (statistics.total.entries, statistics.total.bytes) == in_folder(folder)

    def test_may_be_a_file_for_a_while(self, folder: Path, clock: SetClock) -> None:
        folder.write_text("no folder")
        cache = open_layered(folder, clock)
        cache.put_many({"quote:A": {"n": 1}}, LIFETIME)
        assert cache.trouble is not None
        assert cache.statistics() is None
        assert cache.get_many(["quote:A"])["quote:A"].value == {"n": 1}
        folder.unlink()
        clock.advance(REST_SECONDS)
        cache.upkeep()
        assert cache.trouble is None
        assert set(open_layered(folder, clock).get_many(["quote:A"])) == {"quote:A"}


class Hanging(LruFileSystemCache):
    """As a server does that is cut off: it lets one wait before it fails."""

    def __init__(self, folder: Path, clock: SetClock) -> None:
        super().__init__(str(folder))
        self._clock = clock
        self.hangs = False
        self.asked = 0

    def load_many(self, keys: Sequence[str], now: float) -> dict[str, Stored]:
        self.asked += 1
        self._wait()
        return super().load_many(keys, now)

    def save_many(
        self, values: Mapping[str, Any], stored_at: float, fresh: float, keep: float
    ) -> list[str]:
        self._wait()
        return super().save_many(values, stored_at, fresh, keep)

    def _wait(self) -> None:
        if self.hangs:
            self._clock.advance(SLOW_SECONDS * 3)
            raise OSError("no answer")


class TestAStoreThatHangs:
    @pytest.fixture
    def store(self, folder: Path, clock: SetClock) -> Hanging:
        return Hanging(folder, clock)

    @pytest.fixture
    def cache(self, store: Hanging, clock: SetClock) -> LayeredCache:
        cache = open_cache(store, EmbeddedExecutor(1), clock, 1_000_000)
        cache.put_many({"quote:A": {"n": 1}}, LIFETIME)
        cache.get_many(["quote:A"])
        store.hangs, store.asked = True, 0
        clock.advance(2)
        return cache

    def test_is_waited_for_by_one_reader_until_it_can_be_written_again(
        self, store: Hanging, cache: LayeredCache, clock: SetClock
    ) -> None:
        for _ in range(20):
            assert cache.get_many(["quote:A"])["quote:A"].value == {"n": 1}
            cache.upkeep()
            clock.advance(REST_SECONDS)
        assert store.asked == 1
        store.hangs = False
        cache.upkeep()
        assert cache.trouble is None
        cache.get_many(["quote:B"])
        assert store.asked == 2

    def test_is_tried_again_by_a_reader_where_nobody_looks_after_it(
        self, store: Hanging, cache: LayeredCache, clock: SetClock
    ) -> None:
        cache.get_many(["quote:A"])
        store.hangs = False
        clock.advance(READERS_REST_SECONDS)
        cache.get_many(["quote:A"])
        assert store.asked == 2


def test_what_waited_in_memory_never_replaces_what_another_stored_since(
    folder: Path, clock: SetClock
) -> None:
    cache = open_layered(folder, clock)
    with no_room():
        cache.put_many({"quote:A": {"n": 1}}, LIFETIME)
    clock.advance(10)
    open_layered(folder, clock).put_many({"quote:A": {"n": 2}}, LIFETIME)
    cache.upkeep()
    clock.advance(1)
    for each in (cache, open_layered(folder, clock)):
        entry = each.get_many(["quote:A"])["quote:A"]
        assert (entry.value, entry.age_seconds) == ({"n": 2}, 1)
