"""What was tried for a price, and the exact reason why it gave none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from stockapp.domain import moment


class Reason(StrEnum):
    """The closed list of reasons why an attempt gave no price."""

    TIMEOUT = "timeout"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    RATE_LIMITED = "rate_limited"
    UNAUTHORIZED = "unauthorized"
    ACCESS_DENIED = "access_denied"
    BLOCKED = "blocked"
    NOT_FOUND = "not_found"
    NO_DATA = "no_data"
    BAD_RESPONSE = "bad_response"
    UPSTREAM_ERROR = "upstream_error"
    CIRCUIT_OPEN = "circuit_open"
    QUOTA_EXHAUSTED = "quota_exhausted"
    NOT_CONFIGURED = "not_configured"
    UNSUPPORTED_SYMBOL = "unsupported_symbol"
    CANCELLED = "cancelled"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """How an attempt ended."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    LOST_RACE = "lost_race"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one symbol, or one whole request, gave no price: a reason and a sentence for people."""

    reason: Reason
    detail: str
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One question to one method of one source, for one symbol."""

    source: str
    method: str
    started_at: datetime
    elapsed_ms: float
    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None
    retry_after_seconds: float | None = None

    @property
    def spared(self) -> bool:
        """Whether the source was left out for its few requests, and could have been asked."""
        return self.outcome is Outcome.SKIPPED and self.reason is None

    def to_json(self) -> dict[str, Any]:
        """The attempt as the JSON interface shows it."""
        return {
            "source": self.source,
            "method": self.method,
            "started_at": moment.to_text(self.started_at),
            "elapsed_ms": round(self.elapsed_ms, 1),
            "outcome": self.outcome.value,
            "reason": self.reason.value if self.reason else None,
            "detail": self.detail,
            "retry_after_seconds": self.retry_after_seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Attempt":
        """The attempt that `to_json` wrote."""
        return cls(
            source=data["source"],
            method=data["method"],
            started_at=moment.from_text(data["started_at"]),
            elapsed_ms=data["elapsed_ms"],
            outcome=Outcome(data["outcome"]),
            reason=Reason(data["reason"]) if data["reason"] else None,
            detail=data["detail"],
            retry_after_seconds=data["retry_after_seconds"],
        )
