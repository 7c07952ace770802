"""A real PostgreSQL server for the time of some tests."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.free_port import free_port
from tests.namespace import HERE, Place


def program(name: str) -> str | None:
    """Debian keeps them outside of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(found[0]) if found else shutil.which(name)


class PostgresServer:
    """One that need not survive a power cut; it can be stopped and started again."""

    def __init__(self, folder: Path, *, at: Place = HERE) -> None:
        self._data = folder
        self._at = at
        self.port = free_port()
        # Of every address, behind the question mark.
        self._query = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._as: list[str] = []
        if os.geteuid() == 0:
            # It refuses to run as root, and so gets a user of its own.
            shutil.chown(folder, "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        options = ["-U", "stockapp", "--auth=trust", "-N", "-E", "UTF8"]
        self._run("initdb", "-D", str(folder), *options)
        rules = folder / "pg_hba.conf"
        # One user needs a password; there is none that would do.
        rules.write_text(
            "host all guarded all scram-sha-256\n"
            "host all stockapp 169.254.0.0/16 trust\n" + rules.read_text()
        )

    def url(self, database: str = "postgres") -> str:
        """The address of a database there."""
        return f"postgresql://stockapp@{self._at.address}:{self.port}/{database}{self._query}"

    def make(self, name: str) -> str:
        """Make an empty database; its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def guard(self, certificate: Path, key: Path, ca: Path) -> None:
        """From the next start on take connections by TLS alone, from whoever knows the CA."""
        for name, source in {"server.crt": certificate, "server.key": key}.items():
            target = self._data / name
            shutil.copy(source, target)
            target.chmod(0o600)
            if self._as:
                shutil.chown(target, "postgres")
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write("ssl = on\n")
        (self._data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        self._query = f"?sslmode=verify-full&sslrootcert={ca}"

    def start(self) -> None:
        postgres = program("postgres")
        assert postgres
        files, port = ["-D", str(self._data), "-k", "", "-F"], ["-p", str(self.port)]
        options = [*files, "-h", self._at.address, *port, "-c", "max_connections=200"]
        self._process = subprocess.Popen(
            [*self._at.within, *self._as, postgres, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(500):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            time.sleep(0.02)
        raise RuntimeError("postgres did not start")

    def stop(self) -> None:
        if self._process is not None:
            # At once, as when the machine fails.
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It takes connections, and answers nothing."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._signal_all(signal.SIGCONT)

    def _signal_all(self, how: signal.Signals) -> None:
        """To the server and to those who serve its clients, in sessions of their own."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, how)

    def _run(self, name: str, *words: str) -> None:
        found = program(name)
        assert found
        subprocess.run([*self._as, found, *words], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def running_postgres(*, at: Place = HERE) -> Iterator[PostgresServer]:
    """A server; the test is skipped where it is not installed."""
    if program("initdb") is None:
        pytest.skip("no PostgreSQL found: apt-get install postgresql")
    # Not below pytest's folder, which only its own user may enter.
    with tempfile.TemporaryDirectory(prefix="postgres") as folder:
        server = PostgresServer(Path(folder), at=at)
        server.start()
        try:
            yield server
        finally:
            server.stop()
