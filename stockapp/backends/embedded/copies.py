"""Consistent copies of a database that others use meanwhile."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

_BUSY_SECONDS = 4.0
_MARK = ".before-"
_KEPT = 3


def copy(source: Path, target: Path) -> None:
    """Write what the database holds at this moment to a new file of this user alone.

    One read transaction: it holds up nobody who writes. Raises sqlite3.Error and OSError.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(_open(source)) as reading, closing(_open(target)) as copied:
        # Python waits without end for a lock that it meets during a backup; here it does not.
        reading.execute("BEGIN")
        reading.execute("SELECT 1 FROM sqlite_master").fetchone()
        reading.backup(copied)
        # One file, without a log beside it.
        copied.execute("PRAGMA journal_mode = DELETE")


def keep_before(path: Path, version: int) -> Path:
    """Keep the database of that version beside it, before it is changed, and the two before."""
    kept = path.with_name(f"{path.name}{_MARK}{version}")
    partial = kept.with_name(f"{kept.name}.partial")
    partial.unlink(missing_ok=True)
    copy(path, partial)
    partial.replace(kept)
    for old in _by_version(path)[:-_KEPT]:
        old.unlink(missing_ok=True)
    return kept


def _open(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


def _by_version(path: Path) -> list[Path]:
    found = {
        int(version): entry
        for entry in path.parent.glob(f"{path.name}{_MARK}*")
        if (version := entry.name.rpartition(_MARK)[2]).isdecimal()
    }
    return [found[version] for version in sorted(found)]
