"""The pages of tasks, and doing tasks again."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from .streams import messages
from .test_page_stream import first_with


def refreshed(client: FlaskClient, symbols: str = "LARK.SIM,NOPE.SIM") -> dict[str, Any]:
    path = f"/api/watchlist/live-prices-async?symbols={symbols}&force=true"
    body: dict[str, Any] = client.post(path, headers={"Prefer": "wait=20"}).get_json()
    assert body["status"] == "completed"
    return body


def test_the_page_lists_tasks_newest_first_with_how_they_ended(client: FlaskClient) -> None:
    refreshed(client)
    refreshed(client, "QUIL.SIM")
    html = client.get("/tasks").get_data(as_text=True)
    assert html.index("Refresh of 1 symbol<") < html.index("Refresh of 2 symbols<")
    assert "1 updated, 1 unknown" in html


def test_a_task_shows_each_item_with_its_price_or_its_reason(client: FlaskClient) -> None:
    task = refreshed(client)
    html = client.get(f"/tasks/{task['id']}").get_data(as_text=True)
    assert "USD from Simulated exchange, quote" in html
    assert "<code>not_found</code>" in html


def test_the_attempts_of_an_item_open_in_its_row_and_as_a_page_of_their_own(
    client: FlaskClient,
) -> None:
    path = f"/tasks/{refreshed(client)['id']}/items/NOPE.SIM"
    part = client.get(path, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert '<ul class="attempts">' in part
    assert "<html" not in part
    whole = client.get(path).get_data(as_text=True)
    assert "<html" in whole
    assert '<ul class="attempts">' in whole
    assert client.get(path.replace("NOPE", "OTHER")).status_code == 404


def test_older_tasks_are_on_further_pages(client: FlaskClient) -> None:
    for number in range(51):
        client.post(f"/api/watchlist/live-prices-async?symbols=S{number}.SIM&force=true")
    first = client.get("/tasks").get_data(as_text=True)
    assert first.count('<article id="task-') == 50
    (older,) = [part.split('"')[0] for part in first.split('href="/tasks?before=')[1:]]
    second = client.get(f"/tasks?before={older}").get_data(as_text=True)
    assert 1 <= second.count('<article id="task-') < 50
    assert "hx-sse:connect" not in second


def test_the_list_and_the_page_of_a_task_are_live(new_app: Callable[..., Flask]) -> None:
    here, there = (new_app(simulated_latency_ms=300).test_client() for _ in range(2))
    after = here.get("/api/watchlist/cached").get_json()["event_id"]
    path = "/api/watchlist/live-prices-async?symbols=LARK.SIM,QUIL.SIM,BRAM.SIM"
    task_id = there.post(path).get_json()["id"]
    for query, target in (
        ("tasks=recent", f'hx-target="#task-{task_id}"'),
        (f"task={task_id}", 'hx-target="#item-LARK_2eSIM"'),
    ):
        response = here.get(f"/stream?{query}&last_event_id={after}")
        chunks = response.iter_encoded()
        next(chunks)
        heard = messages(chunks)
        told = first_with(heard, "3 updated").data
        assert target in told or 'hx-target="#tasks"' in told or 'hx-target="#items"' in told
        response.close()


def test_a_task_is_cancelled_from_its_page_and_a_script_stays_there(
    new_app: Callable[..., Flask],
) -> None:
    client = new_app(simulated_latency_ms=20_000).test_client()
    for script in (True, False):
        path = "/api/watchlist/live-prices-async?symbols=LARK.SIM&force=true"
        task_id = client.post(path).get_json()["id"]
        headers = {"Referer": f"http://localhost/tasks/{task_id}"}
        if script:
            headers["HX-Request"] = "true"
        answer = client.post(f"/tasks/{task_id}/cancel", headers=headers)
        if script:
            assert "Cancelled." in answer.get_data(as_text=True)
        else:
            assert answer.location == f"/tasks/{task_id}?done=cancelled"
        assert client.get(f"/api/tasks/{task_id}").get_json()["status"] == "cancelled"


def test_a_retry_does_what_failed_and_keeps_the_rest(client: FlaskClient) -> None:
    task = refreshed(client)
    answer = client.post(f"/api/tasks/{task['id']}/retry", headers={"Prefer": "wait=20"})
    again = answer.get_json()
    assert again["id"] != task["id"]
    assert again["status"] == "completed"
    assert again["params"]["retry_of"] == task["id"]
    kept = again["result"]["live_prices"]
    assert kept["LARK.SIM"] == task["result"]["live_prices"]["LARK.SIM"]
    before = task["result"]["live_prices"]["NOPE.SIM"]["attempts"]
    assert kept["NOPE.SIM"]["attempts"] != before


def test_a_retry_of_what_succeeded_does_all_of_it(client: FlaskClient) -> None:
    task = refreshed(client, "LARK.SIM")
    path = f"/api/tasks/{task['id']}/retry"
    again = client.post(path, headers={"Prefer": "wait=20"}).get_json()
    price = again["result"]["live_prices"]["LARK.SIM"]
    assert (
        price["quote"]["fetched_at"]
        > task["result"]["live_prices"]["LARK.SIM"]["quote"]["fetched_at"]
    )


def test_a_task_that_has_not_ended_is_not_done_again(new_app: Callable[..., Flask]) -> None:
    client = new_app(simulated_latency_ms=20_000).test_client()
    path = "/api/watchlist/live-prices-async?symbols=LARK.SIM"
    task_id = client.post(path).get_json()["id"]
    refused = client.post(f"/api/tasks/{task_id}/retry")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "task_not_ended")
    client.delete(f"/api/tasks/{task_id}")


def test_the_retry_button_leads_to_the_new_task(client: FlaskClient) -> None:
    task = refreshed(client)
    answer = client.post(f"/tasks/{task['id']}/retry")
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    assert answer.location != f"/tasks/{task['id']}"


def test_an_unknown_task_is_said_so(client: FlaskClient) -> None:
    for path in ("/tasks/nope", "/tasks/nope/items/A", "/tasks?before=nope"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "no task of that id" in answer.get_data(as_text=True)
    assert client.post("/api/tasks/nope/retry").status_code == 404
    assert client.get("/stream?task=nope").status_code == 404
