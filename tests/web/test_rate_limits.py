"""Limits on what a client may start that costs requests to sources."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from stockapp.backends.embedded.clock import SystemClock
from stockapp.ports import RateLimited, StoreTrouble
from stockapp.web.clients import of_address
from stockapp.web.rate_limits import ClientToll
from stockapp.web.rate_storage import SharedStateStorage
from tests.tasks.workers import eventually

from .lists import HTMX

NewApp = Callable[..., Flask]
REFRESH = "/api/watchlist/live-prices-async?force=true&symbols="
# The fields of draft-ietf-httpapi-ratelimit-headers-10.
POLICY = '"starts";q=2;w=60'
STATE = re.compile(r'"starts";r=(\d+);t=(\d+)')


def start(client: FlaskClient, symbol: str, address: str = "192.0.2.1") -> TestResponse:
    return client.post(REFRESH + symbol, environ_base={"REMOTE_ADDR": address})


def left(answer: TestResponse) -> int:
    """How much may still be started."""
    found = STATE.fullmatch(answer.headers["RateLimit"])
    assert found
    assert 1 <= int(found[2]) <= 60
    return int(found[1])


@pytest.fixture
def limited(new_app: NewApp) -> FlaskClient:
    """Two starts a minute."""
    return new_app(limit_starts="2/minute", simulated_latency_ms=20_000).test_client()


class TestStarts:
    def test_each_says_what_is_left_and_one_too_many_when_to_come_back(
        self, limited: FlaskClient
    ) -> None:
        answers = [start(limited, symbol) for symbol in ("LARK.SIM", "QUIL.SIM", "BRAM.SIM")]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert [left(answer) for answer in answers] == [1, 0, 0]
        assert {answer.headers["RateLimit-Policy"] for answer in answers} == {POLICY}
        refused = answers[-1]
        assert refused.content_type == "application/problem+json"
        problem = refused.get_json()
        assert problem["code"] == "rate_limited_client"
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 60
        assert f"try again in {seconds} s" in problem["detail"]

    def test_another_client_is_not_held_to_it(self, limited: FlaskClient) -> None:
        for symbol in ("LARK.SIM", "QUIL.SIM", "BRAM.SIM"):
            start(limited, symbol)
        assert start(limited, "BRAM.SIM", "192.0.2.2").status_code == 202

    def test_workers_share_the_counts(self, new_app: NewApp) -> None:
        one, other = (
            new_app(limit_starts="2/minute", simulated_latency_ms=20_000).test_client()
            for _ in range(2)
        )
        assert left(start(one, "LARK.SIM")) == 1
        assert left(start(other, "QUIL.SIM")) == 0
        assert start(one, "BRAM.SIM").status_code == 429

    def test_what_joins_work_under_way_is_free(self, limited: FlaskClient) -> None:
        tasks = [start(limited, "LARK.SIM").get_json()["task_id"] for _ in range(5)]
        assert len(set(tasks)) == 1
        assert left(start(limited, "LARK.SIM")) == 1

    def test_a_long_list_counts_for_more(self, new_app: NewApp) -> None:
        client = new_app(limit_starts="10/minute", simulated_latency_ms=20_000).test_client()
        many = ",".join(f"X{number}.SIM" for number in range(750))
        assert left(start(client, many)) == 10 - 4
        assert start(client, many.replace("X", "Y")).status_code == 202
        assert start(client, many.replace("X", "Z")).status_code == 429
        # What is refused uses nothing up.
        assert left(start(client, "LARK.SIM")) == 1

    def test_more_than_the_limit_itself_is_told_to_ask_for_less(self, limited: FlaskClient) -> None:
        refused = start(limited, ",".join(f"X{number}.SIM" for number in range(750)))
        assert refused.status_code == 429
        assert "ask for less" in refused.get_json()["detail"]

    def test_the_window_ends(self, new_app: NewApp) -> None:
        client = new_app(limit_starts="1/second", simulated_latency_ms=20_000).test_client()
        assert start(client, "LARK.SIM").status_code == 202
        assert eventually(lambda: start(client, "QUIL.SIM").status_code == 202)

    def test_without_a_limit_nothing_is_said(self, client: FlaskClient) -> None:
        answer = start(client, "LARK.SIM")
        assert answer.status_code == 202
        assert "RateLimit" not in answer.headers


class TestWhatTheCacheHas:
    def test_fresh_answers_are_free_and_stale_ones_stay(self, new_app: NewApp) -> None:
        client = new_app(limit_starts="1/minute").test_client()
        start(client, "LARK.SIM")
        path = "/api/quote/LARK.SIM/cached"
        ask = {"REMOTE_ADDR": "192.0.2.1"}
        assert eventually(lambda: client.get(path, environ_base=ask).status_code == 200)
        for _ in range(5):
            answer = client.get(path, environ_base=ask)
            assert answer.status_code == 200
            assert "RateLimit" not in answer.headers
        assert client.get("/api/quote/QUIL.SIM/cached", environ_base=ask).status_code == 429

    def test_pages_are_shown_though_nothing_more_is_started(self, limited: FlaskClient) -> None:
        for symbol in ("LARK.SIM", "QUIL.SIM"):
            start(limited, symbol, "127.0.0.1")
        for path in ("/", "/stocks/LARK.SIM", "/api/watchlist/cached"):
            assert limited.get(path).status_code == 200

    def test_a_symbol_is_added_though_nobody_may_be_asked(self, limited: FlaskClient) -> None:
        for symbol in ("LARK.SIM", "QUIL.SIM"):
            start(limited, symbol, "127.0.0.1")
        added = limited.post("/api/watchlist", json={"symbol": "NEW.SIM"})
        assert added.status_code == 201


class TestForms:
    def test_a_script_gets_a_message_and_the_page_stays(self, limited: FlaskClient) -> None:
        for symbol in ("LARK.SIM", "QUIL.SIM"):
            start(limited, symbol, "127.0.0.1")
        answer = limited.post("/lists/default/refresh", headers=HTMX)
        assert answer.status_code == 429
        assert 'id="status"' in answer.text
        assert "You have started as much as this server allows" in answer.text
        assert int(answer.headers["Retry-After"]) > 0

    def test_without_scripts_it_is_a_page(self, limited: FlaskClient) -> None:
        for symbol in ("LARK.SIM", "QUIL.SIM"):
            start(limited, symbol, "127.0.0.1")
        answer = limited.post("/lists/default/refresh")
        assert answer.status_code == 429
        assert "<h1>" in answer.text
        assert "You have started as much as this server allows" in answer.text


class TestSearches:
    def test_a_program_is_refused_and_a_person_sees_what_is_known(self, new_app: NewApp) -> None:
        app = new_app(limit_searches="1/minute", sources="google")
        client = app.test_client()
        assert client.get("/api/search?q=larkspur").status_code == 200
        refused = client.get("/api/search?q=quill")
        assert refused.status_code == 429
        assert refused.headers["RateLimit-Policy"] == '"searches";q=1;w=60'
        page = client.get("/search?symbol=lark&sources=yes", headers=HTMX)
        assert page.status_code == 200
        assert "LARK.SIM" in page.text
        assert "You have started as much as this server allows" in page.text


class _Broken:
    """SharedState of a database that can be used only when `trouble` is empty."""

    def __init__(self) -> None:
        self.trouble = "the disk is full"
        self._values: dict[str, Mapping[str, Any]] = {}

    def _check(self) -> None:
        if self.trouble:
            raise StoreTrouble(self.trouble)

    def put_many(self, values: Mapping[str, Mapping[str, Any]], keep_seconds: float) -> None:
        self._check()

    def update(self, key: str, change: Callable[..., Any], keep_seconds: float) -> Any:
        self._check()
        self._values[key], told = change(self._values.get(key))
        return told

    def scan(self, prefix: str) -> dict[str, Mapping[str, Any]]:
        self._check()
        return {key: v for key, v in self._values.items() if key.startswith(prefix)}

    def delete(self, keys: Iterable[str]) -> None:
        self._check()


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What limits say in the log, whatever applications of this process made of it."""
    logger = logging.getLogger("stockapp.web.rate_limits")
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    yield messages
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


class TestTrouble:
    def test_where_nothing_can_be_counted_all_are_let_through_and_it_is_told_once(
        self, told: list[str]
    ) -> None:
        shared, refused, clock = _Broken(), Counter[str](), SystemClock()

        def refuse(policy: str) -> None:
            refused[policy] += 1

        toll = ClientToll("starts", "1/hour", SharedStateStorage(shared, clock), clock, refuse)
        with Flask("limits").test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
            for _ in range(3):
                toll.pay()()
            assert told == ["rate limits are not kept until the database can be used"]
            shared.trouble = ""
            toll.pay()
            with pytest.raises(RateLimited):
                toll.pay()
        assert refused == {"starts": 1}

    def test_what_nobody_asked_for_is_free(self) -> None:
        clock = SystemClock()
        toll = ClientToll("starts", "1/hour", SharedStateStorage(_Broken(), clock), clock, print)
        toll.pay(1000)()


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_a_network_of_them(address: str, client: str) -> None:
    assert of_address(address) == client
