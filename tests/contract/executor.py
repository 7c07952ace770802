"""What every Executor does."""

import threading

import pytest

from .backends import Backends


def broken() -> None:
    raise LookupError("no")


class ExecutorContract:
    def test_submitted_calls_run_beside_each_other(self, backends: Backends) -> None:
        together = threading.Barrier(4)
        waiting = [backends.executor.submit(together.wait, timeout=60) for _ in range(4)]
        assert sorted(future.result(60) for future in waiting) == [0, 1, 2, 3]

    def test_a_blocking_call_gives_back_what_it_returns(self, backends: Backends) -> None:
        assert backends.executor.run_blocking(divmod, 7, 3) == (2, 1)
        assert backends.executor.run_blocking(sorted, [1, 2], reverse=True) == [2, 1]

    def test_what_a_call_raises_is_raised_to_the_caller(self, backends: Backends) -> None:
        with pytest.raises(LookupError, match="no"):
            backends.executor.run_blocking(broken)
        with pytest.raises(LookupError, match="no"):
            backends.executor.submit(broken).result(60)

    def test_blocking_calls_can_be_made_from_submitted_ones(self, backends: Backends) -> None:
        submit, run_blocking = backends.executor.submit, backends.executor.run_blocking
        results = [submit(run_blocking, abs, -number) for number in range(20)]
        assert [future.result(60) for future in results] == list(range(20))

    def test_a_closed_executor_takes_no_more_work(self, backends: Backends) -> None:
        backends.executor.close()
        with pytest.raises(RuntimeError):
            backends.executor.submit(abs, 1)
