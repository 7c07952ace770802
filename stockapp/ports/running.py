"""Time, and where work runs."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Clock(Protocol):
    """Time, so that tests can set it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed point, never going back."""


class ProcessLost(RuntimeError):
    """The process that computed died, twice, and not for taking too long."""


class Executor(Protocol):
    """Where work runs: network waits beside each other, blocking calls off the hub."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call that waits on the network, or on others; the concurrent.futures pool."""

    def run_blocking(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call that would block the hub in a native thread, and wait for it.

        The call must not log, use queues or locks, or touch yfinance: under gevent those are
        patched, and a patched lock contended from a native thread never comes back.
        """

    def run_cpu(self, call: Callable[..., T], /, *args: Any, timeout_seconds: float) -> T:
        """Compute something that takes the interpreter for long, in another process, and wait.

        The call must be among the computations that bootstrap names; its arguments and what it
        gives must be picklable, and of the types that it declares. Raises what the call raises;
        TimeoutError, at which the computation is stopped; and RuntimeError where it cannot be
        computed, such as ProcessLost, and StoreTrouble as well where that is the reason.
        """

    def close(self) -> None:
        """Take no more work; do not wait for what runs, and stop what computes."""
