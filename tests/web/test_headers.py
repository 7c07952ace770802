"""Each header that keeps an answer to its own page, on answers of every kind."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Ask = Callable[[FlaskClient], TestResponse]


def _not_modified(client: FlaskClient) -> TestResponse:
    kept = client.get("/static/js/live.js").headers["ETag"]
    answer = client.get("/static/js/live.js", headers={"If-None-Match": kept})
    assert answer.status_code == 304
    return answer


def _packed(client: FlaskClient) -> TestResponse:
    page = client.get("/about").text
    found = re.search('src="(/static/[^"]+/keys.js)"', page)
    assert found is not None
    return client.get(found[1])


# One of each kind, whoever of WhiteNoise, Flask and the guards makes it.
ANSWERS: dict[str, Ask] = {
    "page": lambda client: client.get("/"),
    "about": lambda client: client.get("/about"),
    "part": lambda client: client.get("/search?symbol=l", headers={"HX-Request": "true"}),
    "json": lambda client: client.get("/api/watchlist"),
    "csv": lambda client: client.get("/api/watchlist?format=csv"),
    "problem": lambda client: client.get("/api/watchlist/NONE.SIM"),
    "error page": lambda client: client.get("/nothing", headers={"Accept": "text/html"}),
    "method": lambda client: client.put("/api/watchlist"),
    "redirect": lambda client: client.get("/lists/default"),
    "options": lambda client: client.options("/api/watchlist"),
    "head": lambda client: client.head("/"),
    "stream": lambda client: client.get("/stream?watchlist=default"),
    "probe": lambda client: client.get("/healthz"),
    "file": lambda client: client.get("/static/js/live.js"),
    "packed file": _packed,
    "not modified": _not_modified,
    "no file": lambda client: client.get("/static/nothing.js"),
    "foreign host": lambda client: client.get("/", headers={"Host": "evil.example"}),
    "cross site": lambda client: client.get("/api/cache", headers={"Sec-Fetch-Site": "cross-site"}),
}


def headers_of(client: FlaskClient, kind: str) -> dict[str, str]:
    """The headers of an answer of that kind, each of which may be there only once."""
    answer = ANSWERS[kind](client)
    names = [name.lower() for name, _ in answer.headers]
    once = [name for name in names if name not in ("set-cookie", "vary")]
    assert len(set(once)) == len(once)
    found = {name.lower(): value for name, value in answer.headers}
    answer.close()
    return found


@pytest.mark.parametrize("kind", ANSWERS)
class TestOnEveryAnswer:
    def test_nothing_runs_or_is_loaded_but_what_is_ours(
        self, reader: FlaskClient, kind: str
    ) -> None:
        # <script>, <img onerror>, <base href>, <form action="https://evil.example">, <object>
        policy = headers_of(reader, kind)["content-security-policy"]
        told = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert "unsafe" not in policy
        assert told.pop("default-src") == "'none'"
        assert told.pop("base-uri") == told.pop("frame-ancestors") == "'none'"
        assert told.pop("require-trusted-types-for") == "'script'"
        assert told.pop("trusted-types") == "stockapp"
        assert set(told.values()) == {"'self'"}
        assert {"script-src", "style-src", "connect-src", "form-action"} <= set(told)

    def test_no_other_page_frames_it(self, reader: FlaskClient, kind: str) -> None:
        # <iframe src="http://localhost:8000/" style="opacity: 0"> under a button: clickjacking
        assert headers_of(reader, kind)["x-frame-options"] == "DENY"

    def test_no_browser_guesses_what_it_is(self, reader: FlaskClient, kind: str) -> None:
        # <script src="http://localhost:8000/api/watchlist">
        assert headers_of(reader, kind)["x-content-type-options"] == "nosniff"

    def test_no_other_page_shares_its_window_or_memory(
        self, reader: FlaskClient, kind: str
    ) -> None:
        # window.open(...).frames.length; <img src="http://localhost:8000/static/icon.svg">
        found = headers_of(reader, kind)
        assert found["cross-origin-opener-policy"] == "same-origin"
        assert found["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in found

    def test_no_other_site_learns_its_address(self, reader: FlaskClient, kind: str) -> None:
        # A link to a source's site from /stocks/AAPL would tell what is looked at.
        assert headers_of(reader, kind)["referrer-policy"] == "same-origin"

    def test_it_may_use_nothing_of_the_machine(self, reader: FlaskClient, kind: str) -> None:
        policy = headers_of(reader, kind)["permissions-policy"].split(", ")
        assert {"camera=()", "microphone=()", "geolocation=()", "usb=()"} <= set(policy)
        assert all(part.endswith("=()") for part in policy)

    def test_it_tells_no_version_of_ours(self, reader: FlaskClient, kind: str) -> None:
        found = headers_of(reader, kind)
        assert "x-powered-by" not in found
        assert "server" not in found

    def test_nothing_personal_is_kept_anywhere(self, reader: FlaskClient, kind: str) -> None:
        # The back button after signing out; a proxy that keeps one person's page for another.
        kept = headers_of(reader, kind)["cache-control"]
        if kind in ("file", "packed file", "not modified"):
            assert "no-store" not in kept
        else:
            assert kept == "no-store"


def test_https_is_kept_to_once_it_was_used(reader: FlaskClient) -> None:
    name = "Strict-Transport-Security"
    safe = reader.get("/healthz", base_url="https://localhost")
    assert safe.headers[name] == "max-age=31536000"
    assert name not in reader.get("/healthz").headers
    claimed = reader.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert name not in claimed.headers


@pytest.mark.parametrize("safe", [False, True])
def test_no_script_reads_a_cookie_and_no_other_site_sends_one(
    new_app: Callable[..., Flask], safe: bool
) -> None:
    client = new_app().test_client()
    base = "https://localhost" if safe else "http://localhost"
    page = client.get("/", base_url=base)
    found = re.search('name="csrf-token" content="([^"]+)"', page.text)
    assert found is not None
    form = {"csrf_token": found[1], "theme": "dark", "on": "no", "by": "symbol.asc"}
    cookies = page.headers.getlist("Set-Cookie")
    for path in ("/theme", "/lists/default/live", "/lists/default/sort", "/lists/default/columns"):
        sent = {"X-CSRF-Token": found[1]}
        answer = client.post(path, data=form, base_url=base, headers=sent)
        assert answer.status_code == 303
        cookies += answer.headers.getlist("Set-Cookie")
    cookies += client.post(
        "/theme", data={**form, "theme": ""}, base_url=base, headers={"X-CSRF-Token": found[1]}
    ).headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in cookies}
    assert len(names) == 4, names
    for cookie in cookies:
        parts = cookie.split("; ")
        assert "HttpOnly" in parts, cookie
        assert "SameSite=Lax" in parts, cookie
        assert ("Secure" in parts) is safe, cookie


def test_errors_vary_by_who_asks(reader: FlaskClient) -> None:
    for accept, kind in (("text/html", "text/html"), ("application/json", "application/problem")):
        answer = reader.get("/nothing", headers={"Accept": accept})
        assert answer.content_type.startswith(kind)
        assert "Accept" in answer.vary
