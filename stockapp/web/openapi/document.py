"""The OpenAPI document of all calls that are described, in an order that never changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from stockapp.web.openapi import operations
from stockapp.web.openapi.answers import problem_examples
from stockapp.web.openapi.answers_base import Problem
from stockapp.web.openapi.call import Call, call_of
from stockapp.web.openapi.parts import HEADERS, SECURITY, SECURITY_SCHEMES, TAGS
from stockapp.web.openapi.schema import optional, schemas_of

_ABOUT = """\
A watchlist and stock analysis that never blocks and never hides anything.

What takes long is a task: its start answers 202 with the task, `Location` and `Retry-After`;
with `Prefer: wait=10` it waits for the result, and answers 200 with it when it comes in time. A
task is polled, or followed as Server-Sent Events.

Each field of an input may be sent in the query or in a JSON body, with every method; one that is
sent twice, or not known, is an error. Below, fields that a POST or PATCH needs stand in its body.

Times are RFC 3339 in UTC. Errors are problem documents (RFC 9457), with a stable `code`. Further
fields may be added to answers; none is taken away."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An address with the methods that one view serves there."""

    path: str
    methods: frozenset[str]
    view: Callable[..., Any]


def build(rules: Iterable[Rule], version: str) -> dict[str, Any]:
    """The document of those rules whose views are described."""
    told = sorted(_described(rules), key=lambda each: (each[0].path, sorted(each[0].methods)))
    models = {model for _, call in told for model in _models(call)} | {Problem}
    own, components = schemas_of(models)
    writer = operations.Writer(own, components)
    paths: dict[str, dict[str, Any]] = {}
    for rule, call in told:
        for method in _in_order(rule.methods):
            operation = writer.operation(rule.path, method, call, rule.methods, rule.view)
            paths.setdefault(operations.template(rule.path), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "stockapp",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This server."}],
        "security": SECURITY,
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": {path: dict(sorted(paths[path].items())) for path in sorted(paths)},
        "components": {
            "schemas": {name: optional(schema) for name, schema in components.items()},
            "headers": HEADERS,
            "examples": problem_examples(),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def undescribed(rules: Iterable[Rule]) -> list[str]:
    """Addresses below /api whose views are not described."""
    return sorted(
        f"{' '.join(_in_order(rule.methods))} {rule.path}"
        for rule in rules
        if rule.path.startswith("/api") and call_of(rule.view) is None
    )


def _described(rules: Iterable[Rule]) -> Iterable[tuple[Rule, Call]]:
    for rule in rules:
        call = call_of(rule.view)
        if call is not None:
            yield rule, call


def _models(call: Call) -> Iterable[type]:
    if call.takes:
        yield call.takes
    for gives in call.gives.values():
        yield from gives.models
        yield from gives.events.values()


def _in_order(methods: Iterable[str]) -> Sequence[str]:
    order = ("GET", "POST", "PATCH", "PUT", "DELETE")
    return [method for method in order if method in methods]
