"""Yahoo through yfinance, over real sockets: each way to fail is told as what it is."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.upstream.client import UpstreamServer
from tests.upstream.world import price_of

ROOT = Path(__file__).parent.parent.parent


class Probe:
    """A process that asks Yahoo as a worker does."""

    def __init__(self, url: str, *, gevent: bool) -> None:
        options = ["--gevent"] if gevent else []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fetching.yahoo_probe", *options, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask_all(self, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(questions) + "\n")
        self._process.stdin.flush()
        answers: list[dict[str, Any]] = json.loads(self._process.stdout.readline())
        return answers

    def ask(self, method: str, *symbols: str, timeout: float = 20) -> dict[str, Any]:
        return self.ask_all([{"method": method, "symbols": symbols, "timeout": timeout}])[0]

    def stop(self) -> str:
        _, said = self._process.communicate(timeout=30)
        return said


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def new_probe(upstream: UpstreamServer) -> Iterator[Callable[..., Probe]]:
    probes: list[Probe] = []

    def make(*, gevent: bool = True) -> Probe:
        probes.append(Probe(upstream.url, gevent=gevent))
        return probes[-1]

    upstream.reset()
    yield make
    upstream.reset()
    for probe in probes:
        assert probe.stop() == ""


@pytest.fixture(scope="module")
def warm(upstream: UpstreamServer) -> Iterator[Probe]:
    """A process that has its crumb."""
    upstream.reset()
    probe = Probe(upstream.url, gevent=True)
    probe.ask("quote", "AAPL")
    yield probe
    assert probe.stop() == ""


@pytest.mark.parametrize("gevent", [True, False], ids=["gevent", "plain"])
def test_quotes_come_with_one_cookie_and_one_crumb(
    upstream: UpstreamServer, new_probe: Callable[..., Probe], gevent: bool
) -> None:
    probe = new_probe(gevent=gevent)
    for _ in range(3):
        answer = probe.ask("quote", "AAPL", "VOD.L", "NOPE")
        assert answer["AAPL"] == {"price": price_of("AAPL", 0), "currency": "USD"}
        assert answer["VOD.L"]["currency"] == "GBp"
        assert answer["NOPE"]["reason"] == "not_found"
    assert upstream.requests()["counts"] == {"cookie": 1, "getcrumb": 1, "quote": 3}


def test_many_requests_at_once_share_the_crumb_and_none_waits_for_another(
    upstream: UpstreamServer, new_probe: Callable[..., Probe]
) -> None:
    upstream.configure(latency_ms=300)
    questions = [
        {"method": "quote", "symbols": [f"S{n}-{m}" for m in range(50)], "timeout": 20}
        for n in range(10)
    ]
    answers = new_probe().ask_all(questions)
    assert all("price" in found for answer in answers for found in answer.values())
    seen = upstream.requests()
    assert seen["counts"] == {"cookie": 1, "getcrumb": 1, "quote": 10}
    assert seen["most_at_once"]["quote"] >= 5


def test_a_chart_needs_neither_cookie_nor_crumb(
    upstream: UpstreamServer, new_probe: Callable[..., Probe]
) -> None:
    probe = new_probe()
    assert probe.ask("chart", "VOD.L")["VOD.L"]["currency"] == "GBp"
    assert probe.ask("chart", "NOPE")["NOPE"]["reason"] == "not_found"
    assert upstream.requests()["counts"] == {"chart": 2}


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("hang", {}, "timeout"),
        ("reset", {}, "connect_failed"),
        ("truncated", {}, "bad_response"),
        ("malformed", {}, "bad_response"),
        ("html", {}, "bad_response"),
        ("empty", {}, "bad_response"),
        ("wrong_symbol", {}, "bad_response"),
        ("status", {"status": 429}, "rate_limited"),
        ("status", {"status": 500}, "upstream_error"),
        ("status", {"status": 403}, "access_denied"),
        ("status", {"status": 401}, "unauthorized"),
    ],
)
def test_a_failing_quote_is_told_as_what_it_is(
    upstream: UpstreamServer, warm: Probe, kind: str, options: dict[str, Any], reason: str
) -> None:
    upstream.reset()
    upstream.fault("quote", kind, **options)
    found = warm.ask("quote", "AAPL", timeout=1)["AAPL"]
    upstream.reset()
    assert found["reason"] == reason, found
    assert "crumb=" not in found["detail"]
    assert "price" in warm.ask("quote", "AAPL")["AAPL"]


def test_a_rate_limit_is_not_asked_again_and_its_retry_after_is_kept(
    upstream: UpstreamServer, warm: Probe
) -> None:
    upstream.reset()
    upstream.fault("quote", "status", status=429, retry_after=77)
    found = warm.ask("quote", "AAPL")["AAPL"]
    counts = upstream.requests()["counts"]
    upstream.reset()
    assert (found["reason"], found["retry_after"]) == ("rate_limited", 77)
    assert counts == {"quote": 1}


def test_a_crumb_that_went_bad_is_renewed_once(upstream: UpstreamServer, warm: Probe) -> None:
    upstream.reset()
    upstream.fault("quote", "status", status=401, times=1)
    assert "price" in warm.ask("quote", "AAPL")["AAPL"]
    counts = upstream.requests()["counts"]
    upstream.reset()
    assert (counts["quote"], counts["getcrumb"]) == (2, 1)


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("status", {"status": 429}, "rate_limited"),
        ("status", {"status": 500}, "upstream_error"),
        ("status", {"status": 403}, "access_denied"),
        ("status", {"status": 401}, "unauthorized"),
        ("html", {}, "bad_response"),
        ("empty", {}, "bad_response"),
        ("hang", {}, "timeout"),
        ("reset", {}, "connect_failed"),
    ],
)
def test_an_error_page_never_becomes_the_crumb(
    upstream: UpstreamServer,
    new_probe: Callable[..., Probe],
    kind: str,
    options: dict[str, Any],
    reason: str,
) -> None:
    upstream.fault("getcrumb", kind, **options)
    probe = new_probe()
    assert probe.ask("quote", "AAPL", timeout=3)["AAPL"]["reason"] == reason
    assert "quote" not in upstream.requests()["counts"]
    assert "price" in probe.ask("chart", "AAPL")["AAPL"]
    upstream.reset()
    assert "price" in probe.ask("quote", "AAPL")["AAPL"]


def test_where_nothing_listens_the_connection_has_failed() -> None:
    probe = Probe("http://127.0.0.1:9", gevent=True)
    for method in ("quote", "chart"):
        found = probe.ask(method, "AAPL")["AAPL"]
        assert found["reason"] == "connect_failed"
        assert "yahoo.com" in found["detail"]
    assert probe.stop() == ""
