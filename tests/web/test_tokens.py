"""Tokens and sessions are looked after by calls, on a page, and by commands."""

import json
import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from .logins import HASH, bearer, log_in, member, token, visitor


@pytest.fixture
def owner(locked: Flask) -> FlaskClient:
    return member(locked)


def test_a_token_is_told_once_and_listed_without_its_secret(
    locked: Flask, owner: FlaskClient
) -> None:
    body = {"name": "nightly", "scope": "read", "expires_in_days": 30}
    made = owner.post("/api/tokens", json=body)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    told = made.get_json()
    secret = told.pop("token")
    assert secret.startswith("stk_")
    listed = owner.get("/api/tokens")
    assert secret not in listed.text
    assert told in listed.get_json()["tokens"]
    assert told["scope"] == "read"
    assert told["expires_at"] > told["created_at"]
    assert visitor(locked).get("/api/watchlist", headers=bearer(secret)).status_code == 200


def test_a_revoked_token_is_refused_at_once(locked: Flask, owner: FlaskClient) -> None:
    id, secret = token(owner, "to be revoked", scope="full")
    program = visitor(locked)
    assert program.get("/api/tasks", headers=bearer(secret)).status_code == 200
    assert owner.delete(f"/api/tokens/{id}").get_json() == {"revoked": id}
    assert program.get("/api/tasks", headers=bearer(secret)).status_code == 401
    assert owner.delete(f"/api/tokens/{id}").status_code == 404


def test_by_a_token_of_full_scope_tokens_are_looked_after(
    locked: Flask, owner: FlaskClient
) -> None:
    _, secret = token(owner, "the whole", scope="full")
    program = visitor(locked)
    made = program.post("/api/tokens", json={"name": "a part"}, headers=bearer(secret))
    assert (made.status_code, made.get_json()["scope"]) == (201, "read")
    revoked = program.delete(f"/api/tokens/{made.get_json()['id']}", headers=bearer(secret))
    assert revoked.status_code == 200


def test_who_only_reads_does_not_even_see_the_tokens(locked: Flask, owner: FlaskClient) -> None:
    id, secret = token(owner, "a reader")
    program = visitor(locked)
    for answer in (
        program.get("/api/tokens", headers=bearer(secret)),
        program.post("/api/tokens", json={"name": "x", "scope": "full"}, headers=bearer(secret)),
        program.delete(f"/api/tokens/{id}", headers=bearer(secret)),
    ):
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "read_only_token"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_value"),
        ({"name": " "}, 422, "invalid_value"),
        ({"name": "x", "scope": "admin"}, 422, "invalid_value"),
        ({"name": "x", "expires_in_days": 0}, 422, "invalid_value"),
        ({"name": "x", "expires_in_days": 2**53}, 422, "invalid_value"),
        ({"name": "x", "colour": "red"}, 422, "invalid_value"),
        ({"name": "twice"}, 409, "token_exists"),
    ],
)
def test_what_cannot_be_a_token_is_refused(
    owner: FlaskClient, body: dict[str, object], status: int, code: str
) -> None:
    owner.post("/api/tokens", json={"name": "twice"})
    refused = owner.post("/api/tokens", json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_where_all_is_open_no_token_is_made_that_would_open_it_later(reader: FlaskClient) -> None:
    refused = reader.post("/api/tokens", json={"name": "for later", "scope": "full"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "no_password")
    assert reader.post("/access/tokens", data={"name": "for later"}).status_code == 409
    assert reader.get("/api/tokens").get_json() == {"tokens": []}


def test_the_page_makes_a_token_and_shows_it_once(locked: Flask, owner: FlaskClient) -> None:
    form = {"name": "by <b>form</b>", "scope": "full", "days": "7"}
    made = owner.post("/access/tokens", data=form)
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r'<code class="secret">(stk_[\w-]+)</code>', made.text)
    assert found
    assert visitor(locked).get("/tasks", headers=bearer(found[1])).status_code == 200
    page = owner.get("/access").text
    assert found[1] not in page
    assert "by &lt;b&gt;form&lt;/b&gt;" in page
    assert "may do everything" in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": ""}, "Give a name"),
        ({"name": "kept as typed", "days": "many"}, "Give the days as a number"),
        ({"name": "kept as typed", "days": "9999"}, "Give 1 to 3650 days"),
    ],
)
def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(
    owner: FlaskClient, form: dict[str, str], words: str
) -> None:
    refused = owner.post("/access/tokens", data={"scope": "full", **form})
    assert refused.status_code == 422
    assert words in refused.text
    assert f'value="{form["name"]}"' in refused.text
    assert '<option value="full" selected>' in refused.text


def test_the_page_revokes_a_token(locked: Flask, owner: FlaskClient) -> None:
    id, secret = token(owner, "by the page")
    done = owner.post(f"/access/tokens/{id}/revoke", follow_redirects=True)
    assert "The token was revoked." in done.text
    assert visitor(locked).get("/api/tasks", headers=bearer(secret)).status_code == 401


def test_the_page_ends_other_sessions(new_app: Callable[..., Flask]) -> None:
    app = new_app(password=HASH)
    mine, others = member(app), [member(app) for _ in range(3)]
    page = mine.get("/access").text
    ids = re.findall(r"/access/sessions/(\w+)/end", page)
    assert len(ids) == 4
    assert page.count("this one") == 1
    (mine_id,) = re.findall(r"/sessions/(\w+)/end", page[page.index("this one") :])[:1]
    one = next(id for id in ids if id != mine_id)
    assert (
        "The session was ended."
        in mine.post(f"/access/sessions/{one}/end", follow_redirects=True).text
    )
    assert [other.get("/tasks").status_code for other in others].count(303) == 1
    ended = mine.post("/access/sessions/end-others", follow_redirects=True)
    assert "Other sessions ended: 2." in ended.text
    assert {other.get("/tasks").status_code for other in others} == {303}
    assert mine.get("/tasks").status_code == 200
    mine.post(f"/access/sessions/{mine_id}/end")
    assert mine.get("/tasks").status_code == 303


def test_a_browser_is_told_by_its_name(new_app: Callable[..., Flask]) -> None:
    app = new_app(password=HASH)
    client = visitor(app)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client.environ_base["HTTP_USER_AGENT"] = agent
    log_in(client)
    page = client.get("/access", headers={"Accept": "text/html"})
    assert "Firefox on Linux" in page.text


def test_commands_make_list_and_revoke_tokens(new_app: Callable[..., Flask]) -> None:
    served = visitor(new_app(password=HASH))

    def run(*words: str) -> str:
        done = new_app(password=HASH).test_cli_runner().invoke(args=["tokens", *words])
        assert done.exit_code == 0, done.output
        return str(done.stdout)

    assert "No tokens." in run("list")
    secret = run("create", "cron", "--days", "3").strip()
    assert served.get("/api/watchlist", headers=bearer(secret)).status_code == 200
    (listed,) = json.loads(run("list", "--json"))["tokens"]
    assert (listed["name"], listed["scope"]) == ("cron", "read")
    assert secret not in run("list")
    made = json.loads(run("create", "all", "--scope", "full", "--json"))
    assert served.get("/tasks", headers=bearer(made["token"])).status_code == 200
    assert json.loads(run("revoke", "all", "--json")) == {"revoked": made["id"]}
    assert run("revoke", listed["id"]).strip() == "Revoked."


@pytest.mark.parametrize(("words", "code"), [(["revoke", "nothing"], 4), (["create", " "], 2)])
def test_a_command_that_cannot_be_done_says_why(
    new_app: Callable[..., Flask], words: list[str], code: int
) -> None:
    done = new_app().test_cli_runner().invoke(args=["tokens", *words])
    assert done.exit_code == code
    assert "Error: " in done.output


def test_the_password_command_prints_nothing_but_the_hash(new_app: Callable[..., Flask]) -> None:
    runner = new_app().test_cli_runner()
    done = runner.invoke(args=["password"], input="correct horse\ncorrect horse\n")
    assert done.exit_code == 0
    assert PasswordHasher().verify(done.stdout.strip(), "correct horse")
    assert "correct" not in done.output


@pytest.mark.parametrize("typed", ["short\nshort\n", "one of them\nthe other\n"])
def test_a_password_that_is_short_or_mistyped_gives_no_hash(
    new_app: Callable[..., Flask], typed: str
) -> None:
    done = new_app().test_cli_runner().invoke(args=["password"], input=typed)
    assert done.exit_code in (2, 3)
    assert "$argon2" not in done.output
