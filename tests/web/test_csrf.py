"""Forms are accepted from pages that this browser got from here, and from nowhere else."""

import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from stockapp.backends.embedded.secret_key import secret_key
from stockapp.web.csrf import COOKIE, SECURE_COOKIE, Tokens
from tests.e2e.gallery import CHECKED

from .browsers import TOKEN

FORM = {"theme": "dark"}
REFUSED = 403, "This form is not of a page that this browser got from here"


class Plain(FlaskClient):
    """A client that adds nothing of its own."""

    def page(self, path: str = "/about", **options: Any) -> str:
        """Load a page; returns its token."""
        found = TOKEN.search(self.get(path, **options).text)
        assert found is not None
        return found[1]


def browser_of(app: Flask) -> Plain:
    """A browser of its own."""
    return Plain(app, app.response_class, use_cookies=True)


@pytest.fixture
def plain(reader: FlaskClient) -> Plain:
    """A browser that has been nowhere."""
    return browser_of(reader.application)


def told(answer: TestResponse) -> tuple[int, str]:
    """How a refused form is answered, as far as it is compared."""
    found = re.search("<p>(This form.*?from here)", answer.text)
    return answer.status_code, found[1] if found else answer.text


def test_a_form_needs_the_token_of_its_browser(plain: Plain, reader: FlaskClient) -> None:
    token = plain.page()
    # <form method="post"> of anybody who knows the address
    assert told(plain.post("/theme", data=FORM)) == REFUSED
    # With a token that the attacker got for himself.
    other = browser_of(reader.application).page()
    assert told(plain.post("/theme", data={**FORM, "csrf_token": other})) == REFUSED
    # One that he made up, or changed.
    changed = ("A" if token[30] != "A" else "B").join((token[:30], token[31:]))
    for made_up in ("", "x", "ü", "A" * 300, "====", changed, token[:40], token + "AAAA"):
        assert told(plain.post("/theme", data={**FORM, "csrf_token": made_up})) == REFUSED
    # And a right one to a browser that is not known here.
    fresh = browser_of(reader.application)
    assert told(fresh.post("/theme", data={**FORM, "csrf_token": token})) == REFUSED
    assert plain.post("/theme", data={**FORM, "csrf_token": token}).status_code == 303
    assert plain.post("/theme", data=FORM, headers={"X-CSRF-Token": token}).status_code == 303


def test_a_cookie_that_a_neighbour_sets_gives_no_token(reader: FlaskClient) -> None:
    # document.cookie = "stockapp_csrf=..." by what runs on another port of the same machine
    for value in ("x", "a" * 22, "a" * 500, '"><script>'):
        victim = browser_of(reader.application)
        victim.set_cookie(COOKIE, value)
        assert victim.post("/theme", data={**FORM, "csrf_token": "a" * 64}).status_code == 403


def test_a_token_is_worth_nothing_after_signing_in_or_out(plain: Plain) -> None:
    before = plain.page()
    plain.set_cookie("stockapp_session", "of-somebody")
    assert told(plain.post("/theme", data={**FORM, "csrf_token": before})) == REFUSED
    signed_in = plain.page()
    assert plain.post("/theme", data={**FORM, "csrf_token": signed_in}).status_code == 303
    plain.delete_cookie("stockapp_session")
    assert told(plain.post("/theme", data={**FORM, "csrf_token": signed_in})) == REFUSED


def test_each_page_has_another_token_and_all_are_good(plain: Plain) -> None:
    # What compression tells of the length of many pages does not add up to one (BREACH).
    tokens = [plain.page() for _ in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens:
        assert plain.post("/theme", data={**FORM, "csrf_token": token}).status_code == 303


def test_a_program_with_a_token_of_its_own_needs_none_of_a_page(plain: Plain) -> None:
    bearer = {"Authorization": "Bearer whatever-it-is"}
    assert plain.post("/theme", data=FORM, headers=bearer).status_code == 303
    basic = {"Authorization": "Basic YTpi"}
    assert told(plain.post("/theme", data=FORM, headers=basic)) == REFUSED


def test_a_call_with_cookies_that_tells_no_origin_needs_one(plain: Plain) -> None:
    asked = {"symbols": ["NONE.SIM"]}
    token = plain.page()
    refused = plain.delete("/api/watchlist", json=asked)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf_token")
    signed = {"X-CSRF-Token": token}
    assert plain.delete("/api/watchlist", json=asked, headers=signed).status_code == 200


def test_the_cookie_is_set_once_and_on_pages_only(plain: Plain) -> None:
    for path in ("/api/watchlist", "/api/quote/LARK.SIM/cached", "/healthz", "/search?symbol=l"):
        assert "Set-Cookie" not in plain.get(path).headers
    first = plain.get("/about").headers["Set-Cookie"]
    assert re.fullmatch(f"{COOKIE}=[A-Za-z0-9_-]{{22}}; HttpOnly; Path=/; SameSite=Lax", first)
    assert "Set-Cookie" not in plain.get("/about").headers
    safe = browser_of(plain.application).get("/about", base_url="https://localhost")
    cookie = safe.headers["Set-Cookie"]
    assert re.fullmatch(f"{SECURE_COOKIE}=.{{22}}; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_over_https_only_the_cookie_counts_that_no_neighbour_can_set(plain: Plain) -> None:
    safe = {"base_url": "https://localhost"}
    token = plain.page(**safe)
    form = {**FORM, "csrf_token": token}
    assert plain.post("/theme", data=form, **safe).status_code == 303
    kept = plain.get_cookie(SECURE_COOKIE)
    assert kept is not None
    plain.delete_cookie(SECURE_COOKIE)
    plain.set_cookie(COOKIE, kept.value)
    assert plain.post("/theme", data=form, **safe).status_code == 403


def forms(html: str) -> Iterator[tuple[str, bool]]:
    """Where each form that is posted leads, and whether it has the token of its page."""
    page = LexborHTMLParser(html)
    found = TOKEN.search(html)
    for form in page.css("form[method=post]"):
        fields = form.css("input[type=hidden][name=csrf_token]")
        good = len(fields) == 1 and found is not None
        yield str(form.attributes["action"]), good and fields[0].attributes["value"] == found[1]  # type: ignore[index]


def test_each_form_of_each_page_has_the_token(reader: FlaskClient) -> None:
    reader.post("/api/watchlists", json={"title": "Tech"})
    reader.post("/api/watchlist/add-many", json={"symbols": ["LARK.SIM"], "watchlist": "tech"})
    reader.post("/api/watchlist/live-prices-async?force=true", headers={"Prefer": "wait=20"})
    task = reader.get("/api/tasks?status=completed").get_json()["tasks"][0]["id"]
    pages = [sight.path.format(task=task) for sight in CHECKED if sight.server == "full"]
    answers = [reader.get(path).text for path in pages]
    looked_at = reader.post("/lists/tech/import", data={"text": "symbol,note\nQUIL.SIM,a"}).text
    removed = reader.post("/lists/tech/items/LARK.SIM/remove", follow_redirects=True).text
    found = [form for html in (*answers, looked_at, removed) for form in forms(html)]
    assert [action for action, good in found if not good] == []
    actions = {action for action, _ in found}
    assert len(actions) > 20
    assert {"/theme", "/lists/tech/undo", "/lists/tech/import/confirm", "/lists"} <= actions
    reader.delete("/api/watchlists/tech")


def test_each_form_in_templates_has_a_place_for_it() -> None:
    folder = Path(__file__).parent.parent.parent / "templates"
    source = {path.name: path.read_text() for path in folder.rglob("*.html")}
    lacking = {
        name: html
        for name, html in source.items()
        if len(re.findall('<form[^>]*method="post"', html))
        != html.count('>{% include "partials/_token.html" %}')
    }
    assert lacking == {}


@pytest.mark.parametrize(
    "path",
    [
        "/changes?watchlist=default",
        "/changes?tasks=recent",
        "/changes?stock=LARK.SIM",
        "/system/sources",
        "/system/tasks",
        "/system/cache",
    ],
)
def test_what_is_sent_to_many_browsers_has_no_token_of_one(reader: FlaskClient, path: str) -> None:
    # As a script asks, and as anybody may.
    for headers in ({"HX-Request": "true"}, {}):
        html = reader.get(path, headers=headers).text
        assert "<form" in html or "<hx-partial" in html
        assert "csrf_token" not in html


def test_a_form_of_one_worker_is_good_at_another(new_app: Callable[..., Flask]) -> None:
    here, there = (browser_of(new_app()) for _ in range(2))
    token, cookie = here.page(), here.get_cookie(COOKIE)
    assert cookie is not None
    there.set_cookie(COOKIE, cookie.value)
    assert there.post("/theme", data={**FORM, "csrf_token": token}).status_code == 303


def test_the_secret_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "data")
    assert secret_key(tmp_path / "data") == first
    assert len(first) == 32
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]
    mode = (tmp_path / "data" / "secret.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert secret_key(tmp_path / "other") != first


def test_a_damaged_secret_is_told_and_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(SystemExit, match="damaged; delete it"):
        secret_key(tmp_path)


def test_a_secret_of_the_settings_takes_its_place(
    new_app: Callable[..., Flask], tmp_path: Path
) -> None:
    secret = "s" * 32
    app = new_app(secret_key=secret)
    plain = browser_of(app)
    token, cookie = plain.page(), plain.get_cookie(COOKIE)
    assert cookie is not None
    assert Tokens(secret.encode()).holds(token, cookie.value + ";;")
    assert not (tmp_path / "secret.key").exists()
    with pytest.raises(ValidationError, match="must have 32 characters"):
        new_app(secret_key="guessable")
