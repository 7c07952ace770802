"""A stock's page while it is analysed: what the stream puts where."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from .analyses import analysed
from .streams import Message, messages
from .test_page_stream import first_with, until

SLOW = 400


@contextmanager
def stock_stream(
    client: FlaskClient, query: str = "", after: int = 0
) -> Iterator[Iterator[Message]]:
    """The messages of the page of LARK.SIM, by the assumptions in that query."""
    response = client.get(f"/stream?stock=LARK.SIM{query}&last_event_id={after}")
    assert response.status_code == 200
    chunks = response.iter_encoded()
    next(chunks)
    yield messages(chunks)
    response.close()


def test_stages_and_parts_appear_as_they_are_ready_and_the_value_at_the_end(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=SLOW).test_client()
    with stock_stream(client) as heard:
        client.post("/api/analyze/LARK.SIM/async")
        told = "".join(message.data for message in until(heard, "data-fair-value"))
    value = told.index("data-fair-value")
    for target in ("#run", "#stock", "#statements", "#history"):
        assert f'hx-target="{target}"' in told[:value], target
    assert told.index("Income statement</b>") < value
    assert "of 11 stages" in told[:value]
    assert "left" in told[:value], "the time left is told"


def test_each_window_gets_the_value_by_its_own_assumptions(new_app: Callable[..., Flask]) -> None:
    app = new_app(simulated_latency_ms=SLOW)
    client = app.test_client()
    with stock_stream(client) as own, stock_stream(client, "&growth=9") as chosen:
        client.post("/api/analyze/LARK.SIM/async")
        by_own = first_with(own, "data-fair-value").data
        by_choice = first_with(chosen, "data-fair-value").data
    assert 'hx-target="#figures-own"' in by_own
    assert 'hx-target="#figures-own"' not in by_choice
    assert "by your assumptions" in by_choice
    assert "by your assumptions" not in by_own


def test_a_new_price_changes_the_head_alone(client: FlaskClient) -> None:
    analysed(client)
    after = client.get("/api/watchlist/cached").get_json()["event_id"]
    with stock_stream(client, after=after) as heard:
        client.post("/api/watchlist/live-prices-async?symbols=LARK.SIM&force=true")
        told = first_with(heard, 'class="amount"').data
    assert told.count("hx-target") == 1
    assert 'hx-target="#stock"' in told


def test_prices_of_other_stocks_change_nothing_here(client: FlaskClient) -> None:
    analysed(client)
    after = client.get("/api/watchlist/cached").get_json()["event_id"]
    path = "/api/watchlist/live-prices-async?symbols=QUIL.SIM&force=true"
    client.post(path, headers={"Prefer": "wait=20"})
    missed = client.get(f"/changes?stock=LARK.SIM&last_event_id={after}")
    assert missed.get_data(as_text=True) == ""


@pytest.mark.parametrize("growth", ["much", "9999"])
def test_bad_assumptions_get_no_stream_but_a_reason(reader: FlaskClient, growth: str) -> None:
    path = f"/stream?stock=LARK.SIM&growth={growth}"
    answer = reader.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.get_json()["field"] == "growth"


def test_the_whole_list_is_analysed_as_one_task_and_each_row_gets_its_verdict(
    client: FlaskClient,
) -> None:
    after = client.get("/api/watchlist/cached").get_json()["event_id"]
    response = client.get(f"/stream?watchlist=default&last_event_id={after}")
    chunks = response.iter_encoded()
    next(chunks)
    client.post("/lists/default/analyze")
    told = "".join(message.data for message in until(messages(chunks), "12 analysed"))
    response.close()
    (task,) = client.get("/api/tasks?kind=analysis_all").get_json()["tasks"]
    assert task["progress"]["total"] == 12
    assert 'hx-target="#analysis"' in told
    row = told.rindex('hx-target="#row-LARK_2eSIM"')
    assert 'class="fair"' in told[row:]
