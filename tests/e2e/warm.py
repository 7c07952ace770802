"""gunicorn in a process that is forked from one which has imported the application already.

`python -m tests.e2e.warm` reads a line of JSON for each server to start, or to ask whether one has
ended, and answers each with a line. What is forked is `gunicorn` itself, with its command line and
its environment; it only need not read and run the same 800 modules again.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from stockapp.web import preloading

ROOT = Path(__file__).parent.parent.parent
_POLL_SECONDS = 0.02


class Warm:
    """The process that servers are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, arguments: list[str], environment: dict[str, str], log: Path) -> "Forked":
        """gunicorn with these arguments, as the leader of a session of its own."""
        asked = {"arguments": arguments, "environment": environment, "log": str(log)}
        return Forked(self, self.ask(asked))

    def ask(self, question: dict[str, Any]) -> Any:
        """What the process answers."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


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
                raise subprocess.TimeoutExpired("gunicorn", seconds)
            time.sleep(_POLL_SECONDS)
        return code


def serve() -> None:
    """Fork a server for each line, until there are no more; none outlives the tests."""
    running: set[int] = set()
    preloading.preload("stockapp.bootstrap", "gunicorn.app.wsgiapp")
    for line in sys.stdin:
        asked = json.loads(line)
        if pid := asked.get("ended"):
            ended, status = os.waitpid(pid, os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
            running -= {ended}
        elif (answer := os.fork()) == 0:
            become(asked)
            return
        else:
            running.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def become(asked: dict[str, Any]) -> None:
    """Be gunicorn from here on."""
    os.setsid()
    with contextlib.ExitStack() as opened:
        nothing = opened.enter_context(Path(os.devnull).open())
        log = opened.enter_context(Path(asked["log"]).open("ab"))
        for file, number in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["gunicorn", *asked["arguments"]]
    sys.modules["gunicorn.app.wsgiapp"].run()


if __name__ == "__main__":
    serve()
