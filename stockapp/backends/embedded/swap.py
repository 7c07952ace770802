"""Putting restored files in the place of those there are: all of them, or none.

They are made ready in a folder of their own. Its renaming is the moment from which on the restore
has happened: whoever opens the data folder next goes on with it, and every step may be done twice.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

_STAGED = ".restore-staged"
_READY = ".restore-ready"
ASIDE = "before-restore-"
_WHERE = "aside"
# SQLite's log and its index belong to the file of that name.
_BESIDE = ("-wal", "-shm")


def stage(data_dir: Path) -> Path:
    """An empty folder for the files to come; what a broken restore left there is gone."""
    staged = data_dir / _STAGED
    rmtree(staged, ignore_errors=True)
    (staged / "files").mkdir(parents=True, mode=0o700)
    return staged / "files"


def commit(data_dir: Path) -> Path:
    """Have the staged files take their place. Returns the folder that holds what was there."""
    staged = data_dir / _STAGED
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    (staged / _WHERE).write_text(f"{ASIDE}{stamp}")
    for folder, _, names in os.walk(staged):
        for name in names:
            sync(Path(folder) / name)
        sync(Path(folder))
    staged.rename(data_dir / _READY)
    sync(data_dir)
    return finish(data_dir)


def discard(data_dir: Path) -> None:
    """Forget what was staged."""
    rmtree(data_dir / _STAGED, ignore_errors=True)


def is_ready(data_dir: Path) -> bool:
    """Whether a restore has happened and has still to be finished."""
    return (data_dir / _READY).exists()


def finish(data_dir: Path) -> Path:
    """Move what is there aside and the new in its place, as far as that is still to be done."""
    ready = data_dir / _READY
    aside = data_dir / (ready / _WHERE).read_text()
    aside.mkdir(mode=0o700, exist_ok=True)
    for new in sorted((ready / "files").iterdir()):
        for suffix in (*_BESIDE, ""):
            there = data_dir / (new.name + suffix)
            if there.exists():
                there.rename(aside / there.name)
        new.rename(data_dir / new.name)
    sync(aside)
    sync(data_dir)
    # First what says that there is something to do, then the rest.
    done = data_dir / _STAGED
    rmtree(done, ignore_errors=True)
    ready.rename(done)
    rmtree(done, ignore_errors=True)
    return aside


def sync(path: Path) -> None:
    """Have it on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
