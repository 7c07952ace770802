"""Real workers against the simulated upstream: the main job, and what can go wrong with it."""

from pathlib import Path
from typing import Any

import pytest

from tests.free_port import free_port
from tests.upstream.client import UpstreamServer
from tests.upstream.world import currency_of, price_of

from .server import Server, eventually, serving

Yahoo = tuple[Server, UpstreamServer]
METHODS = ("quote", "spark", "chart", "summary", "page")


def prices(task: dict[str, Any]) -> dict[str, Any]:
    assert task["status"] == "completed"
    found: dict[str, Any] = task["live_prices"]
    return found


def test_a_thousand_symbols_are_one_task_of_twenty_requests(yahoo: Yahoo) -> None:
    server, upstream = yahoo
    symbols = [f"K{number}{'.L' if number % 10 == 0 else ''}" for number in range(1_000)]
    upstream.configure(latency_ms=100)
    found = prices(server.refresh(",".join(symbols), wait=30))
    assert list(found) == symbols
    for symbol, entry in found.items():
        quote = entry["quote"]
        assert quote["price"] == price_of(symbol, 0)
        assert quote["currency"] == currency_of(symbol)
    counted = upstream.requests()
    assert counted["counts"]["quote"] == 20
    assert counted["counts"].get("chart", 0) == 0
    assert 2 <= counted["most_at_once"]["quote"] <= 10


def test_a_quote_carries_all_that_it_means(yahoo: Yahoo) -> None:
    server, _ = yahoo
    quote = prices(server.refresh("VOD.L", wait=20))["VOD.L"]["quote"]
    assert quote["name"] == "VOD.L Holdings"
    assert (quote["currency"], quote["market_state"]) == ("GBp", "regular")
    assert (quote["source"], quote["method"]) == ("yahoo", "quote")
    assert quote["exchange"] == "Upstream Exchange"
    assert quote["delay_minutes"] == 15
    assert quote["as_of"] < quote["fetched_at"]
    assert quote["previous_close"] == round(quote["price"] * 0.98, 2)


def test_what_quote_does_not_give_comes_from_chart_and_says_so(yahoo: Yahoo) -> None:
    server, upstream = yahoo
    for route in ("quote", "spark"):
        upstream.fault(route, "status", status=500)
    entry = prices(server.refresh("CHRT", wait=20))["CHRT"]
    assert entry["quote"]["price"] == price_of("CHRT", 0)
    assert entry["quote"]["method"] == "chart"
    told = [(a["method"], a["outcome"], a["reason"]) for a in entry["attempts"]]
    assert told == [
        ("quote", "failed", "upstream_error"),
        ("spark", "failed", "upstream_error"),
        ("chart", "ok", None),
    ]


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        ("status", {"status": 429, "retry_after": 7}, "rate_limited"),
        ("status", {"status": 500}, "upstream_error"),
        ("status", {"status": 401}, "unauthorized"),
        ("malformed", {}, "bad_response"),
        ("truncated", {}, "bad_response"),
        ("html", {}, "bad_response"),
        ("reset", {}, "connect_failed"),
        ("hang", {}, "timeout"),
    ],
)
def test_each_way_to_fail_is_told_and_the_old_price_stays_marked_stale(
    yahoo: Yahoo, kind: str, options: dict[str, Any], reason: str
) -> None:
    server, upstream = yahoo
    symbol = f"F{kind}{options.get('status', '')}".upper()
    before = prices(server.refresh(symbol, wait=20))[symbol]["quote"]
    upstream.configure(tick=1)
    for route in METHODS:
        upstream.fault(route, kind, **options)
    entry = prices(server.refresh(symbol, wait=30))[symbol]
    assert entry["success"] is False
    assert entry["error"]["code"] == reason
    told = {a["method"]: a["outcome"] for a in entry["attempts"]}
    assert told == dict.fromkeys(METHODS, "failed")
    assert all(a["reason"] and a["detail"] for a in entry["attempts"])
    assert (entry["quote"]["price"], entry["quote"]["fetched_at"]) == (
        before["price"],
        before["fetched_at"],
    )
    upstream.reset()
    upstream.configure(tick=1)
    server.close_breakers()
    after = prices(server.refresh(symbol, wait=20))[symbol]["quote"]
    assert after["price"] == price_of(symbol, 1)


def test_pages_and_cached_quotes_are_served_while_the_source_hangs(yahoo: Yahoo) -> None:
    server, upstream = yahoo
    server.refresh("HUNG", wait=20)
    upstream.fault("*", "hang")
    task_id = server.refresh("HUNG")["id"]
    for path in ("/", "/api/quote/HUNG/cached", "/api/watchlist/cached", "/healthz") * 5:
        assert server.get(path).status_code == 200
    assert server.get(f"/api/tasks/{task_id}").json()["status"] in ("pending", "running")


def test_a_cancel_does_not_wait_for_a_source_that_hangs(yahoo: Yahoo) -> None:
    server, upstream = yahoo
    server.refresh("STUCK", wait=20)
    upstream.fault("*", "hang")
    task_id = server.refresh("STUCK")["id"]
    assert server.delete(f"/api/tasks/{task_id}").status_code in (200, 202)
    task = server.get(f"/api/tasks/{task_id}").json()
    assert task["status"] == "cancelled"
    assert {item["state"] for item in task["items"]} == {"cancelled"}
    assert eventually(lambda: not any(worker["running_tasks"] for worker in server.workers()))


def test_an_unknown_symbol_is_found_unknown_while_others_get_their_prices(yahoo: Yahoo) -> None:
    server, _ = yahoo
    found = prices(server.refresh("GOOD,NOPE1", wait=20))
    assert found["GOOD"]["success"] is True
    assert found["NOPE1"]["error"]["code"] == "not_found"


def test_without_a_network_the_page_says_what_cannot_be_reached_and_offers_simulation(
    tmp_path: Path,
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with serving(tmp_path, STOCKAPP_SAMPLE="real", STOCKAPP_YAHOO_BASE_URL=nowhere) as server:
        assert "No price yet" in server.get("/").text
        assert eventually(lambda: "Yahoo cannot be reached" in server.get("/").text)
        page = server.get("/").text
        assert "<code>connect_failed</code>" in page
        assert "Add the simulated .SIM list" in page
        page = server.send_form("/lists/default/simulated").text
        assert "LARK.SIM" in page
        assert eventually(lambda: 'class="amount"' in server.get("/").text)
        assert "Simulated prices are invented" in server.get("/").text
