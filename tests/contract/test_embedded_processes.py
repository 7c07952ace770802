"""Computing in other processes: what a worker and its children owe each other."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockapp.backends.embedded.executor import EmbeddedExecutor
from tests.tasks.workers import eventually

from .computation import ComputingContract, alive

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def executor() -> Iterator[EmbeddedExecutor]:
    executor = EmbeddedExecutor(2)
    yield executor
    executor.close()


@contextlib.contextmanager
def worker(does: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.contract.computing_worker", does]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


class TestComputing(ComputingContract): ...


def test_the_hub_goes_on_while_a_child_computes() -> None:
    with worker("lag") as process:
        out, _ = process.communicate(timeout=60)
    # The child computes for a second; a hub that is held stands still for all of it.
    assert float(out) < 0.5


def test_children_die_with_a_worker_that_is_killed() -> None:
    with worker("wait") as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert process.stdout.readline() == "computing\n"
        process.kill()
        assert eventually(lambda: not alive(child))


def test_children_end_when_the_worker_closes() -> None:
    with worker("close") as process:
        out, _ = process.communicate(timeout=60)
    assert eventually(lambda: not alive(int(out)))
