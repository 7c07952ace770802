"""The description of the JSON interface: for programs, and as a page."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app, make_response, request

from stockapp.ports import Executor
from stockapp.version import VERSION
from stockapp.web.openapi.call import Gives, described
from stockapp.web.openapi.document import Rule, build
from stockapp.web.present_docs import docs_view
from stockapp.web.rendering import render

# Added by Flask to what is described.
_BY_ITSELF = frozenset({"HEAD", "OPTIONS"})
_ASKED = {
    "name": "q",
    "in": "query",
    "required": False,
    "description": "Words that the calls must have.",
    "schema": {"type": "string"},
}


class ApiDocs:
    """Built when first asked for: all routes are known by then, and few ask at all."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        # pydantic has a lock that must not be contended from a native thread.
        self._building = threading.Lock()
        self._document: dict[str, Any] = {}
        self._body = b""
        self._etag = ""

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_docs", __name__, url_prefix="/api")
        blueprint.add_url_rule("/openapi.json", view_func=self.document)
        blueprint.add_url_rule("/docs", view_func=self.page)
        return blueprint

    @described(
        "getDescription",
        "System",
        gives={200: Gives((dict,), "This document.", ("ETag",)), 304: Gives(says="As before.")},
    )
    def document(self) -> Response:
        """The description of all these calls, as OpenAPI 3.1."""
        self._build()
        response = Response(self._body, mimetype="application/json")
        response.set_etag(self._etag)
        response.headers["Cache-Control"] = "no-cache"
        response.make_conditional(request)
        return response

    @described(
        "getDocs",
        "System",
        gives={200: Gives(says="The page.", text=("text/html", "<!doctype html>"))},
        parameters=(_ASKED,),
    )
    def page(self) -> Response:
        """The same as a page for people."""
        self._build()
        asked = request.args.get("q", "").strip()
        docs = self._executor.run_blocking(docs_view, self._document, asked)
        return make_response(render("pages/api_docs.html", docs=docs))

    def _build(self) -> None:
        with self._building:
            if not self._body:
                rules = list(rules_of(current_app))
                # Half a second, in which others must have their turn.
                made = self._executor.run_blocking(_made, rules, VERSION)
                self._document, self._body, self._etag = made


def _made(rules: Sequence[Rule], version: str) -> tuple[dict[str, Any], bytes, str]:
    document = build(rules, version)
    body = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return document, body, hashlib.sha256(body).hexdigest()[:16]


def rules_of(app: Flask) -> Iterator[Rule]:
    """All addresses of the application, with their views."""
    for rule in app.url_map.iter_rules():
        methods = frozenset(rule.methods or ()) - _BY_ITSELF
        yield Rule(rule.rule, methods, app.view_functions[rule.endpoint])
