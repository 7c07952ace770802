"""Where work runs in one worker: two thread pools, and a few processes."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NoReturn, ParamSpec, TypeVar

from gevent import monkey
from gevent.threadpool import ThreadPool as NativePool

from stockapp import context
from stockapp.backends.embedded.processes import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")


# What a call came to: gives its result, or raises what it raised.
_Outcome = Callable[[], T]


class EmbeddedExecutor:
    """Executor: the standard pool for waiting, gevent's native threads for blocking calls.

    Build it in the worker's main thread after the fork. Without gevent's patches blocking calls
    run in the thread that makes them.
    """

    def __init__(
        self, network_threads: int, native_threads: int = 8, cpu_processes: int = 1
    ) -> None:
        self._pool = ThreadPoolExecutor(network_threads, thread_name_prefix="network")
        patched = monkey.is_module_patched("threading")
        self._native = NativePool(native_threads) if patched else None
        # Threads of its own: each waits for as long as its process computes.
        self._computing = NativePool(cpu_processes) if patched else None
        self._processes = ProcessPool(cpu_processes, self._run_computing)

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call that waits on the network, or on others; RuntimeError once closed."""
        return self._pool.submit(context.carried(call), *args, **kwargs)

    def run_blocking(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call that would block the hub in a native thread, and wait for it.

        It stays usable after `close`, so that others can still put their things away. A caller
        that is killed while it waits does not stop the call.
        """
        return _in_native_thread(self._native, call, args, kwargs)

    def run_cpu(self, call: Callable[..., T], /, *args: Any, timeout_seconds: float) -> T:
        """Compute in another process, and wait for it; also raises ProcessLost."""
        return self._processes.run(call, args, timeout_seconds)

    def close(self) -> None:
        """Take no more work and drop what has not begun; do not wait for what runs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._processes.close()

    def _run_computing(self, call: Callable[..., T], /, *args: Any) -> T:
        return _in_native_thread(self._computing, call, args, {})


def _in_native_thread(pool: NativePool | None, call: Callable[..., T], args: Any, kwargs: Any) -> T:
    if pool is None:
        return call(*args, **kwargs)
    outcome: _Outcome[T] = pool.apply(_run, (call, args, kwargs))
    return outcome()


def _run(call: Callable[..., T], args: Any, kwargs: Any) -> _Outcome[T]:
    try:
        value = call(*args, **kwargs)
    except BaseException as error:
        # One that leaves a native thread is printed by gevent, though the caller gets it.
        return partial(_raise, error)
    return lambda: value


def _raise(error: BaseException) -> NoReturn:
    try:
        raise error
    finally:
        # The error's traceback holds this frame: without this they keep each other alive.
        del error
