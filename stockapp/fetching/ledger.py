"""How requests to each method fare, gathered here and shared by all workers every second."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Failure, Reason
from stockapp.fetching.latency import percentile
from stockapp.ports import NOBODY, Clock, Observer, SharedState

_PREFIX = "lane:"
_KEEP_SECONDS = 7 * 86_400.0
_RECENT = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that ended: `failure` is set when the source gave none of its symbols."""

    at: datetime
    elapsed_ms: float
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a method. `recent` are the last requests, the youngest last.

    `attempts` counts per symbol how attempts ended: ok, or failed and skipped with the reason.
    """

    source: str
    method: str
    requests: int
    failed: int
    recent: Sequence[Asked]
    attempts: Mapping[str, int]
    last: Asked | None
    last_failure: Asked | None
    last_success_at: datetime | None

    @property
    def success_rate(self) -> float | None:
        """The share of the recent requests that gave an answer; None without any."""
        if not self.recent:
            return None
        return sum(asked.failure is None for asked in self.recent) / len(self.recent)

    @property
    def answered_ms(self) -> list[float]:
        """How long the recent answers took."""
        return [asked.elapsed_ms for asked in self.recent if asked.failure is None]

    def latency_ms(self, share: float) -> float | None:
        """That percentile of the recent answers; None without any."""
        answered = self.answered_ms
        return percentile(answered, share) if answered else None


@dataclass(slots=True)
class _Gathered:
    asked: list[Asked] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)


class Ledger:
    """Notes are kept here until `flush` shares them."""

    def __init__(self, shared: SharedState, clock: Clock, observer: Observer = NOBODY) -> None:
        self._observer = observer
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._gathered: dict[tuple[str, str], _Gathered] = {}

    def note_request(self, source: str, method: str, asked: Asked) -> None:
        """A request ended."""
        with self._lock:
            self._of(source, method).asked.append(asked)
        self._observer.source_answered(source, method, asked.elapsed_ms / 1000, asked.failure)

    def note_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Attempts of symbols ended, or were skipped."""
        with self._lock:
            for attempt in attempts:
                self._of(attempt.source, attempt.method).attempts[_kind(attempt)] += 1
        self._observer.attempts_ended(attempts)

    def flush(self) -> None:
        """Share what was noted."""
        with self._lock:
            gathered, self._gathered = self._gathered, {}
        for (source, method), news in gathered.items():

            def change(
                value: Mapping[str, Any] | None,
                source: str = source,
                method: str = method,
                news: _Gathered = news,
            ) -> tuple[Mapping[str, Any], None]:
                return _merged(value, source, method, news), None

            self._shared.update(f"{_PREFIX}{source}/{method}", change, _KEEP_SECONDS)

    def requests(self) -> int:
        """How many requests all workers have sent to all sources, of those that are remembered."""
        return sum(int(value["requests"]) for value in self._shared.scan(_PREFIX).values())

    def records(self) -> list[Record]:
        """What is known of every method that was asked within a week."""
        return [_record(value) for _, value in sorted(self._shared.scan(_PREFIX).items())]

    def _of(self, source: str, method: str) -> _Gathered:
        return self._gathered.setdefault((source, method), _Gathered())


def _kind(attempt: Attempt) -> str:
    return f"{attempt.outcome}:{attempt.reason}" if attempt.reason else attempt.outcome.value


def _merged(
    value: Mapping[str, Any] | None, source: str, method: str, news: _Gathered
) -> Mapping[str, Any]:
    before = value or {"requests": 0, "failed": 0, "recent": [], "attempts": {}}
    asked = [_asked_to_json(entry) for entry in news.asked]
    failures = [entry for entry in asked if entry["reason"]]
    successes = [entry for entry in asked if not entry["reason"]]
    return {
        "source": source,
        "method": method,
        "requests": before["requests"] + len(asked),
        "failed": before["failed"] + len(failures),
        "recent": [*before["recent"], *asked][-_RECENT:],
        "attempts": dict(Counter(before["attempts"]) + news.attempts),
        "last_failure": failures[-1] if failures else before.get("last_failure"),
        "last_success_at": successes[-1]["at"] if successes else before.get("last_success_at"),
    }


def _record(value: Mapping[str, Any]) -> Record:
    recent = [_asked_from_json(entry) for entry in value["recent"]]
    last_failure, success = value["last_failure"], value["last_success_at"]
    return Record(
        source=value["source"],
        method=value["method"],
        requests=value["requests"],
        failed=value["failed"],
        recent=recent,
        attempts=value["attempts"],
        last=recent[-1] if recent else None,
        last_failure=_asked_from_json(last_failure) if last_failure else None,
        last_success_at=moment.from_text(success) if success else None,
    )


def _asked_to_json(asked: Asked) -> dict[str, Any]:
    failure = asked.failure
    return {
        "at": moment.to_text(asked.at),
        "ms": round(asked.elapsed_ms, 1),
        "reason": failure.reason.value if failure else None,
        "detail": failure.detail if failure else None,
    }


def _asked_from_json(value: Mapping[str, Any]) -> Asked:
    failure = Failure(Reason(value["reason"]), value["detail"]) if value["reason"] else None
    return Asked(moment.from_text(value["at"]), value["ms"], failure)
