"""Single calls: what they send, what is tried again, and how errors are told."""

import json
import threading

import pytest

from stockapp.client import (
    BadAnswer,
    Client,
    Conflict,
    Invalid,
    NotFound,
    Problem,
    Retrying,
    StockappError,
    Unavailable,
    Unreachable,
)
from stockapp.client.errors import OF_STATUS
from tests.free_port import free_port

from .conftest import QUICK
from .scripted import Answer, Scripted, a_task, problem, told

LISTS = "/api/watchlists"
ONE = {"watchlists": [{"name": "default", "title": "Watchlist", "size": 2}]}
STARTED = {"id": "t1"}
REFRESH = "/api/watchlist/live-prices-async"


def test_the_token_is_sent_and_told_nowhere(script: Scripted, client: Client) -> None:
    script.will(LISTS, problem(500, "internal"))
    with pytest.raises(Problem) as raised:
        client.watchlists()
    assert script.asked[0].headers["Authorization"] == "Bearer tok-secret"
    assert "tok-secret" not in repr((client, vars(client), raised.value, raised.value.args))


@pytest.mark.parametrize("status", [*OF_STATUS, 500, 418])
def test_a_problem_is_raised_by_its_status(script: Scripted, status: int) -> None:
    body = {"code": "some_code", "detail": "Do this.", "field": "symbol", "room": 3}
    script.will(LISTS, told(body, status, Retry_After="7"))
    with (
        Client(script.url, retrying=Retrying(tries=1)) as client,
        pytest.raises(Problem) as raised,
    ):
        client.watchlists()
    error = raised.value
    assert type(error) is OF_STATUS.get(status, Problem)
    assert (error.status, error.code, error.detail) == (status, "some_code", "Do this.")
    assert (error.field, error.document["room"], error.retry_after) == ("symbol", 3, 7.0)


def test_an_error_that_is_not_stockapps_is_a_problem_too(script: Scripted, client: Client) -> None:
    script.will(LISTS, Answer(502, b"<h1>Bad gateway</h1>", {"Content-Type": "text/html"}))
    with pytest.raises(Problem) as raised:
        client.watchlists()
    assert (raised.value.status, raised.value.code) == (502, "unknown")


@pytest.mark.parametrize("body", [b"<h1>Hello</h1>", b"[1]", b'"text"', b"\xff"])
def test_an_answer_that_is_no_object_is_told_as_such(
    script: Scripted, client: Client, body: bytes
) -> None:
    script.will(LISTS, Answer(200, body))
    with pytest.raises(BadAnswer):
        client.watchlists()


def test_a_redirect_is_not_followed(script: Scripted, client: Client) -> None:
    script.will(LISTS, Answer(302, b"", {"Location": f"{script.url}/login"}))
    with pytest.raises(StockappError):
        client.watchlists()
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [
        problem(503, "queue_full", Retry_After="0"),
        problem(429, "rate"),
        Answer(200, b"{", cut=True),
    ],
    ids=["queue", "rate", "cut"],
)
def test_what_may_be_repeated_is_tried_again(
    script: Scripted, client: Client, failure: Answer
) -> None:
    script.will(LISTS, failure, failure, told(ONE))
    script.will(REFRESH, failure, told(STARTED))
    assert [one.name for one in client.watchlists()] == ["default"]
    assert client.refresh(["A"]).task_id == "t1"
    assert len(script.asked) == 5


@pytest.mark.parametrize(
    "failure", [problem(503, "queue_full"), Answer(200, b"{", cut=True)], ids=["refused", "cut"]
)
def test_what_may_not_be_repeated_is_sent_once(
    script: Scripted, client: Client, failure: Answer
) -> None:
    script.will("/api/watchlist/undo", failure)
    with pytest.raises((Unavailable, Unreachable)):
        client.undo("token")
    assert len(script.asked) == 1


def test_what_came_too_early_is_sent_again_whatever_it_is(script: Scripted, client: Client) -> None:
    script.will("/api/watchlist/undo", problem(429, "rate"), told({"symbols": ["A"]}))
    assert client.undo("token") == ("A",)


def test_nobody_there_is_told_after_some_tries() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", retrying=QUICK)
    with pytest.raises(Unreachable) as raised:
        client.undo("token")
    assert not raised.value.sent


def test_a_server_that_says_nothing_is_given_up(script: Scripted) -> None:
    script.will(LISTS, Answer(200, b"{", cut=True, stays=True))
    client = Client(script.url, timeout=0.1, retrying=Retrying(tries=1))
    with client, pytest.raises(Unreachable) as raised:
        client.watchlists()
    assert raised.value.sent


def test_the_server_says_how_long_to_wait_within_reason() -> None:
    retrying = Retrying(tries=3, first_wait=1, longest_wait=4, longest_told=60)

    def refusal(seconds: float | None) -> Problem:
        return Unavailable(503, "queue_full", "Later.", retry_after=seconds)

    assert retrying.wait_seconds(1, refusal(7)) == 7
    assert retrying.wait_seconds(1, refusal(61)) is None
    assert retrying.wait_seconds(3, refusal(1)) is None
    waits = [Retrying(tries=99, first_wait=1, longest_wait=4).backoff(n) for n in (1, 2, 3, 50)]
    for wait, most in zip(waits, (1, 2, 4, 4), strict=True):
        assert most / 2 <= wait <= most


def test_a_refresh_sends_its_symbols_in_the_body(script: Scripted, client: Client) -> None:
    script.will(REFRESH, told(STARTED))
    client.refresh((f"S{number}" for number in range(900)), force=True, watchlist="tech")
    asked = script.asked[0]
    assert (asked.method, asked.path) == ("POST", REFRESH)
    body = json.loads(asked.body)
    assert (len(body["symbols"]), body["force"], body["watchlist"]) == (900, True, "tech")


def test_a_symbol_may_hold_what_addresses_do_not(script: Scripted, client: Client) -> None:
    script.will("/api/quote/%5EGSPC/cached", problem(404, "unknown_symbol"))
    with pytest.raises(NotFound):
        client.quote("^GSPC")


def test_cancelling_twice_is_no_error_but_cancelling_what_ended_is(
    script: Scripted, client: Client
) -> None:
    refusals = [
        {"code": "task_ended", "detail": "", "task": a_task(s)} for s in ("cancelled", "failed")
    ]
    script.will("/api/tasks/t1", *[told(refusal, 409) for refusal in refusals])
    assert client.work("t1").cancel().status == "cancelled"
    with pytest.raises(Conflict):
        client.work("t1").cancel()


def test_threads_share_a_client(script: Scripted, client: Client) -> None:
    script.will(LISTS, told(ONE))
    heard: list[str] = []

    def ask() -> None:
        heard.extend(client.watchlists()[0].name for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert heard == ["default"] * 160


def test_a_wrong_value_names_its_field(script: Scripted, client: Client) -> None:
    script.will("/api/watchlist", told({"code": "x", "detail": "y", "field": "symbol"}, 422))
    with pytest.raises(Invalid) as raised:
        client.add("!!")
    assert raised.value.field == "symbol"
