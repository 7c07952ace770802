"""Looking into a cache's folder behind its back."""

import hashlib
from pathlib import Path

from stockapp.caching.lru_filesystem import LruFileSystemCache


def files(folder: Path) -> list[Path]:
    """The entries' files."""
    return sorted(path for path in folder.iterdir() if path.is_file())


def file_of(folder: Path, key: str) -> Path:
    return folder / hashlib.sha256(key.encode()).hexdigest()


def bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in files(folder))


def counted(cache: LruFileSystemCache) -> tuple[int, int]:
    """Entries and bytes as the cache counts them."""
    totals = cache.statistics().totals.values()
    return sum(entries for entries, _ in totals), sum(size for _, size in totals)


def in_folder(folder: Path) -> tuple[int, int]:
    """Entries and bytes as they are."""
    return len(files(folder)), bytes_of(folder)


def count_of(cache: LruFileSystemCache, what: str) -> int:
    return sum(n for (_, name), n in cache.statistics().counters.items() if name == what)
