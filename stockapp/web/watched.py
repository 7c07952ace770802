"""Around every request: its id, how long it took, and a line in the log where that is wanted."""

import itertools
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from stockapp import context
from stockapp.metrics.counts import Counts

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# What a proxy or a program may call a request: it ends up in the log and in the answer.
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Where no route was reached: files, addresses that do not exist.
NO_ENDPOINT = "-"


def register(app: Flask, counts: Counts, *, access_log: bool) -> None:
    """Watch all requests to the application; call it after all else that wraps it."""
    app.wsgi_app = _watching(app.wsgi_app, counts, access_log)  # type: ignore[assignment]


def _watching(inner: "WSGIApplication", counts: Counts, access_log: bool) -> "WSGIApplication":
    # The ids that are made here: of this worker, so not of the module, which all workers share; and
    # then numbered, as that is cheaper.
    mark, numbers = secrets.token_hex(5), itertools.count(1)

    # Not Flask's hooks: they cost a cached answer more, and files never come by them.
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began = time.perf_counter()
        own = [(HEADER, _begin(environ, lambda: f"{mark}{next(numbers):06x}"))]
        seen = _Seen()

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: "OptExcInfo | None" = None
        ) -> object:
            # The request as werkzeug left it; files are served without one.
            told = environ.get("werkzeug.request")
            seen.endpoint = getattr(told, "endpoint", None) or NO_ENDPOINT
            seen.status = status[:3]
            method = environ["REQUEST_METHOD"]
            counts.answered(
                seen.endpoint,
                method if method in _METHODS else "other",
                seen.status,
                time.perf_counter() - began,
            )
            return start_response(status, headers + own, exc_info)

        body = inner(environ, start)  # type: ignore[arg-type]
        return _logged(body, environ, seen, began) if access_log else body

    return application


class _Seen:
    """What an answer was, once it has begun."""

    endpoint = NO_ENDPOINT
    status = "-"
    length = 0


def _begin(environ: "WSGIEnvironment", new_id: Callable[[], str]) -> str:
    told = environ.get("HTTP_X_REQUEST_ID")
    request_id = told if told and _SANE_ID.fullmatch(told) else new_id()
    context.begin_request(request_id)
    return request_id


def _logged(
    body: Iterable[bytes], environ: "WSGIEnvironment", seen: _Seen, began: float
) -> Iterable[bytes]:
    def tell() -> None:
        logger.info(
            "request",
            extra={
                "method": environ["REQUEST_METHOD"],
                "endpoint": seen.endpoint,
                # Without the query, which may hold what is nobody's business.
                "path": environ.get("PATH_INFO", ""),
                "status": seen.status,
                "elapsed_ms": round(1000 * (time.perf_counter() - began), 1),
                "bytes": seen.length,
                "client": environ.get("REMOTE_ADDR", ""),
            },
        )

    closing = [close] if (close := getattr(body, "close", None)) else []
    return ClosingIterator(_measured(body, seen), [*closing, tell])


def _measured(body: Iterable[bytes], seen: _Seen) -> Iterator[bytes]:
    for part in body:
        seen.length += len(part)
        yield part
