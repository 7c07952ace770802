"""JSON: tasks and their streams, on any worker."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .streams import Message, messages

REFRESH = "/api/watchlist/live-prices-async"
WAIT = {"Prefer": "wait=20"}


def start(client: FlaskClient, symbols: str = "LARK.SIM,QUIL.SIM") -> str:
    return str(client.post(f"{REFRESH}?symbols={symbols}").get_json()["id"])


def stream(client: FlaskClient, task_id: str, after: int | None = None) -> list[Message]:
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    response = client.get(f"/api/tasks/{task_id}/events", headers=headers)
    assert response.mimetype == "text/event-stream"
    return list(messages(response.iter_encoded()))


def test_a_task_can_be_asked_of_any_worker(new_app: Callable[..., Flask]) -> None:
    first, second = (new_app().test_client() for _ in range(2))
    task_id = start(first)
    task = second.get(f"/api/tasks/{task_id}", headers=WAIT).get_json()
    assert task["status"] == "completed"
    assert task["progress"]["percent"] == 100.0
    assert {item["state"] for item in task["items"]} == {"ok"}
    assert set(task["result"]["live_prices"]) == {"LARK.SIM", "QUIL.SIM"}


def test_a_listing_is_newest_first_without_results(client: FlaskClient) -> None:
    ids = [start(client, symbol) for symbol in ("LARK.SIM", "QUIL.SIM", "BRAM.SIM")]
    for task_id in ids:
        client.get(f"/api/tasks/{task_id}", headers=WAIT)
    tasks = client.get("/api/tasks?status=completed&kind=live_prices&limit=2").get_json()["tasks"]
    assert [task["id"] for task in tasks] == [ids[2], ids[1]]
    assert tasks[0]["has_result"] is True
    assert "result" not in tasks[0]
    older = client.get(f"/api/tasks?before={ids[1]}").get_json()["tasks"]
    assert [task["id"] for task in older] == [ids[0]]


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=done", "status"), ("limit=0", "limit"), ("limit=many", "limit"), ("x=1", "x")],
)
def test_a_bad_listing_names_the_field(client: FlaskClient, query: str, field: str) -> None:
    response = client.get(f"/api/tasks?{query}")
    assert response.status_code == 422
    assert response.get_json()["field"] == field


@pytest.mark.parametrize("path", ["/api/tasks/nothing", "/api/tasks/nothing/events"])
def test_an_unknown_task_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.get_json()["code"]) == (404, "unknown_task")
    assert client.delete("/api/tasks/nothing").status_code == 404


def test_a_cancelled_task_stays_cancelled(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=4000).test_client()
    task_id = start(client)
    cancelled = client.delete(f"/api/tasks/{task_id}")
    assert cancelled.status_code in {200, 202}
    assert cancelled.get_json()["status"] == "cancelled"
    again = client.delete(f"/api/tasks/{task_id}")
    assert (again.status_code, again.get_json()["code"]) == (409, "task_ended")
    assert client.get(f"/api/tasks/{task_id}").get_json()["status"] == "cancelled"


def test_a_stream_begins_with_a_snapshot_and_ends_with_the_whole_task(client: FlaskClient) -> None:
    heard = stream(client, start(client))
    assert heard[0].event == "snapshot"
    assert heard[-1].event == "completed"
    assert set(heard[-1].json["result"]["live_prices"]) == {"LARK.SIM", "QUIL.SIM"}
    ids = [message.id for message in heard if message.id is not None]
    assert ids == sorted(ids)


def test_items_and_progress_are_told_as_they_happen(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=300).test_client()
    heard = stream(client, start(client))
    items = [m.json for m in heard if m.event == "item" and m.json["state"] == "ok"]
    assert {item["key"] for item in items} == {"LARK.SIM", "QUIL.SIM"}
    assert all(item["quote"]["price"] > 0 for item in items)
    assert [m.json["done"] for m in heard if m.event == "progress"][-1] == 2


def test_the_stream_of_an_ended_task_is_its_snapshot_and_its_end(client: FlaskClient) -> None:
    task_id = start(client)
    client.get(f"/api/tasks/{task_id}", headers=WAIT)
    assert [message.event for message in stream(client, task_id)] == ["snapshot", "completed"]


def test_a_stream_resumes_on_another_worker_without_loss_or_repeat(
    new_app: Callable[..., Flask],
) -> None:
    first, second = (new_app(simulated_latency_ms=200).test_client() for _ in range(2))
    task_id = start(first)
    whole = stream(first, task_id)
    events = [message for message in whole if message.event != "snapshot"]
    for cut in range(len(events) - 1):
        after = events[cut].id
        assert after is not None
        resumed = stream(second, task_id, after)
        expected = [(m.id, m.event) for m in events[cut + 1 :]]
        assert [(m.id, m.event) for m in resumed] == expected


def test_an_id_that_the_log_does_not_have_gives_a_reset_and_a_snapshot(client: FlaskClient) -> None:
    task_id = start(client)
    client.get(f"/api/tasks/{task_id}", headers=WAIT)
    heard = [message.event for message in stream(client, task_id, after=10**9)]
    assert heard == ["reset", "snapshot", "completed"]


def test_a_last_event_id_that_is_none_is_refused(client: FlaskClient) -> None:
    response = client.get(
        f"/api/tasks/{start(client)}/events", headers={"Last-Event-ID": "yesterday"}
    )
    assert (response.status_code, response.get_json()["field"]) == (422, "last_event_id")


def test_a_silent_stream_is_kept_alive_by_comments(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=3000, stream_heartbeat_seconds=0.05).test_client()
    task_id = start(client)
    response = client.get(f"/api/tasks/{task_id}/events")
    chunks = response.iter_encoded()
    assert any(chunk.startswith(b": ") for chunk in (next(chunks) for _ in range(8)))
    response.close()


def test_streams_end_when_the_worker_drains(new_app: Callable[..., Flask]) -> None:
    app = new_app(simulated_latency_ms=10_000, stream_heartbeat_seconds=30)
    client = app.test_client()
    task_id = start(client)
    threading.Timer(0.3, app.extensions["stockapp"].drain).start()
    heard = stream(client, task_id)
    assert heard[0].event == "snapshot"
    assert not {"completed", "failed"} & {message.event for message in heard}


def test_one_stream_too_many_is_a_503_that_says_when_to_try_again(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(max_streams=1, simulated_latency_ms=3000).test_client()
    task_id = start(client)
    first = client.get(f"/api/tasks/{task_id}/events")
    refused = client.get(f"/api/tasks/{task_id}/events")
    assert (refused.status_code, refused.get_json()["code"]) == (503, "too_many_streams")
    assert refused.headers["Retry-After"]
    first.close()
    again = client.get(f"/api/tasks/{task_id}/events")
    assert again.status_code == 200
    again.close()


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("symbols=AAPL,A/B", "invalid_symbol", "symbols"),
        ("symbols=", "invalid_symbol", "symbols"),
        ("force=perhaps", "invalid_value", "force"),
        ("watchlist=nowhere", "unknown_watchlist", "watchlist"),
        ("symbol=LARK.SIM", "invalid_value", "symbol"),
        ("symbols=" + ",".join(f"S{n}" for n in range(1001)), "too_many_symbols", "symbols"),
    ],
)
def test_a_bad_refresh_names_the_field(
    client: FlaskClient, query: str, code: str, field: str
) -> None:
    response = client.post(f"{REFRESH}?{query}")
    assert response.status_code in {404, 422}
    assert (response.get_json()["code"], response.get_json()["field"]) == (code, field)
