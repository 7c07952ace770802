"""Live mode as pages and the JSON interface see it."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.tasks.workers import eventually

from .test_page_stream import page_stream


def live_task(client: FlaskClient) -> dict[str, Any] | None:
    """The first live refresh there was, once it has ended."""
    tasks = client.get("/api/tasks").get_json()["tasks"]
    return next(
        (task for task in reversed(tasks) if task["params"].get("live") and task["finished_at"]),
        None,
    )


def refreshed(client: FlaskClient) -> dict[str, Any]:
    assert eventually(lambda: live_task(client) is not None)
    task = live_task(client)
    assert task is not None
    return task


def test_a_page_that_polls_for_changes_is_kept_up_to_date(client: FlaskClient) -> None:
    client.get("/changes?watchlist=default&live=1")
    task = refreshed(client)
    assert task["status"] == "completed"
    rows = client.get("/api/watchlist/cached").get_json()["items"]
    assert all(row["quote"]["freshness"] == "fresh" for row in rows)


def test_other_pages_start_nothing(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    client = app.test_client()
    client.get("/changes?watchlist=default")
    client.get("/changes?tasks=recent&live=1")
    app.extensions["stockapp"]._services.live.look()
    assert client.get("/api/tasks").get_json()["tasks"] == []


def test_a_live_refresh_is_called_so_and_is_not_the_refresh_of_the_page(
    client: FlaskClient,
) -> None:
    with page_stream(client):
        client.get("/changes?watchlist=default&live=1")
        refreshed(client)
    assert "Live refresh" in client.get("/tasks").get_data(as_text=True)
    assert "12 updated" not in client.get("/").get_data(as_text=True)


def test_doing_one_again_is_asking_for_it(client: FlaskClient) -> None:
    client.get("/changes?watchlist=default&live=1")
    again = client.post(f"/api/tasks/{refreshed(client)['id']}/retry").get_json()
    assert "live" not in again["params"]
