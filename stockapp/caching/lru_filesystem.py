"""A Flask-Caching backend: its filesystem backend with a byte limit, least recently used first out.

Name it as CACHE_TYPE, with CACHE_DIR and CACHE_LIMIT_BYTES. Values are JSON, never pickles. All
calls block; `load_many` and the other calls of `store.EntryStore` are fit for native threads.
"""

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_caching.backends.filesystemcache import FileSystemCache

from stockapp.caching import recovery
from stockapp.caching.entry_format import (
    NEVER,
    Damaged,
    Stored,
    Times,
    decode,
    encode,
    times,
    to_json,
)
from stockapp.caching.folder import CacheFolder, File
from stockapp.domain.cache_statistics import CacheCheck, Counter, StoreStatistics, prefix_of

DEFAULT_LIMIT_BYTES = 100_000_000

_log = logging.getLogger(__name__)

# The value and the times to store in place of what is there; None: leave it.
_Change = Callable[[Stored | None], tuple[Any, Times] | None]


class LruFileSystemCache(FileSystemCache):
    """Flask-Caching's calls return what its own backends return; a failing disk is logged.

    `recover`: put right at once what killed processes left, which reads the folder.
    """

    blocks = True
    errors: tuple[type[Exception], ...] = (OSError, sqlite3.Error)

    def __init__(
        self,
        cache_dir: str,
        threshold: int = 0,
        default_timeout: int = 300,
        mode: int = 0o600,
        hash_method: Any = hashlib.sha256,
        ignore_delete_many_errors: bool = False,
        *,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        recover: bool = True,
    ) -> None:
        del threshold
        self._folder = CacheFolder(Path(cache_dir), limit_bytes, self._name)
        try:
            super().__init__(
                cache_dir,
                threshold=0,
                default_timeout=default_timeout,
                mode=mode,
                hash_method=hash_method,
                ignore_delete_many_errors=ignore_delete_many_errors,
            )
            Path(cache_dir).chmod(0o700)
            if recover:
                self.recover(thorough=False)
        except self.errors as error:
            self._failed(error)

    @classmethod
    def factory(
        cls, app: Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
    ) -> "LruFileSystemCache":
        """What Flask-Caching calls, with the application's CACHE_ settings."""
        del app
        kwargs = {
            "hash_method": config["CACHE_FILE_HASH_METHOD"],
            "limit_bytes": config.get("CACHE_LIMIT_BYTES", DEFAULT_LIMIT_BYTES),
            **kwargs,
        }
        return cls(config["CACHE_DIR"], *args, **kwargs)

    # Flask-Caching's calls

    def get(self, key: str) -> Any:
        """The value, None for a miss."""
        return self.get_many(key)[0]

    def get_many(self, *keys: str) -> list[Any]:
        """The value of each key, None for a miss."""
        found = self.load_many(keys, time.time())
        return [found[key].value if key in found else None for key in keys]

    def has(self, key: str) -> bool:
        """Whether there is a value, also None."""
        return key in self.load_many([key], time.time())

    def set(
        self,
        key: str,
        value: Any,
        timeout: int | timedelta | None = None,
        mgmt_element: bool = False,
    ) -> bool:
        """Store a value. Raises TypeError for one that is not JSON."""
        del mgmt_element
        return self.set_many({key: value}, timeout) == [key]

    def set_many(
        self, mapping: dict[str, Any], timeout: int | timedelta | None = None
    ) -> list[Any]:
        """Store values. Returns the keys that were stored."""
        keep = self._seconds(timeout)
        try:
            refused = self.save_many(mapping, time.time(), keep, keep)
        except self.errors as error:
            self._failed(error)
            return []
        for key in refused:
            self._refused(key)
        return [key for key in mapping if key not in refused]

    def add(self, key: str, value: Any, timeout: int | timedelta | None = None) -> bool:
        """Store a value unless there is one; of several that try at once, one does."""
        keep = self._seconds(timeout)
        when = times(time.time(), keep, keep)
        return self._update(key, lambda found: None if found else (value, when)) is not None

    def inc(self, key: str, delta: int = 1) -> int | None:
        """Add to a number, 0 where there is none, with nobody in between. Keeps its time-out."""
        keep = self._seconds(None)
        new = times(time.time(), keep, keep)
        changed = self._update(
            key, lambda found: (found.value + delta, found.times) if found else (delta, new)
        )
        return changed[0] if changed else None

    def dec(self, key: str, delta: int = 1) -> int | None:
        """Subtract from a number."""
        return self.inc(key, -delta)

    def delete(self, key: str, mgmt_element: bool = False) -> bool:
        """Whether there was such a key, which is gone now."""
        del mgmt_element
        try:
            return bool(self._folder.delete([self._name(key)]))
        except self.errors as error:
            self._failed(error)
            return False

    def delete_many(self, *keys: str) -> list[Any]:
        """Delete keys. Returns those that are not there any more.

        Raises RuntimeError when that fails, unless such errors are to be ignored.
        """
        try:
            self._folder.delete([self._name(key) for key in keys])
        except self.errors as error:
            self._failed(error)
            if not self.ignore_delete_many_errors:
                raise RuntimeError(f"the cache cannot delete: {error}") from error
            return []
        return list(keys)

    def clear(self) -> bool:
        """Delete everything."""
        try:
            self.remove_prefix(None)
        except self.errors as error:
            self._failed(error)
            return False
        return True

    # stockapp's calls: see store.EntryStore

    def load_many(self, keys: Sequence[str], now: float) -> dict[str, Stored]:
        """The entries there are that have not expired. Damaged ones are deleted."""
        found = {}
        for key in keys:
            stored = self._load(key)
            if stored and not stored.times.expired(now):
                found[key] = stored
        return found

    def save_many(
        self, values: Mapping[str, Any], now: float, fresh_seconds: float, keep_seconds: float
    ) -> list[str]:
        """Store values. Returns the keys of those that are larger than the whole limit."""
        when = times(now, fresh_seconds, keep_seconds)
        files = {key: self._file(key, value, when) for key, value in values.items()}
        limit = self._folder.limit_bytes
        self._folder.store([file for file in files.values() if len(file.data) <= limit])
        return [key for key, file in files.items() if len(file.data) > limit]

    def remove_prefix(self, prefix: str | None) -> int:
        """Delete all that is there of that prefix, or of all. Returns how many it was."""
        return self._folder.delete_prefix(prefix)

    def count(self, deltas: Mapping[Counter, int]) -> None:
        """Add to the counters that all workers share."""
        with self._folder.locked() as index, index.transaction():
            index.count(deltas)

    def statistics(self) -> StoreStatistics:
        """What there is, and the counters."""
        with self._folder.locked() as index:
            return StoreStatistics(index.totals(), index.counters(), self._folder.limit_bytes)

    def sweep(self, now: float) -> int:
        """Delete some of what has expired."""
        return self._folder.sweep(now)

    def recover(self, *, thorough: bool) -> CacheCheck | None:
        """Put right what killed processes left."""
        return recovery.recover(self._folder, thorough=thorough)

    def _load(self, key: str) -> Stored | None:
        name, raw = self._name(key), key.encode()
        try:
            data = self._folder.read(name)
            return None if data is None else decode(data, raw)
        except Damaged:
            return self._load_again(key, name, raw)
        except OSError:
            return None

    def _load_again(self, key: str, name: str, raw: bytes) -> Stored | None:
        """Look again while nobody else writes, and delete what is damaged indeed."""
        try:
            with self._folder.locked() as index, index.transaction():
                data = self._folder.read(name)
                try:
                    return None if data is None else decode(data, raw)
                except Damaged:
                    self._folder.discard(index, name, prefix_of(key))
        except self.errors:
            pass
        return None

    def _update(self, key: str, change: _Change) -> tuple[Any, Times] | None:
        """Replace an entry by what `change` makes of it; None when it is left, or that fails."""
        try:
            while True:
                with self._folder.locked() as index:
                    found = self._live(key)
                    wanted = change(found)
                    if wanted is None:
                        return None
                    file = self._file(key, *wanted)
                    if len(file.data) > self._folder.limit_bytes:
                        break
                    if self._folder.write(index, [file]):
                        return wanted
        except self.errors as error:
            self._failed(error)
            return None
        self._refused(key)
        return None

    def _live(self, key: str) -> Stored | None:
        data = self._folder.read(self._name(key))
        try:
            stored = decode(data, key.encode()) if data is not None else None
        except Damaged:
            return None
        return stored if stored and not stored.times.expired(time.time()) else None

    def _file(self, key: str, value: Any, when: Times) -> File:
        data = encode(key.encode(), to_json(value), when)
        return File(self._name(key), prefix_of(key), data, when.expires_at)

    def _name(self, key: str) -> str:
        name: str = self._hash_method(key.encode()).hexdigest()
        return name

    def _seconds(self, timeout: int | timedelta | None) -> float:
        """For how long to keep an entry; a time-out of 0 says for ever."""
        seconds = self.default_timeout if timeout is None else self._to_seconds(timeout)
        return seconds or NEVER

    def _refused(self, key: str) -> None:
        _log.warning(
            "refused to cache %s: it is larger than the whole cache may be (%d bytes)",
            key,
            self._folder.limit_bytes,
        )

    def _failed(self, error: Exception) -> None:
        _log.warning("the cache in %s fails: %s", self._folder.path, error)
