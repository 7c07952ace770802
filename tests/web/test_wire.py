"""Writing to streams past the server: whole, in order, and only where that is possible."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent.socket
import pytest

from stockapp.tasks.mailbox import Closed, Mailbox
from stockapp.web.wire import Delivery, Wire
from tests.tasks.workers import eventually

ROOT = Path(__file__).parent.parent.parent


class Stream:
    """A stream's end that takes what comes to it; `past` is what went out without it."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.mailbox: Mailbox[bytes] = Mailbox()
        self.took: list[bytes] = []
        self.past: list[bytes] = []
        self.delivery = Delivery(self.mailbox, Wire(environ), lambda m: m, self.past.append)
        self._thread = threading.Thread(target=self._take, daemon=True)

    def wait(self) -> "Stream":
        self._thread.start()
        assert eventually(lambda: self.mailbox._reader_waits)
        return self

    def end(self) -> None:
        self.mailbox.close()
        self._thread.join(20)

    def _take(self) -> None:
        try:
            while True:
                entry = self.delivery.next(20)
                if entry is not None:
                    self.took.append(entry)
        except Closed:
            return


@pytest.fixture
def pair() -> Iterator[tuple[Any, Any]]:
    ours, theirs = gevent.socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def environ(client: Any, protocol: str = "HTTP/1.1") -> dict[str, Any]:
    return {"gunicorn.socket": client, "SERVER_PROTOCOL": protocol}


def test_what_comes_while_the_stream_waits_goes_out_as_a_chunk(pair: tuple[Any, Any]) -> None:
    ours, theirs = pair
    stream = Stream(environ(ours)).wait()
    stream.mailbox.put(b"data: news\n\n")
    assert theirs.recv(1000) == b"C\r\ndata: news\n\n\r\n"
    stream.end()
    assert (stream.took, stream.past) == ([], [b"data: news\n\n"])


def test_what_comes_together_goes_out_together(pair: tuple[Any, Any]) -> None:
    ours, theirs = pair
    stream = Stream(environ(ours)).wait()
    stream.mailbox.put_all([b"one", b"two"])
    assert theirs.recv(1000) == b"6\r\nonetwo\r\n"
    stream.end()
    assert (stream.took, stream.past) == ([], [b"one", b"two"])


def test_a_client_of_http_1_0_gets_it_without_a_frame(pair: tuple[Any, Any]) -> None:
    ours, theirs = pair
    stream = Stream(environ(ours, "HTTP/1.0")).wait()
    stream.mailbox.put(b"data: news\n\n")
    assert theirs.recv(1000) == b"data: news\n\n"
    stream.end()


def test_what_comes_while_the_stream_does_not_wait_is_left_to_it(pair: tuple[Any, Any]) -> None:
    ours, _ = pair
    stream = Stream(environ(ours))
    stream.mailbox.put(b"one")
    stream.mailbox.put(b"two")
    stream.wait()
    assert eventually(lambda: stream.took == [b"one", b"two"])
    stream.end()
    assert stream.past == []


def test_what_does_not_fit_is_finished_before_anything_else_is_sent() -> None:
    command = [sys.executable, "-m", "tests.web.wire_worker"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("whole\n", "")


@pytest.mark.parametrize("client", [None, object()], ids=["no socket", "an encrypted one"])
def test_without_a_plain_socket_all_is_left_to_the_stream(client: Any) -> None:
    stream = Stream(environ(client)).wait()
    stream.mailbox.put(b"news")
    assert eventually(lambda: stream.took == [b"news"])
    stream.end()


def test_a_client_that_has_gone_is_left_to_the_stream_to_find(pair: tuple[Any, Any]) -> None:
    ours, theirs = pair
    stream = Stream(environ(ours)).wait()
    theirs.close()
    stream.mailbox.put(b"news")
    assert eventually(lambda: stream.took == [b"news"])
    stream.end()
