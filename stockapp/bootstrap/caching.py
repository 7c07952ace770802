"""The cache: a Flask-Caching backend of ours, with each worker's memory in front."""

from typing import Any, cast

from flask import Flask
from flask_caching import Cache

from stockapp.caching.gate import StoreGate
from stockapp.caching.layered import LayeredCache
from stockapp.caching.memory import Memory
from stockapp.caching.store import EntryStore
from stockapp.caching.tally import Tally
from stockapp.ports import Clock, Executor
from stockapp.settings import Settings


def open_cache(
    app: Flask, settings: Settings, executor: Executor, clock: Clock, tally: Tally
) -> LayeredCache:
    """The cache of one worker. Raises SystemExit for a Redis that cannot be meant."""
    gate = StoreGate(_store(app, settings), executor, clock)
    return LayeredCache(gate, Memory(settings.cache_memory_bytes), tally, clock)


def _store(app: Flask, settings: Settings) -> EntryStore:
    own = settings.cache_redis_url.get_secret_value()
    url = own or settings.redis_url.get_secret_value()
    config: dict[str, Any]
    if url:
        config = {
            "CACHE_TYPE": "stockapp.caching.json_redis.JsonRedisCache",
            "CACHE_REDIS_URL": url,
            "CACHE_KEY_PREFIX": f"{settings.redis_prefix}cache:",
        }
    else:
        config = {
            "CACHE_TYPE": "stockapp.caching.lru_filesystem.LruFileSystemCache",
            "CACHE_DIR": str(settings.data_dir / "cache"),
            "CACHE_LIMIT_BYTES": settings.cache_limit_bytes,
            # Done in the background instead.
            "CACHE_OPTIONS": {"recover": False},
        }
    try:
        # Else it would look for itself in the application of the command that is run.
        with app.app_context():
            return cast(EntryStore, Cache(app, config=config).cache)
    except ImportError:
        raise SystemExit(
            "stockapp cannot start: STOCKAPP_CACHE_REDIS_URL needs the Redis client; install it by"
            " .venv/bin/pip install --require-hashes -r requirements-redis.txt"
        ) from None
    except ValueError:
        raise SystemExit(
            "stockapp cannot start: STOCKAPP_CACHE_REDIS_URL is no address of a Redis server;"
            " give one like redis://127.0.0.1:6379/0"
        ) from None
