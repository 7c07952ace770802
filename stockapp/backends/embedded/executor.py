"""Where work runs in one worker: two thread pools, and a few processes."""

from collections.abc import Callable
from typing import Any, TypeVar

from stockapp.backends.embedded.processes import ProcessPool
from stockapp.backends.threads import NativeThreads, Threads

T = TypeVar("T")


class EmbeddedExecutor(Threads):
    """Executor: what is computed runs in children of this process."""

    def __init__(
        self, network_threads: int, native_threads: int = 8, cpu_processes: int = 1
    ) -> None:
        super().__init__(network_threads, native_threads)
        # Threads of its own: each waits for as long as its process computes.
        self._processes = ProcessPool(cpu_processes, NativeThreads(cpu_processes).run)

    def run_cpu(self, call: Callable[..., T], /, *args: Any, timeout_seconds: float) -> T:
        """Compute in another process, and wait for it; also raises ProcessLost."""
        return self._processes.run(call, args, timeout_seconds)

    def close(self) -> None:
        """Also stops what computes."""
        super().close()
        self._processes.close()
