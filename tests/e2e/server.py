"""Real gunicorn with real workers, on a port and a data folder of its own."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests import nodes
from tests.free_port import free_port
from tests.warm import Forked, warm

# `make test-distributed`: the same tests on Redis, PostgreSQL and Celery.
DISTRIBUTED = os.environ.get("STOCKAPP_TEST_SET") == "distributed"
ROOT = Path(__file__).parent.parent.parent


@functools.cache
def _installation(data_dir: Path) -> dict[str, str]:
    """The same for servers on one folder, one after the other, as their data is."""
    return nodes.settings_of_a_new_installation()


class Server:
    """A running stockapp; `url` is where it answers.

    A `cold` one is the very command that people run, for tests of how it starts, ends and loses
    workers; others are forked from a process that is warm.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        config: str = "gunicorn.conf.py",
        application: str = "wsgi:app",
        cold: bool = False,
        **settings: Any,
    ) -> None:
        self.data_dir = data_dir
        self._words = ["gunicorn", "-c", config, application]
        self._cold = cold
        # In the distributed set; as many as serve pages, unless it is set.
        self.task_workers = 0
        self.settings = {name: str(value) for name, value in settings.items()}
        if DISTRIBUTED:
            self.settings = _installation(data_dir) | self.settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = data_dir / "server.log"
        # Sent with every request.
        self.headers: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._helpers: list[nodes.Worker] = []

    def start(self) -> "Server":
        """Launch it, and wait until all workers are there."""
        workers = self.launch()
        if DISTRIBUTED:
            workers += self._help(self.task_workers or workers)
        if not eventually(lambda: len(self.workers()) >= workers, 60):
            raise RuntimeError(f"the server did not start:\n{self.log()}")
        return self

    def launch(self) -> int:
        """Begin to start it; returns how many workers it will have."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        environment = self.environment()
        begin = self._run if self._cold else self._fork
        self._process = begin(environment)
        return int(environment["WEB_CONCURRENCY"])

    def _help(self, count: int) -> int:
        """Start those who do the tasks; returns how many."""
        for role in (*["tasks"] * count, "cpu", "beat"):
            log = self.data_dir / f"{role}.log"
            self._helpers.append(nodes.Worker(role, log, self.environment()).start())
        return count

    def environment(self) -> dict[str, str]:
        """What its processes begin with."""
        return {
            **os.environ,
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "WEB_CONCURRENCY": "2",
            "STOCKAPP_DATA_DIR": str(self.data_dir / "data"),
            "STOCKAPP_SAMPLE": "none",
            "STOCKAPP_LIVE_MODE": "false",
            # All tests come from one address.
            "STOCKAPP_LIMIT_STARTS": "",
            "STOCKAPP_LIMIT_SEARCHES": "",
            **self.settings,
        }

    def _fork(self, environment: dict[str, str]) -> Forked:
        form = "gunicorn of nodes" if DISTRIBUTED else "gunicorn"
        return warm(form).start(self._words, environment, self.log_path)

    def _run(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *self._words],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the server and wait for it; returns its exit code."""
        nodes.stop(self._helpers)
        self._helpers.clear()
        if self._process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(how)
        try:
            return self._process.wait(60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    @property
    def runs(self) -> bool:
        return self._process is not None

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        """End the server and its workers without a word, as when the machine loses power."""
        self._kill_helpers()
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(60)
        self._process = None

    def leave(self) -> None:
        """Stop for good: nobody waits for Celery, which looks for signals every two seconds."""
        self._kill_helpers()
        self.stop()

    def _kill_helpers(self) -> None:
        while self._helpers:
            self._helpers.pop().kill()

    def signal(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)

    def worker_pids(self) -> list[int]:
        """The processes of its workers, whether or not they answer."""
        assert self._process is not None
        pid = self._process.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return []
        return [int(child) for child in children]

    def helper_pids(self) -> list[int]:
        """The processes that do tasks and nothing else."""
        return [helper.pid for helper in self._helpers]

    def workers(self) -> list[dict[str, Any]]:
        """The live workers' own figures; none while it does not answer."""
        with contextlib.suppress(requests.RequestException, ValueError, KeyError):
            workers: list[dict[str, Any]] = self.get("/api/health/detailed").json()["workers"]
            return workers
        return []

    def get(self, path: str, **options: Any) -> requests.Response:
        return self._send("get", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self._send("post", path, **options)

    def send_form(self, path: str, **fields: str) -> requests.Response:
        """Send a form as a browser without scripts does, with the token of a page."""
        with requests.Session() as browser:
            page = browser.get(f"{self.url}/about", timeout=40).text
            token = page.split('name="csrf-token" content="')[1].split('"')[0]
            form = {"csrf_token": token, **fields}
            return browser.post(self.url + path, data=form, timeout=40)

    def patch(self, path: str, **options: Any) -> requests.Response:
        return self._send("patch", path, **options)

    def delete(self, path: str) -> requests.Response:
        return self._send("delete", path)

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        options["headers"] = {**self.headers, **(options.get("headers") or {})}
        return requests.request(method, self.url + path, timeout=40, **options)

    def close_breakers(self) -> None:
        """Have every method of every source asked again."""
        for source in self.get("/api/providers").json()["providers"]:
            for method in source["methods"]:
                if method["breaker"]["state"] != "closed":
                    self.post(method["links"]["close"])

    def log(self) -> str:
        """What it and those who do its tasks have said."""
        logs = sorted(self.data_dir.glob("*.log"))
        return "".join(log.read_text(errors="replace") for log in logs)

    def refresh(self, symbols: str, *, wait: int = 0, force: bool = True) -> dict[str, Any]:
        headers = {"Prefer": f"wait={wait}"} if wait else {}
        path = f"/api/watchlist/live-prices-async?symbols={symbols}&force={str(force).lower()}"
        body: dict[str, Any] = self.post(path, headers=headers).json()
        return body


S = TypeVar("S", bound=Server)


@contextlib.contextmanager
def serving(data_dir: Path, **settings: Any) -> Iterator[Server]:
    """A server for the time of a with block."""
    server = Server(data_dir, **settings)
    with running(server):
        yield server


@contextlib.contextmanager
def running(server: S) -> Iterator[S]:
    """Start the server, and stop it at the end."""
    try:
        server.start()
        yield server
    finally:
        server.leave()


def eventually(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether the condition comes true in time that is ample even on a busy machine."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
