"""The names of damaged database files, which are renamed and never deleted."""

from datetime import UTC, datetime
from pathlib import Path

_MARK = ".damaged-"
# SQLite's log and its index belong to the file: it finds them by its name.
_BESIDE = ("-wal", "-shm")


def names(path: Path) -> list[str]:
    """The damaged predecessors of that database that are still there, oldest first."""
    found = (entry.name for entry in path.parent.glob(f"{path.name}{_MARK}*"))
    return sorted(name for name in found if not name.endswith(_BESIDE))


def rename(path: Path) -> Path:
    """Set the database aside. Returns where it is now. Raises OSError."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}{_MARK}{stamp}")
    for suffix in (*_BESIDE, ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
