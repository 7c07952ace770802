"""Where a password is set, nothing but the login can be had without a session or a token."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from stockapp.web.guard import OPEN, WORKING

from .logins import bearer, member, token, visitor

# What stands for the parts of addresses.
PARTS = {
    **{"ticker": "LARK.SIM", "symbol": "LARK.SIM", "key": "LARK.SIM", "name": "default"},
    **{"task_id": "0", "token_id": "0", "session_id": "0", "prefix": "quote"},
    **{"source": "simulated", "method": "quote"},
}


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """All that can be asked for: the method, the address, the endpoint."""

    def address(rule: Rule) -> str:
        missing = set(rule.arguments) - set(PARTS)
        assert not missing, f"say in PARTS what stands for {missing}"
        built = rule.build({name: PARTS[name] for name in rule.arguments}, append_unknown=False)
        assert built is not None
        return built[1]

    return [
        (method, address(rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]


def tasks(client: FlaskClient) -> list[str]:
    """Which there are."""
    told = client.get("/api/tasks?limit=200").get_json()["tasks"]
    return [task["id"] for task in told]


def test_nothing_is_open_but_what_is_meant_to_be(locked: Flask) -> None:
    client = visitor(locked)
    found = rules(locked)
    assert len(found) > 70
    had = set()
    for method, path, endpoint in found:
        for headers in ({}, {"Accept": "application/json"}, {"HX-Request": "true"}):
            answer = client.open(path, method=method, headers=headers)
            sent_away = answer.status_code == 303 and answer.location.startswith("/login")
            if answer.status_code != 401 and not sent_away:
                had.add(endpoint)
    # Logging out leads to the login as well.
    assert had == OPEN - {"static", "login.logout"}


def test_logging_out_twice_is_no_error(locked: Flask) -> None:
    client = member(locked)
    for _ in range(2):
        answer = client.post("/logout")
        assert (answer.status_code, answer.location) == (303, "/login")


def test_a_browser_that_opens_the_interfaces_page_is_sent_to_the_login(locked: Flask) -> None:
    answer = visitor(locked).get("/api/docs", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.location) == (303, "/login?next=%2Fapi%2Fdocs")


def test_what_does_not_exist_is_not_told_either(locked: Flask) -> None:
    client = visitor(locked)
    assert client.get("/nothing").status_code == 303
    assert client.get("/api/nothing").status_code == 401
    assert client.open("/api/tasks", method="PUT").status_code == 401
    assert client.open("/api/tasks", method="OPTIONS").status_code == 401
    assert client.head("/api/tasks").status_code == 401


def test_static_files_are_there_for_the_login(locked: Flask) -> None:
    assert visitor(locked).get("/static/css/base.css").status_code == 200


def test_a_program_is_told_how_to_show_who_it_is(locked: Flask) -> None:
    refused = visitor(locked).get("/api/watchlist")
    assert refused.status_code == 401
    assert refused.mimetype == "application/problem+json"
    assert refused.get_json()["code"] == "unauthenticated"
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="stockapp"'


@pytest.mark.parametrize("path", ["/", "/stream?watchlist=default", "/changes", "/system/cache"])
def test_a_script_of_a_page_is_told_within_the_page(locked: Flask, path: str) -> None:
    refused = visitor(locked).get(path, headers={"HX-Request": "true"})
    # By its status, which a script makes words of; a row would be replaced by anything else.
    assert (refused.status_code, refused.text) == (401, "")
    assert refused.headers["HX-Reswap"] == "none"


def test_a_form_of_a_page_is_told_in_the_place_for_words(locked: Flask) -> None:
    htmx = {"HX-Request": "true"}
    refused = visitor(locked).post("/lists/default/refresh", headers=htmx)
    assert refused.status_code == 401
    assert refused.headers["HX-Reswap"] == "none"
    assert refused.text.count("<hx-partial") == refused.text.count('hx-target="#status"') == 1
    assert "You are logged out, so this was not done." in refused.text


def test_a_stream_is_not_sent_to_the_login(locked: Flask) -> None:
    client = visitor(locked)
    for accept in ("text/event-stream", "text/html, text/event-stream", "*/*"):
        assert client.get("/stream", headers={"Accept": accept}).status_code == 401
    metrics = "application/openmetrics-text;q=0.5,text/plain;q=0.2,*/*;q=0.1"
    assert client.get("/metrics", headers={"Accept": metrics}).status_code == 401


def test_a_form_that_was_sent_too_late_says_how_not_to_lose_it(locked: Flask) -> None:
    refused = visitor(locked).post("/lists/default/items", data={"symbol": "LARK.SIM"})
    assert refused.status_code == 401
    assert "You are logged out, so this was not done." in refused.text
    assert "send it once more" in refused.text


@pytest.mark.parametrize(
    "header",
    [
        "Bearer stk_made_up",
        "Bearer",
        "Bearer ",
        "bearer x",
        "Bearer \xff",
        "Bearer a b",
        "Bearer " + "x" * 4000,
    ],
)
def test_a_made_up_token_is_refused_even_beside_a_session(locked: Flask, header: str) -> None:
    refused = member(locked).get("/api/tasks", headers={"Authorization": header})
    assert refused.status_code == 401
    assert refused.get_json()["code"] == "invalid_token"
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_what_a_proxy_asks_of_the_browser_is_not_ours_to_judge(locked: Flask) -> None:
    basic = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert member(locked).get("/tasks", headers=basic).status_code == 200
    assert visitor(locked).get("/api/tasks", headers=basic).status_code == 401


def test_a_token_is_no_session_and_a_session_no_token(locked: Flask) -> None:
    client = member(locked)
    _, secret = token(client, "no session", scope="full")
    assert visitor(locked).get("/api/tasks", headers=bearer(secret)).status_code == 200
    pretending = visitor(locked)
    pretending.set_cookie("stockapp_session", secret)
    assert pretending.get("/tasks").status_code == 303
    cookie = client.get_cookie("stockapp_session")
    assert cookie is not None
    assert visitor(locked).get("/api/tasks", headers=bearer(cookie.value)).status_code == 401


@pytest.fixture(scope="module")
def reading(locked: Flask) -> FlaskClient:
    """A program that may only read."""
    _, secret = token(member(locked), "only reads", scope="read")
    client = visitor(locked)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def test_who_only_reads_changes_nothing(locked: Flask, reading: FlaskClient) -> None:
    changing = [rule for rule in rules(locked) if rule[0] != "GET" and rule[2] not in OPEN]
    assert len(changing) > 30
    for method, path, _ in changing:
        refused = reading.open(path, method=method)
        assert refused.status_code == 403, (method, path)


def test_who_only_reads_starts_no_work_and_may_read_all_else(
    locked: Flask, reading: FlaskClient
) -> None:
    calls = [rule for rule in rules(locked) if rule[0] == "GET" and rule[1].startswith("/api/")]
    before = tasks(reading)
    for _, path, endpoint in calls:
        answer = reading.get(path + "?symbols=NEW.SIM&q=new")
        refused = answer.status_code == 403
        assert refused == (endpoint in WORKING or endpoint == "api_tokens.tokens"), path
        if refused:
            assert answer.get_json()["code"] == "read_only_token"
    assert tasks(reading) == before


def test_calls_that_start_work_are_known_as_such(locked: Flask) -> None:
    """Each of the others is called by who may do everything, and starts nothing."""
    client = member(locked)
    before = tasks(client)
    for method, path, endpoint in rules(locked):
        if method == "GET" and path.startswith("/api/") and endpoint not in WORKING:
            client.get(path.replace("LARK.SIM", "QUIL.SIM"))
    assert tasks(client) == before


@pytest.mark.parametrize("path", ["/", "/stocks/LARK.SIM", "/stream?live=1", "/search?symbol=a"])
def test_who_only_reads_has_no_pages_as_looking_at_them_starts_work(
    reading: FlaskClient, path: str
) -> None:
    assert reading.get(path).status_code == 403
