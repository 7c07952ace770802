"""The server: /HOST/PATH stands for https://HOST/PATH, /_control/ for what tests set and read."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import orjson

from tests.upstream import alpha_vantage, fmp, google, marketstack, yahoo
from tests.upstream.faults import Control, Fault, reset_connection
from tests.upstream.world import Reply

SERVICES = {
    "yahoo": yahoo,
    "google": google,
    "fmp": fmp,
    "marketstack": marketstack,
    "alpha_vantage": alpha_vantage,
}
_BY_HOST = {host: name for name, module in SERVICES.items() for host in module.HOSTS}
_STATUS_BODIES = {
    401: yahoo.unauthorized("Invalid Crumb").body,
    403: b"<html><body>Forbidden</body></html>",
    429: b"Edge: Too Many Requests",
    500: b"<html><body>Will be right back</body></html>",
}


class Application:
    """The WSGI application. `refuse` stops or starts the listening of a service."""

    def __init__(self) -> None:
        self.control = Control()
        self.refuse: Callable[[dict[str, bool]], None] = lambda changes: None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = unquote(environ["PATH_INFO"])
        if path.startswith("/_control/"):
            return self._steer(path, environ, start_response)
        host, _, rest = path.lstrip("/").partition("/")
        if host not in _BY_HOST:
            start_response("404 Not Found", [])
            return [b"no such host"]
        return self._serve(host, "/" + rest, environ, start_response)

    def _serve(
        self, host: str, path: str, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        control, query = self.control, environ["QUERY_STRING"]
        service = _BY_HOST[host]
        route = SERVICES[service].route_of(host, path, query)
        symbols = SERVICES[service].symbols_of(path, query)
        entry = control.begin(route, symbols)
        fault = control.fault(route, service, symbols)
        try:
            control.wait(fault)
        finally:
            control.end(entry)
        if fault.kind == "reset":
            reset_connection(environ["stockapp.socket"])
            return []
        if fault.kind == "wrong_symbol":
            symbols = [f"OTHER{index}" for index in range(len(symbols))]
        reply = self._reply(service, route, path, environ, symbols, fault)
        return _send(_spoilt(reply, fault), fault, start_response)

    def _reply(
        self,
        service: str,
        route: str,
        path: str,
        environ: dict[str, Any],
        symbols: list[str],
        fault: Fault,
    ) -> Reply:
        query, tick = environ["QUERY_STRING"], self.control.tick + fault.tick
        if service == "yahoo":
            return yahoo.answer(route, query, symbols, environ.get("HTTP_COOKIE", ""), tick)
        module: Any = SERVICES[service]
        if fault.kind == "error":
            reply: Reply = module.error(fault.name, query)
        else:
            reply = module.answer(path, query, symbols, tick)
        return reply

    def _steer(self, path: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        command, control = path.removeprefix("/_control/"), self.control
        if command == "reset":
            control.reset()
            self.refuse(dict.fromkeys(SERVICES, False))
        elif command == "release":
            control.release()
        elif command == "configure":
            settings = orjson.loads(environ["wsgi.input"].read())
            control.configure(settings)
            self.refuse(settings.get("refuse", {}))
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
            return Reply(200, _malformed(reply.body), reply.content_type)
        case "html":
            return Reply(200, b"<!doctype html><html><body>Hello</body></html>", "text/html")
        case "empty":
            return Reply(200, b"", reply.content_type)
    return reply


def _malformed(body: bytes) -> bytes:
    """Without its brackets in the middle: neither JSON nor a page's data can be read."""
    return body[: len(body) // 3].replace(b"[[[[", b"[").replace(b"{", b"{{") + b"]]"


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
