"""Logging in and out, and who tries to without the password."""

import sqlite3
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from stockapp.services.login_throttle import FREE_TRIES

from .logins import COOKIE, HASH, PASSWORD, log_in, member, secret_of, visitor


def cookie_of(answer: TestResponse) -> SimpleCookie:
    return SimpleCookie(answer.headers["Set-Cookie"])


def test_who_opens_a_page_is_sent_to_the_login_and_back(locked: Flask) -> None:
    client = visitor(locked)
    sent = client.get("/tasks?before=x", headers={"Accept": "text/html,*/*;q=0.8"})
    assert sent.status_code == 303
    form = client.get(sent.location)
    assert form.status_code == 200
    assert 'name="next" value="/tasks?before=x"' in form.text
    assert "<script" not in form.text
    entered = log_in(client, next="/tasks?before=x")
    assert (entered.status_code, entered.location) == (303, "/tasks?before=x")
    assert client.get("/tasks").status_code == 200


def test_the_cookie_is_for_the_browser_alone(locked: Flask) -> None:
    entered = log_in(visitor(locked))
    cookie = cookie_of(entered)[COOKIE]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert not cookie["secure"]
    assert int(cookie["max-age"]) == 90 * 86_400


def test_by_https_the_cookie_is_never_sent_in_the_open(locked: Flask) -> None:
    client = visitor(locked)
    entered = log_in(client, base_url="https://localhost")
    cookie = cookie_of(entered)[f"__Host-{COOKIE}"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert client.get("/tasks", base_url="https://localhost").status_code == 200
    # Set by plain http, or by another host of the domain, it would have the other name.
    forged = visitor(locked)
    forged.set_cookie(COOKIE, cookie.value)
    assert forged.get("/tasks", base_url="https://localhost").status_code == 303


@pytest.mark.parametrize("typed", ["", "open sesam", "OPEN SESAME", PASSWORD + " ", HASH])
def test_a_wrong_password_opens_nothing(locked: Flask, typed: str) -> None:
    client = visitor(locked)
    refused = log_in(client, typed)
    assert refused.status_code == 403
    assert "That is not the password." in refused.text
    assert typed == "" or typed not in refused.text
    assert "Set-Cookie" not in refused.headers
    assert client.get("/tasks").status_code == 303


def test_who_guesses_must_wait_even_with_the_right_password(locked: Flask) -> None:
    client = visitor(locked)
    for _ in range(FREE_TRIES):
        assert log_in(client, "a guess").status_code == 403
    refused = log_in(client)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert "Wait 1 second, then try again." in refused.text
    # Nobody else must.
    assert log_in(visitor(locked)).status_code == 303


def test_forged_addresses_do_not_get_around_the_wait(locked: Flask) -> None:
    client = visitor(locked)
    answers = [
        client.post(
            "/login", data={"password": "a guess"}, headers={"X-Forwarded-For": f"203.0.113.{n}"}
        ).status_code
        for n in range(FREE_TRIES + 1)
    ]
    assert answers == [403] * FREE_TRIES + [429]


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\x00//evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http://[",
        "///evil.example",
        " //evil.example",
    ],
)
def test_the_login_leads_to_no_other_site(locked: Flask, evil: str) -> None:
    client = visitor(locked)
    assert 'name="next" value="/"' in client.get("/login", query_string={"next": evil}).text
    assert log_in(client, next=evil).location == "/"
    assert client.get("/login", query_string={"next": evil}).location == "/"


def test_the_login_does_not_lead_to_itself(locked: Flask) -> None:
    assert log_in(visitor(locked), next="/login?next=/login").location == "/"


def test_a_session_that_was_planted_is_not_the_one_that_is_opened(locked: Flask) -> None:
    client = visitor(locked)
    client.set_cookie(COOKIE, "chosen-by-the-attacker")
    log_in(client)
    assert secret_of(client) != "chosen-by-the-attacker"
    attacker = visitor(locked)
    attacker.set_cookie(COOKIE, "chosen-by-the-attacker")
    assert attacker.get("/tasks").status_code == 303


def test_a_new_login_ends_the_session_before(locked: Flask) -> None:
    client = member(locked)
    before = secret_of(client)
    log_in(client)
    assert secret_of(client) != before
    old = visitor(locked)
    old.set_cookie(COOKIE, before)
    assert old.get("/tasks").status_code == 303


def test_after_the_logout_the_cookie_opens_nothing_wherever_it_was_copied(locked: Flask) -> None:
    client = member(locked)
    stolen = visitor(locked)
    stolen.set_cookie(COOKIE, secret_of(client))
    assert stolen.get("/tasks").status_code == 200
    left = client.post("/logout")
    assert (left.status_code, left.location) == (303, "/login")
    assert secret_of(client) == ""
    assert stolen.get("/tasks").status_code == 303


def test_every_page_of_a_session_has_the_way_out(locked: Flask) -> None:
    client = member(locked)
    for path in ("/", "/tasks", "/system", "/about", "/access", "/compare", "/stocks/LARK.SIM"):
        assert 'action="/logout"' in client.get(path).text, path


def test_what_one_was_let_see_is_not_kept_by_others(locked: Flask) -> None:
    client = member(locked)
    for path in ("/", "/about", "/api/watchlist"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Cookie" in answer.vary, path


@pytest.mark.parametrize("column", ["last_used_at", "expires_at"])
def test_a_session_whose_time_is_over_opens_nothing(
    new_app: Callable[..., Flask], tmp_path: Path, column: str
) -> None:
    client = member(new_app(password=HASH))
    with sqlite3.connect(tmp_path / "stockapp.sqlite3") as database:
        database.execute(f"UPDATE sessions SET {column} = {column} - 100 * 86400")
    database.close()
    assert client.get("/tasks").status_code == 303


def test_another_password_ends_all_sessions(new_app: Callable[..., Flask]) -> None:
    before = member(new_app(password=HASH))
    after = new_app(password="another one").test_client()
    after.set_cookie(COOKIE, secret_of(before))
    assert after.get("/tasks").status_code == 303
    assert log_in(after).status_code == 403
    assert log_in(after, "another one").status_code == 303


def test_workers_share_sessions(new_app: Callable[..., Flask]) -> None:
    client = member(new_app(password=HASH))
    other = new_app(password=HASH).test_client()
    other.set_cookie(COOKIE, secret_of(client))
    assert other.get("/tasks").status_code == 200


def test_where_all_is_open_there_is_nothing_to_log_in_to(reader: FlaskClient) -> None:
    assert reader.get("/login?next=/tasks").location == "/tasks"
    assert reader.post("/login", data={"password": "x", "next": "//evil"}).location == "/"
    assert 'action="/logout"' not in reader.get("/").text
    assert reader.post("/logout").status_code == 303
    assert "No password is set" in reader.get("/access").text


def test_the_form_of_another_site_logs_nobody_in(locked: Flask) -> None:
    client = visitor(locked)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    refused = client.post("/login", data={"password": PASSWORD}, headers=headers)
    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers
