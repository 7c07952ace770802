"""Examples that follow from a schema: each field by its name, and by its type where that is none.

One table for all calls, so that the same thing looks the same wherever it is told.
"""

from collections.abc import Mapping
from typing import Any

from stockapp.web.openapi.schema import Schema, resolved

_TASK = "0b6c1c5e5c0f4d6f9a3e8f2d7c1b4a90"
_TIME = "2026-11-26T14:30:05.000Z"
_BY_NAME: Mapping[str, Any] = {
    "symbol": "LARK.SIM",
    "symbols": ["LARK.SIM", "QUIL.SIM"],
    "name": "Larkspur Robotics",
    "price": 227.5,
    "currency": "USD",
    "previous_close": 225.0,
    "change": 2.5,
    "change_percent": 1.111111,
    "exchange": "SIM",
    "source": "simulated",
    "method": "quote",
    "title": "Tech",
    "note": "robots",
    "target_price": 250.0,
    "watchlist": "default",
    "undo": "Zk3xq0wUe8bJv5mTnR2hYdPs",
    "q": "robotics",
    "id": _TASK,
    "task_id": _TASK,
    "instance": "/api/tasks/" + _TASK,
    "self": "/api/tasks/" + _TASK,
    "events": f"/api/tasks/{_TASK}/events",
    "cancel": "/api/tasks/" + _TASK,
    "poll_url": "/api/tasks/" + _TASK,
    "events_url": f"/api/tasks/{_TASK}/events",
    "message": "LARK.SIM from simulated/quote",
    "kind": "live_prices",
    "params": {"symbols": ["LARK.SIM"], "force": False},
    "status": "completed",
    "done": 1,
    "total": 1,
    "percent": 100.0,
    "eta_seconds": 0.0,
    "state": "ok",
    "market_state": "regular",
    "detail": None,
    "disagreeing": [],
    "freshness": "fresh",
    "cached": False,
    "verdict": "hold",
    "started_at": _TIME,
    "elapsed_ms": 182.4,
    "delay_minutes": 15,
    "volume": 1250000,
    "market_cap": 3400000000,
    "day_low": 224.1,
    "day_high": 228.9,
    "year_low": 160.2,
    "year_high": 241.0,
    "age_seconds": 0.4,
    "growth": 0.05,
    "discount_rate": 0.09,
    "terminal_growth": 0.02,
    "analysis_weights": {"dcf": 2, "epv": 1, "asset": 1},
    "business_type": "mature",
    "csv": "symbol,note,target\nLARK.SIM,robots,250\n",
    "text": "LARK.SIM, QUIL.SIM",
    "from": "default",
    "to": "tech",
    "before": None,
    "days": ["2026-11-25", "2026-11-26"],
    "limit": 8,
    "closes": [225.0, 227.5],
    "trend": [225.0, 227.5],
    "values": {"revenue": 1200000000.0, "net_income": 96000000.0},
    "error": None,
    "problem": None,
    "trouble": None,
    "reason": None,
    "last_failure": None,
    "stale": 0,
    "failed": 0,
    "ok": 1,
    "pid": 4242,
    "key": "LARK.SIM",
    "of": "LARK.SIM",
    "retries": 0,
    "close": "/api/providers/simulated/quote/close",
    "test": "/api/providers/simulated/test",
    "finished_at": None,
    "retry_after_seconds": None,
}
_BY_FORMAT = {"date-time": _TIME, "date": "2026-11-26"}
_BY_TYPE: Mapping[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}
_DEEPEST = 12


def example(
    schema: Schema, components: Mapping[str, Schema], name: str = "", depth: int = 0
) -> Any:
    """A value that the schema allows, for a field of that name."""
    schema = resolved(schema, components)
    if "const" in schema:
        return schema["const"]
    if name in _BY_NAME and fits(_BY_NAME[name], schema, components):
        return _BY_NAME[name]
    if "enum" in schema:
        return schema["enum"][0]
    return _of_parts(schema, components, name, depth)


def _of_parts(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> Any:
    if "anyOf" in schema and "properties" not in schema:
        return example(schema["anyOf"][0], components, name, depth)
    if fields := schema.get("properties"):
        needed = schema.get("required", list(fields))
        return {
            field: example(part, components, field, depth + 1)
            for field, part in fields.items()
            if depth < _DEEPEST and field in needed
        }
    if schema.get("type") == "object":
        inside = schema.get("additionalProperties")
        # By symbol, as most tables are.
        key = "LARK.SIM" if isinstance(inside, dict) and "$ref" in str(inside) else "dcf"
        key = schema.get("propertyNames", {}).get("enum", [key])[0]
        return {key: example(inside, components, "", depth + 1)} if isinstance(inside, dict) else {}
    if schema.get("type") == "array":
        return [example(schema.get("items", {}), components, _singular(name), depth + 1)]
    told = schema.get("default", _BY_FORMAT.get(schema.get("format", "")))
    return _BY_TYPE.get(schema.get("type", ""), None) if told is None else told


def _singular(name: str) -> str:
    return {"symbols": "symbol", "removed": "symbol", "added": "symbol", "moved": "symbol"}.get(
        name, name.removesuffix("s") if name.endswith("s") else ""
    )


_PYTHON = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


def fits(value: Any, schema: Schema, components: Mapping[str, Schema]) -> bool:
    """Whether the value may stand there, as far as types and lists of words tell."""
    schema = resolved(schema, components)
    if "anyOf" in schema:
        return any(fits(value, part, components) for part in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind: Any = _PYTHON.get(schema.get("type", ""), ())
    is_other = isinstance(value, bool) and schema.get("type") != "boolean"
    return isinstance(value, kind) and not is_other and _fits_within(value, schema, components)


def _fits_within(value: Any, schema: Schema, components: Mapping[str, Schema]) -> bool:
    if isinstance(value, str) and schema.get("format") in _BY_FORMAT:
        return value[:4].isdigit()
    if isinstance(value, list):
        return all(fits(one, schema.get("items", {}), components) for one in value)
    if isinstance(value, dict):
        inside = schema.get("additionalProperties")
        parts = schema.get("properties", dict.fromkeys(value, inside))
        return all(
            part is True or (part and fits(value[name], part, components))
            for name, part in parts.items()
            if name in value
        ) and set(value) <= set(parts)
    return True
