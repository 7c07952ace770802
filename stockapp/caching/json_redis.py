"""Flask-Caching's Redis backend with JSON in place of pickles, and entries with their times.

Its errors are redis-py's. Memory is bounded by the server's own `maxmemory` and policy.
"""

from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

import orjson
from cachelib.serializers import RedisSerializer
from flask import Flask
from flask_caching.backends.rediscache import RedisCache
from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from stockapp.caching.entry_format import (
    Damaged,
    Stored,
    decode,
    encode,
    is_entry,
    times,
    to_json,
    value_of,
)
from stockapp.domain.cache_statistics import CacheCheck, Counter, StoreStatistics, prefix_of

_SLICE = 500
_CONNECTIONS = 50
_TIMEOUT_SECONDS = 1.0
# How long Redis itself may keep an entry, in milliseconds.
_LONGEST_MS = 10 * 365 * 86_400_000
_COUNTERS = "#counters"


class JsonSerializer(RedisSerializer):
    """What Flask-Caching's own calls store: plain JSON, so that Redis can count in it."""

    def dumps(self, value: Any, *args: Any, **kwargs: Any) -> bytes:
        """The value as JSON. Raises TypeError."""
        return to_json(value)

    def loads(self, data: bytes | None) -> Any:
        """The value, also of an entry; None for none, and for what is neither."""
        if data is None:
            return None
        try:
            return value_of(data) if is_entry(data) else orjson.loads(data)
        except ValueError:
            return None


class JsonRedisCache(RedisCache):
    """Shared by all nodes that use the same server and prefix."""

    serializer = JsonSerializer()
    blocks = False
    errors: tuple[type[Exception], ...] = (RedisError, OSError)

    @classmethod
    def factory(
        cls, app: Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
    ) -> "JsonRedisCache":
        """What Flask-Caching calls. Raises ValueError for an address that is none."""
        del app
        pool = BlockingConnectionPool.from_url(
            config["CACHE_REDIS_URL"],
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT_SECONDS,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            # Once, for a connection that the server closed meanwhile.
            retry=Retry(NoBackoff(), 1),
        )
        client = Redis(connection_pool=pool)
        del args
        return cls(client, key_prefix=config.get("CACHE_KEY_PREFIX", ""), **kwargs)

    def get_many(self, *keys: str) -> list[Any]:
        """The value of each key, None for a miss."""
        return super().get_many(*keys) if keys else []

    def add(self, key: str, value: Any, timeout: int | timedelta | None = None) -> bool:
        """Store a value unless there is one, with its time-out in the same step."""
        seconds = self._normalize_timeout(timeout)
        return bool(
            self._write_client.set(
                self._full(key),
                self.serializer.dumps(value),
                nx=True,
                ex=seconds if seconds > 0 else None,
            )
        )

    def clear(self) -> bool:
        """Delete everything under the prefix."""
        self.remove_prefix(None)
        return True

    def load_many(self, keys: Sequence[str], now: float) -> dict[str, Stored]:
        """The entries there are that have not expired; what is damaged is deleted."""
        found: dict[str, Stored] = {}
        damaged = []
        values = self._read_client.mget([self._full(key) for key in keys])
        for key, data in zip(keys, values, strict=True):
            try:
                stored = None if data is None else decode(data, key.encode())
            except Damaged:
                damaged.append(key)
                continue
            if stored and not stored.times.expired(now):
                found[key] = stored
        if damaged:
            self._write_client.unlink(*(self._full(key) for key in damaged))
            self.count(Counts((prefix_of(key), "damaged") for key in damaged))
        return found

    def save_many(
        self, values: Mapping[str, Any], now: float, fresh_seconds: float, keep_seconds: float
    ) -> list[str]:
        """Store values; Redis has no limit for one entry that anything of ours would reach."""
        when = times(now, fresh_seconds, keep_seconds)
        keep_ms = round(min(max(1.0, 1000 * keep_seconds), _LONGEST_MS))
        pipe = self._write_client.pipeline(transaction=False)
        for key, value in values.items():
            pipe.set(self._full(key), encode(key.encode(), to_json(value), when), px=keep_ms)
        pipe.execute()
        return []

    def remove_prefix(self, prefix: str | None) -> int:
        """Delete all that is there of that prefix, or of all. Returns how many it was."""
        deleted = 0
        for names in self._names():
            wanted = [
                self._full(name) for name in names if prefix is None or prefix_of(name) == prefix
            ]
            deleted += self._write_client.unlink(*wanted) if wanted else 0
        return deleted

    def count(self, deltas: Mapping[Counter, int]) -> None:
        """Add to the counters that all workers share."""
        pipe = self._write_client.pipeline(transaction=False)
        for (prefix, what), n in deltas.items():
            pipe.hincrby(self._full(_COUNTERS), f"{prefix}:{what}", n)
        pipe.execute()

    def statistics(self) -> StoreStatistics:
        """What there is. Evictions and expirations are the whole server's, and counted by it."""
        totals: dict[str, tuple[int, int]] = {}
        for names in self._names():
            pipe = self._read_client.pipeline(transaction=False)
            for name in names:
                pipe.strlen(self._full(name))
            for name, size in zip(names, pipe.execute(), strict=True):
                entries, total = totals.get(prefix_of(name), (0, 0))
                totals[prefix_of(name)] = entries + 1, total + size
        counters: dict[Counter, int] = {}
        for field, n in self._read_client.hgetall(self._full(_COUNTERS)).items():
            prefix, _, what = field.decode().rpartition(":")
            counters[prefix, what] = int(n)
        info = self._read_client.info()
        counters["", "evictions"] = int(info.get("evicted_keys", 0))
        counters["", "expirations"] = int(info.get("expired_keys", 0))
        return StoreStatistics(totals, counters, int(info.get("maxmemory", 0)) or None)

    def sweep(self, now: float) -> int:
        """Nothing: Redis deletes what has expired."""
        del now
        return 0

    def recover(self, *, thorough: bool) -> CacheCheck | None:
        """Nothing but, where it is to be thorough, deleting what is damaged."""
        check = CacheCheck()
        for names in self._names() if thorough else ():
            for name in names:
                data = self._read_client.get(self._full(name))
                if data is not None and not _is_whole(data, name):
                    check.damaged += self._write_client.unlink(self._full(name))
                else:
                    check.entries += data is not None
        return check

    def _full(self, key: str) -> str:
        return f"{self._get_prefix()}{key}"

    def _names(self) -> Iterator[list[str]]:
        """The keys without the prefix, some at a time."""
        start = self._get_prefix()
        pattern = "".join(f"[{c}]" if c in "*?[" else c for c in start.replace("\\", "\\\\"))
        found = self._read_client.scan_iter(f"{pattern}*", count=_SLICE)
        names = (raw.decode().removeprefix(start) for raw in found)
        entries = (name for name in names if name != _COUNTERS)
        while part := list(islice(entries, _SLICE)):
            yield part


def _is_whole(data: bytes, name: str) -> bool:
    try:
        if is_entry(data):
            decode(data, name.encode())
        else:
            orjson.loads(data)
    except ValueError:
        return False
    return True
