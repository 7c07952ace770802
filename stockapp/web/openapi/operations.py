"""One operation of the document: its parameters, its body and its answers."""

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any

from stockapp.web.openapi import answers, inputs
from stockapp.web.openapi.answers_tasks import StartedTask
from stockapp.web.openapi.call import Call
from stockapp.web.openapi.parts import PATHS, PREFER
from stockapp.web.openapi.problems import (
    ALWAYS,
    FAULTS,
    OF_BODY,
    OF_INPUT,
    OF_STARTING,
    OF_TICKER,
    OF_WHO_ASKS,
    Fault,
)
from stockapp.web.openapi.schema import Schema, plain

_PLACE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
WITH_BODY = ("POST", "PATCH", "PUT")


def template(path: str) -> str:
    """Flask's `/api/tasks/<task_id>` as OpenAPI writes it."""
    return _PLACE.sub(r"{\1}", path)


class Writer:
    """Writes operations by the schemas of their models and the named components."""

    def __init__(self, own: Mapping[type, Schema], components: Mapping[str, Schema]) -> None:
        self._inputs = inputs.Inputs(own, components)
        self._answers = answers.Answers(own, components)

    def operation(
        self,
        path: str,
        method: str,
        call: Call,
        methods: Collection[str],
        view: Callable[..., Any],
    ) -> dict[str, Any]:
        """The operation of one method of a rule."""
        summary, description = _words(view)
        has_body = method in WITH_BODY and (call.takes is not None)
        told: dict[str, Any] = {
            "operationId": operation_id(call, method, methods),
            "tags": [call.tag],
            "summary": summary,
        }
        if description:
            told["description"] = description
        parameters = [
            *(_of_path(name, call) for name in _PLACE.findall(path)),
            *self._inputs.query(call, with_body=has_body),
            *call.parameters,
            *([PREFER] if call.waits else []),
        ]
        if parameters:
            told["parameters"] = parameters
        if has_body:
            told["requestBody"] = self._inputs.body(call)
        told["responses"] = {
            **{str(status): self._answers.good(gives) for status, gives in call.gives.items()},
            **self._faults(path, call, has_body=has_body),
        }
        return told

    def _faults(self, path: str, call: Call, *, has_body: bool) -> dict[str, Any]:
        by_status: dict[int, list[Fault]] = {}
        for fault in sorted(faults_of(path, call, has_body=has_body), key=lambda one: one.key):
            by_status.setdefault(fault.status, []).append(fault)
        return {
            str(status): self._answers.bad(
                HTTPStatus(status).phrase, faults, as_page=not path.startswith("/api/")
            )
            for status, faults in by_status.items()
        }


def operation_id(call: Call, method: str, methods: Collection[str]) -> str:
    """The name of a call; where a rule has more methods than one, with the method but for POST."""
    return call.name if len(methods) == 1 or method == "POST" else f"{call.name}By{method.title()}"


def faults_of(path: str, call: Call, *, has_body: bool) -> set[Fault]:
    """All errors that the call can answer."""
    keys = {*ALWAYS, *call.faults}
    if call.for_all:
        keys.difference_update(OF_WHO_ASKS)
    if call.takes is not None:
        keys.update(OF_INPUT, OF_BODY)
    if "ticker" in path:
        keys.update(OF_TICKER)
    if any(StartedTask in gives.models for gives in call.gives.values()):
        keys.update(OF_STARTING)
    return {FAULTS[key] for key in keys}


def _of_path(name: str, call: Call) -> dict[str, Any]:
    description, schema, example = {**PATHS, **call.paths}[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


def _words(view: Callable[..., Any]) -> tuple[str, str]:
    """Summary and description, from the docstring."""
    text = plain(inspect.getdoc(view) or "")
    summary, _, description = text.partition("\n\n")
    return summary, description
