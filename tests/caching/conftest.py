"""A cache in a folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stockapp.caching.lru_filesystem import LruFileSystemCache

Open = Callable[..., LruFileSystemCache]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def open_cache(folder: Path) -> Open:
    """Opens the folder once more, as another worker does."""

    def open_one(limit_bytes: int = 1_000_000, **options: bool) -> LruFileSystemCache:
        return LruFileSystemCache(str(folder), limit_bytes=limit_bytes, **options)

    return open_one


@pytest.fixture
def cache(open_cache: Open) -> LruFileSystemCache:
    return open_cache()
