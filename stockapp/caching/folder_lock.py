"""The lock of a cache folder: one holder among all threads of all processes.

The kernel frees it when its holder dies, however it dies.
"""

import contextlib
import fcntl
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from gevent.monkey import get_original

PATIENCE_SECONDS = 2.0

# It is waited for in native threads, where gevent's own sleep would start a second hub.
_sleep = get_original("time", "sleep")


@contextlib.contextmanager
def held(path: str | Path) -> Iterator[None]:
    """Hold the lock in that file. Raises TimeoutError when others hold it for long, and OSError.

    The file is opened anew each time: locks of one open file do not exclude each other.
    """
    descriptor = _acquire(path)
    try:
        yield
    finally:
        os.close(descriptor)


def try_hold(path: str | Path) -> int | None:
    """A descriptor that holds the lock until it is closed; None when somebody else does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(path, descriptor):
            return descriptor
    except BlockingIOError:
        pass
    except BaseException:
        # A descriptor left open would keep the lock.
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _acquire(path: str | Path) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    pause = 0.000_05
    while (descriptor := try_hold(path)) is None:
        if time.monotonic() >= deadline:
            raise TimeoutError("another process holds the cache's lock")
        _sleep(pause * random.uniform(0.5, 1.5))
        pause = min(0.002, pause * 2)
    return descriptor


def _is_at(path: str | Path, descriptor: int) -> bool:
    """Whether the open file is still the one at the path: the folder may have been deleted."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
