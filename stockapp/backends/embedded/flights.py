"""Claims among the workers of one machine, as locks on bytes of a file.

The kernel frees the locks of a process that dies, so that another can claim at once.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

from stockapp.ports import Executor

# The file stays empty: a byte need not exist to be locked.
_BYTES = 2**62


class FileFlights:
    """Flights. Open it once a process, after the fork: such locks belong to processes."""

    def __init__(self, path: Path, executor: Executor) -> None:
        self._executor = executor
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def claim(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that nobody held, and this caller holds now."""
        with self._lock:
            free = [key for key in dict.fromkeys(keys) if key not in self._held]
            self._held.update(free)
        if not free:
            return set()
        claimed: set[str] = set()
        try:
            claimed = self._executor.run_blocking(_lock_all, self._open_file(), free)
        finally:
            with self._lock:
                self._held.difference_update(set(free) - claimed)
        return claimed

    def release(self, keys: Collection[str]) -> None:
        """Let others claim these."""
        if keys:
            self._executor.run_blocking(_unlock_all, self._open_file(), tuple(keys))
            with self._lock:
                self._held.difference_update(keys)

    def close(self) -> None:
        """Release everything. Doing it twice does no harm."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open_file(self) -> int:
        if self._file is None:
            raise RuntimeError("the flights are closed")
        return self._file


def _lock_all(file: int, keys: Iterable[str]) -> set[str]:
    return {key for key in keys if _try_lock(file, key)}


def _try_lock(file: int, key: str) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _position(key))
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: better fetched twice than never.
        return True
    return True


def _unlock_all(file: int, keys: Iterable[str]) -> None:
    for key in keys:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, _position(key))


def _position(key: str) -> int:
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _BYTES
