"""Many processes and greenlets that want the same missing key."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stockapp.caching.lru_filesystem import LruFileSystemCache

from .folders import count_of

ROOT = Path(__file__).parents[2]
PROCESSES, GREENLETS = 4, 50


def begin(folder: Path, greenlets: int, seconds: float, how: str) -> subprocess.Popen[str]:
    module = "tests.caching.flight_user"
    process = subprocess.Popen(
        [sys.executable, "-m", module, folder, str(greenlets), str(seconds), how],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def fetches(folder: Path) -> list[str]:
    path = folder / "fetches"
    return path.read_text().split() if path.exists() else []


@pytest.mark.parametrize(("how", "answer"), [("ok", "quote:A"), ("fails", "failure:A")])
def test_two_hundred_who_want_a_key_share_one_fetch_and_its_failure(
    tmp_path: Path, how: str, answer: str
) -> None:
    processes = [begin(tmp_path, GREENLETS, 0.3, how) for _ in range(PROCESSES)]
    (tmp_path / "go").touch()
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert answers == [[answer] * GREENLETS] * PROCESSES
    assert len(fetches(tmp_path)) == 1
    cache = LruFileSystemCache(str(tmp_path / "cache"))
    # All but the one who fetched, and who came when it was there already.
    assert 0 < count_of(cache, "coalesced") < PROCESSES * GREENLETS


def test_when_the_fetching_process_is_killed_one_other_takes_over(tmp_path: Path) -> None:
    slow = begin(tmp_path, 1, 600, "ok")
    (tmp_path / "go").touch()
    while not fetches(tmp_path):
        time.sleep(0.01)
    waiting = [begin(tmp_path, GREENLETS, 0.1, "ok") for _ in range(2)]
    time.sleep(0.5)
    assert fetches(tmp_path) == [str(slow.pid)]
    slow.kill()
    slow.wait()
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in waiting]
    assert answers == [["quote:A"] * GREENLETS] * 2
    assert len(fetches(tmp_path)) == 2
