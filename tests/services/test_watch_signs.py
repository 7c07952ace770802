"""Lists that somebody watches through other nodes: what those tell, and who looks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stockapp.services import watch_signs
from stockapp.services.watch_signs import WatchSigns
from tests.tasks.workers import eventually

from .live_house import SYMBOLS, House, Worker


class Node:
    """A web node, which only tells."""

    def __init__(self, house: House, name: str) -> None:
        self._worker = house.worker()
        self.signs = self._worker.signs(name)

    @contextmanager
    def watching(self, watchlist: str = "default") -> Iterator[None]:
        """While somebody does through it, and after it has told that nobody does any more."""
        with self._worker.watchers.watching(watchlist):
            self.signs.tell()
            yield
        self.signs.tell()


@pytest.fixture
def node(house: House) -> Node:
    return Node(house, "web-1")


def looks(worker: Worker) -> list[str]:
    """What is asked for when this worker gets the call, and the last was long enough ago."""
    worker.backends.state.delete(["live-round"])
    return worker.asked_by(worker.rounds.look_at_all)


def test_of_calls_at_the_same_time_one_is_a_round(house: House, node: Node) -> None:
    one, another = house.worker(), house.worker()
    with node.watching():
        assert one.asked_by(one.rounds.look_at_all) == []
        one.put("BTC-USD")
        assert another.asked_by(another.rounds.look_at_all) == []
        house.clock.advance(2)
        assert another.asked_by(another.rounds.look_at_all) == ["BTC-USD"]


def test_a_worker_looks_after_what_is_watched_through_a_node(worker: Worker, node: Node) -> None:
    assert looks(worker) == []
    with node.watching():
        assert looks(worker) == list(SYMBOLS)
        worker.clock.advance(61)
        node.signs.tell()
        assert looks(worker) == list(SYMBOLS)
    worker.clock.advance(61)
    assert looks(worker) == []


def test_a_node_that_died_is_believed_for_a_quarter_of_a_minute(worker: Worker, node: Node) -> None:
    with node.watching():
        worker.clock.advance(14)
        assert looks(worker) == list(SYMBOLS)
        for _ in range(18):
            node.signs.tell()
            worker.clock.advance(14)
        assert looks(worker) == list(SYMBOLS), "as long as it tells again and again"
        worker.clock.advance(61)
        assert looks(worker) == []


def test_a_node_that_stops_takes_back_what_it_told(worker: Worker, node: Node) -> None:
    with node.watching():
        node.signs.stop()
        assert looks(worker) == []


def test_what_ends_on_one_node_goes_on_for_the_other(
    worker: Worker, house: House, node: Node
) -> None:
    other = Node(house, "web-2")
    with other.watching():
        with node.watching():
            pass
        assert looks(worker) == list(SYMBOLS)


def test_workers_called_in_turn_refresh_as_often_as_one_would(house: House, node: Node) -> None:
    workers = (house.worker(), house.worker(), house.worker())
    workers[0].put("BTC-USD")
    asked = []
    with node.watching():
        for call in range(25):
            node.signs.tell()
            for name in looks(workers[call % 3]):
                asked.append((5 * call, name))
                house.fetched([name])
            house.clock.advance(5)
    assert asked == [(0, "BTC-USD"), (60, "BTC-USD"), (120, "BTC-USD")]


def test_a_row_that_is_added_is_seen_at_the_next_call_though_the_worker_just_looked(
    worker: Worker, house: House, node: Node
) -> None:
    house.fetched(SYMBOLS)
    with node.watching():
        assert looks(worker) == []
        worker.put("SOL-USD")
        assert looks(worker) == ["SOL-USD"]


def test_every_list_that_is_watched_is_looked_at_and_no_other(
    worker: Worker, house: House, node: Node
) -> None:
    stores = worker.backends.watchlists
    for title, symbol in (("Coins", "ETH-USD"), ("Odd: %_", "SOL-USD"), ("Rest", "DOGE-USD")):
        worker.put(symbol, watchlist=stores.create(title).name)
    coins, odd = (watchlist.name for watchlist in stores.lists()[1:3])
    house.fetched(SYMBOLS)
    with node.watching(coins), node.watching(odd):
        assert sorted(looks(worker)) == ["ETH-USD", "SOL-USD"]


def test_the_lines_are_renewed_every_hour_by_one_of_the_workers(house: House, node: Node) -> None:
    workers = (house.worker(), house.worker())
    workers[0].put("VOD.L")
    begun = []
    with node.watching():
        for minute in range(0, 121, 10):
            node.signs.tell()
            for worker in workers:
                worker.rounds.look_at_all()
                for task in worker.backends.tasks.recent(kind="trends"):
                    if not task.status.ended:
                        begun.append((minute, task.params["symbols"]))
                        worker.backends.tasks.cancel(task.id)
            house.clock.advance(600)
    assert begun == [(0, ["VOD.L"]), (60, ["VOD.L"]), (120, ["VOD.L"])]


def test_news_is_told_at_once(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    # But for news it would tell at the start alone.
    monkeypatch.setattr(watch_signs, "_TELL_SECONDS", 3600.0)
    signs: WatchSigns = worker.signs("web-1")

    def told() -> list[str]:
        values = worker.backends.state.scan("watched:").values()
        return sorted(value["watchlist"] for value in values)

    signs.start()
    with worker.watchers.watching("a"):
        assert eventually(lambda: told() == ["a"])
        worker.watchers.polled("b")
        assert eventually(lambda: told() == ["a", "b"])
    assert eventually(lambda: told() == ["b"])
    signs.stop()
    assert told() == []
