"""A folder of entries under a byte limit, shared by processes; the least recently used go first.

Beside the entries lies `.meta` with the lock, the index, and the one file that is being written.
A file's time of modification is the time of its last use, so that a read writes nothing else.

Everything is done under the folder's lock but reading, and in an order that counts too much,
never too little, when the process is killed in between: an entry is counted, then written under
another name, then renamed; it is deleted, then no longer counted.

Calls block, and are fit for native threads: they log nothing and take no lock of Python's.
"""

import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stockapp.caching import folder_lock
from stockapp.caching.entry_format import Damaged, examine
from stockapp.caching.index import Index, Row, says_damage
from stockapp.domain.cache_statistics import prefix_of

# Files that are looked at, or written, while the lock is held once.
SLICE = 64

# Uses within so short a time, in which few files can be written, are one.
SAME_USE_NS = 2_000_000

EVICTIONS, EXPIRATIONS, DAMAGED = "evictions", "expirations", "damaged"
# What is damaged beyond telling its key is counted under this prefix.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class File:
    """One entry to be written. `expires_at`: microseconds since 1970."""

    name: str
    prefix: str
    data: bytes
    expires_at: int


class CacheFolder:
    """One process's access to the folder; `name_of` gives the file's name for a key.

    Raises OSError and sqlite3.Error.
    """

    def __init__(self, path: Path, limit_bytes: int, name_of: Callable[[str], str]) -> None:
        self.path = path
        self.limit_bytes = limit_bytes
        self.name_of = name_of
        self._base = os.fspath(path)
        self._meta = f"{self._base}/.meta"
        self._lock = f"{self._base}/.meta/lock"
        self._incoming = f"{self._base}/.meta/incoming"
        self._index: Index | None = None
        self._owner = 0

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, which counts as a use; None when there is none."""
        try:
            descriptor = os.open(f"{self._base}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            found = os.fstat(descriptor)
            # One byte more than it may have is enough to see that it is none of ours.
            data = os.read(descriptor, min(found.st_size, self.limit_bytes) + 1)
            now = time.time_ns()
            if not 0 <= now - found.st_mtime_ns < SAME_USE_NS:
                with contextlib.suppress(OSError):
                    os.utime(descriptor, ns=(now, now))
        finally:
            os.close(descriptor)
        return data

    def store(self, files: Sequence[File]) -> None:
        """Write files, each of at most the limit; others leave for them where needed."""
        for part in _parts(files, self.limit_bytes):
            while not self._store(part):
                pass

    def delete(self, names: Collection[str]) -> set[str]:
        """Delete files. Returns those that were there."""
        with self.locked() as index:
            return self.drop(index, names)

    def delete_prefix(self, prefix: str | None) -> int:
        """Delete all that is there now of that prefix, or of all. Returns how many it was."""
        began, deleted, last = time.time_ns(), 0, ""
        while True:
            with self.locked() as index:
                rows = index.after(last, SLICE)
                # Those written meanwhile stay.
                wanted = [
                    row.name
                    for row in rows
                    if prefix in (None, row.prefix) and row.used_ns <= began
                ]
                deleted += len(self.drop(index, wanted))
            if not rows:
                return deleted
            last = rows[-1].name

    def sweep(self, now: float) -> int:
        """Delete some files that have expired, or are too many as the limit was lowered.

        Returns how many.
        """
        with self.locked() as index, index.transaction():
            rows = index.expired(now, SLICE)
            self._remove(index, rows, EXPIRATIONS)
            excess = self._excess(index, ())
            return len(rows) + (self._evict(index, excess, ()) if excess > 0 else 0)

    def discard(self, index: Index, name: str, prefix: str) -> None:
        """Delete a damaged file while the lock is held."""
        _unlink(self.path / name)
        index.remove([name])
        index.count({(prefix, DAMAGED): 1})

    def drop(self, index: Index, names: Collection[str]) -> set[str]:
        """Delete files while the lock is held. Returns those that were there."""
        gone = {name for name in names if _unlink(self.path / name)}
        with index.transaction():
            index.remove(names)
        return gone

    def write(self, index: Index, part: Sequence[File]) -> bool:
        """Write files while the lock is held. False: others had to leave first; call again."""
        used_ns = time.time_ns()
        with index.transaction():
            if not self._make_room(index, part):
                return False
            index.put(
                Row(file.name, file.prefix, len(file.data), used_ns, file.expires_at)
                for file in part
            )
        for number, file in enumerate(part):
            try:
                self._write_one(file, used_ns)
            except BaseException:
                # Those that were counted and not written are counted anew, as what is there.
                with index.transaction():
                    for rest in part[number:]:
                        self.account(index, rest.name)
                raise
        return True

    def account(self, index: Index, name: str) -> bool:
        """Make the index say what a file is; one that is no entry is deleted.

        The lock must be held. Returns whether an entry is there.
        """
        path = self.path / name
        try:
            found = path.stat(follow_symlinks=False)
            key, when = examine(path.read_bytes())
            if self.name_of(key) != name:
                raise Damaged("the entry is of another key")
        except Damaged:
            self.discard(index, name, UNKNOWN)
            return False
        except OSError:
            index.remove([name])
            return False
        row = Row(name, prefix_of(key), found.st_size, found.st_mtime_ns, when.expires_at)
        index.put([row])
        return True

    @contextlib.contextmanager
    def locked(self) -> Iterator[Index]:
        """Hold the lock, with the index open; the folder is made where it is missing."""
        if not os.path.isdir(self._meta):
            self._make()
        with folder_lock.held(self._lock):
            try:
                yield self._open_index()
            except sqlite3.DatabaseError as error:
                if says_damage(error):
                    self._delete_index()
                raise

    def forget_incoming(self) -> bool:
        """Delete what a killed process left half written; the lock must be held."""
        return _unlink(self._incoming)

    def _store(self, part: Sequence[File]) -> bool:
        with self.locked() as index:
            return self.write(index, part)

    def _make_room(self, index: Index, part: Sequence[File]) -> bool:
        if self._excess(index, part) <= 0:
            return True
        names = {file.name for file in part}
        leaving = [row for row in index.expired(time.time(), SLICE) if row.name not in names]
        self._remove(index, leaving, EXPIRATIONS)
        excess = self._excess(index, part)
        if excess > 0:
            self._evict(index, excess, names)
        return self._excess(index, part) <= 0

    def _excess(self, index: Index, part: Sequence[File]) -> int:
        """How many bytes too many these files would be; 0 or less: there is room."""
        replaced = sum(index.sizes([file.name for file in part]).values())
        wanted = sum(len(file.data) for file in part)
        return index.total_bytes() - replaced + wanted - self.limit_bytes

    def _evict(self, index: Index, excess: int, names: Collection[str]) -> int:
        """Let the least recently used go, but for `names`, until so many bytes are free.

        Looks at a slice of files at most. Returns at how many.
        """
        rows = [row for row in index.least_used(SLICE + len(names)) if row.name not in names]
        if not rows:
            raise OSError(errno.ENOSPC, "the cache cannot make room")
        leaving, seen = [], 0
        for row in rows:
            if excess <= 0:
                break
            seen += 1
            used_ns = _modified_ns(self.path / row.name)
            if used_ns > row.used_ns:
                # It was read since; it goes to its place in the order, and another is looked at.
                index.used(row.name, used_ns)
            else:
                leaving.append(row)
                excess -= row.bytes
        self._remove(index, leaving, EVICTIONS)
        return seen

    def _remove(self, index: Index, rows: Sequence[Row], why: str) -> None:
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            _unlink(self.path / row.name)
            counts[row.prefix, why] = counts.get((row.prefix, why), 0) + 1
        index.remove(row.name for row in rows)
        index.count(counts)

    def _write_one(self, file: File, used_ns: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        descriptor = os.open(self._incoming, flags, 0o600)
        try:
            _allocate(descriptor, len(file.data))
            view = memoryview(file.data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.utime(descriptor, ns=(used_ns, used_ns))
        except BaseException:
            # Half a file must not be taken for an entry.
            _unlink(self._incoming)
            raise
        finally:
            os.close(descriptor)
        os.replace(self._incoming, f"{self._base}/{file.name}")

    def _make(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(self._meta).mkdir(mode=0o700, exist_ok=True)

    def _open_index(self) -> Index:
        if self._index and self._owner == os.getpid():
            if self._index.is_current():
                return self._index
            self._index.close()
        # That of a parent process stays open in there: closing it here would free its locks.
        path = f"{self._meta}/index.sqlite3"
        try:
            index = Index(path)
        except sqlite3.DatabaseError as error:
            if not says_damage(error):
                raise
            self._delete_index()
            index = Index(path)
        if index.is_new:
            self._rebuild(index)
        self._index, self._owner = index, os.getpid()
        return index

    def _rebuild(self, index: Index) -> None:
        with index.transaction():
            for entry in os.scandir(self.path):
                if not entry.is_dir(follow_symlinks=False):
                    self.account(index, entry.name)
            index.complete()

    def _delete_index(self) -> None:
        if self._index:
            self._index.close()
            self._index = None
        for ending in ("", "-wal", "-shm"):
            _unlink(f"{self._meta}/index.sqlite3{ending}")


def _parts(files: Sequence[File], limit_bytes: int) -> Iterator[list[File]]:
    """Parts that are small enough to be written at once."""
    part: list[File] = []
    size = 0
    for file in files:
        if part and (len(part) == SLICE or size + len(file.data) > limit_bytes // 2):
            yield part
            part, size = [], 0
        part.append(file)
        size += len(file.data)
    if part:
        yield part


def _modified_ns(path: Path) -> int:
    try:
        return path.stat(follow_symlinks=False).st_mtime_ns
    except FileNotFoundError:
        return 0


def _allocate(descriptor: int, size: int) -> None:
    """Take the room before writing: then there is no half of a file where there is not enough.

    Besides, ext4 writes out at once what is renamed over another file unless it has its room.
    """
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise


def _unlink(path: Path | str) -> bool:
    """Whether there was such a file. Raises OSError where it cannot be deleted.

    A folder in its place is none of ours, and stays.
    """
    try:
        os.unlink(path)
    except (FileNotFoundError, IsADirectoryError):
        return False
    return True
