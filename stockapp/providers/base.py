"""The provider contract: a provider builds requests and parses answers; it does no I/O.

A transport (see fetching.transport) carries the request and brings the answer back, so that
time-outs, pooling, redaction and the classification of network failures are written once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote


@dataclass(frozen=True, slots=True)
class Method:
    """One way to ask a source: how many symbols a request may hold, how many may be under way."""

    name: str
    batch_size: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class Request:
    """A GET to be sent: address, query, and headers."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    @property
    def text(self) -> str:
        """The body as text, with undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")


# What a request gave for each of its symbols.
Parsed = Mapping[str, Quote | Failure]


class Provider(Protocol):
    """One service. Adding one is a file of this shape and a line in the registry beside it.

    Bootstrap tells which transport carries its requests.
    """

    @property
    def name(self) -> str:
        """The source's name, as it stands in quotes and attempts."""

    @property
    def methods(self) -> Sequence[Method]:
        """The ways to ask it, best first."""

    def supports(self, symbol: str) -> bool:
        """Whether the service could know such a symbol."""

    def request(self, method: str, symbols: Sequence[str]) -> Request:
        """The request that asks for these symbols, at most the method's batch size."""

    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed:
        """A quote or a failure for each of the symbols. Never raises for any answer."""


def all_failed(symbols: Sequence[str], failure: Failure) -> Parsed:
    """The same failure for every symbol of a request."""
    return dict.fromkeys(symbols, failure)


def retry_after(answer: Answer) -> float | None:
    """Seconds from a Retry-After header in its delta form; None when absent or a date."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None


_BY_STATUS = {
    401: (Reason.UNAUTHORIZED, "refused the request as not authorised"),
    403: (Reason.ACCESS_DENIED, "denied access"),
    404: (Reason.NOT_FOUND, "does not know the address"),
    429: (Reason.RATE_LIMITED, "limits the rate of requests from this address"),
    451: (Reason.BLOCKED, "is not available from this region"),
}


def failure_of_status(service: str, answer: Answer) -> Failure | None:
    """The failure that an HTTP status alone tells of; None for 200."""
    if answer.status == HTTPStatus.OK:
        return None
    if answer.status in _BY_STATUS:
        reason, words = _BY_STATUS[answer.status]
    elif answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        reason, words = Reason.UPSTREAM_ERROR, "has an error of its own"
    else:
        reason, words = Reason.BAD_RESPONSE, "gave an unexpected answer"
    return Failure(reason, f"{service} {words} (HTTP {answer.status}).", retry_after(answer))
