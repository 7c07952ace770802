"""Many processes on one folder, some of them killed at any instant. `make soak` runs it longer."""

import contextlib
import multiprocessing
import os
import random
import time
from pathlib import Path

from stockapp.caching import folder_lock

from .conftest import Open
from .folder_user import KEYS, LARGEST, value_of, work
from .folders import bytes_of, count_of, counted, in_folder

LIMIT = 2_000_000
WRITERS = READERS = 4
SECONDS = float(os.environ.get("STOCKAPP_SOAK_SECONDS", "6"))


# Forked from a server that has imported everything: an import takes longer than most live.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.caching.folder_user"])


class User:
    """One writer or reader."""

    def __init__(self, role: str, folder: Path, seed: int) -> None:
        self.role = role
        self._ear, mouth = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=work, args=(role, folder, LIMIT, seed, mouth))
        self._process.start()
        mouth.close()

    def kill(self) -> str | None:
        """What went wrong before; None when all was well."""
        self._process.kill()
        self._process.join()
        # A reader of a pipe hears its end as readable too.
        with contextlib.suppress(EOFError):
            return str(self._ear.recv())
        return None

    def hear(self) -> int | str:
        """How often it called, or what went wrong."""
        heard: int | str = self._ear.recv()
        self._process.join()
        return heard


def test_killed_writers_break_neither_the_limit_nor_values_nor_counts(
    folder: Path, open_cache: Open
) -> None:
    draw = random.Random(5)
    cache = open_cache(limit_bytes=LIMIT)
    roles = ["writer"] * WRITERS + ["reader"] * READERS
    users = [User(role, folder, seed) for seed, role in enumerate(roles)]
    most = kills = 0
    until = time.monotonic() + SECONDS
    try:
        # On a busy machine it takes longer until the folder is full.
        while time.monotonic() < until or (most <= LIMIT / 2 and time.monotonic() < until + 60):
            time.sleep(draw.uniform(0.05, 0.25))
            with folder_lock.held(folder / ".meta" / "lock"):
                most = max(most, bytes_of(folder))
            number = draw.randrange(len(users))
            assert users[number].kill() is None
            kills += 1
            users[number] = User(users[number].role, folder, 100 + kills)
    finally:
        (folder.parent / "stop").touch()
    calls = [user.hear() for user in users]
    assert all(isinstance(n, int) for n in calls), calls
    assert sum(map(int, calls)) > 100 * SECONDS
    assert kills > SECONDS
    assert LIMIT / 2 < most <= LIMIT + LARGEST
    assert count_of(cache, "damaged") == 0
    # Those that were killed may have been counted though they were not written any more.
    after = open_cache(limit_bytes=LIMIT)
    assert counted(after) == in_folder(folder) == counted(cache)
    assert not (folder / ".meta" / "incoming").exists()
    values = {key: after.get(key) for key in (f"quote:{number}" for number in range(KEYS))}
    assert all(v is None or v == value_of(key, v["version"]) for key, v in values.items())


def test_a_half_written_file_is_gone_after_the_next_start(open_cache: Open, folder: Path) -> None:
    open_cache().set("quote:A", 1)
    incoming = folder / ".meta" / "incoming"
    incoming.write_bytes(b"half an ent")
    cache = open_cache()
    assert not incoming.exists()
    assert cache.get("quote:A") == 1


def test_a_process_that_is_stopped_while_it_holds_the_lock_holds_nobody_up_for_long(
    open_cache: Open, folder: Path
) -> None:
    cache = open_cache()
    cache.set("quote:A", 1)
    with folder_lock.held(folder / ".meta" / "lock"):
        assert cache.get("quote:A") == 1
        assert not cache.set("quote:A", 2)
    assert cache.set("quote:A", 3)
    assert cache.get("quote:A") == 3
