"""Sparklines as the application has them: fetched behind, and told with each row."""

from collections.abc import Callable
from typing import Any

from flask import Flask


def services(app: Flask) -> Any:
    return app.extensions["stockapp"]._services


def test_what_is_due_is_fetched_behind_and_told_with_its_row(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    client, trends = app.test_client(), services(app).trends
    rows = client.get("/api/watchlist/cached").get_json()["items"]
    assert {row["trend"] for row in rows} == {None}
    task = trends.start_due([row["symbol"] for row in rows] + ["NONE.SIM"])
    assert services(app).waiter.wait(task.id, 20).progress.message == "12 fetched, 1 not to be had"
    rows = client.get("/api/watchlist/cached").get_json()["items"]
    assert all(len(row["trend"]) == 22 and row["trend_age_seconds"] >= 0 for row in rows)
    assert trends.start_due([row["symbol"] for row in rows] + ["NONE.SIM"]) is None
    # It is no refresh of the rows.
    assert {row["state"] for row in rows} == {None}
    page = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert "Sparklines" in page and "22 daily closes" in page and "NONE.SIM" in page
    methods = client.get("/api/providers").get_json()["providers"][0]["methods"]
    assert "trend" in [method["method"] for method in methods]
    assert client.delete("/api/cache/trend").get_json()["deleted"] == 12
