"""Open streams: many windows, no room for more, clients that leave or do not read."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .insides import backends_of
from .server import Server, eventually, serving

Window = Callable[..., Page]
# A page that shows the notes, and the one that `note` writes.
NOTES = "/?columns=price.note"
NOTED = 'tr[data-symbol="LARK.SIM"] td.note'


def open_streams(server: Server) -> int:
    return sum(worker["open_streams"] for worker in server.workers())


def connect(server: Server, path: str = "/stream?watchlist=default") -> socket.socket:
    """A client of a stream, which has heard that it is open."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    heard = b""
    while b"retry:" not in heard:
        part = client.recv(4096)
        assert part, heard
        heard += part
    return client


def note(server: Server, text: str) -> None:
    assert server.patch("/api/watchlist/LARK.SIM", json={"note": text}).status_code == 200


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("streams")
    with serving(folder, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1) as server:
        yield server


@pytest.fixture
def server(one_worker: Server) -> Server:
    """The same, once the streams of the test before are gone."""
    assert eventually(lambda: open_streams(one_worker) == 0)
    return one_worker


def test_a_client_that_leaves_is_noticed_without_anything_being_sent(server: Server) -> None:
    clients = [connect(server) for _ in range(5)]
    task_id = server.refresh("LARK.SIM", wait=20)["id"]
    assert eventually(lambda: open_streams(server) == 5)
    for client in clients:
        client.close()
    # The heartbeat that would find it comes each 15 s, and is needed twice.
    assert eventually(lambda: open_streams(server) == 0, seconds=12)
    assert server.get(f"/api/tasks/{task_id}").status_code == 200


def test_a_reader_that_stalls_is_cut_off_and_nobody_else_is(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1) as server:
        stalls = socket.socket()
        stalls.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalls.connect(("127.0.0.1", server.port))
        stalls.sendall(b"GET /stream?watchlist=default HTTP/1.1\r\nHost: localhost\r\n\r\n")
        reads = connect(server)
        heard: list[int] = []

        def read() -> None:
            with contextlib.suppress(OSError):
                while part := reads.recv(1 << 20):
                    heard.append(len(part))

        threading.Thread(target=read, daemon=True).start()
        assert eventually(lambda: open_streams(server) == 2)
        until = time.monotonic() + 50
        number = 0
        while open_streams(server) == 2 and time.monotonic() < until:
            # Whole tables, so that what the kernel holds for the stalled one is soon full.
            server.post("/api/watchlist", json={"symbol": "X.SIM", "accept_unknown": True})
            server.delete("/api/watchlist/X.SIM")
            number += 1
        assert open_streams(server) == 1
        before = len(heard)
        note(server, "still there")
        assert eventually(lambda: len(heard) > before)
        reads.close()
        stalls.close()


def test_a_stream_too_many_is_refused_with_when_to_come_back(tmp_path: Path) -> None:
    with serving(tmp_path, WEB_CONCURRENCY=1, STOCKAPP_MAX_STREAMS=2) as server:
        clients = [connect(server) for _ in range(2)]
        refused = server.get("/stream?watchlist=default")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        clients.pop().close()
        assert eventually(lambda: open_streams(server) == 1)
        clients.append(connect(server))
        for client in clients:
            client.close()


@pytest.mark.browser
def test_a_page_without_a_stream_polls_and_goes_back_to_one(tmp_path: Path, window: Window) -> None:
    with serving(
        tmp_path, STOCKAPP_SAMPLE="simulated", WEB_CONCURRENCY=1, STOCKAPP_MAX_STREAMS=1
    ) as server:
        taken = connect(server)
        page = window(server.url + NOTES, refused=True)
        polls: list[str] = []
        page.on("request", lambda request: polls.append(request.url))
        for text in ("first note", "second note"):
            note(server, text)
            expect(page.locator(NOTED)).to_have_text(text)
        assert any("/changes" in url for url in polls)
        expect(page.locator("#connection")).to_be_hidden()
        with page.expect_response(lambda answer: "/stream" in answer.url and answer.ok):
            taken.close()
        page.wait_for_timeout(500)
        polls.clear()
        note(server, "by the stream")
        expect(page.locator(NOTED)).to_have_text("by the stream")
        page.wait_for_timeout(2500)
        assert not any("/changes" in url for url in polls)


@pytest.mark.browser
def test_two_pages_in_six_windows_of_one_browser_all_stay_live(
    server: Server, browser: Browser
) -> None:
    profile = browser.new_context()
    pages = []
    for path in (NOTES, "/tasks") * 3:
        page = profile.new_page()
        page.goto(server.url + path)
        pages.append(page)
    note(server, "in all windows")
    for page in pages[::2]:
        expect(page.locator(NOTED)).to_have_text("in all windows")
    server.refresh("QUIL.SIM,BRAM.SIM")
    for page in pages[1::2]:
        expect(page.get_by_role("link", name="Refresh of 2 symbols")).to_be_visible()
    # A browser that has opened its six connections would do nothing at this.
    pages[0].get_by_role("button", name="Refresh", exact=True).click()
    expect(pages[4].get_by_text("12 updated")).to_be_visible()
    assert open_streams(server) <= 5
    profile.close()


@pytest.mark.browser
def test_a_hidden_page_lets_its_stream_go_and_resumes(server: Server, window: Window) -> None:
    page = window(server.url + NOTES)
    assert eventually(lambda: open_streams(server) == 1)
    hide(page, hidden=True)
    assert eventually(lambda: open_streams(server) == 0)
    note(server, "while nobody looked")
    hide(page, hidden=False)
    expect(page.locator(NOTED)).to_have_text("while nobody looked")
    assert eventually(lambda: open_streams(server) == 1)


def hide(page: Page, *, hidden: bool) -> None:
    """As the browser tells a page that its window is covered, which headless ones never are."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_trimmed_history_is_told_by_reset_and_a_snapshot(tmp_path: Path) -> None:
    with serving(tmp_path, STOCKAPP_SIMULATED_LATENCY_MS=50) as server:
        task_id = server.refresh("LARK.SIM", wait=20)["id"]
        server.stop()
        with backends_of(server) as backends:
            # As the cleaning does after an hour.
            backends.log.purge(datetime.now(UTC) + timedelta(hours=1), most_kept=0)
        server.start()
        answer = server.get(f"/api/tasks/{task_id}/events", headers={"Last-Event-ID": "1"})
        told = [line for line in answer.text.splitlines() if line.startswith("event: ")]
        assert told == ["event: reset", "event: snapshot", "event: completed"]
        page = server.get("/changes?watchlist=default&last_event_id=1")
        assert 'hx-target="#watchlist"' in page.text
        assert json.loads(page.headers["HX-Trigger"])["stockapp:position"]["id"] > 1
