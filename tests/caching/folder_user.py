"""What a process does that writes to, or reads from, a cache folder until it is told to stop."""

import random
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from stockapp.caching.lru_filesystem import LruFileSystemCache

KEYS = 400
LARGEST = 20_000
LONGEST_SECONDS = 300
# On a busy machine the lock may not be had in time, once.
TRIES = 5


def value_of(key: str, version: int) -> dict[str, object]:
    """What a version of a key is, so that a mixture of two is seen."""
    size = random.Random(f"{key}/{version}").randint(0, LARGEST - 500)
    return {"key": key, "version": version, "filling": chr(97 + version % 26) * size}


def write(cache: LruFileSystemCache, draw: random.Random) -> None:
    key = f"quote:{draw.randrange(KEYS)}"
    action = draw.random()
    if action < 0.9:
        version = draw.randrange(1_000_000)
        assert any(cache.set(key, value_of(key, version)) for _ in range(TRIES))
    elif action < 0.95:
        cache.delete(key)
    elif action < 0.999:
        many = {f"quote:{draw.randrange(KEYS)}": draw.randrange(1_000) for _ in range(20)}
        values = {k: value_of(k, v) for k, v in many.items()}
        assert any(set(cache.set_many(values)) == set(many) for _ in range(TRIES))
    else:
        cache.clear()


def read(cache: LruFileSystemCache, draw: random.Random) -> None:
    key = f"quote:{draw.randrange(KEYS)}"
    value = cache.get(key)
    assert value is None or value == value_of(key, value["version"]), key


def work(role: str, folder: Path, limit: int, seed: int, told: Connection) -> None:
    """Work until there is a file `stop` beside the folder; tell the calls, or what went wrong."""
    try:
        cache = LruFileSystemCache(str(folder), limit_bytes=limit)
        draw, calls, stop = random.Random(seed), 0, folder.parent / "stop"
        until = time.monotonic() + LONGEST_SECONDS
        # Also when the test that began it failed, or is gone.
        while not stop.exists() and folder.parent.exists() and time.monotonic() < until:
            (write if role == "writer" else read)(cache, draw)
            calls += 1
        told.send(calls)
    except BaseException:
        told.send(traceback.format_exc())
