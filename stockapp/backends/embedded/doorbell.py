"""A bell between workers: one byte to a Unix datagram socket says 'look at the log'.

The log is the truth; a ring may be lost, and then the slow poll behind it finds the news.
"""

import contextlib
import hashlib
import logging
import os
import socket
import tempfile
import threading
import time
from pathlib import Path

# The kernel takes at most 107 bytes as the address of a Unix socket.
MAX_ADDRESS_BYTES = 100
LISTING_SECONDS = 1.0
SUFFIX = ".bell"

_log = logging.getLogger(__name__)


class Doorbell:
    """The bell of one worker, and the way to ring those of all others on the same data folder.

    Open it after the fork; close it before the end. Where no socket can be made it rings in this
    worker only.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = _folder(data_dir.resolve())
        self._address = str(self._folder / _new_name())
        self._changed = threading.Condition()
        self._rings = 0
        self._waiter = threading.local()
        self._closed = False
        self._peers: list[str] = []
        self._listed_at = float("-inf")
        self._outgoing = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._outgoing.setblocking(False)
        self._incoming = self._open()
        self._listener = threading.Thread(target=self._listen, name="doorbell", daemon=True)
        self._listener.start()

    def ring(self) -> None:
        """Wake all who wait, here and in the other workers. Never blocks, never raises."""
        self._wake()
        for peer in self._other_bells():
            try:
                self._outgoing.sendto(b"\0", peer)
            except ConnectionRefusedError:
                # Its worker is gone: nobody has this socket open.
                self._forget(peer)
            except OSError:
                # A full bell rings anyway, and a lost ring is found by the poll.
                pass

    def wait(self, timeout_seconds: float) -> bool:
        """Whether it rang since this thread or greenlet last waited, or rings in time."""
        with self._changed:
            heard = getattr(self._waiter, "heard", 0)
            rang = self._changed.wait_for(lambda: self._rings != heard, timeout_seconds)
            self._waiter.heard = self._rings
        return rang

    def close(self) -> None:
        """Take the bell down. Doing it twice does no harm."""
        if self._closed:
            return
        self._closed = True
        if self._incoming is not None:
            with contextlib.suppress(OSError):
                # Wakes the listener, which a mere close would leave blocked.
                self._incoming.shutdown(socket.SHUT_RD)
            self._listener.join(timeout=1)
            self._incoming.close()
            self._forget(self._address)
        self._outgoing.close()

    def _open(self) -> socket.socket | None:
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            _make_private(self._folder)
            bell.bind(self._address)
        except OSError as error:
            bell.close()
            _log.warning("no doorbell in %s, other workers are polled: %s", self._folder, error)
            return None
        return bell

    def _listen(self) -> None:
        while self._incoming is not None and not self._closed:
            try:
                self._incoming.recv(1)
            except OSError:
                return
            self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def _other_bells(self) -> list[str]:
        now = time.monotonic()
        if now - self._listed_at >= LISTING_SECONDS:
            self._listed_at = now
            try:
                names = os.listdir(self._folder)
            except OSError:
                names = []
            bells = [str(self._folder / name) for name in names if name.endswith(SUFFIX)]
            self._peers = [bell for bell in bells if bell != self._address]
        return self._peers

    def _forget(self, address: str) -> None:
        self._peers = [peer for peer in self._peers if peer != address]
        with contextlib.suppress(OSError):
            os.unlink(address)


def ring_all(data_dir: Path) -> None:
    """Ring all bells on that data folder, from a process that has none. Never raises."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outgoing:
        outgoing.setblocking(False)
        for bell in _folder(data_dir.resolve()).glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                outgoing.sendto(b"\0", str(bell))


def _new_name() -> str:
    return f"{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"


def _folder(data_dir: Path) -> Path:
    folder = data_dir / "run"
    longest = os.fsencode(folder / f"4194304-00000000{SUFFIX}")
    if len(longest) <= MAX_ADDRESS_BYTES:
        return folder
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"stockapp-{os.getuid()}-{digest}"


def _make_private(folder: Path) -> None:
    """Make the folder for this user alone. Raises OSError where it belongs to somebody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
