"""What the file cache does with files that are not as they were written."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockapp.backends.embedded.cache import BytesFileCache, FlaskResponseCache
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.domain.freshness import Lifetime

from .backends import SetClock

LIFETIME = Lifetime(10, 100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path, clock: SetClock) -> FlaskResponseCache:
    return FlaskResponseCache(BytesFileCache(str(folder), threshold=0), EmbeddedExecutor(1), clock)


def the_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


class Evil:
    """Runs code when unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (os.environ["EVIL_FOLDER"],)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200))
def test_a_file_with_any_content_is_a_miss(
    cache: FlaskResponseCache, folder: Path, content: bytes
) -> None:
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    the_file(folder).write_bytes(content)
    assert cache.get_many(["a"]) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_file_cut_short_is_a_miss(
    cache: FlaskResponseCache, folder: Path, data: st.DataObject
) -> None:
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    path = the_file(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert cache.get_many(["a"]) == {}


def test_a_crafted_pickle_is_a_miss_and_runs_nothing(
    cache: FlaskResponseCache, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIL_FOLDER", str(tmp_path / "evil"))
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    the_file(folder).write_bytes(b"\0\0\0\0" + pickle.dumps(Evil()))
    assert cache.get_many(["a"]) == {}
    assert not (tmp_path / "evil").exists()


def test_a_neighbour_of_a_corrupted_file_is_found(cache: FlaskResponseCache, folder: Path) -> None:
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    the_file(folder).write_bytes(b"\xff" * 50)
    cache.put_many({"b": {"n": 2}}, LIFETIME)
    assert set(cache.get_many(["a", "b"])) == {"b"}


def test_a_folder_in_place_of_the_file_is_a_miss_and_cannot_be_stored(
    cache: FlaskResponseCache, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    path = the_file(folder)
    path.unlink()
    (path / "below").mkdir(parents=True)
    assert cache.get_many(["a"]) == {}
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    assert the_file(folder) == path
    # Logging takes a lock, which a native thread must not.
    assert caplog.records == []


def test_a_folder_that_is_gone_loses_entries_and_raises_nothing(
    cache: FlaskResponseCache, folder: Path
) -> None:
    folder.rmdir()
    cache.put_many({"a": {"n": 1}}, LIFETIME)
    assert cache.get_many(["a"]) == {}
