"""`/api/search` and `flask search`, where no source is in use but the simulated exchange."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

NewApp = Callable[..., Flask]


@pytest.fixture
def app(new_app: NewApp) -> Flask:
    """Without a source that can search, so that nobody is asked."""
    return new_app(sources="google")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_search_tells_what_is_known_here_and_why_there_is_no_more(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=%20kitsu%20")
    assert answer.status_code == 200
    assert answer.headers["Cache-Status"] == "stockapp; hit"
    assert answer.get_json() == {
        "q": "kitsu",
        "results": [
            {
                "symbol": "KITS.SIM",
                "name": "Kitsunami Motors",
                "exchange": "Simulated Exchange",
                "type": "share",
                "currency": "JPY",
                "source": "simulated",
                "listed": True,
            }
        ],
        "attempts": [],
        "problem": "No source in use can search; type the symbol itself.",
        "cached": False,
    }


def test_what_is_on_no_list_says_so(client: FlaskClient) -> None:
    (found,) = client.get("/api/search?q=zephyrine").get_json()["results"]
    assert (found["symbol"], found["listed"]) == ("ZEPH.SIM", False)


def test_the_limit_is_kept(client: FlaskClient) -> None:
    assert len(client.get("/api/search?q=bank&limit=1").get_json()["results"]) == 1


def test_a_mistyped_isin_is_told(client: FlaskClient) -> None:
    told = client.get("/api/search?q=US0378331006").get_json()
    assert "check digit is wrong" in told["problem"]
    assert (told["results"], told["attempts"]) == ([], [])


def test_an_empty_text_finds_nothing(client: FlaskClient) -> None:
    told = client.get("/api/search?q=").get_json()
    assert (told["q"], told["results"], told["problem"]) == ("", [], None)


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "q"), (f"?q={'x' * 61}", "q"), ("?q=a&limit=0", "limit"), ("?q=a&limt=3", "limt")],
)
def test_what_cannot_be_meant_is_refused_by_field(
    client: FlaskClient, query: str, field: str
) -> None:
    answer = client.get(f"/api/search{query}")
    assert (answer.status_code, answer.get_json()["field"]) == (422, field)
    assert answer.mimetype == "application/problem+json"


def test_blanks_do_not_make_a_text_too_long(client: FlaskClient) -> None:
    assert client.get(f"/api/search?q=kitsu{'%20' * 80}").get_json()["q"] == "kitsu"


def test_the_command_prints_lines_for_people_and_json_for_programs(app: Flask) -> None:
    run = app.test_cli_runner()
    told = run.invoke(args=["search", "kitsu"])
    assert told.exit_code == 0
    expected = "KITS.SIM     Kitsunami Motors (Simulated Exchange, share, JPY, on your list)\n"
    assert told.stdout.startswith(expected)
    assert "No source in use can search" in told.stderr


def test_the_command_tells_programs_the_same_as_the_call(app: Flask, client: FlaskClient) -> None:
    expected = client.get("/api/search?q=kitsu").get_json()
    told = app.test_cli_runner().invoke(args=["search", "kitsu", "--json"])
    assert json.loads(told.stdout) == expected
