"""What proxies tell of clients counts where they are named, and never otherwise."""

from collections.abc import Callable

import pytest
from flask import Flask, request
from werkzeug.test import Client

from stockapp.domain.client_address import TrustedProxies
from stockapp.settings.access import by_socket, networks
from stockapp.web import client_address

from .browsers import TOKEN
from .logins import HASH, PASSWORD

Ask = Callable[..., tuple[str, bool, str]]


@pytest.fixture
def ask() -> Ask:
    """Asks an application behind these proxies how it sees who asks."""

    def asked(trusted: str, peer: str, **headers: str) -> tuple[str, bool, str]:
        app = Flask("seen")
        client_address.register(app, TrustedProxies(networks(trusted), by_socket(trusted)))
        seen: list[tuple[str, bool, str]] = []

        @app.get("/")
        def look() -> str:
            seen.append((client_address.client_address(), request.is_secure, request.host))
            return ""

        told = {name.replace("_", "-"): value for name, value in headers.items()}
        Client(app).get("/", headers=told, environ_base={"REMOTE_ADDR": peer})
        return seen[0]

    return asked


FORGED = {
    "X_Forwarded_For": "198.51.100.1",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "evil.example",
}


@pytest.mark.parametrize(
    ("trusted", "peer"),
    [
        ("", "127.0.0.1"),
        ("", "192.0.2.9"),
        ("10.0.0.0/8", "127.0.0.1"),
        ("10.0.0.0/8", "192.0.2.9"),
        ("unix", "127.0.0.1"),
    ],
)
def test_forged_headers_change_nothing(ask: Ask, trusted: str, peer: str) -> None:
    assert ask(trusted, peer, **FORGED) == (peer, False, "localhost")


@pytest.mark.parametrize(
    ("trusted", "peer"),
    [("127.0.0.1", "127.0.0.1"), ("10.0.0.0/8, 127.0.0.1", "10.1.2.3"), ("unix", "")],
)
def test_a_trusted_proxy_is_believed(ask: Ask, trusted: str, peer: str) -> None:
    headers = {**FORGED, "X_Forwarded_Host": "stocks.example"}
    assert ask(trusted, peer, **headers) == ("198.51.100.1", True, "stocks.example")


def test_behind_a_trusted_proxy_the_clients_own_words_do_not_count(ask: Ask) -> None:
    seen = ask(
        "127.0.0.1",
        "127.0.0.1",
        X_Forwarded_For="10.0.0.1, 127.0.0.1, 198.51.100.1",
        X_Forwarded_Proto="https, http",
    )
    assert seen == ("198.51.100.1", False, "localhost")


@pytest.mark.parametrize("scheme", ["javascript", "", "HTTPS ", "https\t"])
def test_only_a_scheme_of_pages_is_taken(ask: Ask, scheme: str) -> None:
    _, secure, _ = ask("127.0.0.1", "127.0.0.1", X_Forwarded_Proto=scheme)
    assert secure == scheme.lower().strip().startswith("https")


def test_behind_a_trusted_proxy_by_https_the_cookie_is_secure(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app(password=HASH, trusted_proxies="127.0.0.1")
    headers = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"}
    # The request itself is not by https, so a browser's jar would not do as one does.
    client = Client(app, use_cookies=False)
    peer = {"REMOTE_ADDR": "127.0.0.1"}
    page = client.get("/login", headers=headers, environ_base=peer)
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    assert cookie.startswith("__Host-stockapp_csrf=")
    sent = {"X-CSRF-Token": TOKEN.findall(page.text)[0], "Cookie": cookie, **headers}
    entered = client.post("/login", data={"password": PASSWORD}, headers=sent, environ_base=peer)
    cookies = entered.headers.getlist("Set-Cookie")
    (cookie,) = [one for one in cookies if one.startswith("__Host-stockapp_session=")]
    assert "; Secure" in cookie
    (session,) = app.extensions["stockapp"]._services.access.sessions()
    assert session.address == "198.51.100.1"
