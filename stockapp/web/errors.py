"""Errors as answers: RFC 9457 problem details for programs, a readable page for people."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.exceptions import ClientDisconnected, HTTPException, MethodNotAllowed

from stockapp import context
from stockapp.domain.access import TokenExists
from stockapp.domain.symbol import InvalidSymbol
from stockapp.domain.watchlist import ListExists, NoSuchList, TooManyLists, WatchlistFull
from stockapp.ports import QueueFull, RateLimited, StoreTrouble
from stockapp.services.access import InvalidToken, TooManyTokens
from stockapp.services.analyses import BadChoice
from stockapp.services.analyst import NotComputed
from stockapp.services.list_admin import Undeletable
from stockapp.services.refresh import TooManySymbols
from stockapp.services.task_admin import NoSuchTask, NotEnded
from stockapp.services.watchlists import InvalidItem, UnknownSymbol
from stockapp.web.rendering import render

logger = logging.getLogger(__name__)

_SOON = {"Retry-After": "5"}

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """An error answer: a status, a stable code, a sentence that says what to do.

    `field` names the input at fault; `extra` holds further members of the problem document.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """The problem document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": request.path,
        }
        if self.field:
            document["field"] = self.field
        return {**document, **self.extra}


def not_found(what: str, detail: str) -> Problem:
    """A 404 for something that has an address but does not exist."""
    return Problem(404, f"unknown_{what}", detail)


def register(app: Flask) -> None:
    """Answer every exception as a problem document or a page."""
    app.register_error_handler(Exception, lambda error: _answer(problem_of(error)))


def problem_of(error: Exception) -> Problem:
    """The problem that an exception means; unforeseen ones are logged and told without detail."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, ValidationError):
        return _of_validation(error)
    known = _of_domain(error)
    if known is None:
        logger.exception("request failed", extra={"path": request.path})
        where = f" at {mark}" if (mark := context.ids().get(context.REQUEST)) else ""
        detail = f"stockapp failed to answer; the log of the server says why{where}."
        return Problem(500, "internal", detail)
    return known


def _of_domain(error: Exception) -> Problem | None:
    match error:
        case InvalidSymbol():
            return Problem(422, "invalid_symbol", str(error), field="symbol")
        case BadChoice() | InvalidItem():
            hint = " In calls 0.05 is 5 %." if "%" in str(error) and wants_json() else ""
            return Problem(422, "invalid_value", str(error) + hint, field=error.field)
        case TooManySymbols():
            return Problem(422, "too_many_symbols", str(error), field="symbols")
        case UnknownSymbol():
            attempts = [attempt.to_json() for attempt in error.attempts]
            hint = f"{error} Send accept_unknown: true for that."
            extra = {"symbol": error.symbol, "attempts": attempts}
            return Problem(422, "unknown_symbol", hint, field="symbol", extra=extra)
    return _of_list(error) or _of_token(error) or _of_task(error) or _of_store(error)


def _of_list(error: Exception) -> Problem | None:
    match error:
        case WatchlistFull():
            extra = {"room": error.room}
            return Problem(409, "watchlist_full", str(error), field="symbol", extra=extra)
        case NoSuchList():
            return Problem(404, "unknown_watchlist", str(error), field="watchlist")
        case ListExists():
            return Problem(409, "watchlist_exists", str(error), field="title")
        case TooManyLists():
            return Problem(409, "too_many_watchlists", str(error))
        case Undeletable():
            return Problem(409, "watchlist_stays", str(error))
    return None


def _of_token(error: Exception) -> Problem | None:
    match error:
        case InvalidToken():
            return Problem(422, "invalid_value", str(error), field=error.field)
        case TokenExists():
            return Problem(409, "token_exists", str(error), field="name")
        case TooManyTokens():
            return Problem(409, "too_many_tokens", str(error))
    return None


def _of_task(error: Exception) -> Problem | None:
    match error:
        case NoSuchTask():
            return not_found("task", str(error))
        case NotEnded():
            return Problem(409, "task_not_ended", str(error))
    return None


def _of_store(error: Exception) -> Problem | None:
    match error:
        case NotComputed():
            hint = f"{error} Ask again in a few seconds."
            return Problem(503, "not_computed", hint, headers=_SOON)
        case QueueFull():
            hint = f"{str(error).capitalize()}; ask again in a few seconds."
            return Problem(503, "queue_full", hint, headers=_SOON)
        case RateLimited():
            headers = {"Retry-After": str(error.retry_after_seconds)}
            return Problem(429, "rate_limited_client", str(error), headers=headers)
        case StoreTrouble():
            hint = f"stockapp's database cannot be used: {error}. It is tried again all the time."
            return Problem(503, "database_unavailable", hint, headers=_SOON)
    return None


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("'", "")
    headers = {}
    detail = error.description or HTTPStatus(status).description
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
        detail = f"{request.method} is not possible here; use {headers['Allow']}."
    elif isinstance(error, ClientDisconnected):
        code, detail = "body_incomplete", "The body did not come as a whole, or not in time."
    elif status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        detail = "Send the body as JSON, with Content-Type: application/json."
    elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = "The body is larger than this server reads; send less."
    elif status == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.path}."
    return Problem(status, code, detail, headers=headers)


def _of_validation(error: ValidationError) -> Problem:
    errors: Sequence[dict[str, str]] = [
        {
            "field": ".".join(str(part) for part in entry["loc"]) or "body",
            "detail": _plain(entry["msg"]),
        }
        for entry in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    first = errors[0]
    detail = f"{first['field']}: {first['detail']}."
    return Problem(422, "invalid_value", detail, field=first["field"], extra={"errors": errors})


def _plain(message: str) -> str:
    """Without what pydantic puts before messages of ours."""
    return message.removeprefix("Value error, ")


def _answer(problem: Problem) -> Response:
    if wants_json():
        body = orjson.dumps(problem.to_json(), option=orjson.OPT_APPEND_NEWLINE)
        response = Response(body, problem.status, mimetype=PROBLEM_JSON)
    else:
        page = render("pages/error.html", problem=problem)
        response = Response(page, problem.status)
    response.vary.add("Accept")
    response.headers.extend(problem.headers)
    return response


def wants_json() -> bool:
    """Whether the client is a program: it called the API, or does not ask for HTML."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"
