"""The one stream of a page: fragments of whatever changes, in every window."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask
from flask.testing import FlaskClient

from .lists import AList
from .streams import Message, messages

ROW = 'id="row-LARK_2eSIM"'


@contextmanager
def page_stream(
    client: FlaskClient, after: int | None = None, watchlist: str = "default", more: str = ""
) -> Iterator[Iterator[Message]]:
    """The messages of a page that was rendered as of now, or as of that event.

    `more` is what else its query says.
    """
    if after is None:
        after = client.get("/api/watchlist/cached").get_json()["event_id"]
    response = client.get(f"/stream?watchlist={watchlist}&last_event_id={after}{more}")
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


def targets(message: Message) -> set[str]:
    return set(re.findall(r'<hx-partial hx-target="([^"]+)"', message.data))


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
        clients[0].post("/lists/default/refresh")
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
    for part in ("#watchlist", "#lists-all", "#notices", "#totals", "#refresh", "#sources"):
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


def test_a_list_that_does_not_exist_has_no_stream(a_list: AList) -> None:
    for path in ("/stream", "/changes"):
        answer = a_list.client.get(f"{path}?watchlist=other&live=1")
        assert answer.status_code == 404
        assert "no watchlist of that name" in answer.text


def test_a_page_gets_the_columns_that_it_shows(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    with page_stream(a_list.client, watchlist=a_list.name, more="&columns=note.price") as heard:
        a_list.send("items/LARK.SIM", htmx=True, note="mine", target_price="")
        told = first_with(heard, "mine").data
    labels = re.findall(r'data-label="([^"]+)"', told)
    assert labels[:3] == ["Note", "Price", "Age"]
    for columns in ("volume", "volume.nonsense", "%3Cscript%3E.volume"):
        query = {"watchlist": a_list.name, "columns": columns.replace("%3C", "<")}
        missed = a_list.client.get("/changes", query_string=query).text
        assert 'data-layout="volume.age"' in missed


def test_what_happens_on_another_list_changes_its_number_alone(a_list: AList) -> None:
    client = a_list.client
    title = f"{a_list.name} beside"
    other = client.post("/api/watchlists", json={"title": title}).get_json()["name"]
    with page_stream(client, watchlist=a_list.name) as heard:
        body = {"symbols": ["LARK.SIM"], "watchlist": other}
        client.post("/api/watchlist/add-many", json=body)
        client.patch(f"/api/watchlists/{other}", json={"title": "Renamed"})
        told = list(until(heard, "Renamed"))
        client.delete(f"/api/watchlists/{other}")
        told.append(next(one for one in heard if "#lists-all" in targets(one)))
    assert "Renamed" not in told[-1].data
    # The bars are told anew with the progress of any task.
    every = set().union(*map(targets, told))
    assert every <= {"#lists-all", "#refresh", "#analysis", "#totals", "#sources"}


def test_a_list_that_is_renamed_or_deleted_elsewhere_says_so(a_list: AList) -> None:
    client = a_list.client
    made = client.post("/api/watchlists", json={"title": f"{a_list.name} more"}).get_json()
    path = f"/api/watchlists/{made['name']}"
    with page_stream(client, watchlist=made["name"]) as heard:
        client.patch(path, json={"title": "Another"})
        assert '<h1 id="list-name"><bdi>Another</bdi>' in first_with(heard, "Another").data
        client.delete(path)
        assert "This list was deleted" in first_with(heard, "deleted").data


def test_totals_come_with_the_end_of_a_refresh(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    with page_stream(a_list.client, watchlist=a_list.name) as heard:
        a_list.send("refresh", htmx=True)
        told = first_with(heard, 'hx-target="#totals"')
    assert "1 row<" in told.data


def test_a_page_hears_that_the_connection_is_alive(a_list: AList) -> None:
    response = a_list.client.get(f"/stream?watchlist={a_list.name}&columns=age")
    heard, beat = b"", b"event: beat\ndata:\n\n"
    for chunk in response.iter_encoded():
        heard += chunk
        if beat in heard:
            break
    response.close()
    # A stream that ends without one has none either.
    assert beat in heard


def test_a_page_without_a_stream_asks_where_it_is(a_list: AList) -> None:
    a_list.add("LARK.SIM")
    path = f"/changes?watchlist={a_list.name}&columns=note"
    all_of_it = a_list.client.get(path)
    assert ROW in all_of_it.text
    position = json.loads(all_of_it.headers["HX-Trigger"])["stockapp:position"]["id"]
    a_list.send("items/LARK.SIM", htmx=True, note="mine", target_price="")
    since = a_list.client.get(f"{path}&last_event_id={position}").text
    assert "mine" in since
    assert 'id="watchlist"' not in since


def test_a_page_that_comes_to_a_stopping_worker_is_let_go(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    client = app.test_client()
    with page_stream(client) as heard:
        app.extensions["stockapp"].drain()
        assert list(heard) == []
    with page_stream(client) as heard:
        assert list(heard) == []
