"""JSON Schemas of the models of calls, with the named ones as components of the document."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/"
# Of answers as well: what they are made of has the same shape both ways.
_MODE: JsonSchemaMode = "validation"


class _Generator(GenerateJsonSchema):
    """Data classes are told whole, whatever defaults they have within Python."""

    def field_is_required(
        self,
        field: "core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField",
        total: bool,
    ) -> bool:
        """Whether the field is always there."""
        return field["type"] == "dataclass-field" or super().field_is_required(field, total)


def schemas_of(models: Iterable[type]) -> tuple[dict[type, Schema], dict[str, Schema]]:
    """The schema of each model, mostly a reference, and all components, by name."""
    wanted = sorted(set(models), key=lambda model: model.__name__)
    adapters: list[tuple[type, JsonSchemaMode, TypeAdapter[Any]]] = [
        (model, _MODE, TypeAdapter(model)) for model in wanted
    ]
    found, rest = TypeAdapter.json_schemas(
        adapters, ref_template=REFERENCE + "{model}", schema_generator=_Generator
    )
    components = rest.get("$defs", {})
    told = {name: tidy(components[name]) for name in sorted(components)}
    return {model: tidy(found[model, _MODE]) for model in wanted}, told


def tidy(schema: Any) -> Any:
    """Without titles that repeat names, and without defaults that mean *left out*."""
    if isinstance(schema, list):
        return [tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        name: _by_name(part) if name == "properties" else tidy(part)
        for name, part in schema.items()
        if not (name == "title" and isinstance(part, str))
        and not (name == "default" and part is None)
    }
    says = kept.get("description")
    if isinstance(says, str):
        kept["description"] = plain(says)
    return kept


def _by_name(properties: Mapping[str, Any]) -> Schema:
    """Fields may be called title or default as well."""
    return {name: tidy(part) for name, part in properties.items()}


def plain(docstring: str) -> str:
    """A docstring as text: lines of a paragraph joined, and null for what Python calls None."""
    paragraphs = docstring.strip().split("\n\n")
    joined = (" ".join(paragraph.split()) for paragraph in paragraphs)
    return "\n\n".join(joined).replace("None", "null")


def optional(schema: Schema) -> Schema:
    """The model with its defaults in words: generators take a field with one to be always there."""
    properties = {}
    for name, part in schema.get("properties", {}).items():
        rest = {key: value for key, value in part.items() if key != "default"}
        if "default" in part and part["default"] != "":
            told = json.dumps(part["default"])
            rest["description"] = f"{part.get('description', '')} By default {told}.".strip()
        properties[name] = rest
    return {**schema, "properties": properties} if properties else schema


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """What a reference refers to; anything else as it is."""
    while "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(REFERENCE)]
    return schema
