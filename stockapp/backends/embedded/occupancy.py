"""Who uses the data folder: all at once, or one alone who puts a backup in its place.

A lock of the kernel, which frees it when its holder dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stockapp.backends.embedded import swap

LOCK = "in-use.lock"


class Occupied(Exception):
    """Somebody uses the folder; the message says what to do."""


class Occupancy:
    """That this process uses the folder."""

    def __init__(self, lock: int | None) -> None:
        self._lock = lock

    def leave(self) -> None:
        """It does not any more. Doing it twice does no harm."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def enter(data_dir: Path) -> Occupancy:
    """Begin to use the folder, and finish a restore that was broken off.

    Raises SystemExit while a backup is being restored there.
    """
    try:
        if swap.is_ready(data_dir):
            with alone(data_dir):
                swap.finish(data_dir)
        return Occupancy(_hold(data_dir, fcntl.LOCK_SH))
    except Occupied as error:
        raise SystemExit(f"stockapp cannot start: {error}") from None


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Use the folder alone. Raises Occupied while others use it."""
    lock = _hold(data_dir, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _hold(data_dir: Path, how: int) -> int | None:
    """The lock; None where the file system knows none."""
    lock = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Occupied(_words(data_dir, how)) from None
    except OSError:
        with suppress(OSError):
            os.close(lock)
        return None
    return lock


def _words(data_dir: Path, how: int) -> str:
    if how == fcntl.LOCK_EX:
        return (
            f"stockapp runs on {data_dir.absolute()}, or a command of it. Stop the server, do this"
            " again, and start it then; what it would write meanwhile would be lost."
        )
    return f"A backup is being restored into {data_dir.absolute()}; start when that is done."
