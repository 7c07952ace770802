"""Answers of a call in the document: good ones with their models, errors with their codes."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson

from stockapp.web.openapi.answers_base import Problem
from stockapp.web.openapi.call import Gives, Link
from stockapp.web.openapi.examples import example
from stockapp.web.openapi.problems import FAULTS, Fault
from stockapp.web.openapi.schema import Schema, plain, resolved
from stockapp.web.sse import RETRY_MS

EXAMPLE = "#/components/examples/"


class Answers:
    """Describes what is answered, by the schemas of the models."""

    def __init__(self, own: Mapping[type, Schema], components: Mapping[str, Schema]) -> None:
        self._own = own
        self._components = components

    def good(self, gives: Gives) -> dict[str, Any]:
        """An answer that is no error."""
        told: dict[str, Any] = {"description": gives.says or self._first_words(gives)}
        if gives.headers:
            told["headers"] = {name: _header(name) for name in gives.headers}
        if content := self._content(gives):
            told["content"] = content
        if gives.links:
            told["links"] = {link.call: _link(link) for link in gives.links}
        return told

    def bad(self, phrase: str, faults: Sequence[Fault], *, as_page: bool) -> dict[str, Any]:
        """An error: each code with its meaning and an example; also `as_page`, for browsers."""
        codes = [fault.code for fault in faults]
        told: dict[str, Any] = {
            "description": f"{phrase}. " + " ".join(f"`{f.code}`: {f.meaning}" for f in faults),
            "content": {
                "application/problem+json": {
                    "schema": {
                        "allOf": [
                            self._own[Problem],
                            {
                                "type": "object",
                                "required": ["code"],
                                "properties": {"code": {"type": "string", "enum": codes}},
                            },
                        ]
                    },
                    "examples": {f.code: {"$ref": EXAMPLE + _name(f)} for f in faults},
                }
            },
        }
        if as_page:
            page = {"schema": {"type": "string"}, "example": "<!doctype html>"}
            told["content"]["text/html"] = page
        if any(fault.retry for fault in faults):
            told["headers"] = {"Retry-After": _header("Retry-After")}
        return told

    def _first_words(self, gives: Gives) -> str:
        if not gives.models:
            return "Done."
        schema = resolved(self._own[gives.models[0]], self._components)
        text = plain(schema.get("description", "Done.")).split("\n\n", maxsplit=1)[0]
        return text.partition(". ")[0].rstrip(".") + "."

    def _content(self, gives: Gives) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if gives.models:
            schemas = [self._own[model] for model in gives.models]
            schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
            content["application/json"] = {
                "schema": schema,
                "example": {**example(schemas[0], self._components), **gives.example},
            }
        if gives.csv:
            content["text/csv"] = {"schema": {"type": "string"}, "example": gives.csv}
        if gives.text:
            kind, sample = gives.text
            content[kind] = {"schema": {"type": "string"}, "example": sample}
        if gives.events:
            content["text/event-stream"] = self._stream(gives.events)
        return content

    def _stream(self, events: Mapping[str, type]) -> dict[str, Any]:
        name, model = next(iter(events.items()))
        data = orjson.dumps(example(self._own[model], self._components)).decode()
        return {
            "schema": {"anyOf": [self._event(name, model) for name, model in events.items()]},
            "example": {"event": name, "id": "1201", "data": data},
            "x-sse": {
                "retry_ms": RETRY_MS,
                "events": {
                    name: {
                        "data": self._own[model],
                        "example": example(self._own[model], self._components),
                    }
                    for name, model in events.items()
                },
            },
        }

    def _event(self, name: str, model: type) -> Schema:
        return {
            "type": "object",
            "properties": {
                "event": {"const": name},
                "id": {
                    "type": "string",
                    "description": "To go on after it, with Last-Event-ID; a reset has none.",
                },
                "data": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": self._own[model],
                },
            },
            "required": ["event", "data"],
        }


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _link(link: Link) -> dict[str, Any]:
    told: dict[str, Any] = {"operationId": link.call}
    if link.parameters:
        told["parameters"] = dict(link.parameters)
    if link.body:
        told["requestBody"] = dict(link.body)
    return told


def problem_examples() -> dict[str, Any]:
    """An example of each error, by its name."""
    return {
        _name(fault): {
            "summary": fault.meaning,
            "value": {
                "type": "about:blank",
                "title": HTTPStatus(fault.status).phrase,
                "status": fault.status,
                "code": fault.code,
                "detail": fault.detail,
                "instance": "/api/...",
            },
        }
        for fault in FAULTS.values()
    }


def _name(fault: Fault) -> str:
    return f"{fault.code}-{fault.status}"
