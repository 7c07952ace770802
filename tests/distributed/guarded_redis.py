"""A Redis as deploy/redis.conf sets it up: by TLS, with a user who may do little."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.e2e.server import ROOT
from tests.free_port import free_port

PASSWORD = "hush/word 1"
QUOTED = "hush%2Fword%201"
ADMIN = "only-for-tests"
_NAMED = "subjectAltName=IP:127.0.0.1"
EXAMPLE = ROOT / "deploy/redis.conf"


class GuardedRedis:
    """`url` is that of the user of the example; `admin` may look at everything."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.ca = folder / "ca.crt"
        self.log = folder / "redis.log"
        self._folder = folder
        self.address = f"127.0.0.1:{self.port}/0?ssl_ca_certs={self.ca}"
        self.url = f"rediss://stockapp:{QUOTED}@{self.address}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        make_certificates(self._folder)
        configuration = self._folder / "redis.conf"
        configuration.write_text(self._configured())
        self._process = subprocess.Popen(
            ["redis-server", str(configuration), "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(500):
            with contextlib.suppress(RedisError):
                self.admin().ping()
                return
            time.sleep(0.02)
        raise RuntimeError(f"redis-server did not start: {self.log.read_text()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def admin(self) -> "Redis":
        return Redis.from_url(f"rediss://admin:{ADMIN}@{self.address}", decode_responses=True)

    def _configured(self) -> str:
        text = EXAMPLE.read_text()
        for example, here in {
            "tls-port 6379": f"tls-port {self.port}\nbind 127.0.0.1\nlogfile {self.log}",
            "/etc/redis/": f"{self._folder}/",
            "user stockapp on >PASSWORD ~": f'user stockapp on ">{PASSWORD}" ~',
            "appendonly yes": f"appendonly no\nuser admin on >{ADMIN} ~* &* +@all",
            "maxmemory 1gb": "maxmemory 50mb",
        }.items():
            assert example in text
            text = text.replace(example, here)
        return text


def make_certificates(folder: Path) -> None:
    """A CA, and a certificate for this machine that it signed."""
    new = ["req", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    signed = ["x509", "-req", "-in", "redis.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2"]
    for words in (
        [*new, "-x509", "-subj", "/CN=tests", "-keyout", "ca.key", "-out", "ca.crt"],
        [
            *new,
            "-subj",
            "/CN=redis",
            "-addext",
            _NAMED,
            "-keyout",
            "redis.key",
            "-out",
            "redis.csr",
        ],
        [*signed, "-copy_extensions", "copy", "-out", "redis.crt"],
    ):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@contextlib.contextmanager
def running_guarded_redis(folder: Path) -> Iterator[GuardedRedis]:
    """A server; the test is skipped where it, or openssl, is not installed."""
    for program in ("redis-server", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} found: apt-get install {program}")
    server = GuardedRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
