"""Counts of this worker. In a server they lie in a file of each worker, see `summing`.

Counting takes a lock that must not be taken in native threads, and several microseconds: too many
for each of thousands of requests a second. These are noted, and counted together by `flush`.
"""

from bisect import bisect_left
from collections import Counter as Multiset
from collections import deque
from collections.abc import Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from stockapp.domain.attempt import Attempt, Failure
from stockapp.domain.task import Item, TaskStatus

# Seconds. Reads from the cache take a millisecond; waiting for a result takes up to 30 s.
_REQUEST_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)
_SOURCE_BUCKETS = (0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 4, 6, 10)
_TASK_BUCKETS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900)


class _Requests:
    """Requests to stockapp."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.answered = Counter(
            "stockapp_http_requests",
            "Requests answered, by route (- where none was reached, as with files).",
            ["endpoint", "method", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "stockapp_http_request_duration_seconds",
            "Time until an answer began; of streams until they were open.",
            ["endpoint", "method"],
            buckets=_REQUEST_BUCKETS,
            registry=registry,
        )
        self.limited = Counter(
            "stockapp_rate_limited_requests",
            "Times that a client was refused as it had started too much, by the limit it met.",
            ["policy"],
            registry=registry,
        )


class _Work:
    """Tasks and their items."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ended = Counter(
            "stockapp_tasks_ended", "Tasks that ended.", ["kind", "status"], registry=registry
        )
        self.seconds = Histogram(
            "stockapp_task_duration_seconds",
            "How long tasks ran in the worker that ended them.",
            ["kind"],
            buckets=_TASK_BUCKETS,
            registry=registry,
        )
        self.items = Counter(
            "stockapp_task_items",
            "Symbols or stages of tasks that ended; the source is empty where none gave it, the"
            " reason where nothing failed.",
            ["kind", "state", "source", "reason"],
            registry=registry,
        )


class _Sources:
    """What was asked of sources."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.attempts = Counter(
            "stockapp_source_attempts",
            "Attempts to get one symbol from a method of a source.",
            ["source", "method", "outcome", "reason"],
            registry=registry,
        )
        self.seconds = Histogram(
            "stockapp_source_request_duration_seconds",
            "Time that requests to sources took; the outcome is ok or the reason why not.",
            ["source", "method", "outcome"],
            buckets=_SOURCE_BUCKETS,
            registry=registry,
        )


class Counts:
    """Implements ports.Observer; and counts requests and what was refused."""

    def __init__(self) -> None:
        # When each began is a third of all lines, and nobody asks.
        disable_created_metrics()
        self.registry = CollectorRegistry()
        self._requests = _Requests(self.registry)
        self._work = _Work(self.registry)
        self._sources = _Sources(self.registry)
        # Before anything is counted: that a metric exists is to be seen from the start.
        self.empty = list(self.registry.collect())
        self._noted: deque[tuple[str, str, str, float]] = deque()

    def answered(self, endpoint: str, method: str, status: str, seconds: float) -> None:
        """A request was answered."""
        self._noted.append((endpoint, method, status, seconds))

    def flush(self) -> None:
        """Count the requests that were noted; to be called every now and then, and at the end."""
        answered: Multiset[tuple[str, str, str]] = Multiset()
        buckets: Multiset[tuple[str, str, int]] = Multiset()
        sums: dict[tuple[str, str], float] = {}
        for _ in range(len(self._noted)):
            endpoint, method, status, seconds = self._noted.popleft()
            answered[endpoint, method, status] += 1
            buckets[endpoint, method, bisect_left(_REQUEST_BUCKETS, seconds)] += 1
            sums[endpoint, method] = sums.get((endpoint, method), 0.0) + seconds
        for labels, count in answered.items():
            self._requests.answered.labels(*labels).inc(count)
        # As Histogram.observe does it, but for many at once.
        for (endpoint, method, bucket), count in buckets.items():
            self._requests.seconds.labels(endpoint, method)._buckets[bucket].inc(count)
        for route, total in sums.items():
            self._requests.seconds.labels(*route)._sum.inc(total)

    def refused(self, policy: str) -> None:
        """A request was over its client's limit."""
        self._requests.limited.labels(policy).inc()

    def task_ended(self, kind: str, status: TaskStatus, seconds: float | None) -> None:
        """A task ended; it ran for so long here, None where this worker did not run it."""
        self._work.ended.labels(kind, status.value).inc()
        if seconds is not None:
            self._work.seconds.labels(kind).observe(seconds)

    def items_ended(self, kind: str, items: Sequence[Item]) -> None:
        """Items of a task ended, with their results."""
        for item in items:
            self._work.items.labels(kind, item.state.value, *_origin(item)).inc()

    def source_answered(
        self, source: str, method: str, seconds: float, failure: Failure | None
    ) -> None:
        """A request to a source ended."""
        outcome = failure.reason.value if failure else "ok"
        self._sources.seconds.labels(source, method, outcome).observe(seconds)

    def attempts_ended(self, attempts: Sequence[Attempt]) -> None:
        """Attempts to get something from sources ended, or were skipped."""
        for attempt in attempts:
            reason = attempt.reason.value if attempt.reason else ""
            outcome = attempt.outcome.value
            self._sources.attempts.labels(attempt.source, attempt.method, outcome, reason).inc()


def _origin(item: Item) -> tuple[str, str]:
    """The source that an item came from, and the reason why it failed; each may be empty."""
    result: dict[str, Any] = dict(item.result or {})
    error = result.get("error") or {}
    quote = result.get("quote") or {}
    source = "" if error else result.get("source") or quote.get("source") or ""
    return str(source), str(error.get("code") or "")
