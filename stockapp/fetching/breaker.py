"""Breakers: which methods of which sources are left alone for a while, and why.

Their state is shared by all workers and kept across restarts; a copy that is at most half a second
old answers here. A breaker opens by reason, lets one request through when its time is over, and
closes when that one is answered.
"""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from stockapp.domain import moment
from stockapp.domain.attempt import Failure, Reason
from stockapp.ports import Clock, SharedState

_PREFIX = "breaker:"
_COPY_SECONDS = 0.5
# For so long the doubling goes on where it was.
_REMEMBER_SECONDS = 3_600.0
# A probe that is not heard of any more, as its worker died, is replaced after this.
_PROBE_SECONDS = 20.0
_FAILURES_TO_OPEN = 5
_LONGEST_RETRY_AFTER = 86_400.0


class BreakerState(StrEnum):
    """Closed: asked as usual. Open: left alone. Half open: one request is trying it."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Pause:
    """For how long a reason opens a breaker: `first` seconds, doubled each time up to `longest`."""

    first: float
    longest: float


_PAUSES = {
    Reason.RATE_LIMITED: Pause(30, 900),
    # Mostly a matter of a plan or a region, which a quarter of an hour does not change.
    Reason.ACCESS_DENIED: Pause(30, 3_600),
    Reason.BLOCKED: Pause(30, 3_600),
    Reason.UNAUTHORIZED: Pause(3_600, 3_600),
    Reason.QUOTA_EXHAUSTED: Pause(3_600, 86_400),
}
# All other reasons open it when they come five times in a row.
_AFTER_SEVERAL = Pause(30, 30)
# These are about the key: another key makes them void.
_OF_THE_KEY = frozenset({Reason.UNAUTHORIZED, Reason.ACCESS_DENIED, Reason.QUOTA_EXHAUSTED})


@dataclass(frozen=True, slots=True)
class Breaker:
    """One method's breaker. `failures` are those in a row, `strikes` the openings without success.

    `until` is when it may be tried again; `probe_until` by when the one trying request must have
    been answered; `key_mark` tells with which key it failed.
    """

    state: BreakerState = BreakerState.CLOSED
    failures: int = 0
    strikes: int = 0
    reason: Reason | None = None
    detail: str = ""
    key_mark: str = ""
    opened_at: datetime | None = None
    until: datetime | None = None
    probe_until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The breaker as workers share it."""
        values = asdict(self)
        for name in ("opened_at", "until", "probe_until"):
            values[name] = moment.to_text(values[name]) if values[name] else None
        return values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Breaker":
        """The breaker that `to_json` wrote."""
        return cls(
            state=BreakerState(data["state"]),
            failures=data["failures"],
            strikes=data["strikes"],
            reason=Reason(data["reason"]) if data["reason"] else None,
            detail=data["detail"],
            key_mark=data["key_mark"],
            opened_at=_moment(data["opened_at"]),
            until=_moment(data["until"]),
            probe_until=_moment(data["probe_until"]),
        )


def _moment(text: str | None) -> datetime | None:
    return moment.from_text(text) if text else None


class Breakers:
    """All breakers, by the label of their method (source/method)."""

    def __init__(self, shared: SharedState, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._copy: dict[str, Breaker] = {}
        self._copied_at = float("-inf")

    def all(self) -> dict[str, Breaker]:
        """Every breaker that is not as new, by label."""
        scanned = self._shared.scan(_PREFIX)
        found = {
            key.removeprefix(_PREFIX): Breaker.from_json(value) for key, value in scanned.items()
        }
        with self._lock:
            self._copy = found
            self._copied_at = self._clock.monotonic()
        return dict(found)

    def refresh(self, *, now: bool = False) -> None:
        """Take a new copy, if the one here is old; in any case with `now`."""
        if now or self._clock.monotonic() - self._copied_at > _COPY_SECONDS:
            self.all()

    def obstacle(self, label: str, key_mark: str) -> Failure | None:
        """Why the method must not be asked just now.

        None lets the caller ask; where the breaker was open, it is then the one that tries it.
        """
        known = self._copy.get(label)
        if known is None or known.state is BreakerState.CLOSED:
            return None
        if _is_void(known, key_mark):
            self.close(label)
            return None
        now = self._clock.now()
        if _is_shut(known, now):
            return _left_alone(known, now)
        return self._claim_probe(label, now)

    def note(self, label: str, key_mark: str, failure: Failure | None) -> None:
        """Take in how a request to the method ended; None for any answer that it gave."""
        known = self._copy.get(label)
        if failure is None and known is None:
            return
        now = self._clock.now()

        def change(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, Breaker]:
            before = Breaker.from_json(value) if value else Breaker()
            after = _answered(before) if failure is None else _failed(before, failure, now)
            after = replace(after, key_mark=key_mark)
            is_new = after.state is BreakerState.CLOSED and not after.failures
            return (None if is_new else after.to_json()), after

        self._put_in_copy(label, self._shared.update(_PREFIX + label, change, _keep(failure)))

    def close(self, label: str) -> bool:
        """Close the breaker at once, as a person may. Returns whether it was not closed before."""
        with self._lock:
            self._copy.pop(label, None)

        def change(value: Mapping[str, Any] | None) -> tuple[None, bool]:
            return None, value is not None and value["state"] != BreakerState.CLOSED

        return self._shared.update(_PREFIX + label, change, 0)

    def _claim_probe(self, label: str, now: datetime) -> Failure | None:
        def change(
            value: Mapping[str, Any] | None,
        ) -> tuple[Mapping[str, Any] | None, tuple[bool, Breaker]]:
            before = Breaker.from_json(value) if value else Breaker()
            if before.state is BreakerState.CLOSED or _is_shut(before, now):
                return value, (before.state is BreakerState.CLOSED, before)
            until = now + timedelta(seconds=_PROBE_SECONDS)
            after = replace(before, state=BreakerState.HALF_OPEN, probe_until=until)
            return after.to_json(), (True, after)

        granted, breaker = self._shared.update(_PREFIX + label, change, _REMEMBER_SECONDS)
        self._put_in_copy(label, breaker)
        return None if granted else _left_alone(breaker, now)

    def _put_in_copy(self, label: str, breaker: Breaker) -> None:
        with self._lock:
            self._copy[label] = breaker


def _keep(failure: Failure | None) -> float:
    return _REMEMBER_SECONDS + (_LONGEST_RETRY_AFTER if failure else 0)


def _is_shut(breaker: Breaker, now: datetime) -> bool:
    """Whether nobody may ask: its time is not over, or one request is trying it."""
    end = breaker.until if breaker.state is BreakerState.OPEN else breaker.probe_until
    return end is not None and now < end


def _is_void(breaker: Breaker, key_mark: str) -> bool:
    return breaker.reason in _OF_THE_KEY and breaker.key_mark != key_mark


def _answered(before: Breaker) -> Breaker:
    # A request that began before the breaker opened must not close it by a late success.
    return before if before.state is BreakerState.OPEN else Breaker()


def _failed(before: Breaker, failure: Failure, now: datetime) -> Breaker:
    failures = before.failures + 1
    if before.state is BreakerState.OPEN and _is_shut(before, now):
        # So did this one: it fails for what is known, and must not double the pause.
        return before
    pause = _PAUSES.get(failure.reason)
    if pause is None and before.state is BreakerState.CLOSED and failures < _FAILURES_TO_OPEN:
        return replace(before, failures=failures)
    pause = pause or _AFTER_SEVERAL
    seconds = min(pause.longest, pause.first * 2**before.strikes)
    if failure.retry_after_seconds and failure.reason in _PAUSES:
        seconds = min(failure.retry_after_seconds, _LONGEST_RETRY_AFTER)
    return Breaker(
        BreakerState.OPEN,
        failures,
        before.strikes + 1,
        failure.reason,
        failure.detail,
        opened_at=now,
        until=now + timedelta(seconds=seconds),
    )


def _left_alone(breaker: Breaker, now: datetime) -> Failure:
    if breaker.state is BreakerState.HALF_OPEN:
        detail = f"Not asked: one request is trying it again. Before: {breaker.detail}"
        return Failure(Reason.CIRCUIT_OPEN, detail)
    left = (breaker.until - now).total_seconds() if breaker.until else 0.0
    detail = f"Not asked: it is left alone until {breaker.until:%H:%M:%S} UTC. {breaker.detail}"
    return Failure(Reason.CIRCUIT_OPEN, detail, round(left, 1))
