"""Pages and streams come through nginx and Caddy as deploy/ sets them up."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests

from tests.deploy.proxies import PROXIES, Proxy
from tests.e2e.server import Server, eventually, serving
from tests.web.streams import messages

# How long a stream is left in silence; `make soak` waits for longer than proxies do by default.
_SILENT_SECONDS = float(os.environ.get("STOCKAPP_PROXY_SECONDS", "2"))


@dataclass(frozen=True)
class Front:
    """A proxy, a client that trusts it, and the server behind."""

    proxy: Proxy
    client: requests.Session
    server: Server

    def get(self, path: str) -> requests.Response:
        return self.client.get(self.proxy.url + path, timeout=40)

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """The chunks of a stream, which must not be silent for as long as its time-out."""
        response = self.client.get(self.proxy.url + path, stream=True, timeout=40)
        with response:
            assert response.headers["Content-Type"].startswith("text/event-stream")
            yield response.iter_content(None)

    def open_streams(self) -> int:
        count: int = self.server.get("/api/health/detailed").json()["streams"]["open"]
        return count


def await_bytes(chunks: Iterator[bytes], wanted: bytes, times: int = 1) -> bool:
    """Read on until that came so many times; False where the stream ends before."""
    for chunk in chunks:
        times -= chunk.count(wanted)
        if times <= 0:
            return True
    return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(
        tmp_path_factory.mktemp("behind"),
        WEB_CONCURRENCY=1,
        STOCKAPP_SAMPLE="simulated",
        STOCKAPP_AUTH="none",
        STOCKAPP_ALLOWED_HOSTS="localhost",
        STOCKAPP_TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


@pytest.fixture(scope="module", params=sorted(PROXIES))
def front(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    name: str = request.param
    if not shutil.which(name):
        pytest.skip(f"no {name} found: apt-get install {name}")
    folder = tmp_path_factory.mktemp(name)
    proxy = PROXIES[name](f"127.0.0.1:{server.port}", folder)
    with proxy.serving(folder / "output.log") as client:
        yield Front(proxy, client, server)


def test_the_proxy_itself_finds_its_configuration_sound(front: Front) -> None:
    told = front.proxy.checked()
    assert told.returncode == 0, told.stderr


def test_pages_and_their_files_come_through(front: Front) -> None:
    assert "LARK.SIM" in front.get("/").text
    assert front.get("/static/css/base.css").ok
    assert "max-age" in front.get("/").headers["Strict-Transport-Security"]


def test_a_task_is_followed_to_its_end(front: Front) -> None:
    task = front.server.refresh("LARK.SIM,QUIL.SIM")
    with front.stream(f"/api/tasks/{task['task_id']}/events") as chunks:
        events = [message.event for message in messages(chunks)]
    assert events[0] == "snapshot"
    assert events[-1] == "completed"


def test_a_stream_outlives_silence_and_passes_each_event_on_at_once(front: Front) -> None:
    with front.stream("/stream?watchlist=default") as chunks:
        # A few bytes every 2 s, which a proxy that buffers would keep for itself.
        assert await_bytes(chunks, b"event: beat", times=2)
        time.sleep(_SILENT_SECONDS)
        front.server.refresh("LARK.SIM")
        assert await_bytes(chunks, b'<tr id="row-LARK_2eSIM"')


def test_a_client_that_leaves_is_noticed_behind_the_proxy(front: Front) -> None:
    with front.stream("/stream?watchlist=default"):
        assert eventually(lambda: front.open_streams() == 1)
    assert eventually(lambda: front.open_streams() == 0)


def test_a_body_over_the_limit_is_refused_as_too_large(front: Front) -> None:
    # From a program: a browser's cookies would want a token first.
    front.client.cookies.clear()
    answer = front.client.post(
        f"{front.proxy.url}/api/watchlist/import", data=b"x" * 2_000_000, timeout=40
    )
    assert answer.status_code == 413
