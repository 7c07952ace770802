"""A wheel built from a copy of the sources, installed in an environment of its own."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.server import ROOT
from tests.free_port import free_port

# What git has not, or a wheel does not need.
_NOT_COPIED = (
    ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "node_modules", "build", "data",
    "tests", "bench", "screenshots",
)  # fmt: skip

# Root may write anywhere; without these it is held to what the modes of files say.
_AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


class Installed:
    """An installed stockapp, and a user who has nothing but a home and an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.environment = folder / "environment"
        self.home, self.here = folder / "home", folder / "empty"
        for place in (self.home, self.here):
            place.mkdir()
        as_root = os.geteuid() == 0 and shutil.which("setpriv")
        self._command = [*(_AS_ANYBODY if as_root else []), str(self.environment / "bin/stockapp")]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return subprocess.run(
            [*self._command, *words],
            cwd=self.here,
            env=self._variables(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextmanager
    def serving(self, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """Serve for the time of a with block; gives the process and its address."""
        port = free_port()
        told = self.home / f"ready-{port}"
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready,
            (self.home / f"{port}.log").open("wb") as log,
        ):
            ready.bind(str(told))
            ready.settimeout(60)
            process = subprocess.Popen(
                [*self._command, *words, "--port", str(port)],
                cwd=self.here,
                env=self._variables() | {"NOTIFY_SOCKET": str(told)},
                stdout=log,
                stderr=log,
            )
            try:
                # As systemd waits for it.
                assert ready.recv(1_000).startswith(b"READY=1")
                yield process, f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(60)

    def _variables(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "STOCKAPP_SAMPLE": "simulated",
            "STOCKAPP_LIVE_MODE": "false",
        }


def install(folder: Path) -> Installed:
    """Build a source archive and from that a wheel, install it, and make all that read-only."""
    sources = folder / "sources"
    shutil.copytree(ROOT, sources, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    _run([*build, str(sources)])
    # What is installed must not find its way back there.
    shutil.rmtree(sources)
    installed = Installed(folder)
    python = installed.environment / "bin/python"
    _run([sys.executable, "-m", "venv", "--without-pip", str(installed.environment)])
    (wheel,) = (folder / "dist").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    _run([*pip, "--no-index", "--no-deps", str(wheel)])
    # The dependencies are those of this environment: installing them takes minutes.
    (packages,) = installed.environment.glob("lib/python*/site-packages")
    here = sysconfig.get_path("purelib")
    (packages / "dependencies.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    _run(["chmod", "-R", "a-w", str(installed.environment)])
    return installed


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
