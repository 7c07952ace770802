"""The OpenAPI document for readers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stockapp.web.docs_views import (
    AnswerView,
    CallView,
    ContentView,
    DocsView,
    EventView,
    FaultView,
    FieldRow,
    GroupView,
    ModelView,
)
from stockapp.web.openapi.curl import curl
from stockapp.web.openapi.kinds import pieces

_Part = Mapping[str, Any]
# From here on a status is an error.
_ERRORS = "4"


def docs_view(document: _Part, asked: str = "") -> DocsView:
    """The calls in whose words all that was asked for occurs, with the models that they name."""
    calls = list(_calls(document))
    words = asked.casefold().split()
    found = [(tag, call) for tag, call in calls if _has(call, words)]
    groups = [
        GroupView(
            tag["name"],
            tag["description"],
            tuple(call for name, call in found if name == tag["name"]),
        )
        for tag in document["tags"]
    ]
    return DocsView(
        about=tuple(
            " ".join(part.split()) for part in document["info"]["description"].split("\n\n")
        ),
        asked=asked,
        count=len(calls),
        groups=tuple(group for group in groups if group.calls),
        models=_models_of([call for _, call in found], document["components"]["schemas"]),
    )


def _models_of(calls: Sequence[CallView], schemas: _Part) -> tuple[ModelView, ...]:
    """Those that the calls name, and those that these name in turn."""
    models = {name: _model(name, schema) for name, schema in schemas.items()}
    named: set[str] = set()
    new = {name for call in calls for name in ("Problem", *_named_by(call))}
    while new:
        named |= new
        new = {piece.model for name in new for row in models[name].fields for piece in row.kind} - {
            *named,
            "",
        }
    return tuple(model for name, model in models.items() if name in named)


def _named_by(call: CallView) -> Iterator[str]:
    kinds = [told.kind for told in call.parameters] + [told.kind for told in call.bodies]
    for answer in call.answers:
        kinds += [told.kind for told in answer.contents]
        kinds += [told.kind for told in answer.events]
    yield from (piece.model for kind in kinds for piece in kind if piece.model)


def _has(call: CallView, words: list[str]) -> bool:
    text = f"{call.key} {call.method} {call.path} {call.summary} {call.description}".casefold()
    return all(word in text for word in words)


def _calls(document: _Part) -> Iterator[tuple[str, CallView]]:
    examples = document["components"]["examples"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            call = _call(path, method.upper(), operation, examples)
            yield operation["tags"][0], call


def _call(path: str, method: str, operation: _Part, examples: _Part) -> CallView:
    answers = operation["responses"]
    body = operation.get("requestBody", {})
    return CallView(
        key=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        curl=curl(path, method, operation),
        parameters=tuple(_parameter(one) for one in operation.get("parameters", ())),
        body_needed=body.get("required", False),
        bodies=_contents(body.get("content", {})),
        answers=tuple(
            _answer(status, answer) for status, answer in answers.items() if status < _ERRORS
        ),
        faults=tuple(
            fault
            for status, answer in answers.items()
            if status >= _ERRORS
            for fault in _faults(status, answer, examples)
        ),
    )


def _parameter(one: _Part) -> FieldRow:
    schema = one.get("schema") or one["content"]["application/json"]["schema"]
    return FieldRow(
        one["name"], one["in"], pieces(schema), one["required"], one.get("description", "")
    )


def _contents(content: _Part) -> tuple[ContentView, ...]:
    return tuple(
        ContentView(media, pieces(told["schema"]), _shown(told.get("example")))
        for media, told in content.items()
        if "x-sse" not in told
    )


def _answer(status: str, answer: _Part) -> AnswerView:
    content = answer.get("content", {})
    stream = content.get("text/event-stream", {}).get("x-sse", {})
    return AnswerView(
        status,
        answer["description"],
        tuple(answer.get("headers", ())),
        _contents(content),
        tuple(
            EventView(name, pieces(told["data"]), json.dumps(told["example"]))
            for name, told in stream.get("events", {}).items()
        ),
    )


def _faults(status: str, answer: _Part, examples: _Part) -> Iterator[FaultView]:
    told = answer["content"]["application/problem+json"]["examples"]
    for code, example in told.items():
        meaning = examples[example["$ref"].rpartition("/")[2]]["summary"]
        yield FaultView(status, code, meaning)


def _shown(example: Any) -> str:
    if example is None:
        return ""
    return example if isinstance(example, str) else json.dumps(example, indent=2)


def _model(name: str, schema: _Part) -> ModelView:
    needed = schema.get("required", ())
    return ModelView(
        name,
        schema.get("description", ""),
        " | ".join(map(str, schema.get("enum", ()))),
        tuple(
            FieldRow(field, "", pieces(part), field in needed, part.get("description", ""))
            for field, part in schema.get("properties", {}).items()
        ),
    )
