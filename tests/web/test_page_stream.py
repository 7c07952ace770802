"""The one stream of a page: fragments of whatever changes, in every window."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient

from .streams import Message, messages

ROW = 'id="row-LARK_2eSIM"'


@contextmanager
def page_stream(
    client: FlaskClient, after: int | None = None, watchlist: str = "default"
) -> Iterator[Iterator[Message]]:
    """The messages of a page that was rendered as of now, or as of that event."""
    if after is None:
        after = client.get("/api/watchlist/cached").get_json()["event_id"]
    response = client.get(f"/stream?watchlist={watchlist}&last_event_id={after}")
    assert response.status_code == 200
    chunks = response.iter_encoded()
    # The stream's first bytes say that it listens.
    next(chunks)
    yield messages(chunks)
    response.close()


def until(heard: Iterator[Message], text: str) -> Iterator[Message]:
    for message in heard:
        yield message
        if text in message.data:
            return


def first_with(heard: Iterator[Message], text: str) -> Message:
    return next(message for message in heard if text in message.data)


def test_rows_change_one_by_one_in_the_windows_of_every_worker(
    new_app: Callable[..., Flask],
) -> None:
    clients = [new_app(simulated_latency_ms=600).test_client() for _ in range(2)]
    after = clients[0].get("/api/watchlist/cached").get_json()["event_id"]

    def follow(client: FlaskClient) -> str:
        with page_stream(client, after) as heard:
            return "".join(message.data for message in until(heard, "12 updated"))

    with ThreadPoolExecutor(2) as pool:
        followed = [pool.submit(follow, client) for client in clients]
        clients[0].post("/refresh")
        for window in followed:
            told = window.result()
            assert told.count('<hx-partial hx-target="#row-LARK_2eSIM"') >= 2
            assert "updating" in told
            assert 'class="amount"' in told
            assert 'id="watchlist"' not in told, "the table is not sent for a price"


def test_what_is_added_elsewhere_appears(new_app: Callable[..., Flask]) -> None:
    here, there = (new_app(sample="none").test_client() for _ in range(2))
    with page_stream(here) as heard:
        there.post("/api/watchlist", json={"symbol": "LARK.SIM"})
        assert ROW in first_with(heard, 'hx-target="#watchlist"').data
        there.delete("/api/watchlist/LARK.SIM")
        assert "Nothing is watched yet" in first_with(heard, "Nothing is watched yet").data


def test_a_note_made_elsewhere_changes_its_row_alone(new_app: Callable[..., Flask]) -> None:
    here, there = (new_app().test_client() for _ in range(2))
    with page_stream(here) as heard:
        there.patch("/api/watchlist/LARK.SIM", json={"note": "watch closely"})
        data = first_with(heard, "watch closely").data
    assert data.count("<tr ") == 1


def test_a_page_that_comes_back_is_told_what_it_missed_and_no_more(
    new_app: Callable[..., Flask],
) -> None:
    here, there = (new_app().test_client() for _ in range(2))
    after = here.get("/api/watchlist/cached").get_json()["event_id"]
    there.patch("/api/watchlist/LARK.SIM", json={"note": "one"})
    with page_stream(there, after) as heard:
        missed = next(heard)
    assert missed.id is not None
    assert missed.data.count("<tr ") == 1
    with page_stream(here, missed.id) as heard:
        there.patch("/api/watchlist/QUIL.SIM", json={"note": "two"})
        assert "row-QUIL_2eSIM" in next(heard).data


def test_a_page_of_another_database_gets_everything_anew(client: FlaskClient) -> None:
    with page_stream(client, after=10**9) as heard:
        data = next(heard).data
    for part in ("#watchlist", "#notices", "#refresh", "#sources"):
        assert f'hx-target="{part}"' in data


def test_each_list_has_a_stream_of_its_own(new_app: Callable[..., Flask]) -> None:
    here, there = (new_app(sample="none").test_client() for _ in range(2))
    there.post("/api/watchlists", json={"title": "Tech"})
    with page_stream(here, watchlist="tech") as heard:
        there.post("/api/watchlist/add-many", json={"symbols": ["QUIL.SIM"]})
        body = {"symbols": ["LARK.SIM"], "watchlist": "tech"}
        there.post("/api/watchlist/add-many", json=body)
        told = list(until(heard, ROW))
    assert not any("row-QUIL_2eSIM" in message.data for message in told)


def test_a_list_that_does_not_exist_has_no_stream(client: FlaskClient) -> None:
    answer = client.get("/stream?watchlist=other")
    assert answer.status_code == 404
    assert "no watchlist of that name" in answer.get_data(as_text=True)


def test_a_page_that_comes_to_a_stopping_worker_is_let_go(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    client = app.test_client()
    with page_stream(client) as heard:
        app.extensions["stockapp"].drain()
        assert list(heard) == []
    with page_stream(client) as heard:
        assert list(heard) == []
