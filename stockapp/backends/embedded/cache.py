"""What was fetched, in files behind Flask-Caching."""

import contextlib
import math
import os
import struct
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import orjson
from flask_caching.backends.filesystemcache import FileSystemCache

from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.ports import Clock, Entry, Executor

# The file format holds the expiry in 32 bits.
MAX_KEEP_SECONDS = 10 * 365 * 86_400

_EXPIRY = struct.Struct("I")


class Backend(Protocol):
    """What is needed of a Flask-Caching backend: it must not raise, log, or take locks."""

    def get_many(self, *keys: str) -> list[Any]:
        """The value of each key, None for a miss."""

    def set_many(self, mapping: dict[str, Any], timeout: int | None = None) -> list[Any]:
        """Store values for `timeout` seconds. Returns the keys that were stored."""


class BytesFileCache(FileSystemCache):
    """The stock backend for values that are bytes, fit for native threads.

    It does not log, takes no lock and unpickles nothing: an unreadable file is a miss, and a
    value that cannot be written is not stored.
    """

    def get(self, key: str) -> bytes | None:
        """The stored bytes, or None."""
        try:
            with open(self._get_filename(key), "rb") as file:
                data = file.read()
            (expires_at,) = _EXPIRY.unpack_from(data)
        except (OSError, struct.error):
            return None
        return data[_EXPIRY.size :] if expires_at == 0 or expires_at >= time.time() else None

    def set(
        self,
        key: str,
        value: bytes,
        timeout: int | timedelta | None = None,
        mgmt_element: bool = False,
    ) -> bool:
        """Replace the file at once and whole. Returns whether that succeeded."""
        path = self._get_filename(key)
        # Not tempfile.mkstemp, which takes a lock.
        temporary = f"{path}.{os.urandom(8).hex()}{self._fs_transaction_suffix}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(_EXPIRY.pack(self._normalize_timeout(timeout)) + value)
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            return False
        return True


class FlaskResponseCache:
    """ResponseCache on a Flask-Caching backend; the age of an entry is told by our own clock."""

    def __init__(self, backend: Backend, executor: Executor, clock: Clock) -> None:
        self._backend = backend
        self._executor = executor
        self._clock = clock

    def get_many(self, keys: Sequence[str]) -> dict[str, Entry]:
        """The entries there are; expired and unreadable ones are not."""
        if not keys:
            return {}
        now = self._clock.now().timestamp()
        return self._executor.run_blocking(_load, self._backend, tuple(keys), now)

    def put_many(self, values: Mapping[str, Mapping[str, Any]], lifetime: Lifetime) -> None:
        """Store values. Storing is best effort: a full disk loses the entry, not the task."""
        if not values:
            return
        stored_at = self._clock.now().timestamp()
        self._executor.run_blocking(_store, self._backend, dict(values), lifetime, stored_at)


def _load(backend: Backend, keys: tuple[str, ...], now: float) -> dict[str, Entry]:
    found = zip(keys, backend.get_many(*keys), strict=True)
    entries = ((key, _entry(data, now)) for key, data in found if data is not None)
    return {key: entry for key, entry in entries if entry is not None}


def _entry(data: Any, now: float) -> Entry | None:
    """The entry in those bytes, or None when it is expired or not ours."""
    try:
        stored = orjson.loads(data)
        lifetime = Lifetime(float(stored["fresh"]), float(stored["keep"]))
        # A clock that was set back must not make an entry younger than new.
        age = max(0.0, now - float(stored["stored_at"]))
        value = stored["value"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(value, dict) or lifetime.freshness(age) is Freshness.EXPIRED:
        return None
    return Entry(value, age, lifetime)


def _store(
    backend: Backend,
    values: dict[str, Mapping[str, Any]],
    lifetime: Lifetime,
    stored_at: float,
) -> None:
    files = {
        key: orjson.dumps(
            {
                "stored_at": stored_at,
                "fresh": lifetime.fresh_seconds,
                "keep": lifetime.keep_seconds,
                "value": value,
            },
            default=dict,
        )
        for key, value in values.items()
    }
    timeout = max(1, math.ceil(min(lifetime.keep_seconds, MAX_KEEP_SECONDS)))
    backend.set_many(files, timeout)
