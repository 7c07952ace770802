"""The OpenAPI document, held against real answers more strictly than clients do."""

from typing import Any

import jsonschema_rs
from flask import Flask
from werkzeug.test import TestResponse

from stockapp.web.api_docs import rules_of
from stockapp.web.openapi.document import build
from stockapp.web.openapi.operations import template

# With further fields by the code of the error.
OPEN = {"Problem"}


class Description:
    """Of one application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.document = build(rules_of(app), "0")
        components = self.document["components"]
        self._strict = {
            **self.document,
            "components": {
                **components,
                "schemas": {
                    name: schema if name in OPEN else _closed(schema)
                    for name, schema in components["schemas"].items()
                },
            },
        }

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """The description of a call to that address."""
        rule, _ = self._app.url_map.bind("localhost").match(path, method, return_rule=True)
        told: dict[str, Any] = self.document["paths"][template(rule.rule)][method.lower()]
        return told

    def complaints(self, answer: TestResponse) -> list[str]:
        """What the answer has that is not described, or lacks."""
        request = answer.request
        operation = self.operation(request.method, request.path)
        described = operation["responses"].get(str(answer.status_code))
        if described is None:
            return [f"status {answer.status_code} is not described"]
        if not answer.data:
            return [] if "content" not in described else ["there is no body"]
        if answer.mimetype not in described.get("content", {}):
            return [f"{answer.mimetype} is not described"]
        if not answer.is_json:
            return []
        return self.wrong(described["content"][answer.mimetype]["schema"], answer.json)

    def wrong(self, schema: dict[str, Any], value: Any) -> list[str]:
        """How the value differs from the schema."""
        whole = {**schema, "components": self._strict["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [
            f"{error.instance_path}: {error.message}"[:500]
            for error in validator.iter_errors(value)
        ]


def _closed(schema: Any) -> Any:
    """Where fields are told, there are no others."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict):
        told.setdefault("additionalProperties", False)
    return told
