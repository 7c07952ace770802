"""Where one worker waits: the standard pool for networks, native threads for what blocks."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NoReturn, ParamSpec, TypeVar

from gevent import monkey
from gevent.threadpool import ThreadPool as NativePool

from stockapp import context

P = ParamSpec("P")
T = TypeVar("T")

# What a call came to: gives its result, or raises what it raised.
_Outcome = Callable[[], T]


class NativeThreads:
    """Some native threads under gevent's patches; without them calls run where they are made."""

    def __init__(self, threads: int) -> None:
        patched = monkey.is_module_patched("threading")
        self._pool = NativePool(threads) if patched else None

    def run(self, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """What the call gives or raises, once a thread had its turn."""
        if self._pool is None:
            return call(*args, **kwargs)
        outcome: _Outcome[T] = self._pool.apply(_run, (call, args, kwargs))
        return outcome()


class Threads:
    """What executors have in common: all but the computing.

    Build it in the worker's main thread after the fork.
    """

    def __init__(self, network_threads: int, native_threads: int) -> None:
        self._pool = ThreadPoolExecutor(network_threads, thread_name_prefix="network")
        self._native = NativeThreads(native_threads)

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call that waits on the network, or on others; RuntimeError once closed."""
        return self._pool.submit(context.carried(call), *args, **kwargs)

    def run_blocking(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call that would block the hub in a native thread, and wait for it.

        It stays usable after `close`, so that others can still put their things away. A caller
        that is killed while it waits does not stop the call.
        """
        return self._native.run(call, *args, **kwargs)

    def close(self) -> None:
        """Take no more work and drop what has not begun; do not wait for what runs."""
        self._pool.shutdown(wait=False, cancel_futures=True)


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
