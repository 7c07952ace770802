"""Redis in place of the files is held to the same contract."""

import dataclasses
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask_caching import Cache
from redis import Redis

from stockapp.caching.gate import REST_SECONDS
from stockapp.caching.json_redis import JsonRedisCache
from stockapp.domain.cache_statistics import CacheCheck
from stockapp.domain.freshness import Lifetime
from tests.redis_server import RedisServer, running_redis

from .backends import Backends, SetClock
from .embedded import open_cache, open_embedded
from .flask_cache import FlaskCacheContract
from .response_cache import ENTRY, LIFETIME, ResponseCacheContract

TYPE = "stockapp.caching.json_redis.JsonRedisCache"


@pytest.fixture
def prefix() -> str:
    """Keeps tests apart, also from one another's characters that mean something to Redis."""
    return f"test*[{uuid.uuid4().hex}]:"


@pytest.fixture
def extension(app: Flask, redis_server: RedisServer, prefix: str) -> Cache:
    config = {
        "CACHE_TYPE": TYPE,
        "CACHE_REDIS_URL": redis_server.url,
        "CACHE_KEY_PREFIX": f"{prefix}flask:",
    }
    return Cache(app, config=config)


def open_store(server: RedisServer, prefix: str) -> JsonRedisCache:
    config = {"CACHE_TYPE": TYPE, "CACHE_REDIS_URL": server.url, "CACHE_KEY_PREFIX": prefix}
    store = Cache(Flask(__name__), config=config).cache
    assert isinstance(store, JsonRedisCache)
    return store


@pytest.fixture
def open_backends(
    tmp_path: Path, clock: SetClock, redis_server: RedisServer, prefix: str
) -> Callable[[], Backends]:
    """The embedded set with its cache in Redis."""

    def open_one() -> Backends:
        backends = open_embedded(tmp_path, clock)
        cache = open_cache(open_store(redis_server, prefix), backends.executor, clock)
        return dataclasses.replace(backends, cache=cache)

    return open_one


class TestResponseCache(ResponseCacheContract): ...


class TestFlaskCache(FlaskCacheContract): ...


class TestWhatLiesInRedis:
    def test_is_json_with_a_checked_header_and_no_pickle(
        self, backends: Backends, redis_server: RedisServer, prefix: str
    ) -> None:
        backends.cache.put_many({"quote:A": {"price": 1.5}}, LIFETIME)
        data = Redis.from_url(redis_server.url).get(f"{prefix}quote:A")
        assert isinstance(data, bytes)
        assert data.endswith(b'quote:A{"price":1.5}')

    def test_is_a_miss_is_counted_and_goes_when_it_is_damaged(
        self, backends: Backends, redis_server: RedisServer, prefix: str
    ) -> None:
        backends.cache.put_many({"quote:A": ENTRY, "quote:B": ENTRY}, LIFETIME)
        client = Redis.from_url(redis_server.url)
        client.setrange(f"{prefix}quote:A", 60, b"#")
        assert set(backends.cache.get_many(["quote:A", "quote:B"])) == {"quote:B"}
        assert not client.exists(f"{prefix}quote:A")
        statistics = backends.cache.statistics()
        assert statistics is not None
        assert statistics.prefixes["quote"].damaged == 1

    def test_is_found_by_a_check_when_it_is_damaged(
        self, backends: Backends, redis_server: RedisServer, prefix: str
    ) -> None:
        backends.cache.put_many({"quote:A": ENTRY, "quote:B": ENTRY}, LIFETIME)
        Redis.from_url(redis_server.url).set(f"{prefix}quote:A", b"\x80\x04N.")
        assert backends.cache.verify() == CacheCheck(entries=1, damaged=1)

    def test_is_deleted_by_redis_itself_in_time(
        self, backends: Backends, redis_server: RedisServer, prefix: str
    ) -> None:
        backends.cache.put_many({"quote:A": ENTRY}, Lifetime(0.01, 0.05))
        client = Redis.from_url(redis_server.url)
        assert client.ttl(f"{prefix}quote:A") <= 1
        while client.exists(f"{prefix}quote:A"):
            time.sleep(0.02)


class TestARedisThatIsAway:
    def test_leaves_what_this_worker_has_read_however_old(
        self, tmp_path: Path, clock: SetClock, prefix: str
    ) -> None:
        with running_redis(tmp_path) as server:
            backends = open_embedded(tmp_path, clock)
            cache = open_cache(open_store(server, prefix), backends.executor, clock)
            cache.put_many({"quote:A": ENTRY}, LIFETIME)
            cache.get_many(["quote:A", "quote:B"])
            cache.forget(["quote:A"])
            server.stop()
            clock.advance(30)
            for _ in range(2):
                found = cache.get_many(["quote:A", "quote:B"])
                assert found.keys() == {"quote:A"}
                assert found["quote:A"].value == ENTRY
                assert found["quote:A"].age_seconds >= 30
            server.start()
            open_cache(open_store(server, prefix), backends.executor, clock).put_many(
                {"quote:A": {"n": 2}}, LIFETIME
            )
            # It is not asked again at every call.
            clock.advance(REST_SECONDS)
            assert cache.get_many(["quote:A"])["quote:A"].value == {"n": 2}
            backends.close()

    def test_is_a_miss_and_what_is_put_waits_in_memory_until_it_is_back(
        self, tmp_path: Path, clock: SetClock, prefix: str
    ) -> None:
        with running_redis(tmp_path) as server:
            backends = open_embedded(tmp_path, clock)
            cache = open_cache(open_store(server, prefix), backends.executor, clock)
            server.stop()
            assert cache.get_many(["quote:A"]) == {}
            assert cache.trouble is not None
            cache.put_many({"quote:A": ENTRY}, LIFETIME)
            clock.advance(5)
            assert cache.get_many(["quote:A"])["quote:A"].value == ENTRY
            server.start()
            cache.upkeep()
            assert cache.trouble is None
            other = open_cache(open_store(server, prefix), backends.executor, clock)
            entry = other.get_many(["quote:A"])["quote:A"]
            assert (entry.value, entry.age_seconds) == (ENTRY, 5)
            backends.close()
