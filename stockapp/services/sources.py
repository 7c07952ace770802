"""How each method of each source last answered, shared by all workers."""

from collections.abc import Mapping, Sequence
from typing import Any

from stockapp.domain import moment
from stockapp.domain.attempt import Outcome, Reason
from stockapp.fetching.race import Asked
from stockapp.ports import Clock, SharedState
from stockapp.services.board import SourceStatus

_PREFIX = "source:"
# A repeated outcome is written no more often than this.
_REPEAT_SECONDS = 5.0
_KEEP_SECONDS = 86_400.0


class Sources:
    """Notes the outcome of requests, and tells the last one of each method."""

    def __init__(self, shared: SharedState, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock
        self._written: dict[str, tuple[Reason | None, float]] = {}

    def note(self, asked: Sequence[Asked]) -> None:
        """Note requests that ended, the last of each method."""
        latest = {f"{_PREFIX}{entry.source}/{entry.method}": entry for entry in asked}
        now = self._clock.monotonic()
        values = {}
        for key, entry in latest.items():
            reason = entry.failure.reason if entry.failure else None
            written = self._written.get(key)
            if written and written[0] == reason and now - written[1] < _REPEAT_SECONDS:
                continue
            self._written[key] = (reason, now)
            values[key] = _to_json(entry)
        if values:
            self._shared.put_many(values, _KEEP_SECONDS)

    def statuses(self) -> list[SourceStatus]:
        """The last outcome of every method that was asked within a day."""
        return [_from_json(value) for _, value in sorted(self._shared.scan(_PREFIX).items())]


def _to_json(entry: Asked) -> dict[str, Any]:
    return {
        "source": entry.source,
        "method": entry.method,
        "at": moment.to_text(entry.at),
        "outcome": (Outcome.FAILED if entry.failure else Outcome.OK).value,
        "reason": entry.failure.reason.value if entry.failure else None,
        "detail": entry.failure.detail if entry.failure else None,
    }


def _from_json(value: Mapping[str, Any]) -> SourceStatus:
    return SourceStatus(
        source=value["source"],
        method=value["method"],
        at=moment.from_text(value["at"]),
        outcome=Outcome(value["outcome"]),
        reason=Reason(value["reason"]) if value["reason"] else None,
        detail=value["detail"],
    )
