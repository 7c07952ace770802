"""Servers with a password."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from .server import Server, running

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
                self.headers = self.member()
        return super().workers() if self.headers else []

    def log_in(self) -> str:
        """The secret of a new session. Raises KeyError where it was refused.

        By a proxy that is trusted, each comes from an address of its own.
        """
        headers = {"X-Forwarded-For": f"198.51.100.{next(_numbers)}"}
        answer = self.form()("/login", headers, password=PASSWORD)
        return str(answer.cookies["stockapp_session"])

    def member(self) -> dict[str, str]:
        """What the browser of somebody who has logged in sends from our pages."""
        return {"Cookie": f"stockapp_session={self.log_in()}", "Origin": self.url}

    def log_out(self, session: Mapping[str, str]) -> requests.Response:
        """Press the button of a page that the session's browser has open."""
        return self.form(session["Cookie"])("/logout", {})

    def form(self, cookie: str = "") -> Callable[..., requests.Response]:
        """Load a page, and give what sends its forms: to a path, with more headers and fields."""
        path = "/about" if cookie else "/login"
        page = requests.get(self.url + path, headers={"Cookie": cookie}, timeout=40)
        token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
        cookies = f"{cookie}; stockapp_csrf={page.cookies['stockapp_csrf']}".removeprefix("; ")

        def send(path: str, headers: Mapping[str, str], **fields: str) -> requests.Response:
            return requests.post(
                self.url + path,
                data={"csrf_token": token, **fields},
                headers={"Cookie": cookies, **headers},
                timeout=40,
                allow_redirects=False,
            )

        return send


@contextlib.contextmanager
def serving(data_dir: Path, **settings: Any) -> Iterator[Locked]:
    """One for the time of a with block."""
    with running(Locked(data_dir, STOCKAPP_PASSWORD=HASH, **settings)) as server:
        yield server
