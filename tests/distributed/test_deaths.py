"""Workers and web nodes that are killed: others go on with what they did."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from stockapp.domain.event import task_topic
from stockapp.domain.task import Task
from tests.e2e.recorder import Heard, Recorder
from tests.e2e.server import eventually
from tests.nodes import Worker
from tests.web.streams import messages

from .cluster import Cluster, Node, cluster

SLOW = "LARK.SIM,QUIL.SIM,BRAM.SIM,OSTR.SIM"
KILLS = 4


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder: Path = tmp_path_factory.mktemp("deaths")
    with cluster(folder, {"STOCKAPP_SIMULATED_LATENCY_MS": 2_500}) as made:
        yield made


def runner(made: Cluster, task_id: str) -> Worker | None:
    """The worker that runs the task."""
    task = made.tasks.get(task_id)
    if task is None or task.worker is None or task.status.ended:
        return None
    return next((w for w in made.workers if w.runs and task.worker.startswith(f"{w.pid}-")), None)


def stored(made: Cluster, task_id: str) -> Task:
    found = made.tasks.get(task_id)
    assert found is not None
    return found


def ends_of_items(made: Cluster, task_id: str) -> Counter[str]:
    """How often an end of each item stands in the log."""
    events = made.events.since(0, topic=task_topic(task_id))
    ended = {"ok", "stale", "failed", "cancelled"}
    return Counter(e.data["key"] for e in events if e.type == "item" and e.data["state"] in ended)


def test_what_a_killed_worker_did_goes_on_elsewhere_and_each_item_ends_once(pair: Cluster) -> None:
    # How soon is measured by `python -m bench outages`.
    for number in range(KILLS):
        # An item that ends soon, as it is no symbol of the exchange, and others that take long.
        task_id = pair.node.refresh(f"{SLOW},N{number}.SIM")["id"]
        assert eventually(lambda: runner(pair, task_id) is not None)  # noqa: B023
        dying = runner(pair, task_id)
        assert dying is not None
        dying.kill()
        assert eventually(lambda: runner(pair, task_id) not in (None, dying))  # noqa: B023
        dying.start()
        assert eventually(lambda: stored(pair, task_id).status.ended)  # noqa: B023
        pair.wait_for(dying)
        task = stored(pair, task_id)
        assert (task.status, task.retries) == ("completed", 1)
        assert ends_of_items(pair, task_id) == Counter([*SLOW.split(","), f"N{number}.SIM"])


def follow_through_a_death(pair: Cluster, task_id: str) -> Heard:
    """Follow a task through the first node, which dies, and further through the other one."""
    dying, other = pair.nodes
    recorder = Recorder(lambda: (dying if dying.runs else other).url)
    recorder.follow(task_id)
    assert eventually(lambda: recorder.connections > 0)
    dying.kill()
    (heard,) = recorder.heard(40)
    return heard


def test_a_stream_of_a_node_that_is_killed_goes_on_at_the_other(pair: Cluster) -> None:
    task_id = pair.nodes[1].refresh(SLOW)["id"]
    try:
        heard = follow_through_a_death(pair, task_id)
    finally:
        pair.nodes[0].start()
    assert heard.connections == 2
    assert heard.ends == ["completed"]
    log = pair.events.since(heard.began_at, topic=task_topic(task_id))
    assert heard.events == [(event.id, event.type.value) for event in log]


class Window:
    """An open page of the default list, as a browser keeps it: it comes back with the last id."""

    def __init__(self, url: Callable[[], str]) -> None:
        self.html = ""
        self.ids: list[int] = []
        self.connections = 0
        self._url = url
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._stay, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _stay(self) -> None:
        while not self._closed.is_set():
            with suppress(requests.RequestException):
                self._listen()
            self._closed.wait(0.2)

    def _listen(self) -> None:
        address = f"{self._url()}/stream?watchlist=default&columns=price.note"
        headers = {"Last-Event-ID": str(self.ids[-1])} if self.ids else {}
        with requests.get(address, headers=headers, stream=True, timeout=(5, 40)) as response:
            self.connections += response.status_code == 200
            for message in messages(response.iter_content(None)):
                self.html += message.data
                if message.id is not None:
                    self.ids.append(message.id)
                if self._closed.is_set():
                    return


def test_a_page_of_a_node_that_is_killed_goes_on_at_the_other(pair: Cluster) -> None:
    dying, other = pair.nodes
    window = Window(lambda: (dying if dying.runs else other).url)
    try:
        assert eventually(lambda: bool(window.ids))
        note(other, "before it died")
        assert eventually(lambda: "before it died" in window.html)
        dying.kill()
        # Whether or not the page is back.
        note(other, "after it died")
        assert eventually(lambda: "after it died" in window.html)
        assert window.connections == 2
        assert window.html.count("after it died") == window.html.count("before it died")
        assert window.ids == sorted(set(window.ids))
    finally:
        window.close()
        dying.start()


def note(node: Node, text: str) -> None:
    assert node.patch("/api/watchlist/LARK.SIM", json={"note": text}).status_code == 200
