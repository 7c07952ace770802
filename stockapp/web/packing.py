"""Static files made ready for serving: compressed, under a version that changes with them.

Used by gunicorn's master as well, so nothing is imported here that would bring ssl along.
"""

import hashlib
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from whitenoise.compress import Compressor

# What a server still running may serve from, after its files were changed beneath it.
_KEPT_SECONDS = 30 * 86_400


def version_of(folder: Path) -> str:
    """A short hash of all files of a folder, names and contents."""
    found = hashlib.sha256()
    for path in _files(folder):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:12]


def packed(folder: Path, place: Path) -> Path | None:
    """Where the files of this version are with their compressed variants; None: nowhere yet."""
    ready = place / version_of(folder)
    return ready if ready.is_dir() else None


def pack(folder: Path, place: Path) -> None:
    """Copy the files to a folder of their version in `place`, compressed variants beside them.

    Takes half a second, unless they are there. Raises OSError where `place` cannot be written.
    """
    place.mkdir(parents=True, exist_ok=True)
    ready = place / version_of(folder)
    if not ready.is_dir():
        _make(folder, ready)
    # An installed place came packed, and may belong to somebody else.
    with suppress(OSError):
        os.utime(ready)
    _forget_old(place)


def _make(folder: Path, ready: Path) -> None:
    making = Path(tempfile.mkdtemp(prefix="making-", dir=ready.parent))
    try:
        making.chmod(0o755)
        compressor = Compressor(quiet=True)
        for path in _files(folder):
            copy = making / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
            if compressor.should_compress(copy.name):
                compressor.compress(str(copy))
        # Another server that starts now may have been quicker; its files are the same.
        with suppress(OSError):
            making.rename(ready)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _forget_old(place: Path) -> None:
    oldest = time.time() - _KEPT_SECONDS
    for folder in place.iterdir():
        with suppress(OSError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
