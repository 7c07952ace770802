"""Reading what a client sent: query, JSON body, and the Prefer header."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel
from werkzeug.exceptions import UnsupportedMediaType

from stockapp.domain.symbol import InvalidSymbol, parse_symbol
from stockapp.web import bodies
from stockapp.web.errors import Problem
from stockapp.web.schemas import QueryText

ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_WAIT_SECONDS = 30
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


def read(model: type[ModelT]) -> ModelT:
    """The input of a call from its query and its JSON body. Raises ValidationError, Problem."""
    query, body = _query(), _body()
    for name in query:
        if name in body:
            detail = f"{name} is in the query and in the body; send it once."
            raise Problem(422, "invalid_value", detail, field=name)
    return model.model_validate({**query, **body})


def read_query(model: type[ModelT]) -> ModelT:
    """The input of a call whose body is a file, from its query alone. Raises ValidationError."""
    return model.model_validate(_query())


def wait_seconds() -> int:
    """How long the client would wait for the result (RFC 7240), at most 30 seconds; 0: not."""
    match = _WAIT.search(request.headers.get("Prefer", ""))
    return min(MAX_WAIT_SECONDS, int(match.group(1))) if match else 0


@contextmanager
def symbol_from(field: str) -> Iterator[None]:
    """Within it, what can be no symbol is a problem of that field. Raises Problem."""
    try:
        yield
    except InvalidSymbol as error:
        raise _invalid_symbol(field, error) from None


def ticker(text: str) -> str:
    """The symbol that stands in an address. Raises Problem."""
    try:
        return parse_symbol(text)
    except InvalidSymbol as error:
        raise _invalid_symbol("ticker", error) from None


def _invalid_symbol(field: str, error: InvalidSymbol) -> Problem:
    return Problem(422, "invalid_symbol", str(error), field=field)


def _query() -> dict[str, Any]:
    told = request.args.to_dict(flat=False)
    return {name: QueryText(",".join(values)) for name, values in told.items()}


def _body() -> dict[str, Any]:
    if not bodies.whole():
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    body = request.get_json()
    if not isinstance(body, dict):
        raise Problem(422, "invalid_value", "The body must be a JSON object.", field="body")
    return body
