"""Refusing a request before the application has seen it."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def refuse(
    environ: "WSGIEnvironment", start_response: "StartResponse", status: int, code: str, detail: str
) -> Iterable[bytes]:
    """The answer: a problem document for programs, the sentence as plain text for people.

    Not a page: whoever asks under a wrong name would get none of its styles and links either.
    """
    title = HTTPStatus(status).phrase
    kind, body = "text/plain; charset=utf-8", f"{detail}\n".encode()
    if "text/html" not in environ.get("HTTP_ACCEPT", "") or environ["PATH_INFO"][:5] == "/api/":
        kind = "application/problem+json"
        document = {"type": "about:blank", "title": title, "status": status}
        document |= {"code": code, "detail": detail}
        body = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Vary", "Accept")]
    start_response(f"{status} {title}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
