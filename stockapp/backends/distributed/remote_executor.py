"""Computing on other machines: a message to the CPU queue, and a look for the outcome now and then.

Celery's own way to wait for results is not used: under gevent it ends for good once Redis was
away for a while.
"""

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import orjson
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from stockapp.backends.distributed.celery_app import COMPUTE, CPU, queue_key
from stockapp.backends.distributed.computing import Computations, arguments_key
from stockapp.backends.distributed.link import RedisLink, words_for
from stockapp.backends.threads import Threads
from stockapp.ports import ProcessLost, StoreTrouble

T = TypeVar("T")

# An outcome is noticed late by a tenth of the time that it took, at most.
_LOOK_AFTER, _LEAST_SECONDS, _MOST_SECONDS = 0.1, 0.005, 0.25
# A worker ends what takes too long, and tells that or the death of a process within so long, if
# it lives itself.
_GRACE_SECONDS = 10.0
_AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class Unreachable(StoreTrouble, RuntimeError):
    """Nothing can be computed, as Redis cannot be used; tasks wait until that is over."""


class RemoteExecutor(Threads):
    """Executor: what is computed runs in processes of those who serve the CPU queue."""

    def __init__(
        self,
        celery: Celery,
        link: RedisLink,
        computations: Computations,
        network_threads: int,
        native_threads: int = 8,
    ) -> None:
        super().__init__(network_threads, native_threads)
        self._celery = celery
        self._link = link
        self._computations = computations
        self._closed = False

    def run_cpu(self, call: Callable[..., T], /, *args: Any, timeout_seconds: float) -> T:
        """Have it computed by a CPU worker, and wait for it.

        Raises what `Computations.arguments` and `.outcome` raise; TimeoutError where no worker
        took it, or it took too long; ProcessLost; and Unreachable where Redis cannot be used, here
        or by the worker.
        """
        name, arguments = self._computations.arguments(call, args)
        try:
            told = self._answer(name, arguments, timeout_seconds)
        except StoreTrouble as trouble:
            raise Unreachable(str(trouble)) from trouble
        value: T = self._computations.outcome(call, told)
        return value

    def close(self) -> None:
        """Whoever still waits is told; what is computed ends by its own time limit."""
        self._closed = True
        super().close()

    def _answer(self, name: str, arguments: bytes, timeout_seconds: float) -> str:
        with suppress(_Lost):
            return self._try(name, arguments, timeout_seconds)
        try:
            return self._try(name, arguments, timeout_seconds)
        except _Lost as lost:
            raise lost.trouble from None

    def _try(self, name: str, arguments: bytes, timeout_seconds: float) -> str:
        """The outcome. Raises _Lost where another worker may have more luck."""
        errand = _Errand(self._celery, self._link, timeout_seconds)
        errand.send(name, arguments)
        try:
            return self._awaited(errand)
        finally:
            errand.withdraw()

    def _awaited(self, errand: "_Errand") -> str:
        while True:
            if self._closed:
                raise RuntimeError("the executor is closed")
            if told := errand.look():
                return told
            errand.pause()


class _Lost(Exception):
    """A worker took it and will not tell; `trouble` is what to say where that happens again."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class _Errand:
    """One try to have something computed. Its methods raise StoreTrouble."""

    def __init__(self, celery: Celery, link: RedisLink, timeout_seconds: float) -> None:
        self._celery = celery
        self._link = link
        self._timeout_seconds = timeout_seconds
        self._id = uuid.uuid4().hex
        self._arguments = arguments_key(link, self._id)
        self._failure = celery.backend.get_key_for_task(self._id)
        self._since = time.monotonic()
        self._taken = False

    def send(self, name: str, arguments: bytes) -> None:
        """Leave the arguments, and wake a worker; they go by themselves when nobody waits."""
        milliseconds = round(1000 * (self._timeout_seconds + _GRACE_SECONDS))
        self._link.ask(lambda client: client.set(self._arguments, arguments, px=milliseconds))
        try:
            self._celery.send_task(
                COMPUTE,
                args=[name, self._id],
                task_id=self._id,
                time_limit=self._timeout_seconds,
                ignore_result=True,
                retry_policy=_AT_ONCE,
            )
        except (OperationalError, RedisError, OSError) as error:
            self.withdraw()
            cause = error.__cause__
            told = words_for(cause if isinstance(cause, Exception) else error)
            raise StoreTrouble(told) from error
        self._since = time.monotonic()

    def look(self) -> str | None:
        """The outcome, if it is there. Raises _Lost, TimeoutError, RuntimeError for odd ends."""
        told, failure, stage = self._link.run("look", self._id, self._failure)
        if told:
            return str(told)
        if failure:
            raise self._end(orjson.loads(failure))
        if stage == "lost":
            raise _Lost(ProcessLost("the CPU worker that took it died, twice"))
        if stage == "waiting":
            if self._waited() > self._timeout_seconds:
                self._give_up()
        elif not self._taken:
            self._begin()
        elif self._waited() > self._timeout_seconds + _GRACE_SECONDS:
            raise self._too_long("; the CPU worker that took it tells no more")
        return None

    def pause(self) -> None:
        """Wait until the next look."""
        time.sleep(min(max(_LEAST_SECONDS, _LOOK_AFTER * self._waited()), _MOST_SECONDS))

    def withdraw(self) -> None:
        """Leave nothing behind, if that can be done; it would go by itself."""
        with suppress(StoreTrouble):
            self._link.run("withdraw", self._id, queue_key(self._link.prefix, CPU))

    def _begin(self) -> None:
        self._taken, self._since = True, time.monotonic()

    def _give_up(self) -> None:
        """Unless a worker took it this moment."""
        if not self._link.ask(lambda client: client.delete(self._arguments)):
            return self._begin()
        raise TimeoutError(
            f"no CPU worker took it within {self._timeout_seconds:g} s: all are busy, or none runs"
            " (`stockapp worker --cpu`)"
        )

    def _end(self, failure: dict[str, Any]) -> Exception:
        """What Celery tells of a computation without an outcome."""
        result = failure.get("result")
        kind = result.get("exc_type") if isinstance(result, dict) else failure.get("status")
        if kind == "TimeLimitExceeded":
            return self._too_long()
        if kind == "WorkerLostError":
            return _Lost(ProcessLost("the process that computed died twice"))
        if kind == StoreTrouble.__name__:
            return _Lost(StoreTrouble("the CPU worker cannot use Redis"))
        return RuntimeError(f"the CPU worker failed ({kind})")

    def _too_long(self, besides: str = "") -> TimeoutError:
        return TimeoutError(f"it took longer than {self._timeout_seconds:g} s to compute{besides}")

    def _waited(self) -> float:
        return time.monotonic() - self._since
