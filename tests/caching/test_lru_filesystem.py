"""The byte limit, the order of use, and what lies in the folder."""

import json
import logging
import os
import pickle
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask_caching import Cache
from flask_caching.backends.filesystemcache import FileSystemCache

from stockapp.caching.lru_filesystem import LruFileSystemCache

from .conftest import Open
from .folders import bytes_of, count_of, counted, file_of, files, in_folder

# With its header and key an entry of this value takes about a kilobyte.
KILOBYTE = "x" * 930


class TestTheLimit:
    def test_is_held_by_letting_the_least_recently_used_go(
        self, open_cache: Open, folder: Path
    ) -> None:
        cache = open_cache(limit_bytes=20_000)
        for number in range(100):
            assert cache.set(f"quote:{number}", KILOBYTE)
            assert bytes_of(folder) <= 20_000
        there = [number for number in range(100) if cache.has(f"quote:{number}")]
        assert there == list(range(100 - len(there), 100))
        assert 19 <= len(there) <= 20
        assert counted(cache) == in_folder(folder)
        assert count_of(cache, "evictions") == 100 - len(there)

    def test_is_held_by_many_set_at_once(self, open_cache: Open, folder: Path) -> None:
        cache = open_cache(limit_bytes=20_000)
        values = {f"quote:{number}": KILOBYTE for number in range(300)}
        assert cache.set_many(values) == list(values)
        assert bytes_of(folder) <= 20_000
        assert cache.get("quote:299") == KILOBYTE
        assert counted(cache) == in_folder(folder)

    def test_is_shared_by_all_who_open_the_folder(self, open_cache: Open, folder: Path) -> None:
        first, second = open_cache(limit_bytes=20_000), open_cache(limit_bytes=20_000)
        for number in range(40):
            (first, second)[number % 2].set(f"quote:{number}", KILOBYTE)
        assert 18_000 < bytes_of(folder) <= 20_000
        assert counted(first) == counted(second) == in_folder(folder)

    def test_makes_room_for_a_large_entry_by_many_small_ones(
        self, open_cache: Open, folder: Path
    ) -> None:
        cache = open_cache(limit_bytes=400_000)
        cache.set_many({f"quote:{number}": KILOBYTE for number in range(390)})
        assert cache.set("large", "x" * 390_000)
        assert cache.get("large") == "x" * 390_000
        assert bytes_of(folder) <= 400_000
        assert counted(cache) == in_folder(folder)

    def test_refuses_what_is_larger_with_a_warning_and_keeps_the_rest(
        self, open_cache: Open, folder: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        # Whatever an application in this process set.
        caplog.set_level(logging.WARNING, logger="stockapp")
        cache = open_cache(limit_bytes=20_000)
        cache.set("small", 1)
        cache.set("large", 1)
        assert not cache.set("large", "x" * 20_000)
        assert "refused to cache large" in caplog.text
        assert "20000 bytes" in caplog.text
        assert cache.set_many({"a": 1, "large": "x" * 20_000}) == ["a"]
        assert cache.get_many("small", "large", "a") == [1, 1, 1]

    def test_is_100_megabytes_unless_it_is_set(self, folder: Path) -> None:
        config: dict[str, str | int] = {
            "CACHE_TYPE": "stockapp.caching.lru_filesystem.LruFileSystemCache",
            "CACHE_DIR": str(folder),
        }
        for given, limit in ({}, 100_000_000), ({"CACHE_LIMIT_BYTES": 5_000}, 5_000):
            cache = Cache(Flask("a"), config={**config, **given}).cache
            assert isinstance(cache, LruFileSystemCache)
            assert cache.statistics().limit_bytes == limit

    def test_lets_what_has_expired_go_first(self, open_cache: Open) -> None:
        cache = open_cache(limit_bytes=20_000)
        cache.set_many({f"old:{number}": KILOBYTE for number in range(5)})
        now = time.time()
        cache.save_many({f"past:{n}": KILOBYTE for n in range(10)}, now - 100, 1, 50)
        cache.set_many({f"new:{number}": KILOBYTE for number in range(10)})
        assert all(cache.get_many(*(f"old:{number}" for number in range(5))))
        assert count_of(cache, "expirations") == 10
        assert count_of(cache, "evictions") == 0

    def test_that_was_lowered_is_reached_by_sweeping(self, open_cache: Open, folder: Path) -> None:
        open_cache(limit_bytes=500_000).set_many({f"quote:{n}": KILOBYTE for n in range(300)})
        cache = open_cache(limit_bytes=20_000)
        while cache.sweep(time.time()):
            pass
        assert 18_000 < bytes_of(folder) <= 20_000
        assert cache.has("quote:299")
        assert counted(cache) == in_folder(folder)

    def test_is_held_though_a_folder_took_the_place_of_an_old_entry(
        self, open_cache: Open, folder: Path
    ) -> None:
        cache = open_cache(limit_bytes=20_000)
        cache.set("quote:0", KILOBYTE)
        file_of(folder, "quote:0").unlink()
        file_of(folder, "quote:0").mkdir()
        for number in range(1, 60):
            assert cache.set(f"quote:{number}", KILOBYTE)
        assert counted(cache) == in_folder(folder)

    def test_counts_a_replaced_entry_once(self, open_cache: Open, folder: Path) -> None:
        cache = open_cache(limit_bytes=20_000)
        for size in (10, 15_000, 300):
            cache.set("quote:A", "x" * size)
            assert counted(cache) == in_folder(folder)
        cache.delete("quote:A")
        assert counted(cache) == (0, 0)


class TestTheOrderOfUse:
    def test_keeps_hot_keys_through_a_scan_of_others(self, open_cache: Open) -> None:
        cache = open_cache(limit_bytes=100_000)
        hot = [f"hot:{number}" for number in range(40)]
        cache.set_many(dict.fromkeys(hot, KILOBYTE))
        for number in range(600):
            cache.set(f"scan:{number}", KILOBYTE)
            if number % 10 == 0:
                assert cache.get_many(*hot) == [KILOBYTE] * 40

    def test_is_known_to_all_who_open_the_folder(self, open_cache: Open) -> None:
        reader, writer = open_cache(limit_bytes=50_000), open_cache(limit_bytes=50_000)
        writer.set("hot:1", KILOBYTE)
        for number in range(300):
            writer.set(f"scan:{number}", KILOBYTE)
            if number % 10 == 0:
                assert reader.get("hot:1") == KILOBYTE

    def test_outlasts_a_restart(self, open_cache: Open, folder: Path) -> None:
        before = open_cache(limit_bytes=20_000)
        for number in range(15):
            before.set(f"quote:{number}", KILOBYTE)
        time.sleep(0.01)
        assert before.get("quote:0") == KILOBYTE
        # Also where the index is lost.
        for path in (folder / ".meta").glob("index*"):
            path.unlink()
        after = open_cache(limit_bytes=20_000)
        for number in range(15, 30):
            after.set(f"quote:{number}", KILOBYTE)
        assert after.has("quote:0")
        assert not after.has("quote:1")


class TestTheFolder:
    def test_is_private_with_private_files(self, cache: LruFileSystemCache, folder: Path) -> None:
        cache.set("quote:A", 1)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for path in folder.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.parent != folder

    def test_is_made_private_where_it_was_open(self, open_cache: Open, folder: Path) -> None:
        folder.mkdir(mode=0o755)
        open_cache()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_holds_json_that_people_can_read(self, cache: LruFileSystemCache, folder: Path) -> None:
        cache.set("quote:A", {"price": 1.5})
        content = file_of(folder, "quote:A").read_bytes()
        assert json.loads(content.split(b"quote:A")[1]) == {"price": 1.5}

    def test_of_the_stock_backend_is_emptied_and_used(self, open_cache: Open, folder: Path) -> None:
        stock = FileSystemCache(str(folder))
        stock.set_many({f"quote:{number}": {"price": 1} for number in range(20)})
        cache = open_cache()
        assert cache.get("quote:1") is None
        assert files(folder) == []
        assert counted(cache) == (0, 0)
        assert cache.set("quote:1", 2)
        assert cache.get("quote:1") == 2

    def test_never_has_its_pickles_run(
        self,
        cache: LruFileSystemCache,
        folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        class Evil:
            def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
                return os.mkdir, (str(tmp_path / "evil"),)

        for content in (pickle.dumps(Evil()), b"\0\0\0\0" + pickle.dumps(Evil())):
            file_of(folder, "quote:A").write_bytes(content)
            assert cache.get("quote:A") is None
        assert not (tmp_path / "evil").exists()

    def test_may_lose_its_index(self, open_cache: Open, folder: Path) -> None:
        before = open_cache()
        before.set_many({f"quote:{number}": KILOBYTE for number in range(100)})
        for path in (folder / ".meta").glob("index*"):
            path.unlink()
        assert before.set("quote:new", 1)
        assert counted(before) == in_folder(folder)
        assert in_folder(folder)[0] == 101
        assert open_cache().get("quote:50") == KILOBYTE

    @pytest.mark.parametrize("ending", ["", "-wal"])
    def test_may_have_its_index_damaged(self, open_cache: Open, folder: Path, ending: str) -> None:
        before = open_cache()
        before.set_many({f"quote:{number}": KILOBYTE for number in range(100)})
        (folder / ".meta" / f"index.sqlite3{ending}").write_bytes(os.urandom(20_000))
        after = open_cache()
        after.set("quote:new", 1)
        after.set("quote:newer", 1)
        after.recover(thorough=False)
        assert counted(after) == in_folder(folder)
        assert after.get("quote:50") == KILOBYTE
        assert after.get("quote:newer") == 1
        # Who had it open meanwhile may fail once, not for ever.
        before.set("quote:before", 1)
        assert before.set("quote:before", 2)
        assert after.get("quote:before") == 2
        assert counted(before) == counted(after) == in_folder(folder)

    def test_may_have_its_index_damaged_under_who_uses_it(
        self, cache: LruFileSystemCache, folder: Path
    ) -> None:
        cache.set_many({f"quote:{number}": KILOBYTE for number in range(100)})
        for path in (folder / ".meta").glob("index*"):
            with path.open("r+b") as file:
                file.write(os.urandom(path.stat().st_size))
        for _ in range(3):
            cache.set("quote:new", 1)
        assert cache.set("quote:newer", 1)
        assert counted(cache) == in_folder(folder)
        assert cache.get("quote:50") == KILOBYTE


class TestWhatHasExpired:
    def test_is_missed_and_swept_and_counted(self, open_cache: Open, folder: Path) -> None:
        cache, now = open_cache(), time.time()
        cache.save_many({f"quote:{n}": 1 for n in range(100)}, now - 100, 1, 50)
        cache.set("quote:young", 1)
        assert cache.get("quote:1") is None
        assert not cache.has("quote:1")
        while cache.sweep(now):
            pass
        assert files(folder) == [file_of(folder, "quote:young")]
        assert count_of(cache, "expirations") == 100
        assert counted(cache) == in_folder(folder)

    def test_can_be_added_again(self, cache: LruFileSystemCache) -> None:
        cache.save_many({"quote:A": 1}, time.time() - 100, 1, 50)
        assert cache.add("quote:A", 2)
        assert cache.get("quote:A") == 2

    def test_is_counted_from_nought_again(self, cache: LruFileSystemCache) -> None:
        cache.save_many({"n": 7}, time.time() - 100, 1, 50)
        assert cache.inc("n") == 1

    def test_a_count_keeps_its_time_out(self, cache: LruFileSystemCache) -> None:
        cache.save_many({"n": 7}, time.time() - 100, 1, 150)
        assert cache.inc("n") == 8
        assert "n" not in cache.load_many(["n"], time.time() + 60)


def test_a_prefix_is_cleared_alone_and_only_what_is_there_by_then(
    cache: LruFileSystemCache,
) -> None:
    cache.set_many({f"quote:{number}": 1 for number in range(200)})
    cache.set_many({"profile:A": 1, "plain": 1, "quotes:A": 1})
    assert cache.remove_prefix("quote") == 200
    assert cache.get_many("quote:1", "profile:A", "plain", "quotes:A") == [None, 1, 1, 1]
