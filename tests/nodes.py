"""What several nodes of stockapp share, and the processes that work for them, all real."""

import atexit
import contextlib
import functools
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.namespace import HERE, Place
from tests.postgres_server import PostgresServer, running_postgres
from tests.redis_server import RedisServer, running_redis
from tests.warm import Forked, warm

ROOT = Path(__file__).parent.parent
_CELERY = ["celery", "--quiet", "-A", "stockapp.backends.distributed.celery_app"]
# As command/worker.py has them.
_QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")
ROLES = {
    "tasks": ("worker", *_QUIET, "-P", "gevent"),
    "cpu": ("worker", *_QUIET, "-P", "prefork", "-Q", "cpu", "-c", "1"),
    "beat": ("beat", "--pidfile="),
}
_FORMS = {"tasks": "gevent", "cpu": "plain", "beat": "plain"}


class Worker:
    """One Celery process, as `stockapp worker` or `stockapp beat` becomes.

    A `cold` one is the very command that those run, and so is one that runs elsewhere; others are
    forked from a process that is warm.
    """

    def __init__(
        self,
        role: str,
        log: Path,
        environment: Mapping[str, str],
        *,
        cold: bool = False,
        at: Place = HERE,
    ) -> None:
        self.role = role
        self._log = log
        self._environment = {**os.environ, **environment}
        self._words = [*_CELERY, *ROLES[role]]
        self._within = at.within
        self._begin = self._run if cold or at.within else self._fork
        self._process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> "Worker":
        """Launch it; it may take seconds until it works."""
        self._process = self._begin()
        return self

    def _fork(self) -> Forked:
        return warm(_FORMS[self.role]).start(self._words, self._environment, self._log)

    def _run(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*self._within, sys.executable, "-P", "-m", *self._words],
                cwd=ROOT,
                env={**self._environment, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def set(self, name: str, value: str) -> None:
        """A setting, from the next start on."""
        self._environment[name] = value

    def launch(self) -> None:
        """The same, for what may be a node too."""
        self.start()

    @property
    def runs(self) -> bool:
        return self._process is not None

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it and its children without a word."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(60)
        self._process = None

    def signal(self, how: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)

    def stop(self) -> None:
        """End it as a service manager does."""
        if self._process is None:
            return
        self.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self.kill()

    def log(self) -> str:
        return self._log.read_text(errors="replace")


@functools.cache
def servers() -> tuple[RedisServer, PostgresServer]:
    """One of each for all tests of this process; they end with it."""
    stack = contextlib.ExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redis")))
    redis = stack.enter_context(running_redis(folder))
    # What workers are forked from, all at the same time, as each takes seconds.
    for form in _FORMS.values():
        warm(form)
    postgres = stack.enter_context(running_postgres())
    atexit.register(stack.close)
    return redis, postgres


def settings_of_a_new_installation() -> dict[str, str]:
    """Names in Redis and a database that nobody else uses."""
    redis, postgres = servers()
    name = uuid.uuid4().hex
    return {
        "STOCKAPP_REDIS_URL": redis.url,
        "STOCKAPP_REDIS_PREFIX": f"{name}:",
        "STOCKAPP_DATABASE_URL": postgres.make(name),
    }


@contextlib.contextmanager
def working(
    environment: Mapping[str, str], log: Path, roles: tuple[str, ...] = ("tasks", "cpu", "beat")
) -> Iterator[list[Worker]]:
    """Workers of these roles for the time of a with block."""
    workers = [Worker(role, log, environment) for role in roles]
    try:
        yield [worker.start() for worker in workers]
    finally:
        stop(workers)


def stop(workers: Sequence[Worker]) -> None:
    """End them all at the same time, as a service manager does."""
    for worker in workers:
        worker.signal(signal.SIGTERM)
    for worker in workers:
        worker.stop()
