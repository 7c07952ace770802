"""The provider contract: a provider builds requests and parses answers; it does no I/O.

A transport (see fetching.transport) carries the request and brings the answer back, so that
time-outs, pooling, redaction and the classification of network failures are written once.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote


@dataclass(frozen=True, slots=True)
class Method:
    """One way to ask a source: how many symbols a request may hold, how many may be under way.

    `end_of_day` methods know closing prices only, and are asked when nothing else gave a price.
    """

    name: str
    batch_size: int
    concurrency: int
    end_of_day: bool = False


class Period(StrEnum):
    """What a quota counts: requests in a second, in a day or in a month (UTC)."""

    SECOND = "second"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a source allows in a period."""

    period: Period
    limit: int


@dataclass(frozen=True, slots=True)
class Request:
    """A GET to be sent: address, query, and headers.

    Redirects are followed only where `follow_redirects` says so: a key must not travel on.
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    follow_redirects: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. Header names are in lower case.

    `asked` is the address that was asked for, without its query.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    asked: str = ""

    @property
    def text(self) -> str:
        """The body as text, with undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")


# What a request gave for each of its symbols.
Parsed = Mapping[str, Quote | Failure]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An answer that says nothing yet, but leads to another request."""

    request: Request


class Provider(ABC):
    """One service. Adding one is a file with a subclass and a line in the registry beside it.

    `name` stands in quotes and attempts, `title` on pages. `methods` are the ways to ask it, best
    first. `hosts` are those that it needs to reach. `quotas` limit the requests of all methods
    together; with `counts_symbols` a request counts once for each of its symbols. `self_test` is a
    symbol that it surely knows. `key_name` is the environment variable of its key, "" for a service
    without; `key` the key itself. A `simulated` source is asked for `.SIM` symbols, and never for
    real ones.
    """

    name: str
    title: str
    methods: Sequence[Method]
    hosts: Sequence[str] = ()
    quotas: Sequence[Quota] = ()
    counts_symbols: bool = False
    self_test: str = "AAPL"
    key_name: str = ""
    key: str = ""
    simulated: bool = False

    def supports(self, method: str, symbol: str) -> bool:
        """Whether the service could know such a symbol by that method."""
        return True

    @abstractmethod
    def request(self, method: str, symbols: Sequence[str]) -> Request:
        """The request that asks for these symbols, at most the method's batch size."""

    @abstractmethod
    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed | FollowUp:
        """A quote or a failure for each of the symbols, or what to ask next.

        Never raises for any answer.
        """

    @property
    def configured(self) -> bool:
        """Whether it can be asked at all: it has the key it needs."""
        return bool(self.key or not self.key_name)

    @property
    def scarce(self) -> bool:
        """Whether its requests are so few that they are kept for what nothing else gave."""
        return any(
            (quota.period is Period.DAY and quota.limit <= _SCARCE_A_DAY)
            or (quota.period is Period.MONTH and quota.limit <= _SCARCE_A_DAY * 30)
            for quota in self.quotas
        )

    @property
    def key_mark(self) -> str:
        """Differs when the key does; does not give the key away."""
        return hashlib.sha256(f"{self.name} {self.key}".encode()).hexdigest()[:8]


_SCARCE_A_DAY = 1_000


def quotas(*, second: int = 0, day: int = 0, month: int = 0) -> tuple[Quota, ...]:
    """The quotas that are not 0, which means without limit."""
    limits = {Period.SECOND: second, Period.DAY: day, Period.MONTH: month}
    return tuple(Quota(period, limit) for period, limit in limits.items() if limit > 0)


def all_failed(symbols: Sequence[str], failure: Failure) -> Parsed:
    """The same failure for every symbol of a request."""
    return dict.fromkeys(symbols, failure)


def retry_after(answer: Answer) -> float | None:
    """Seconds from a Retry-After header, which may also name an instant; None without one."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        seconds = (parsedate_to_datetime(value) - answer.received_at).total_seconds()
    except (ValueError, TypeError):
        return None
    return seconds if seconds > 0 else None


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
