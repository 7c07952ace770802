"""Other web sites cannot have a browser change anything here, or start work."""

import pytest
from flask import Response
from flask.testing import FlaskClient

from .browsers import Browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# What browsers tell of themselves and of what they want, by what an attacker's page holds.
IMAGE = {"User-Agent": FIREFOX, "Accept": "image/avif,image/webp,*/*;q=0.8"}
LINK = {"User-Agent": FIREFOX, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CROSS = {"Sec-Fetch-Site": "cross-site"}
# Of an https page, or of http://localhost:3000: another port is another origin, but the same site.
ELSEWHERE = (CROSS, {"Sec-Fetch-Site": "same-site"})
# Over plain http to another machine browsers send no Fetch Metadata.
BY_OTHERS = (
    *ELSEWHERE,
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "http://[evil"},
    {"Referer": "https://evil.example/page"},
    {"Referer": "http://localhost.evil.example/"},
)
WORK = (
    "/api/watchlist/live-prices-async?force=true",
    "/api/analyze/LARK.SIM/async",
    "/api/analyze/LARK.SIM/cached",
    "/api/quote/LARK.SIM/cached",
    "/api/history/LARK.SIM",
    "/api/search?q=lark",
    "/stream?live=1",
    "/changes?live=1",
    "/search?symbol=lark",
)


def tasks(client: FlaskClient) -> int:
    """How many there are."""
    return len(client.get("/api/tasks").get_json()["tasks"])


@pytest.mark.parametrize("told", BY_OTHERS, ids=str)
def test_a_form_of_another_site_is_refused(reader: FlaskClient, told: dict[str, str]) -> None:
    # <form method="post" action="http://localhost:8000/lists/default/picked"> on evil.example
    form = {"do": "remove", "symbol": "LARK.SIM"}
    answer = reader.post("/lists/default/picked", data=form, headers=told)
    assert answer.status_code == 403
    assert "Another web site asked for this." in answer.text
    items = reader.get("/api/watchlist").get_json()["items"]
    assert "LARK.SIM" in [item["symbol"] for item in items]


@pytest.mark.parametrize("told", BY_OTHERS, ids=str)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_call_by_another_site_is_refused(
    reader: FlaskClient, told: dict[str, str], method: str
) -> None:
    # fetch("http://localhost:8000/api/cache", {method: "DELETE", mode: "no-cors"})
    answer = reader.open("/api/cache", method=method, headers=told)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "cross_site"


@pytest.mark.parametrize("told", BY_OTHERS, ids=str)
def test_a_picture_of_another_site_starts_no_work(
    reader: FlaskClient, told: dict[str, str]
) -> None:
    # <img src="http://localhost:8000/api/watchlist/live-prices-async?force=true">
    before = tasks(reader)
    answers = {path: reader.get(path, headers={**IMAGE, **told}).status_code for path in WORK}
    assert set(answers.values()) == {403}, answers
    assert tasks(reader) == before


def test_nor_does_one_that_hides_where_it_is(reader: FlaskClient) -> None:
    # <img referrerpolicy="no-referrer" src="http://nas.lan:8000/api/analyze/AAPL/async">
    before = tasks(reader)
    answers = {path: reader.get(path, headers=IMAGE).status_code for path in WORK}
    assert set(answers.values()) == {403}, answers
    assert tasks(reader) == before


@pytest.mark.parametrize(
    "asked",
    [
        {**IMAGE, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {**LINK, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {**LINK, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object"},
        {**LINK, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        IMAGE,
    ],
    ids=str,
)
@pytest.mark.parametrize("told", [*ELSEWHERE, {"Referer": "https://evil.example/"}], ids=str)
def test_a_page_of_ours_is_no_part_of_another(
    reader: FlaskClient, asked: dict[str, str], told: dict[str, str]
) -> None:
    # <img src="http://localhost:8000/stocks/AAPL">, <iframe src=...>: looking at a stock fetches it
    before = tasks(reader)
    assert reader.get("/stocks/BRAM.SIM", headers={**asked, **told}).status_code == 403
    assert tasks(reader) == before


def test_links_from_anywhere_lead_to_pages(reader: FlaskClient) -> None:
    opened = {**LINK, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for told in ({**opened, **CROSS}, {**LINK, "Referer": "https://wiki.example/"}, LINK):
        assert reader.get("/", headers=told).status_code == 200
    # But to nothing that starts work and shows no page.
    assert reader.get(WORK[0], headers={**opened, **CROSS}).status_code == 403


def test_programs_are_let_through(reader: FlaskClient) -> None:
    curl = {"User-Agent": "curl/8.14.1", "Accept": "*/*"}
    assert reader.get("/api/quote/LARK.SIM/cached", headers=curl).status_code in (200, 202)
    assert reader.get("/", headers=curl).status_code == 200
    asked = {"symbols": ["NONE.SIM"]}
    program = FlaskClient(reader.application, Response, use_cookies=False)
    assert program.delete("/api/watchlist", json=asked, headers=curl).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Referer": "http://localhost/stocks/LARK.SIM"},
    ],
    ids=str,
)
def test_our_own_pages_are_let_through(reader: Browser, told: dict[str, str]) -> None:
    headers = {"User-Agent": FIREFOX, **told}
    assert reader.get("/api/quote/LARK.SIM/cached", headers=headers).status_code in (200, 202)
    asked = {"symbols": ["NONE.SIM"]}
    assert reader.delete("/api/watchlist", json=asked, headers=headers).status_code == 200
    assert reader.post("/theme", data={"theme": "dark"}, headers=headers).status_code == 303


def test_a_page_whose_browser_never_tells_is_known_by_its_token(reader: Browser) -> None:
    # Over http to another machine, with an extension that takes Referer away.
    token = {"X-CSRF-Token": reader.load()}
    for path in ("/changes?watchlist=default", "/api/search?q=lark"):
        assert reader.get(path, headers={"User-Agent": FIREFOX}).status_code == 403
        answer = reader.get(path, headers={"User-Agent": FIREFOX, **token})
        assert answer.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_no_other_site_is_allowed_to_ask(reader: FlaskClient, method: str) -> None:
    # fetch("http://localhost:8000/api/cache", {method: "DELETE"}): the browser asks first
    asks = {"Origin": "https://evil.example", "Access-Control-Request-Method": method, **CROSS}
    for path in ("/api/cache", "/api/watchlist", "/", "/static/js/live.js"):
        answer = reader.options(path, headers=asks)
        granted = [name for name, _ in answer.headers if name.lower().startswith("access-c")]
        assert granted == []
    answer = reader.get("/api/watchlist", headers={"Origin": "http://localhost"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_method_is_what_it_is(reader: FlaskClient) -> None:
    # <form method="post" action=".../api/watchlist/LARK.SIM?_method=DELETE">
    for override in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = reader.post("/api/watchlist/LARK.SIM?_method=DELETE", headers={override: "DELETE"})
        assert answer.status_code == 405
    assert reader.get("/api/watchlist/LARK.SIM").status_code == 200
    # TRACE would give cookies back that no script may read.
    for path in ("/", "/api/watchlist", "/static/js/live.js"):
        answer = reader.open(path, method="TRACE", headers={"X-Secret": "hush"})
        assert answer.status_code in (403, 405)
        assert "hush" not in answer.text
