"""gunicorn and Celery in processes that are forked from ones which have imported all of it already.

`python -m tests.warm FORM` reads a line of JSON for each program to start, or to ask whether one
has ended, and answers each with a line. What is forked is the program itself, with its command line
and its environment; it only need not read and run the same modules again, which are some thousand.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent.os
from gevent import monkey

from stockapp.web import preloading

ROOT = Path(__file__).parent.parent
_POLL_SECONDS = 0.02
_CELERY = (
    "stockapp.bootstrap.distributed",
    "stockapp.command.reach",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.apps.worker",
    "celery.worker.consumer",
    "celery.backends.redis",
    "kombu.transport.redis",
)


def _gunicorn() -> None:
    preloading.preload("stockapp.bootstrap", "gunicorn.app.wsgiapp")


def _gunicorn_of_nodes() -> None:
    preloading.preload("stockapp.bootstrap.distributed", "gunicorn.app.wsgiapp")


def _gevent() -> None:
    monkey.patch_all()
    _load(*_CELERY, "celery.concurrency.gevent")


def _plain() -> None:
    _load(*_CELERY, "celery.concurrency.prefork", "celery.apps.beat")
    # What the first computation would read.
    _load("stockapp.analysis.technicals", "exchange_calendars")


# How threads and sockets are when a program begins: as gunicorn's master has them, as those of a
# Celery worker with `-P gevent`, or as they come.
FORMS: dict[str, Callable[[], None]] = {
    "gunicorn": _gunicorn,
    "gunicorn of nodes": _gunicorn_of_nodes,
    "gevent": _gevent,
    "plain": _plain,
}


class Warm:
    """The process that programs of one form are forked from."""

    def __init__(self, form: str) -> None:
        # Several of a test's threads may ask.
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", form],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, words: list[str], environment: dict[str, str], log: Path) -> "Forked":
        """`python -m` these words, as the leader of a session of its own."""
        asked = {"words": words, "environment": environment, "log": str(log)}
        return Forked(self, self.ask(asked))

    def ask(self, question: dict[str, Any]) -> Any:
        """What the process answers."""
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


@functools.cache
def warm(form: str) -> Warm:
    """The one of this form for all tests of this process."""
    return Warm(form)


class Forked:
    """As much of a subprocess.Popen as a server needs."""

    def __init__(self, warm: Warm, pid: int) -> None:
        self.pid = pid
        self._warm = warm
        self._code: int | None = None

    def send_signal(self, how: signal.Signals) -> None:
        """Raises ProcessLookupError when it has ended."""
        if self.poll() is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, how)

    def poll(self) -> int | None:
        """The exit code, negative for a signal, or None while it runs."""
        if self._code is None:
            self._code = self._warm.ask({"ended": self.pid})
        return self._code

    def wait(self, seconds: float) -> int:
        """The exit code, once it has ended. Raises TimeoutExpired."""
        until = time.monotonic() + seconds
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("what was forked", seconds)
            time.sleep(_POLL_SECONDS)
        return code


def serve(form: str) -> None:
    """Fork a program for each line, until there are no more; none outlives the tests."""
    running: set[int] = set()
    # gevent's own would leave it to a loop that does not run here.
    wait = os.waitpid
    FORMS[form]()
    for line in sys.stdin:
        asked = json.loads(line)
        if pid := asked.get("ended"):
            ended, status = wait(pid, os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
            running -= {ended}
        elif (answer := gevent.os.fork()) == 0:
            become(asked)
            return
        else:
            running.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def become(asked: dict[str, Any]) -> None:
    """Be that program from here on."""
    os.setsid()
    with contextlib.ExitStack() as opened:
        nothing = opened.enter_context(Path(os.devnull).open())
        log = opened.enter_context(Path(asked["log"]).open("ab"))
        for file, number in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = asked["words"]
    runpy.run_module(asked["words"][0], run_name="__main__", alter_sys=True)


def _load(*modules: str) -> None:
    for module in modules:
        importlib.import_module(module)
    gc.freeze()


if __name__ == "__main__":
    serve(*sys.argv[1:])
