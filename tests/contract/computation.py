"""What every Executor does with what is computed elsewhere. A module defines `executor`."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from stockapp.ports import Executor, ProcessLost
from tests.tasks.workers import eventually

from . import computing


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        # One that has ended and waits to be noticed is not alive.
        return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


class ComputingContract:
    def test_what_is_computed_comes_back(self, executor: Executor) -> None:
        assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3
        other = executor.run_cpu(computing.process_id, timeout_seconds=60)
        assert other != os.getpid()
        assert executor.run_cpu(computing.process_id, timeout_seconds=60) == other

    def test_what_goes_wrong_comes_back_too(self, executor: Executor) -> None:
        with pytest.raises(LookupError, match="not there"):
            executor.run_cpu(computing.fail, "not there", timeout_seconds=60)
        assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3

    def test_it_gives_way_to_those_who_serve_pages(self, executor: Executor) -> None:
        assert executor.run_cpu(computing.niceness, timeout_seconds=60) > os.nice(0)

    def test_what_takes_too_long_is_stopped_and_the_next_is_computed(
        self,
        executor: Executor,
    ) -> None:
        child = executor.run_cpu(computing.process_id, timeout_seconds=60)
        with pytest.raises(TimeoutError, match="longer than 1 s"):
            executor.run_cpu(computing.spin, 60, timeout_seconds=1)
        assert eventually(lambda: not alive(child))
        assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3

    def test_a_child_that_was_killed_between_calls_is_replaced(self, executor: Executor) -> None:
        child = executor.run_cpu(computing.process_id, timeout_seconds=60)
        os.kill(child, signal.SIGKILL)
        assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3

    def test_what_was_being_computed_when_a_child_died_is_computed_by_another(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        mark = str(tmp_path / "mark")
        assert executor.run_cpu(computing.die_once, mark, timeout_seconds=60) == "done"

    def test_a_call_that_kills_every_child_fails_and_the_next_is_computed(
        self,
        executor: Executor,
    ) -> None:
        with pytest.raises(ProcessLost):
            executor.run_cpu(computing.die, timeout_seconds=60)
        assert executor.run_cpu(computing.add, 1, 2, timeout_seconds=60) == 3
