"""An application with a password, and clients of it."""

import itertools

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "open sesame"
# Made with as little work as argon2 can do.
HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$oXIDFticsEqy6+QKH+jHcw$xTJPlSefcE0ybzkbyqC5lAmQyrXVNSgU4iva34l16WU"
)
COOKIE = "stockapp_session"

_numbers = itertools.count(1)


def visitor(app: Flask) -> FlaskClient:
    """A browser that has not logged in, at an address of its own: failures are counted by it."""
    client = app.test_client()
    number = next(_numbers)
    client.environ_base["REMOTE_ADDR"] = f"198.51.{number // 250}.{number % 250}"
    return client


def log_in(
    client: FlaskClient, password: str = PASSWORD, base_url: str | None = None, **more: str
) -> TestResponse:
    """What the login form does."""
    return client.post("/login", data={"password": password, **more}, base_url=base_url)


def member(app: Flask) -> FlaskClient:
    """A browser that has logged in."""
    client = visitor(app)
    assert log_in(client).status_code == 303
    return client


def secret_of(client: FlaskClient, name: str = COOKIE) -> str:
    """What its cookie holds; "" where it has none."""
    cookie = client.get_cookie(name)
    return cookie.value if cookie else ""


def bearer(secret: str) -> dict[str, str]:
    """What a program sends."""
    return {"Authorization": f"Bearer {secret}"}


def token(client: FlaskClient, name: str, **more: object) -> tuple[str, str]:
    """The id and the secret of a new token."""
    made = client.post("/api/tokens", json={"name": name, **more}).get_json()
    return made["id"], made["token"]
