"""All five services, up or down in every combination and way: the right price, or every reason."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.upstream.client import UpstreamServer
from tests.upstream.world import price_of

from .insides import all_kept
from .server import Server, eventually, serving

SERVICES = ("yahoo", "google", "fmp", "marketstack", "alpha_vantage")
KEYS = {
    "FMP_API_KEY": "fmp-secret-0123456789",
    "MARKETSTACK_API_KEY": "marketstack-secret-0123",
    "ALPHA_VANTAGE_API_KEY": "alpha-secret-0123456789",
}
NO_LIMITS = {
    "STOCKAPP_FMP_A_DAY": 100_000,
    "STOCKAPP_MARKETSTACK_A_MONTH": 0,
    "STOCKAPP_MARKETSTACK_A_SECOND": 0,
    "STOCKAPP_ALPHA_VANTAGE_A_DAY": 0,
    "STOCKAPP_ALPHA_VANTAGE_A_SECOND": 0,
}
DEADLINE = 4.0
QUICK = {
    "STOCKAPP_REQUEST_TIMEOUT_SECONDS": 1.2,
    "STOCKAPP_SYMBOL_DEADLINE_SECONDS": DEADLINE,
    "STOCKAPP_HEDGE_MIN_SECONDS": 0.1,
    "STOCKAPP_HEDGE_MAX_SECONDS": 0.2,
}

# Each way to be down, with the reason that says so; services may say it better.
KINDS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "hang": ({"kind": "hang"}, {"timeout"}),
    "refused": ({}, {"connect_failed"}),
    "reset": ({"kind": "reset"}, {"connect_failed"}),
    "429": ({"kind": "status", "status": 429}, {"rate_limited"}),
    "429-retry-after": (
        {"kind": "status", "status": 429, "retry_after": 20},
        {"rate_limited"},
    ),
    "401": ({"kind": "status", "status": 401}, {"unauthorized"}),
    "403": ({"kind": "status", "status": 403}, {"access_denied"}),
    "500": ({"kind": "status", "status": 500}, {"upstream_error"}),
    "malformed": ({"kind": "malformed"}, {"bad_response", "no_data"}),
    "truncated": ({"kind": "truncated"}, {"bad_response"}),
    "empty": ({"kind": "empty"}, {"bad_response", "no_data"}),
    "html": ({"kind": "html"}, {"bad_response", "no_data"}),
    "wrong_symbol": ({"kind": "wrong_symbol"}, {"bad_response", "no_data", "not_found"}),
}
# Every set of services that are down, but for the one where none is.
COMBINATIONS = [down for count in range(1, 6) for down in itertools.combinations(SERVICES, count)]
# Each is the only one that is down, each the only one that is up, and all are down.
EDGES = [down for down in COMBINATIONS if len(down) in (1, 4, 5)]
# How a service that is down is left for another differs by whether it answers at all; what it
# answers differs by service, not by who else is down.
IN_EVERY_COMBINATION = ("hang", "500")


class House:
    """A server whose five sources are all simulated."""

    def __init__(self, server: Server, upstream: UpstreamServer) -> None:
        self.server = server
        self.upstream = upstream
        self._numbers = itertools.count()

    def new_symbol(self) -> str:
        return f"SYM{next(self._numbers)}"

    def reset(self) -> None:
        self.upstream.reset()
        self.server.close_breakers()

    def break_down(self, services: tuple[str, ...], kind: str) -> None:
        options, _ = KINDS[kind]
        for service in services:
            if kind == "refused":
                self.upstream.refuse(service)
            else:
                self.upstream.fault(service, **options)

    def fetch(self, symbol: str) -> dict[str, Any]:
        task = self.server.refresh(symbol, wait=25)
        assert task["status"] == "completed", task
        entry: dict[str, Any] = task["live_prices"][symbol]
        return entry


@pytest.fixture(scope="session")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("five")
    settings = {"STOCKAPP_LOG_LEVEL": "DEBUG", **KEYS, **NO_LIMITS, **QUICK}
    with UpstreamServer() as upstream, serving(folder, **upstream.settings, **settings) as server:
        house = House(server, upstream)
        # Each worker's first request to Yahoo takes longer: yfinance is imported.
        for _ in range(4):
            house.fetch(house.new_symbol())
        yield house


@pytest.fixture
def house(five: House) -> Iterator[House]:
    five.reset()
    yield five
    five.reset()


def reasons_of(entry: dict[str, Any]) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for attempt in entry["attempts"]:
        if attempt["reason"]:
            assert attempt["detail"]
            told.setdefault(attempt["source"], set()).add(attempt["reason"])
    return told


def check(house: House, down: tuple[str, ...], kind: str) -> None:
    symbol = house.new_symbol()
    house.break_down(down, kind)
    begun = time.monotonic()
    entry = house.fetch(symbol)
    took = time.monotonic() - begun
    # The deadline itself is in the attempts; this only proves that nothing waits for ever.
    assert took < DEADLINE + 15
    up = [service for service in SERVICES if service not in down]
    if up:
        quote = entry["quote"]
        assert entry["success"] is True, (down, entry)
        assert quote["price"] == price_of(symbol, 0)
        assert quote["source"] in up
        assert quote["end_of_day"] is (quote["source"] in ("marketstack", "alpha_vantage"))
        return
    assert entry["success"] is False
    told = reasons_of(entry)
    assert set(told) == set(SERVICES)
    for service, reasons in told.items():
        assert reasons <= KINDS[kind][1] | {"circuit_open", "timeout"}, (service, reasons)
        assert reasons & KINDS[kind][1], (service, reasons)
    assert max(attempt["elapsed_ms"] for attempt in entry["attempts"]) < DEADLINE * 1000 + 500


@pytest.mark.parametrize("kind", KINDS)
def test_a_price_comes_as_long_as_any_source_has_it_else_every_reason(
    house: House, kind: str
) -> None:
    for down in COMBINATIONS if kind in IN_EVERY_COMBINATION else EDGES:
        check(house, down, kind)
        house.reset()


def report(house: House, source: str) -> dict[str, Any]:
    found: dict[str, Any] = house.server.get(f"/api/providers/{source}").json()
    return found


def breaker(house: House, source: str, method: str) -> dict[str, Any]:
    found = {m["method"]: m["breaker"] for m in report(house, source)["methods"]}
    breaker: dict[str, Any] = found[method]
    return breaker


# An error that a service words itself, often with status 200: its reason.
WORDED = [
    ("alpha_vantage", "daily", "quota_exhausted"),
    ("alpha_vantage", "burst", "rate_limited"),
    ("alpha_vantage", "premium", "access_denied"),
    ("alpha_vantage", "no_key", "unauthorized"),
    ("fmp", "daily", "quota_exhausted"),
    ("fmp", "daily_as_200", "quota_exhausted"),
    ("fmp", "symbol_plan", "unsupported_symbol"),
    ("fmp", "legacy", "access_denied"),
    ("fmp", "no_key", "unauthorized"),
    ("marketstack", "monthly", "quota_exhausted"),
    ("marketstack", "burst", "rate_limited"),
    ("marketstack", "plan", "access_denied"),
    ("marketstack", "no_key", "unauthorized"),
    ("google", "consent", "blocked"),
]


@pytest.mark.parametrize(("service", "name", "reason"), WORDED)
def test_an_error_in_a_services_own_words_is_told_as_what_it_is(
    house: House, service: str, name: str, reason: str
) -> None:
    for other in SERVICES:
        house.upstream.fault(other, "status", status=500)
    house.upstream.fault(service, "error", name=name)
    entry = house.fetch(house.new_symbol())
    assert reasons_of(entry)[service] == {reason}
    assert all(key not in str(entry) for key in KEYS.values())


def test_no_key_is_told_anywhere_also_when_a_service_sends_it_back(house: House) -> None:
    for service, name, _ in WORDED:
        house.upstream.fault("*", "status", status=500)
        house.upstream.fault(service, "error", name=name)
        house.fetch(house.new_symbol())
        house.upstream.heal(service)
        house.server.close_breakers()
    symbol = house.new_symbol()
    house.server.post("/api/watchlist", json={"symbol": symbol, "accept_unknown": True})
    told = house.server.log()
    for path in ("/", "/system", "/api/providers", "/api/tasks", "/api/health/detailed"):
        told += house.server.get(path).text
    for task in house.server.get("/api/tasks?limit=50").json()["tasks"]:
        told += house.server.get(f"/api/tasks/{task['id']}").text
    kept = all_kept(house.server)
    for key in KEYS.values():
        assert key not in told
        assert key.encode() not in kept
    # The log at its most talkative does name the addresses that were asked.
    assert "apikey=[hidden]" in told


def test_every_attempt_is_in_the_log(house: House) -> None:
    house.upstream.fault("quote", "status", status=429)
    symbol = house.new_symbol()
    house.fetch(symbol)
    second = house.new_symbol()
    house.fetch(second)
    lines = house.server.log().splitlines()
    failed = [line for line in lines if symbol in line and "rate_limited" in line]
    skipped = [line for line in lines if second in line and "circuit_open" in line]
    answered = [line for line in lines if symbol in line and "method=spark" in line]
    assert failed and skipped and answered


class TestBreakers:
    def test_they_hold_in_all_workers_and_a_person_may_close_one(self, house: House) -> None:
        house.upstream.fault("quote", "status", status=429, retry_after=300)
        for _ in range(12):
            house.fetch(house.new_symbol())
        assert house.upstream.requests()["counts"]["quote"] <= 2
        found = breaker(house, "yahoo", "quote")
        assert (found["state"], found["reason"]) == ("open", "rate_limited")
        house.upstream.heal("quote")
        answer = house.server.post("/api/providers/yahoo/quote/close").json()
        assert answer["closed"] is True
        assert house.fetch(house.new_symbol())["quote"]["method"] == "quote"

    def test_a_test_of_a_source_asks_every_method_and_closes_what_answers(
        self, house: House
    ) -> None:
        house.upstream.fault("chart", "status", status=429)
        house.upstream.fault("spark", "status", status=429)
        house.upstream.fault("quote", "status", status=500)
        house.fetch(house.new_symbol())
        house.upstream.heal("spark")
        house.upstream.heal("quote")
        task = house.server.post("/api/providers/yahoo/test", headers={"Prefer": "wait=20"}).json()
        told = {name: result["success"] for name, result in task["methods"].items()}
        assert told == {
            "quote": True,
            "spark": True,
            "chart": False,
            "summary": True,
            "page": True,
        }
        assert task["methods"]["chart"]["error"]["code"] == "rate_limited"
        assert breaker(house, "yahoo", "spark")["state"] == "closed"
        assert breaker(house, "yahoo", "chart")["state"] == "open"


class TestProviders:
    def test_each_method_tells_how_it_fares(self, house: House) -> None:
        house.upstream.fault("yahoo", "status", status=500)
        house.fetch(house.new_symbol())
        house.upstream.heal("yahoo")
        house.server.close_breakers()
        house.fetch(house.new_symbol())
        sources = house.server.get("/api/providers").json()["providers"]
        assert [source["source"] for source in sources] == ["simulated", *SERVICES]
        methods = {m["method"]: m for m in report(house, "yahoo")["methods"]}
        prices, research = list(methods)[:5], set(list(methods)[5:])
        assert prices == ["quote", "spark", "chart", "summary", "page"]
        assert research == {"profile", "statements", "history", "search", "trend"}
        quote = methods["quote"]
        assert quote["requests"] > quote["failed_requests"] > 0
        assert 0 < quote["success_rate"] < 1
        assert 0 < quote["latency_ms"]["p50"] <= quote["latency_ms"]["p95"]
        assert quote["last_failure"]["reason"] in {"upstream_error", "unauthorized"}
        assert quote["last_failure"]["at"] and quote["last_success_at"]
        assert quote["attempts"]["ok"] > 0

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("get", "/api/providers/nobody"),
            ("post", "/api/providers/nobody/test"),
            ("post", "/api/providers/yahoo/nothing/close"),
        ],
    )
    def test_an_unknown_source_or_method_is_a_problem_that_names_the_known(
        self, house: House, method: str, path: str
    ) -> None:
        answer = getattr(house.server, method)(path)
        assert answer.status_code == 404
        assert answer.json()["code"] == "unknown_source"
        assert "quote" in answer.json()["detail"] or "yahoo" in answer.json()["detail"]


def test_quotas_and_breakers_outlive_a_restart(tmp_path: Path) -> None:
    only_fmp = {"STOCKAPP_SOURCES": "fmp", "STOCKAPP_FMP_A_DAY": 3, "FMP_API_KEY": "some-key-1"}
    with UpstreamServer() as upstream:
        settings = {**upstream.settings, **only_fmp}
        with serving(tmp_path, **settings) as server:
            house = House(server, upstream)
            assert house.fetch("ONE")["success"] and house.fetch("TWO")["success"]
        with serving(tmp_path, **settings) as server:
            house = House(server, upstream)
            (quota,) = report(house, "fmp")["quotas"]
            assert (quota["limit"], quota["used"], quota["left"]) == (3, 2, 1)
            assert house.fetch("THREE")["success"]
            refused = house.fetch("FOUR")
            assert refused["error"]["code"] == "quota_exhausted"
            assert upstream.requests()["counts"]["fmp"] == 3
            upstream.fault("fmp", "error", name="no_key")
        with serving(tmp_path, **{**settings, "STOCKAPP_FMP_A_DAY": 100}) as server:
            house = House(server, upstream)
            assert house.fetch("FIVE")["error"]["code"] == "unauthorized"
        upstream.reset()
        with serving(tmp_path, **{**settings, "STOCKAPP_FMP_A_DAY": 100}) as server:
            house = House(server, upstream)
            assert house.fetch("SIX")["error"]["code"] == "circuit_open"
            assert upstream.requests()["counts"] == {}
        # Another key makes what was said of the old one void, and is another account.
        with serving(tmp_path, **{**settings, "FMP_API_KEY": "another-key"}) as server:
            house = House(server, upstream)
            assert house.fetch("SEVEN")["success"]
            assert report(house, "fmp")["quotas"][0]["used"] == 1


def test_all_at_once_asks_every_source_and_flags_those_that_disagree(tmp_path: Path) -> None:
    # One worker, so that the first fetch has it import what speaks to Yahoo.
    settings = {
        **KEYS,
        **NO_LIMITS,
        **QUICK,
        "STOCKAPP_RACE": "all",
        "WEB_CONCURRENCY": "1",
    }
    with UpstreamServer() as upstream, serving(tmp_path, **upstream.settings, **settings) as server:
        house = House(server, upstream)
        house.fetch("WARM")
        # On a busy machine Yahoo is asked for it only when the others have long answered.
        assert eventually(lambda: upstream.requests()["counts"].get("quote", 0) == 1)
        assert eventually(lambda: not upstream.under_way())
        upstream.reset()
        upstream.fault("yahoo", latency_ms=150)
        entry = house.fetch("AAPL")
        counts = upstream.requests()["counts"]
        assert all(counts[service] == 1 for service in SERVICES[1:])
        assert counts["quote"] == 1
        told = {(a["source"], a["outcome"]) for a in entry["attempts"]}
        assert {source for source, _ in told} == set(SERVICES)
        assert ("yahoo", "lost_race") in told
        assert entry["quote"]["disagreeing"] == []
        for daily in ("marketstack", "alpha_vantage"):
            upstream.fault(daily, "status", status=500)
        # Long after the others, and well before the run stops waiting for it.
        upstream.fault("fmp", tick=1_000, latency_ms=500)
        quote = house.fetch("MSFT")["quote"]
        (other,) = quote["disagreeing"]
        assert (other["source"], other["price"]) == ("fmp", price_of("MSFT", 1_000))
        assert quote["price"] == price_of("MSFT", 0)
        server.post("/api/watchlist", json={"symbol": "MSFT"})
        assert "sources differ" in server.get("/").text
        assert "Financial Modeling Prep (quote)" in server.get("/lists/default/items/MSFT").text


def test_a_price_without_a_currency_takes_the_known_one_and_says_so(house: House) -> None:
    symbol = house.new_symbol()
    assert house.fetch(symbol)["quote"]["currency_assumed"] is False
    house.upstream.fault("quote", "status", status=500)
    quote = house.fetch(symbol)["quote"]
    assert (quote["method"], quote["currency"], quote["currency_assumed"]) == ("spark", "USD", True)
    unknown = house.fetch(house.new_symbol())["quote"]
    assert (unknown["method"], unknown["currency"]) == ("spark", None)


def test_five_hundred_symbols_cost_ten_requests(tmp_path: Path) -> None:
    # No answer is late here, however slow the machine: a hedge costs requests, as it should.
    patient = {"STOCKAPP_HEDGE_MIN_SECONDS": 20, "STOCKAPP_HEDGE_MAX_SECONDS": 20}
    with UpstreamServer() as upstream, serving(tmp_path, **upstream.settings, **patient) as server:
        house = House(server, upstream)
        symbols = [house.new_symbol() for _ in range(500)]
        task = server.refresh(",".join(symbols), wait=25)
        assert task["summary"] == {"ok": 500, "stale": 0, "failed": 0}
        assert sum(upstream.requests()["counts"].values()) <= 500 / 50 + 2
