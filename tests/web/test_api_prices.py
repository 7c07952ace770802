"""JSON: refreshing, and what the cache shows meanwhile."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

REFRESH = "/api/watchlist/live-prices-async"
WAIT = {"Prefer": "wait=20"}


def refreshed(client: FlaskClient, symbols: str, force: str = "false") -> dict[str, Any]:
    response = client.post(f"{REFRESH}?symbols={symbols}&force={force}", headers=WAIT)
    assert response.status_code == 200
    body: dict[str, Any] = response.get_json()
    return body


def test_a_refresh_is_accepted_at_once_and_says_where_to_look(client: FlaskClient) -> None:
    response = client.post(f"{REFRESH}?symbols=LARK.SIM,QUIL.SIM")
    body = response.get_json()
    assert response.status_code == 202
    assert response.headers["Location"] == f"/api/tasks/{body['task_id']}" == body["poll_url"]
    assert response.headers["Retry-After"] == "1"
    assert body["events_url"] == f"/api/tasks/{body['id']}/events"
    assert body["progress"]["total"] == 2


def test_who_prefers_to_wait_gets_the_prices(client: FlaskClient) -> None:
    body = refreshed(client, "lark.sim,NONE.SIM")
    price = body["live_prices"]["LARK.SIM"]
    assert price["success"] is True
    assert price["quote"]["price"] > 0
    assert price["quote"]["source"] == "simulated"
    assert price["quote"]["freshness"] == "fresh"
    failed = body["live_prices"]["NONE.SIM"]
    assert failed["success"] is False
    assert failed["error"]["code"] == "not_found"
    assert failed["attempts"][0]["outcome"] == "failed"
    assert body["summary"] == {"ok": 1, "stale": 0, "failed": 1}


def test_when_all_are_fresh_there_is_no_task(client: FlaskClient) -> None:
    refreshed(client, "LARK.SIM")
    response = client.get(f"{REFRESH}?symbols=LARK.SIM")
    body = response.get_json()
    assert (response.status_code, body["cached"]) == (200, True)
    assert "LARK.SIM" in body["live_prices"]
    assert response.headers["Cache-Status"].startswith("stockapp; hit; ttl=")


def test_only_what_is_due_is_fetched_but_all_is_answered(client: FlaskClient) -> None:
    first = refreshed(client, "LARK.SIM")["live_prices"]["LARK.SIM"]["quote"]
    both = refreshed(client, "LARK.SIM,QUIL.SIM")["live_prices"]
    assert both["LARK.SIM"]["quote"]["fetched_at"] == first["fetched_at"]
    assert both["LARK.SIM"]["attempts"] == []
    assert both["QUIL.SIM"]["attempts"]


def test_force_fetches_also_what_is_fresh(client: FlaskClient) -> None:
    first = refreshed(client, "LARK.SIM")["live_prices"]["LARK.SIM"]["quote"]
    again = refreshed(client, "LARK.SIM", force="true")["live_prices"]["LARK.SIM"]["quote"]
    assert again["fetched_at"] > first["fetched_at"]


def test_equal_work_under_way_is_joined_on_any_worker(new_app: Callable[..., Flask]) -> None:
    first, second = (new_app(simulated_latency_ms=500).test_client() for _ in range(2))
    one = first.post(f"{REFRESH}?symbols=LARK.SIM,QUIL.SIM").get_json()
    other = second.get(f"{REFRESH}?symbols=QUIL.SIM,LARK.SIM").get_json()
    assert one["id"] == other["id"]
    assert "already under way" in other["message"]


def test_a_price_that_cannot_be_renewed_stays_marked_with_the_reason(
    new_app: Callable[..., Flask],
) -> None:
    healthy = new_app()
    fetched = refreshed(healthy.test_client(), "LARK.SIM")["live_prices"]["LARK.SIM"]["quote"]
    healthy.extensions["stockapp"].close()
    client = new_app(simulated_failure_rate=1.0).test_client()
    body = refreshed(client, "LARK.SIM", force="true")
    price = body["live_prices"]["LARK.SIM"]
    assert body["summary"] == {"ok": 0, "stale": 1, "failed": 0}
    assert price["quote"]["price"] == fetched["price"]
    assert price["error"]["code"] in {"rate_limited", "upstream_error", "timeout"}
    row = client.get("/api/watchlist/cached").get_json()["items"][0]
    assert row["quote"]["price"] == fetched["price"]
    assert row["last_fetch"]["error"]["detail"]


def test_the_cached_quote_comes_at_once_or_with_a_task_to_follow(client: FlaskClient) -> None:
    missing = client.get("/api/quote/LARK.SIM/cached")
    assert missing.status_code == 202
    assert missing.headers["Cache-Status"] == "stockapp; fwd=miss"
    client.get(missing.get_json()["poll_url"], headers=WAIT)
    there = client.get("/api/quote/lark.sim/cached")
    assert there.status_code == 200
    assert there.get_json()["quote"]["symbol"] == "LARK.SIM"
    assert there.get_json()["refresh"] is None


def test_who_asks_for_what_is_being_fetched_is_told_so(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=2000).test_client()
    client.get("/api/quote/LARK.SIM/cached")
    joined = client.get("/api/quote/LARK.SIM/cached")
    assert joined.headers["Cache-Status"] == "stockapp; fwd=miss; collapsed"


def test_a_list_tells_how_much_of_it_is_not_cached(client: FlaskClient) -> None:
    nothing = client.get("/api/watchlist/cached")
    assert nothing.headers["Cache-Status"] == "stockapp; detail=nothing-cached"
    refreshed(client, "LARK.SIM")
    some = client.get("/api/watchlist/cached")
    assert re.fullmatch(r"stockapp; hit; ttl=89\d; detail=11-missing", some.headers["Cache-Status"])


def test_a_lists_refresh_asks_for_what_is_older_than_its_own_setting(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(watchlist_fresh_seconds=0.001).test_client()
    path = "/api/watchlist/live-prices-async"
    whole = client.post(path, headers=WAIT).get_json()
    symbols = ",".join(whole["live_prices"])
    assert client.get(f"{path}?symbols={symbols}").get_json()["cached"] is True
    again = client.post(path, headers=WAIT).get_json()
    assert again["status"] == "completed"
    before, after = whole["live_prices"], again["live_prices"]
    assert all(
        before[symbol]["quote"]["fetched_at"] < after[symbol]["quote"]["fetched_at"]
        for symbol in before
    )


def test_a_stale_quote_is_answered_at_once_and_refreshed_behind(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(quote_fresh_seconds=0.001).test_client()
    first = refreshed(client, "LARK.SIM")["live_prices"]["LARK.SIM"]["quote"]
    answer = client.get("/api/quote/LARK.SIM/cached")
    body = answer.get_json()
    assert body["quote"]["freshness"] == "stale"
    assert body["quote"]["fetched_at"] == first["fetched_at"]
    assert answer.headers["Cache-Status"].startswith("stockapp; hit; ttl=-")
    assert body["refresh"]["kind"] == "live_prices"


def test_a_symbol_nobody_knows_is_not_asked_for_again_by_each_reader(client: FlaskClient) -> None:
    refreshed(client, "NONE.SIM")
    before = len(client.get("/api/tasks").get_json()["tasks"])
    answer = client.get("/api/quote/NONE.SIM/cached")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_symbol")
    assert answer.get_json()["attempts"]
    assert len(client.get("/api/tasks").get_json()["tasks"]) == before


def test_quotes_survive_a_restart(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    fetched = refreshed(app.test_client(), "LARK.SIM")["live_prices"]["LARK.SIM"]["quote"]
    app.extensions["stockapp"].close()
    again = new_app().test_client().get("/api/quote/LARK.SIM/cached").get_json()["quote"]
    assert again["price"] == fetched["price"]
    assert again["fetched_at"] == fetched["fetched_at"]


def test_the_watchlist_from_the_cache_has_every_item_with_its_quote(client: FlaskClient) -> None:
    client.post(REFRESH, headers=WAIT)
    body = client.get("/api/watchlist/cached").get_json()
    assert len(body["items"]) == 12
    assert all(item["quote"]["age_seconds"] >= 0 for item in body["items"])


def test_what_can_be_no_symbol_is_named_as_the_ticker_of_the_address(client: FlaskClient) -> None:
    problem = client.get("/api/quote/A%20B/cached").get_json()
    assert (problem["code"], problem["field"]) == ("invalid_symbol", "ticker")


def test_a_bad_symbol_among_many_is_pointed_at(client: FlaskClient) -> None:
    problem = client.post(f"{REFRESH}?symbols=AAPL,A/B").get_json()
    assert problem["detail"].startswith("Symbol 2 of 2: ")


def test_a_refresh_that_gave_nothing_new_says_so_in_its_closing_words(
    new_app: Callable[..., Flask],
) -> None:
    path = f"{REFRESH}?symbols=LARK.SIM&force=true"
    working = new_app()
    working.test_client().post(path, headers={"Prefer": "wait=20"})
    working.extensions["stockapp"].close()  # or its runner may take the failing one's task
    failing = new_app(simulated_failure_rate=1).test_client()
    task = failing.post(path, headers={"Prefer": "wait=20"}).get_json()
    assert task["progress"]["message"] == "1 stale"
