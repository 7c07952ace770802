"""Clients that hold connections without getting on, while others are served as ever."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from .rude import HOST, Crowd, heard, request, trickle
from .server import Server, eventually, serving

# What it takes until the last of them is let go (stockapp/web/line.py), on a busy machine.
PATIENCE = 80
HALF_A_HEAD = b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: "
HALF_A_BODY = request(
    b"POST /api/watchlist", b"Content-Type: application/json", b"Content-Length: 900000", body=b'{"'
)
# Large answers, one after the other, of which none is read.
LARGE = "/static/vendor/lightweight-charts/lightweight-charts.standalone.production.js"
PAGES = request(b"GET " + LARGE.encode()) * 120


class _From(HTTPAdapter):
    """Comes from an address of its own."""

    def init_poolmanager(self, *args: object, **options: object) -> None:
        super().init_poolmanager(*args, source_address=("127.0.0.2", 0), **options)  # type: ignore[arg-type]


class User:
    """Somebody who uses the application as ever; notes what did not go well."""

    def __init__(self, server: Server) -> None:
        self._url = server.url
        self._stop = threading.Event()
        self.served = 0
        self.wrong: list[str] = []
        self._thread = threading.Thread(target=self._use)

    def __enter__(self) -> "User":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _use(self) -> None:
        with requests.Session() as session:
            session.mount("http://", _From())
            while not self._stop.is_set():
                for path, word in (
                    ("/", "LARK.SIM"),
                    ("/api/watchlist/cached", "LARK.SIM"),
                    ("/api/tasks", "tasks"),
                ):
                    try:
                        answer = session.get(self._url + path, timeout=30)
                    except requests.RequestException as error:
                        self.wrong.append(f"{path}: {error}")
                        continue
                    self.served += 1
                    if answer.status_code != 200 or word not in answer.text:
                        self.wrong.append(f"{path}: {answer.status_code}")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Each worker has 400 connections, of which one address may hold half."""
    folder: Path = tmp_path_factory.mktemp("crowded")
    few = "--worker-connections 400"
    with serving(folder, STOCKAPP_SAMPLE="simulated", GUNICORN_CMD_ARGS=few) as server:
        yield server


def test_others_are_served_while_a_thousand_connections_are_held(crowded: Server) -> None:
    workers = crowded.worker_pids()
    silent, heads, bodies, readers = (Crowd() for _ in range(4))
    try:
        with User(crowded) as user:
            assert eventually(lambda: user.served > 3)
            silent.join(crowded.port, 500, b"")
            heads.join(crowded.port, 500, HALF_A_HEAD)
            bodies.join(crowded.port, 40, HALF_A_BODY)
            readers.join(crowded.port, 10, PAGES, receive=4096)
            during = user.served
            trickle([heads, bodies], b"a", PATIENCE)
            assert eventually(
                lambda: not any(crowd.held() for crowd in (silent, readers)), PATIENCE
            )
        assert not heads.held()
        assert not bodies.held()
        assert user.served > during + 20
        assert user.wrong == []
    finally:
        for crowd in (silent, heads, bodies, readers):
            crowd.close()
    assert crowded.worker_pids() == workers
    assert "Traceback" not in crowded.log()


def test_one_address_cannot_take_all_connections(crowded: Server) -> None:
    crowd = Crowd()
    try:
        # Each has a request under way, so none is let go for another.
        crowd.join(crowded.port, 450, HALF_A_BODY)
        assert eventually(lambda: len(crowd.held()) <= 400)
        told = [heard(client) for client in crowd.clients if client not in crowd.held()]
        assert any(answer.startswith(b"HTTP/1.1 503 ") for answer in told)
        with User(crowded) as user:
            assert eventually(lambda: user.served > 20)
        assert user.wrong == []
    finally:
        crowd.close()
    assert eventually(lambda: crowded.get("/healthz").status_code == 200)


def test_a_head_that_comes_too_slowly_is_told_so(crowded: Server) -> None:
    crowd = Crowd()
    crowd.join(crowded.port, 1, HALF_A_HEAD)
    (client,) = crowd.clients
    client.settimeout(PATIENCE)
    assert client.recv(1_000).startswith(b"HTTP/1.1 408 ")
    crowd.close()
