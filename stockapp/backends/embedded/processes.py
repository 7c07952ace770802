"""A few child processes for work that would hold the interpreter of a worker.

All talk with them is done in native threads (see `ports.Executor.run_blocking`): a pipe that is
full would hold the hub. Children are started anew, never forked: they inherit nothing.
"""

import logging
import multiprocessing
import pickle  # between our own processes only # nosec B403
import signal
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from stockapp.backends.embedded.cpu_child import serve
from stockapp.ports import ProcessLost

T = TypeVar("T")
# Runs a call in a native thread.
RunBlocking = Callable[..., Any]

_SPAWN = multiprocessing.get_context("spawn")

logger = logging.getLogger(__name__)


class ProcessPool:
    """At most so many children, each started when it is first needed."""

    def __init__(self, processes: int, run_blocking: RunBlocking) -> None:
        self._run_blocking = run_blocking
        self._places = threading.Semaphore(processes)
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._closed = False

    def run(self, call: Callable[..., T], args: tuple[Any, ...], timeout_seconds: float) -> T:
        """What the call gives or raises, computed in a child; both must be picklable.

        Raises TimeoutError when it takes longer, and ProcessLost.
        """
        payload = pickle.dumps((timeout_seconds, call, args))
        if not self._places.acquire(timeout=timeout_seconds):
            raise TimeoutError(f"every process was busy for {timeout_seconds:g} s")
        try:
            try:
                succeeded, outcome = self._ask(payload, timeout_seconds)
            except EOFError:
                # Killed from outside, such as for want of memory; perhaps not for this call.
                try:
                    succeeded, outcome = self._ask(payload, timeout_seconds)
                except EOFError:
                    raise ProcessLost("the process that computed died twice") from None
        finally:
            self._places.release()
        if not succeeded:
            raise outcome
        value: T = outcome
        return value

    def close(self) -> None:
        """End all children at once; safe to call twice."""
        self._closed = True
        for child in list(self._all):
            child.kill()
        self._all.clear()
        self._idle.clear()

    def _ask(self, payload: bytes, timeout_seconds: float) -> tuple[bool, Any]:
        if self._closed:
            raise RuntimeError("the process pool is closed")
        child = self._idle.pop() if self._idle else self._start()
        try:
            answer = self._run_blocking(child.exchange, payload)
        except (EOFError, OSError) as error:
            self._all.discard(child)
            if self._run_blocking(child.ran_out_of_time):
                message = f"it took longer than {timeout_seconds:g} s to compute"
                raise TimeoutError(message) from None
            logger.warning("a computing process died: %r", error)
            raise EOFError from error
        self._idle.append(child)
        succeeded, outcome = pickle.loads(answer)  # noqa: S301 - written by our own child # nosec B301
        return bool(succeeded), outcome

    def _start(self) -> "_Child":
        child = _Child()
        self._all.add(child)
        return child


class _Child:
    def __init__(self) -> None:
        # One way each: a two-way pipe is a pair of sockets, which gevent makes non-blocking.
        questions, self._questions = _SPAWN.Pipe(duplex=False)
        self._answers, answers = _SPAWN.Pipe(duplex=False)
        self._process: BaseProcess = _SPAWN.Process(
            target=serve, args=(questions, answers), daemon=True
        )
        self._process.start()
        questions.close()
        answers.close()

    def exchange(self, payload: bytes) -> bytes:
        """In a native thread. Raises EOFError or OSError when the child dies meanwhile."""
        self._questions.send_bytes(payload)
        return self._answers.recv_bytes()

    def ran_out_of_time(self) -> bool:
        """Whether the child ended by its own alarm; waits for its end, in a native thread."""
        self._process.join()
        self._questions.close()
        self._answers.close()
        return self._process.exitcode == -signal.SIGALRM

    def kill(self) -> None:
        """End it whatever it does; who waits for its answer is told by the end of the pipe."""
        self._process.kill()
