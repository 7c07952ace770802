"""A server that answers what a test tells it to, and notes what it was asked."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`cut`: the connection breaks where the body should go on. `stays`: it goes on saying nothing
    until the client leaves."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    stays: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def told(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **named})


def problem(status: int, code: str, **headers: str) -> Answer:
    return told({"status": status, "code": code, "detail": f"It is {code}."}, status, **headers)


def stream(text: str, *, cut: bool = False, stays: bool = False) -> Answer:
    return Answer(200, text.encode(), {"Content-Type": "text/event-stream"}, cut, stays)


def a_task(status: str = "running", done: int = 0, **more: Any) -> dict[str, Any]:
    progress = {"done": done, "total": 2, "percent": 50.0 * done, "message": "", "eta_seconds": 1.5}
    states = ["ok"] * done + ["running"] * (2 - done)
    return {
        "id": "t1",
        "kind": "live_prices",
        "status": status,
        "progress": progress,
        "params": {},
        "created_at": "2026-01-02T03:04:05.678Z",
        "finished_at": None,
        "retries": 0,
        "error": None,
        "items": [{"key": f"S{n}", "state": state} for n, state in enumerate(states)],
        "result": {"done": done} if status == "completed" else None,
        **more,
    }


class Scripted:
    """`answers` for a path are given in turn, the last one again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, deque[Answer]] = defaultdict(deque)
        self.url = ""

    def will(self, path: str, *answers: Answer) -> None:
        self._answers[path].extend(answers)

    def next(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        answers = self._answers[asked.path.partition("?")[0]]
        if not answers:
            return problem(404, "unknown_address")
        return answers.popleft() if len(answers) > 1 else answers[0]


@contextmanager
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            answer = script.next(Asked(self.command, self.path, dict(self.headers), body))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            streams = answer.headers.get("Content-Type") == "text/event-stream"
            if streams:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(len(answer.body) + answer.cut))
            self.end_headers()
            self.wfile.write(
                b"%X\r\n%b\r\n" % (len(answer.body), answer.body) if streams else answer.body
            )
            if answer.stays:
                self.rfile.read(1)
            self.close_connection = answer.cut or streams
            if streams and not answer.cut:
                self.wfile.write(b"0\r\n\r\n")

        do_GET = do_POST = do_DELETE = do_PATCH = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
