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
from stockapp.backends.embedded.processes import ProcessLost
from tests.tasks.workers import eventually

from . import computing

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def executor() -> Iterator[EmbeddedExecutor]:
    executor = EmbeddedExecutor(2)
    yield executor
    executor.close()


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        # One that has ended and waits to be noticed is not alive.
        return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


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


def test_what_is_computed_comes_back(executor: EmbeddedExecutor) -> None:
    assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3
    other = executor.run_cpu(computing.process_id, timeout_seconds=60)
    assert other != os.getpid()
    assert executor.run_cpu(computing.process_id, timeout_seconds=60) == other


def test_what_goes_wrong_comes_back_too(executor: EmbeddedExecutor) -> None:
    with pytest.raises(LookupError, match="not there"):
        executor.run_cpu(computing.fail, "not there", timeout_seconds=60)
    assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3


def test_it_gives_way_to_those_who_serve_pages(executor: EmbeddedExecutor) -> None:
    assert executor.run_cpu(computing.niceness, timeout_seconds=60) > os.nice(0)


def test_what_takes_too_long_is_stopped_and_the_next_is_computed(
    executor: EmbeddedExecutor,
) -> None:
    child = executor.run_cpu(computing.process_id, timeout_seconds=60)
    with pytest.raises(TimeoutError, match=r"0\.3 s"):
        executor.run_cpu(computing.spin, 60, timeout_seconds=0.3)
    assert not alive(child)
    assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3


def test_a_child_that_was_killed_between_calls_is_replaced(executor: EmbeddedExecutor) -> None:
    child = executor.run_cpu(computing.process_id, timeout_seconds=60)
    os.kill(child, signal.SIGKILL)
    assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3


def test_a_call_that_kills_every_child_fails_and_the_next_is_computed(
    executor: EmbeddedExecutor,
) -> None:
    with pytest.raises(ProcessLost):
        executor.run_cpu(computing.die, timeout_seconds=60)
    assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3


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
