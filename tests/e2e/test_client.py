"""The Python client against real workers, through connections that break and a restart."""

import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from stockapp.client import Client, Event, NotFound, Quote, Retrying, TaskCancelled, Work

from .cutter import cutting
from .server import ROOT, Server, eventually

SYMBOLS = ["LARK.SIM", "QUIL.SIM", "BRAM.SIM", "OSTR.SIM", "KITS.SIM"]
QUICK = Retrying(first_wait=0.01, longest_wait=0.1)


@pytest.fixture
def client(simulated: Server) -> Iterator[Client]:
    with Client(simulated.url) as client:
        yield client


def told(events: Any) -> list[tuple[int | None, str]]:
    return [(event.id, event.type) for event in events]


def after(server: Server, heard: list[Event]) -> list[tuple[int | None, str]]:
    """All that happened to the task since the first of these, as the log has it."""
    task = heard[-1].task
    assert task is not None
    with Client(server.url) as client:
        http = client._http
        path = f"/api/tasks/{task.id}/events"
        with http.stream(path, last_event_id=heard[0].id, silence=20) as chunks:
            text = b"".join(chunks).decode()
    events = re.findall(r"event: (\w+)\nid: (\d+)", text)
    return [(int(number), name) for name, number in events if name != "snapshot"]


# Of an answer, the headers and a snapshot take 1.8 kB, the headers and an event 0.6 kB.
CUTS = (1_900, 300, 650, 480, 720, 900, 600, 810, 1_500)


@pytest.mark.parametrize("shift", [0, 23, 71])
def test_no_event_is_lost_or_repeated_wherever_connections_break(
    simulated: Server, shift: int
) -> None:
    with cutting(simulated.port, [cut + shift for cut in CUTS]) as proxy:
        task_id = simulated.refresh(",".join(SYMBOLS))["id"]
        with Client(proxy.url, retrying=QUICK) as client:
            heard = list(client.work(task_id).events(mode="stream"))
    assert proxy.cut > 1
    assert [event.type for event in (heard[0], heard[-1])] == ["snapshot", "completed"]
    assert told(heard[1:]) == after(simulated, heard)
    assert set(heard[-1].data["result"]["live_prices"]) == set(SYMBOLS)


def test_workers_that_are_replaced_meanwhile_are_not_noticed(simulated: Server) -> None:
    workers = set(simulated.worker_pids())
    with Client(simulated.url, retrying=QUICK) as client:
        events = client.refresh(SYMBOLS, force=True).events(mode="stream")
        heard = [next(events)]
        simulated.signal(signal.SIGHUP)
        heard += events
    assert heard[-1].type == "completed"
    assert told(heard[1:]) == after(simulated, heard)
    assert eventually(lambda: not workers & set(simulated.worker_pids()))


def test_polling_and_streaming_come_to_the_same(client: Client) -> None:
    ways = {mode: client.refresh(SYMBOLS[:2], force=True).wait(mode=mode) for mode in MODES}
    assert [set(prices.prices) for prices in ways.values()] == [set(SYMBOLS[:2])] * 3
    assert all(price.quote for prices in ways.values() for price in prices.prices.values())


MODES: tuple[Any, ...] = ("auto", "stream", "poll")


def test_work_is_cancelled_and_done_again(client: Client) -> None:
    work = client.refresh(SYMBOLS, force=True)
    assert work.cancel().status == "cancelled"
    with pytest.raises(TaskCancelled):
        work.wait()
    again = work.retry()
    assert set(again.wait().prices) == set(SYMBOLS)
    assert again.task().params["retry_of"] == work.task_id
    assert again.task_id in [task.id for task in client.tasks(status="completed")]


def test_what_is_fresh_is_there_at_once(client: Client) -> None:
    client.refresh(["FERN.SIM", "LARK.SIM"]).wait()
    fresh = client.refresh(["LARK.SIM"])
    assert fresh.task_id is None
    assert list(fresh.events()) == []
    quote = fresh.wait().prices["LARK.SIM"].quote
    assert quote is not None
    assert quote.freshness == "fresh"
    cached = client.quote("LARK.SIM")
    assert isinstance(cached, Quote)
    assert cached.price == quote.price


def test_lists_are_kept(client: Client) -> None:
    name = client.create_watchlist("Of a program").name
    assert name in [one.name for one in client.watchlists()]
    client.add("LARK.SIM", note="first", watchlist=name)
    assert client.add_many(["QUIL.SIM", "LARK.SIM", "?!"], name).there == ("LARK.SIM",)
    changed = client.change("LARK.SIM", target_price=12.5, watchlist=name)
    assert (changed.note, changed.target_price) == ("first", 12.5)
    removed = client.remove(["LARK.SIM"], name)
    assert [item.symbol for item in client.items(name)] == ["QUIL.SIM"]
    assert removed.undo
    assert client.undo(removed.undo) == ("LARK.SIM",)
    assert {item.symbol for item in client.board(name)} == {"LARK.SIM", "QUIL.SIM"}
    assert client.rename_watchlist(name, "Renamed").title == "Renamed"
    assert set(client.delete_watchlist(name).symbols) == {"LARK.SIM", "QUIL.SIM"}
    with pytest.raises(NotFound) as raised:
        client.items(name)
    assert raised.value.code == "unknown_watchlist"


def test_analyses_sources_and_searches_can_be_read(client: Client) -> None:
    analysis = client.analyse("LARK.SIM", force=True).wait()
    assert analysis["symbol"] == "LARK.SIM"
    again = client.analysis("LARK.SIM", assumptions={"growth": 0.05})
    assert not isinstance(again, Work)
    assert again["choices"]["growth"] == 0.05
    assert "simulated" in [source["source"] for source in client.providers()]
    assert client.search("LARK.SIM").results[0].symbol == "LARK.SIM"


def test_the_example_of_the_readme_runs(
    simulated: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (ROOT / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert example.count("\n") <= 20
    exec(example.replace("http://127.0.0.1:8000", simulated.url), {})
    printed = capsys.readouterr().out
    assert re.search(r"2 of 2 \(100 %", printed)
    assert "price=" in printed
    assert re.search(r"\d+ completed", printed)
