"""The embedded set is held to the contract."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask_caching import Cache

from stockapp.backends.embedded.database import Database
from stockapp.backends.embedded.doorbell import Doorbell
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.tasks import SqliteTaskStore
from stockapp.ports import EventLog, TaskStore

from .backends import Backends, SetClock
from .embedded import open_embedded
from .event_log import LONG, EventLogContract, WaitingContract
from .executor import ExecutorContract
from .flask_cache import FlaskCacheContract
from .flights import FlightsContract
from .response_cache import ResponseCacheContract
from .session_store import SessionStoreContract
from .shared_state import SharedStateContract
from .task_store import TaskStoreContract
from .tasks import new_task
from .token_store import TokenStoreContract
from .watchlist_sets import SetsOfWatchlistsContract
from .watchlist_store import WatchlistStoreContract


@pytest.fixture
def open_backends(tmp_path: Path, clock: SetClock) -> Callable[[], Backends]:
    """Opens a worker of its own on the files below tmp_path."""
    return lambda: open_embedded(tmp_path, clock)


class TestTaskStore(TaskStoreContract): ...


class TestEventLog(EventLogContract): ...


class TestWaiting(WaitingContract): ...


class TestWatchlistStore(WatchlistStoreContract): ...


class TestSetsOfWatchlists(SetsOfWatchlistsContract): ...


class TestSessionStore(SessionStoreContract): ...


class TestTokenStore(TokenStoreContract): ...


class TestSharedState(SharedStateContract): ...


class TestResponseCache(ResponseCacheContract): ...


class TestFlights(FlightsContract):
    def test_what_another_process_claims_is_free_as_soon_as_that_is_killed(
        self, backends: Backends, tmp_path: Path
    ) -> None:
        code = (
            "import sys, time; from pathlib import Path\n"
            "from stockapp.backends.embedded.executor import EmbeddedExecutor\n"
            "from stockapp.backends.embedded.flights import FileFlights\n"
            "flights = FileFlights(Path(sys.argv[1]), EmbeddedExecutor(1))\n"
            "print(sorted(flights.claim(['a', 'b'])), flush=True); time.sleep(600)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "flights")],
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "['a', 'b']\n"
            assert backends.flights.claim(["a", "b", "c"]) == {"c"}
            holder.kill()
            holder.wait()
            assert backends.flights.claim(["a", "b"]) == {"a", "b"}


@pytest.fixture
def extension(app: Flask, tmp_path: Path) -> Cache:
    """Flask-Caching with our backend, as its documentation says to name one."""
    config = {
        "CACHE_TYPE": "stockapp.caching.lru_filesystem.LruFileSystemCache",
        "CACHE_DIR": str(tmp_path / "flask"),
    }
    return Cache(app, config=config)


class TestFlaskCache(FlaskCacheContract): ...


class TestExecutor(ExecutorContract): ...


class TestTheLogAndTheBell:
    def test_a_change_of_a_task_rings_the_bells_of_other_workers(
        self, store: TaskStore, tmp_path: Path
    ) -> None:
        store.create(new_task("t0"))
        bell = Doorbell(tmp_path)
        # The ringing worker looks for new bells once a second.
        for number in range(1, 1000):
            store.create(new_task(f"t{number}", keys=()))
            if bell.wait(0.01):
                break
        else:
            pytest.fail("the bell never rang")
        bell.close()

    def test_an_event_whose_ring_is_lost_is_found_by_looking(
        self, log: EventLog, tmp_path: Path, clock: SetClock, threads: ThreadPoolExecutor
    ) -> None:
        silent = Database(tmp_path / "stockapp.sqlite3", EmbeddedExecutor(1))

        def look_then_wait() -> None:
            log.since(0)
            SqliteTaskStore(silent, clock).create(new_task())
            log.wait(LONG)

        threads.submit(look_then_wait).result(LONG / 2)
        silent.close()
