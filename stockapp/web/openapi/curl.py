"""A command for each call that can be copied and run."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

BASE = "http://127.0.0.1:8000"


def curl(path: str, method: str, operation: Mapping[str, Any]) -> str:
    """The call by its examples, as a line for a shell."""
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        if parameter["in"] == "path":
            place = "{" + parameter["name"] + "}"
            path = path.replace(place, quote(str(parameter["example"]), safe=""))
    asked = [one for one in parameters if one["in"] == "query" and one["required"]]
    query = "&".join(f"{one['name']}={_text(one['example'])}" for one in asked)
    words = ["curl"]
    if "text/event-stream" in str(operation["responses"]):
        words.append("-N")
    if method != "GET":
        words += ["-X", method]
    words.append(shlex.quote(f"{BASE}{path}{'?' if query else ''}{query}"))
    return " ".join([*words, *_body(operation)])


def _body(operation: Mapping[str, Any]) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {})
    body = content.get("application/json")
    if body is None or not operation["requestBody"]["required"]:
        return []
    told = json.dumps(body["example"])
    return ["-H", "'Content-Type: application/json'", "-d", shlex.quote(told)]


def _text(value: Any) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return quote(text, safe=",")
