"""What many calls share: path parameters, headers, tags, and ways to sign in."""

from typing import Any

from stockapp.domain.symbol import MAX_LENGTH
from stockapp.services.cache_admin import KINDS
from stockapp.web.openapi.schema import Schema

SYMBOL_PATTERN = r"^ *\^?[A-Za-z0-9&][A-Za-z0-9&=-]*(\.[A-Za-z0-9&=-]+)* *$"
SYMBOL: Schema = {"type": "string", "pattern": SYMBOL_PATTERN, "maxLength": MAX_LENGTH}

PATHS: dict[str, tuple[str, Schema, str]] = {
    "ticker": ("A symbol in Yahoo's notation.", SYMBOL, "LARK.SIM"),
    "task_id": (
        "The id of a task, as its start answered.",
        {"type": "string"},
        "0b6c1c5e5c0f4d6f9a3e8f2d7c1b4a90",
    ),
    "token_id": ("The id of a token.", {"type": "string"}, "5f0c9a7e21d34b68"),
    "name": ("The name of a list, as in addresses.", {"type": "string"}, "default"),
    "source": ("The name of a source.", {"type": "string"}, "simulated"),
    "method": ("The name of a method of that source.", {"type": "string"}, "quote"),
    "prefix": (
        "A kind of entry.",
        {"type": "string", "enum": list(KINDS)},
        "quote",
    ),
}

TEXT: Schema = {"type": "string"}
HEADERS: dict[str, dict[str, Any]] = {
    "Location": {
        "description": "Where what was started, or made, is read.",
        "schema": TEXT,
        "example": "/api/tasks/0b6c1c5e5c0f4d6f9a3e8f2d7c1b4a90",
    },
    "Retry-After": {
        "description": "After so many seconds it makes sense to ask again.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "Cache-Status": {
        "description": "Where the answer came from (RFC 9211); below 0 `ttl` says it is stale.",
        "schema": TEXT,
        "example": "stockapp; hit; ttl=840",
    },
    "Preference-Applied": {
        "description": "That `Prefer` was heeded (RFC 7240).",
        "schema": TEXT,
        "example": "wait=10",
    },
    "Content-Disposition": {
        "description": "The name to save it under.",
        "schema": TEXT,
        "example": 'attachment; filename="history-LARK_SIM.csv"',
    },
    "Stockapp-Undo": {
        "description": "The token that undoes the removal within an hour.",
        "schema": TEXT,
        "example": "Zk3xq0wUe8bJv5mTnR2hYdPs",
    },
    "ETag": {
        "description": "Changes when the document does.",
        "schema": TEXT,
        "example": '"6d2f0a9c41b7e835"',
    },
}

PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=10` waits up to so many seconds, at most 30, for the result, and answers"
    " 200 with it when it comes in time (RFC 7240).",
    "schema": TEXT,
    "example": "wait=10",
}
_EVENT_ID: Schema = {"type": "string", "pattern": "^[0-9]{0,18}$"}
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The id of the last event that was received; the stream goes on after it.",
    "schema": _EVENT_ID,
}
LAST_EVENT_ID_ASKED = {
    "name": "last_event_id",
    "in": "query",
    "required": False,
    "description": "The same, for clients that cannot send the header, which goes before it.",
    "schema": _EVENT_ID,
}

TAGS = {
    "Tasks": "Background work: started by other calls, read, followed, cancelled and retried here.",
    "Quotes": "Prices from the cache at once, and refreshing them.",
    "Analyses": "What a business is worth, what that rests on, and the data behind it.",
    "Watchlists": "What is on a list; the first one, where `watchlist` is not given.",
    "Lists": "Which watchlists there are.",
    "Search": "Finding symbols.",
    "Sources": "Where prices come from, and how each source fares.",
    "Cache": "What is kept.",
    "Access": "The tokens of programs.",
    "System": "How stockapp is, and this description.",
}

SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token. Needed where this server has a password.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "stockapp_session",
        "description": "The cookie of a browser that signed in; over TLS __Host-stockapp_session.",
    },
}
# {}: a server that is open asks for nothing.
SECURITY: list[dict[str, list[str]]] = [{}, {"bearer": []}, {"session": []}]
