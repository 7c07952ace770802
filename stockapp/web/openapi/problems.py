"""Every error that a call can answer: its status, its stable code, and what it means.

A call names those of its own as "404 unknown_task"; what any call can answer comes by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer. `detail` is an example of its sentence."""

    status: int
    code: str
    meaning: str
    detail: str
    retry: bool = False

    @property
    def key(self) -> str:
        """By which calls name it."""
        return f"{self.status} {self.code}"


def _by_key(faults: Iterable[Fault]) -> dict[str, Fault]:
    return {fault.key: fault for fault in faults}


FAULTS = _by_key(
    (
        Fault(
            400,
            "bad_request",
            "The body is no JSON.",
            "The body is not valid JSON: unexpected character: line 1 column 1 (char 0).",
        ),
        Fault(
            400,
            "bad_host",
            "The Host header is none.",
            "The Host header is not a name or an address, with a port or without.",
        ),
        Fault(
            421,
            "unknown_host",
            "It was asked for under a name that is not its own.",
            "This server does not go by the name nas.local. If it should, add that to"
            " STOCKAPP_ALLOWED_HOSTS and start it again.",
        ),
        Fault(
            401,
            "unauthenticated",
            "A login or a token is needed.",
            "Send a token: Authorization: Bearer stk_... (see /access).",
        ),
        Fault(
            401,
            "invalid_token",
            "The token does not count.",
            "There is no such token; it may have been revoked, or be over. Use another.",
        ),
        Fault(
            403,
            "cross_site",
            "Another web site had a browser send this.",
            "Another web site asked for this. Do it on a page of stockapp.",
        ),
        Fault(
            403,
            "csrf_token",
            "A browser sent this without a token of one of our pages.",
            "This form is not of a page that this browser got from here.",
        ),
        Fault(
            403,
            "read_only_token",
            "The token may read only.",
            "This token may only read. Use one of full scope.",
        ),
        Fault(404, "unknown_token", "There is no such token.", "There is no token of that id."),
        Fault(
            404,
            "unknown_task",
            "There is no such task.",
            "There is no task of that id; ended ones are removed in time.",
        ),
        Fault(
            404,
            "unknown_watchlist",
            "There is no such list.",
            "There is no watchlist of that name; it may have been deleted.",
        ),
        Fault(404, "unknown_item", "It is not on the list.", "LARK.SIM is not on the watchlist."),
        Fault(
            404,
            "unknown_source",
            "There is no such source or method.",
            "There is no source 'yaho'; there are simulated, yahoo.",
        ),
        Fault(
            404,
            "unknown_prefix",
            "There is no such kind of entry.",
            "There is no such kind of entry; there are quote, search, failure.",
        ),
        Fault(
            404,
            "unknown_undo",
            "There is nothing to undo by that token.",
            "It cannot be undone: that was done already, or is over an hour ago.",
        ),
        Fault(
            404,
            "unknown_quote",
            "The quote went meanwhile.",
            "There is no quote of LARK.SIM any more; ask again.",
        ),
        Fault(
            404,
            "unsupported_symbol",
            "No source in use covers it.",
            "No source in use has prices of ^NOPE: Google Finance does not cover ^NOPE.",
        ),
        Fault(404, "unknown_symbol", "No source knows it.", "No source knows NOPE.SIM."),
        Fault(
            404,
            "no_data",
            "No source has such data.",
            "There is nothing of the kind for LARK.SIM, as far as the sources say.",
        ),
        Fault(
            404,
            "not_analysed",
            "The analysis went meanwhile.",
            "There is no analysis any more; ask again.",
        ),
        Fault(
            405,
            "method_not_allowed",
            "The address means another call, which is sent otherwise.",
            "DELETE is not possible here; use OPTIONS, POST.",
        ),
        Fault(
            409,
            "task_ended",
            "There is nothing to cancel.",
            "The task had already ended as completed; there is nothing to cancel.",
        ),
        Fault(
            409,
            "task_not_ended",
            "It cannot be done again yet.",
            "The task is still running; cancel it first.",
        ),
        Fault(
            409,
            "empty_watchlist",
            "There is nothing to do.",
            "The list is empty; add a symbol first.",
        ),
        Fault(
            409,
            "watchlist_full",
            "The list takes no more.",
            "The list holds 1000 symbols, as many as it may. Remove some first.",
        ),
        Fault(
            409,
            "watchlist_exists",
            "Another list has that title.",
            "There is a list called Tech already. Choose another title.",
        ),
        Fault(
            409,
            "too_many_watchlists",
            "There are as many lists as may be.",
            "There are 50 lists, as many as there may be. Delete one first.",
        ),
        Fault(
            409,
            "watchlist_stays",
            "The first list cannot be deleted.",
            "This list is always there. Rename it, or remove its symbols.",
        ),
        Fault(
            409,
            "no_password",
            "Everything is open, so that tokens would mean nothing.",
            "No password is set, so no token is needed. Set STOCKAPP_PASSWORD first.",
        ),
        Fault(
            409, "token_exists", "Another token has that name.", "There is a token of that name."
        ),
        Fault(
            409,
            "too_many_tokens",
            "There are as many tokens as may be.",
            "There are 100 tokens, as many as there may be. Revoke some.",
        ),
        Fault(
            413,
            "request_entity_too_large",
            "The body is too large.",
            "The body is larger than this server reads; send less.",
        ),
        Fault(
            415,
            "unsupported_media_type",
            "The body is of a kind that is not read here.",
            "Send the body as JSON, with Content-Type: application/json.",
        ),
        Fault(
            415,
            "compressed_body",
            "Bodies are not read compressed.",
            "Send the body as it is, without Content-Encoding.",
        ),
        Fault(
            422,
            "invalid_value",
            "A field cannot be used; `field` and `errors` name it.",
            "limit: Input should be less than or equal to 200.",
        ),
        Fault(
            422,
            "invalid_symbol",
            "That can be no symbol.",
            "The symbol is empty. Enter one such as AAPL or VOD.L.",
        ),
        Fault(
            422,
            "too_many_symbols",
            "Too many at a time.",
            "1001 symbols are too many for one refresh; ask for at most 1000 at a time.",
        ),
        Fault(
            422,
            "unknown_symbol",
            "No source knows it; `attempts` says who was asked.",
            "No source"
            " knows NOPE.SIM. Check the spelling and the exchange's suffix, or add it anyway. Send"
            " accept_unknown: true for that.",
        ),
        Fault(
            429,
            "rate_limited_client",
            "This client asks too often.",
            "Wait for a moment, then ask again.",
            retry=True,
        ),
        Fault(
            500,
            "internal",
            "A fault of stockapp.",
            "stockapp failed to answer; the log of the server says why.",
        ),
        Fault(
            503,
            "database_unavailable",
            "The database cannot be used at present.",
            "stockapp's database cannot be used: it is locked. It is tried again all the time.",
            retry=True,
        ),
        Fault(
            503,
            "queue_full",
            "Too many tasks wait.",
            "200 tasks wait already; ask again in a few seconds.",
            retry=True,
        ),
        Fault(
            503,
            "cache_unavailable",
            "The cache cannot be used at present.",
            "The cache cannot be"
            " used at present (the disk is full). It is tried again every second.",
            retry=True,
        ),
        Fault(
            503,
            "not_computed",
            "The processes that compute have no time.",
            "The computation took too long. Ask again in a few seconds.",
            retry=True,
        ),
        Fault(
            503,
            "no_price",
            "No source gave a price just now; `attempts` says why.",
            "No source gave a price for LARK.SIM just now: it did not answer in time.",
            retry=True,
        ),
        Fault(
            503,
            "too_many_streams",
            "This worker has as many streams as it takes.",
            "This server has as many open streams as it takes; poll instead, or try later.",
            retry=True,
        ),
    )
)

# What every call can answer, whatever it does.
ALWAYS = (
    "400 bad_host",
    "421 unknown_host",
    "401 unauthenticated",
    "401 invalid_token",
    "403 cross_site",
    "403 csrf_token",
    "403 read_only_token",
    "429 rate_limited_client",
    "500 internal",
    "503 database_unavailable",
)
# Of these what those calls cannot answer that are for everybody.
OF_WHO_ASKS = ("401 unauthenticated", "403 read_only_token")
OF_INPUT = ("422 invalid_value",)
OF_BODY = (
    "400 bad_request",
    "413 request_entity_too_large",
    "415 unsupported_media_type",
    "415 compressed_body",
)
OF_TICKER = ("422 invalid_symbol",)
OF_STARTING = ("503 queue_full",)
