"""Redis and PostgreSQL that restart or do not answer: pages go on, and all work does after it.

Where the machine allows it each is in a network namespace, and the cable to it is pulled, too.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from stockapp.domain.event import task_topic
from stockapp.domain.task import Task
from stockapp.ports import StoreTrouble
from tests.e2e.recorder import Recorder
from tests.e2e.server import eventually
from tests.namespace import HERE, Namespace, Place, namespace, namespaces_are_allowed
from tests.web.streams import messages

from .cluster import Cluster, Node, cluster

AWAY_SECONDS = 20.0
PAGES = ("/", "/lists/second", "/stocks/LARK.SIM", "/tasks", "/system")
CALLS = ("/api/watchlist/cached", "/api/quote/LARK.SIM/cached", "/healthz")
SLOW = "LARK.SIM,QUIL.SIM,BRAM.SIM"

_numbers = itertools.count(1)


@contextmanager
def between(begin: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    """Also where the test fails meanwhile: those after it use the same servers."""
    begin()
    try:
        yield
    finally:
        end()


class Installation:
    """A cluster, and the cables to its Redis and its PostgreSQL, where these can be pulled."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self.cables: dict[str, Namespace] = {}
        settings = {"STOCKAPP_SIMULATED_LATENCY_MS": 1_500}
        redis, postgres = self._place("redis"), self._place("postgres")
        self.cluster = stack.enter_context(
            cluster(folder, settings, tasks=1, cpu=1, redis_at=redis, postgres_at=postgres)
        )

    def _place(self, name: str) -> Place:
        if not namespaces_are_allowed():
            return HERE
        self.cables[name] = self._stack.enter_context(namespace())
        return self.cables[name].place

    def frozen(self, name: str) -> AbstractContextManager[None]:
        """It takes connections and answers nothing."""
        server = getattr(self.cluster, name)
        return between(server.freeze, server.thaw)

    def stopped(self, name: str) -> AbstractContextManager[None]:
        """It has ended without a word."""
        server = getattr(self.cluster, name)
        return between(server.stop, server.start)

    def cut_off(self, name: str) -> AbstractContextManager[None]:
        """Nothing comes through to it, and nobody says so."""
        return between(self.cables[name].cut, self.cables[name].mend)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("outages")
    with ExitStack() as stack:
        installed = Installation(stack, folder)
        made = installed.cluster
        made.node.post("/api/watchlists", json={"title": "second"})
        for node in made.nodes:
            node.post("/api/watchlist?watchlist=second", json={"symbol": "NOVE.SIM"})
        yield installed


@pytest.fixture
def pair(installed: Installation) -> Cluster:
    """With all well, and read by both nodes."""
    made = installed.cluster
    assert eventually(lambda: all(troubles(made, node) is None for node in made.nodes))
    task = made.node.refresh(SLOW, wait=20)
    assert task["status"] == "completed"
    for node in made.nodes:
        for path in (*PAGES, *CALLS):
            assert node.get(path).status_code in (200, 202), path
    return made


def troubles(made: Cluster, node: Node) -> str | None:
    told: str | None = node.get("/api/health/detailed").json()["database"]["trouble"]
    return told


def serves(made: Cluster, words: str) -> None:
    """Pages and calls go on, say why they may be old, and refuse what would change something."""
    for node in made.nodes:
        for path in PAGES:
            answer = node.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text[:2000]}"
        for path in CALLS:
            assert node.get(path).status_code == 200, path
        # Not all at the first moment: it is looked for once a second.
        assert eventually(lambda: words in node.get("/").text)  # noqa: B023
        page = node.get("/")
        assert words in page.text
        assert "Lark" in page.text
        assert words in node.get("/api/watchlist/cached").headers["Stockapp-Trouble"]
        ready = node.get("/readyz")
        assert (ready.status_code, words in ready.text) == (503, True)


def refused(node: Node) -> None:
    answer = node.post("/api/watchlist", json={"symbol": "REFUSED.SIM", "accept_unknown": True})
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


class Stream:
    """What a page that is open is told, over one connection."""

    def __init__(self, node: Node) -> None:
        self._answer = requests.get(
            f"{node.url}/stream?watchlist=default&columns=price.note", stream=True, timeout=(5, 60)
        )
        self._told = messages(self._answer.iter_content(None))

    def hears(self, words: str) -> bool:
        """Whether it is told of these within the time that reading may take."""
        with suppress(requests.RequestException):
            return any(words in message.data for message in self._told)
        return False

    def close(self) -> None:
        self._answer.close()


def ended_once(made: Cluster, task_id: str) -> Task:
    """The task, which ends, and each end of it and of its items stands once in the log."""
    assert eventually(lambda: stored(made, task_id).status.ended)
    task = stored(made, task_id)
    events = made.events.since(0, topic=task_topic(task_id))
    ends = Counter(e.data["key"] for e in events if e.type == "item" and e.data["state"] == "ok")
    assert ends == Counter(item.key for item in task.items)
    assert sum(event.type.ends_task for event in events) == 1
    return task


def stored(made: Cluster, task_id: str) -> Task:
    with suppress(StoreTrouble):
        found = made.tasks.get(task_id)
        assert found is not None
        return found
    time.sleep(0.5)
    return stored(made, task_id)


def goes_on(made: Cluster) -> None:
    """All is as before, once each node has found its servers again."""
    for node in made.nodes:
        assert eventually(lambda: node.get("/readyz").status_code == 200)  # noqa: B023
    for node in made.nodes:
        assert "Stockapp-Trouble" not in node.get("/").headers
        number = next(_numbers)
        assert node.refresh(f"A{number}.SIM,LARK.SIM", wait=25)["status"] == "completed"
        said = f"note {number}"
        assert node.patch("/api/watchlist/LARK.SIM", json={"note": said}).status_code == 200
        for other in made.nodes:
            told = other.get("/api/watchlist/LARK.SIM")
            assert said in told.text, told.headers
    # Celery's own workers take messages again: what they said of it is their business.
    assert eventually(lambda: made.messages() == 0)
    assert all("Traceback" not in node.log() for node in made.nodes)
    assert all(" failed  " not in worker.log() for worker in made.workers)


Away = Callable[[Installation, str], AbstractContextManager[None]]
# And how it shows.
AWAYS = [
    pytest.param(Installation.frozen, "does not answer", id="frozen"),
    pytest.param(Installation.stopped, "cannot be reached", id="stopped"),
]
if namespaces_are_allowed():
    AWAYS.append(pytest.param(Installation.cut_off, "cannot be reached", id="cut off"))


@pytest.mark.parametrize(("away", "how"), AWAYS)
def test_while_redis_is_away_pages_go_on_and_so_does_work_after_it(
    installed: Installation, pair: Cluster, away: Away, how: str
) -> None:
    task_id = pair.node.refresh(f"{SLOW},KITS.SIM")["id"]
    recorder = Recorder(lambda: pair.node.url)
    recorder.follow(task_id)
    analysis_id = pair.node.post("/api/analyze/QUIL.SIM/async?force=true").json()["id"]
    stream = Stream(pair.nodes[0])
    assert eventually(lambda: stored(pair, task_id).status == "running")
    since = time.monotonic()
    with away(installed, "redis"):
        serves(pair, f"Redis {how}")
        answer = pair.node.post(f"/api/watchlist/live-prices-async?symbols={SLOW}&force=true")
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert stream.hears(f"Redis {how}")
        time.sleep(max(0.0, AWAY_SECONDS - (time.monotonic() - since)))
    (heard,) = recorder.heard(60)
    assert heard.ends == ["completed"]
    for each in (task_id, analysis_id):
        assert ended_once(pair, each).status == "completed"
    log = pair.events.since(heard.began_at, topic=task_topic(task_id))
    assert heard.events == [(event.id, event.type.value) for event in log]
    goes_on(pair)
    # The page that was open all the time is told again what changes.
    assert stream.hears(f"note {next(_numbers) - 1}")
    stream.close()


@pytest.mark.parametrize(("away", "how"), AWAYS)
def test_while_postgresql_is_away_lists_are_shown_as_they_were_and_not_changed(
    installed: Installation, pair: Cluster, away: Away, how: str
) -> None:
    assert pair.node.post(
        "/api/watchlist", json={"symbol": "KEPT.SIM", "accept_unknown": True}
    ).status_code in (200, 201)
    for node in pair.nodes:
        node.get("/")
    del how
    with away(installed, "postgres"):
        serves(pair, "PostgreSQL cannot be reached")
        for node in pair.nodes:
            refused(node)
            assert "KEPT.SIM" in node.get("/").text
        # What needs no list goes on.
        assert (
            pair.node.refresh(f"B{next(_numbers)}.SIM,LARK.SIM", wait=25)["status"] == "completed"
        )
    goes_on(pair)
    listed = pair.node.get("/api/watchlist").text
    assert "KEPT.SIM" in listed
    assert "REFUSED.SIM" not in listed


def test_a_redis_that_is_full_is_told_and_nobody_is_said_to_be_missing(
    installed: Installation, pair: Cluster
) -> None:
    del installed
    node = pair.node
    with pair.redis.full():
        assert eventually(lambda: "Redis has no memory left" in node.get("/").text)
        # Longer than those who work are believed to be there without a word.
        time.sleep(12)
        page = node.get("/").text
        assert "Redis has no memory left" in page
        assert "no worker runs" not in page.lower()
        assert node.get("/readyz").status_code == 503
    goes_on(pair)
