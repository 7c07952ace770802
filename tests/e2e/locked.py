"""Servers with a password."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from .server import Server

PASSWORD = "open sesame"
# Made with as little work as argon2 can do.
HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$oXIDFticsEqy6+QKH+jHcw$xTJPlSefcE0ybzkbyqC5lAmQyrXVNSgU4iva34l16WU"
)

_numbers = itertools.count(1)


class Locked(Server):
    """A server with a password, asked by who has logged in."""

    def workers(self) -> list[dict[str, Any]]:
        """The live workers' own figures; none while nobody could log in."""
        if not self.headers:
            with contextlib.suppress(requests.RequestException, KeyError):
                self.headers = {"Cookie": f"stockapp_session={self.log_in()}"}
        return super().workers() if self.headers else []

    def log_in(self) -> str:
        """The secret of a new session. Raises KeyError where it was refused.

        By a proxy that is trusted, each comes from an address of its own.
        """
        answer = requests.post(
            f"{self.url}/login",
            data={"password": PASSWORD},
            headers={"X-Forwarded-For": f"198.51.100.{next(_numbers)}"},
            timeout=40,
            allow_redirects=False,
        )
        return str(answer.cookies["stockapp_session"])


@contextlib.contextmanager
def serving(data_dir: Path, **settings: Any) -> Iterator[Locked]:
    """One for the time of a with block."""
    server = Locked(data_dir, STOCKAPP_PASSWORD=HASH, **settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()
