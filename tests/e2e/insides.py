"""What a server keeps, whichever set of backends it has, opened beside it or while it rests."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import psycopg
from flask import Flask
from redis import Redis

from stockapp.bootstrap.backends import Backends, open_backends
from stockapp.settings import Settings, read_settings

from .server import Server


def settings_of(server: Server) -> Settings:
    """As its own processes read them."""
    with patch.dict(os.environ, server.environment(), clear=True):
        return read_settings()


@contextlib.contextmanager
def backends_of(server: Server) -> Iterator[Backends]:
    """Its backends for the time of a with block."""
    backends = open_backends(Flask(__name__), settings_of(server))
    try:
        yield backends
    finally:
        backends.close()


def all_kept(server: Server) -> bytes:
    """Every byte in its data folder, and in the servers that it shares with other nodes."""
    settings = settings_of(server)
    files = (path for path in settings.data_dir.rglob("*") if path.is_file())
    return b"".join([*map(Path.read_bytes, files), *_shared(settings)])


def damage_a_quote(server: Server) -> None:
    """Overwrite what lies in the cache of one of them."""
    settings = settings_of(server)
    if settings.distributed:
        with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            key = next(redis.scan_iter(f"{settings.redis_prefix}cache:quote:*", count=1000))
            redis.set(key, b"damaged")
    else:
        entry = next(path for path in (settings.data_dir / "cache").iterdir() if path.is_file())
        entry.write_bytes(b"damaged")


def _shared(settings: Settings) -> Iterator[bytes]:
    if not settings.distributed:
        return
    # Strings are not compressed there, see tests/redis_server.py.
    with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
        for key in redis.scan_iter(f"{settings.redis_prefix}*", count=1000):
            yield key + (redis.dump(key) or b"")
    with psycopg.connect(settings.database_url.get_secret_value()) as postgres:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in postgres.execute(names).fetchall():
            for row in postgres.execute(f'SELECT * FROM "{table}"'):
                yield repr(row).encode()
