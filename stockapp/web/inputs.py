"""Reading what a client sent: query, JSON body, and the Prefer header."""

import re
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel
from werkzeug.exceptions import UnsupportedMediaType

from stockapp.web.errors import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_WAIT_SECONDS = 30
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


def read(model: type[ModelT]) -> ModelT:
    """The input of a call from its query and its JSON body. Raises ValidationError, Problem."""
    fields: dict[str, Any] = {
        name: ",".join(values) for name, values in request.args.to_dict(flat=False).items()
    }
    fields.update(_body())
    return model.model_validate(fields)


def wait_seconds() -> int:
    """How long the client would wait for the result (RFC 7240), at most 30 seconds; 0: not."""
    match = _WAIT.search(request.headers.get("Prefer", ""))
    return min(MAX_WAIT_SECONDS, int(match.group(1))) if match else 0


def _body() -> dict[str, Any]:
    if not request.get_data():
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    body = request.get_json()
    if not isinstance(body, dict):
        raise Problem(422, "invalid_value", "The body must be a JSON object.", field="body")
    return body
