"""Making the index and the folder agree again after a process was killed, or files were touched."""

import os
from collections.abc import Iterator
from itertools import islice

from stockapp.caching import folder_lock
from stockapp.caching.folder import SLICE, CacheFolder
from stockapp.domain.cache_statistics import CacheCheck


def recover(folder: CacheFolder, *, thorough: bool) -> CacheCheck | None:
    """Compare the folder with the index, a slice of files at a time; others go on meanwhile.

    `thorough` reads every file and checks it; else only sizes are compared. None when another
    process is at it. Raises OSError and sqlite3.Error.
    """
    with folder.locked():
        lock = folder_lock.try_hold(folder.path / ".meta" / "recovery")
    if lock is None:
        return None
    check = CacheCheck()
    try:
        with folder.locked():
            check.half_written += folder.forget_incoming()
        for names in _names(folder):
            _check_files(folder, names, check, thorough=thorough)
        _forget_missing(folder, check)
    finally:
        os.close(lock)
    return check


def _names(folder: CacheFolder) -> Iterator[list[str]]:
    with os.scandir(folder.path) as found:
        names = (entry.name for entry in found if not entry.is_dir(follow_symlinks=False))
        while part := list(islice(names, SLICE)):
            yield part


def _check_files(
    folder: CacheFolder, names: list[str], check: CacheCheck, *, thorough: bool
) -> None:
    with folder.locked() as index, index.transaction():
        known = index.sizes(names)
        for name in names:
            try:
                size = (folder.path / name).stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue
            agrees = known.get(name) == size
            if agrees and not thorough:
                check.entries += 1
            elif folder.account(index, name):
                check.entries += 1
                check.uncounted += not agrees
            else:
                check.damaged += 1


def _forget_missing(folder: CacheFolder, check: CacheCheck) -> None:
    last = ""
    while True:
        with folder.locked() as index:
            rows = index.after(last, SLICE)
            gone = [row.name for row in rows if not os.path.lexists(folder.path / row.name)]
            folder.drop(index, gone)
        check.missing += len(gone)
        if not rows:
            return
        last = rows[-1].name
