"""The application answers under its own names, and no web site's name leads to it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stockapp.web.hosts import Hosts


def ask(client: FlaskClient, host: str, path: str = "/api/watchlist", **headers: str) -> int:
    """The status of the answer to a request with that Host header."""
    environ = {"HTTP_HOST": host, "SERVER_PROTOCOL": "HTTP/1.1"}
    return client.get(path, headers=headers, environ_overrides=environ).status_code


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8000",
        "localhost.:8000",
        "127.0.0.1:8000",
        "127.1.2.3",
        "[::1]",
        "[::1]:8000",
    ],
)
def test_names_of_this_machine_for_itself_are_ours(reader: FlaskClient, host: str) -> None:
    assert ask(reader, host) == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/watchlist", "/healthz", "/readyz", "/static/js/live.js", "/stream", "/no"]
)
@pytest.mark.parametrize(
    "host",
    [
        # Its name leads to 127.0.0.1 once the page is there: DNS rebinding.
        "rebound.evil.example",
        "evil.example:8000",
        "127.0.0.1.nip.io",
        "localhost.evil.example",
        "notlocalhost",
        "192.168.1.5",
        "169.254.169.254",
        "[fe80::1]",
        "0.0.0.0:8000",
    ],
)
def test_other_names_are_refused_whatever_is_asked_for(
    reader: FlaskClient, host: str, path: str
) -> None:
    assert ask(reader, host, path) == 421


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost:port",
        "localhost:8000:9000",
        "localhost/evil.example",
        "evil.example@localhost",
        "localhost,evil.example",
        "local host",
        "localhost\x00",
        "<script>alert(1)</script>",
        "[::1",
        "[localhost]",
        "::1",
        "a" * 300,
    ],
)
def test_what_is_no_host_is_a_bad_request(reader: FlaskClient, host: str) -> None:
    assert ask(reader, host) == 400


def test_a_refusal_says_which_setting_to_change(reader: FlaskClient) -> None:
    environ = {"HTTP_HOST": "nas.local:8000"}
    answer = reader.get("/api/watchlist", environ_overrides=environ)
    assert answer.content_type == "application/problem+json"
    told = answer.get_json()
    assert (told["status"], told["code"]) == (421, "unknown_host")
    assert "nas.local" in told["detail"]
    assert "STOCKAPP_ALLOWED_HOSTS" in told["detail"]
    page = reader.get("/", headers={"Accept": "text/html"}, environ_overrides=environ)
    assert page.content_type == "text/plain; charset=utf-8"
    assert page.text.strip() == told["detail"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in page.headers


def test_names_that_are_allowed_are_ours(new_app: Callable[..., Flask]) -> None:
    names = "stocks.example.com, NAS.local,*.home.arpa,192.168.1.5"
    client = new_app(allowed_hosts=names).test_client()
    for host in ("stocks.example.com", "nas.local:8000", "a.home.arpa", "192.168.1.5:80"):
        assert ask(client, host) == 200, host
    for host in ("example.com", "x.stocks.example.com", "home.arpa", "evilhome.arpa"):
        assert ask(client, host) == 421, host


def test_the_bound_address_is_one_of_ours() -> None:
    one = Hosts("192.168.1.5", [])
    assert one.knows("192.168.1.5")
    assert not one.knows("192.168.1.6")
    assert Hosts("nas.lan", []).knows("nas.lan")
    # Containers are probed by their address, which they do not know.
    for everywhere in (Hosts("0.0.0.0", []), Hosts("::", [])):
        assert everywhere.knows("10.1.2.3")
        assert everywhere.knows("[fd00::5]")
        assert not everywhere.knows("evil.example")


def test_a_proxy_that_nobody_trusts_changes_nothing(reader: FlaskClient) -> None:
    told = {"X-Forwarded-Host": "localhost", "Forwarded": "host=localhost"}
    assert ask(reader, "evil.example", **told) == 421
    told = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    answer = reader.get("/api/watchlist?format=csv", headers=told)
    assert answer.status_code == 200
    assert "evil" not in str(answer.headers)


def test_only_the_first_http_does_without_a_host(reader: FlaskClient) -> None:
    application = reader.application

    def status(protocol: str) -> str:
        told: list[str] = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz", "SERVER_PROTOCOL": protocol}
        environ |= {"SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http"}
        list(application(environ, lambda status, headers, exc_info=None: told.append(status)))  # type: ignore[arg-type]
        return told[0][:3]

    assert status("HTTP/1.0") == "200"
    assert status("HTTP/1.1") == "400"
