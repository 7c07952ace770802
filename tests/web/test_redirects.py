"""No address of ours leads a browser to another host, nor does what is in one become a header."""

import pytest
from flask.testing import FlaskClient

from .lists import AList

ELSEWHERE = (
    *("https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example"),
    *("\\\\evil.example", "javascript:alert(1)", "http:evil.example", "/%09/evil.example"),
    "/\r\nSet-Cookie: x=1",
)


def leads_within(location: str) -> bool:
    """Whether a browser at http://localhost stays there."""
    path = location.removeprefix("http://localhost")
    return path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()


@pytest.mark.parametrize("name", ["next", "return", "url", "redirect", "continue", "done", "what"])
@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_query_leads_elsewhere(reader: FlaskClient, name: str, target: str) -> None:
    for path in ("/lists/default", "/lists/default/live", "/", "/stocks/LARK.SIM"):
        answer = reader.get(path, query_string={name: target})
        assert answer.status_code in (200, 303)
        if answer.status_code == 303:
            assert leads_within(answer.location or "")
        assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_field_leads_elsewhere(a_list: AList, target: str) -> None:
    for form in ("columns", "live", "sort", "undo", "picked", "place", "refresh", "items"):
        fields = dict.fromkeys(("by", "on", "to", "do", "undo", "next", "before"), target)
        headers = {"Origin": "http://localhost", "HX-Current-URL": "https://evil.example/"}
        answer = a_list.client.post(f"{a_list.path}/{form}", data=fields, headers=headers)
        assert leads_within(answer.headers.get("Location", "/"))
        assert leads_within(answer.headers.get("HX-Redirect", "/"))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/lists/default",
        "/lists//evil.example",
        "//lists/default",
        "/\\evil.example/",
        "/.//evil.example",
        "///lists//default",
    ],
)
def test_no_path_leads_elsewhere(reader: FlaskClient, path: str) -> None:
    # As it stands in the request line, past what a client would make of it.
    answer = reader.get("/", environ_overrides={"PATH_INFO": path})
    assert leads_within(answer.headers.get("Location", "/"))
