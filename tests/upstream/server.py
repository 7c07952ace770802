"""The server: /HOST/PATH stands for https://HOST/PATH, /_control/ for what tests set and read."""

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import orjson

from tests.upstream import yahoo
from tests.upstream.faults import Control, Fault, reset_connection
from tests.upstream.yahoo import Reply

_STATUS_BODIES = {
    401: yahoo.unauthorized("Invalid Crumb").body,
    403: b"<html><body>Forbidden</body></html>",
    429: b"Edge: Too Many Requests",
    500: b"<html><body>Will be right back</body></html>",
}


class Application:
    """The WSGI application."""

    def __init__(self) -> None:
        self.control = Control()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = unquote(environ["PATH_INFO"])
        if path.startswith("/_control/"):
            return self._steer(path, environ, start_response)
        host, _, rest = path.lstrip("/").partition("/")
        if host not in yahoo.HOSTS:
            start_response("404 Not Found", [])
            return [b"no such host"]
        return self._serve(host, "/" + rest, environ, start_response)

    def _serve(
        self, host: str, path: str, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        control, query = self.control, environ["QUERY_STRING"]
        route = yahoo.route_of(host, path)
        symbols = yahoo.symbols_of(path, query)
        control.counts[route] += 1
        control.log.append({"at": time.time(), "route": route, "symbols": symbols})
        control.at_once[route] += 1
        control.most_at_once[route] = max(control.most_at_once[route], control.at_once[route])
        fault = control.fault(route)
        try:
            control.wait(fault)
        finally:
            control.at_once[route] -= 1
        if fault.kind == "reset":
            reset_connection(environ["stockapp.socket"])
            return []
        if fault.kind == "wrong_symbol":
            symbols = [f"OTHER{index}" for index in range(len(symbols))]
        reply = yahoo.answer(route, query, symbols, environ.get("HTTP_COOKIE", ""), control.tick)
        return _send(_spoilt(reply, fault), fault, start_response)

    def _steer(self, path: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        command, control = path.removeprefix("/_control/"), self.control
        if command == "reset":
            control.reset()
        elif command == "configure":
            control.configure(orjson.loads(environ["wsgi.input"].read()))
        body = {
            "counts": dict(control.counts),
            "log": control.log,
            "most_at_once": dict(control.most_at_once),
        }
        start_response("200 OK", [("Content-Type", "application/json")])
        return [orjson.dumps(body)]


def _spoilt(reply: Reply, fault: Fault) -> Reply:
    match fault.kind:
        case "status":
            body = _STATUS_BODIES.get(fault.status, b"")
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
            kind = "application/json" if body.startswith(b"{") else "text/html"
            return Reply(fault.status, body, kind, headers)
        case "malformed":
            return Reply(200, reply.body[:-7] + b"]]", reply.content_type)
        case "html":
            return Reply(200, b"<!doctype html><html><body>Hello</body></html>", "text/html")
        case "empty":
            return Reply(200, b"", reply.content_type)
    return reply


def _send(reply: Reply, fault: Fault, start_response: Any) -> Iterable[bytes]:
    length = len(reply.body) * (2 if fault.kind == "truncated" else 1)
    headers = [
        ("Content-Type", reply.content_type),
        ("Content-Length", str(length)),
        *reply.headers.items(),
    ]
    if fault.kind == "truncated":
        headers.append(("Connection", "close"))
    start_response(f"{reply.status} Simulated", headers)
    return [reply.body]
