"""Models of inputs as parameters of the query, and as bodies."""

from collections.abc import Mapping
from typing import Any

from stockapp.web.openapi.call import Call
from stockapp.web.openapi.examples import example
from stockapp.web.openapi.schema import Schema, resolved


class Inputs:
    """Describes what is sent, by the schemas of the models."""

    def __init__(self, own: Mapping[type, Schema], components: Mapping[str, Schema]) -> None:
        self._own = own
        self._components = components

    def query(self, call: Call, *, with_body: bool) -> list[dict[str, Any]]:
        """The fields as parameters; without those that the body must have, where there is one."""
        if call.takes is None:
            return []
        model = resolved(self._own[call.takes], self._components)
        needed = _needed(model)
        return [
            self._parameter(name, part, required=name in model.get("required", ()))
            for name, part in model["properties"].items()
            if not (with_body and name in needed)
        ]

    def body(self, call: Call) -> dict[str, Any]:
        """The fields as JSON, or the file that is taken in place of it."""
        if call.takes is None:
            raise ValueError(f"{call.name} takes nothing")
        schema = self._own[call.takes]
        model = resolved(schema, self._components)
        content: dict[str, Any] = {
            "application/json": {
                "schema": schema,
                "example": self._body_example(model),
            }
        }
        if call.file:
            csv = example({"type": "string"}, self._components, "csv")
            # Whatever it holds, it is read as text.
            content["text/csv"] = {"schema": {"contentMediaType": "text/csv"}, "example": csv}
        return {"required": bool(_needed(model)), "content": content}

    def _body_example(self, model: Schema) -> Any:
        whole = example({**model, "required": list(model["properties"])}, self._components)
        needed = _needed(model) or set(model["properties"])
        return {
            name: value for name, value in whole.items() if name in needed and value is not None
        }

    def _parameter(self, name: str, part: Schema, *, required: bool) -> dict[str, Any]:
        schema = self._in_query(part)
        description = schema.pop("description", part.get("description"))
        told: dict[str, Any] = {"name": name, "in": "query", "required": required}
        if description:
            told["description"] = description
        kind = resolved(schema, self._components).get("type")
        if kind == "object":
            told["content"] = {"application/json": {"schema": schema}}
            return told
        told["schema"] = schema
        if kind == "array":
            told |= {"style": "form", "explode": False}
        if required or kind == "array":
            told["example"] = example(schema, self._components, name)
        return told

    def _in_query(self, part: Schema) -> Schema:
        """A query knows no null, and one way to write a list."""
        rest = {name: value for name, value in part.items() if name != "anyOf"}
        choices = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
        lists = [one for one in choices if one.get("type") == "array"]
        if lists:
            # An empty one would be one empty text.
            return {"minItems": 1, **lists[0], **rest}
        if len(choices) == 1:
            return {**choices[0], **rest}
        return dict(part)


def _needed(model: Schema) -> set[str]:
    """The fields of which a body must have all, or one."""
    either = {name for one in model.get("anyOf", ()) for name in one.get("required", ())}
    return {*model.get("required", ()), *either}
