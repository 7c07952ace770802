"""One symbol on its way through the sources: whom it may still ask, and what came of the rest."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.lane import Lane

# When two methods of a source do not know a symbol, its others are not asked.
_ENOUGH_NOT_FOUND = 2
_ENOUGH_LATE = 2
_OF_NO_USE = frozenset({Reason.UNSUPPORTED_SYMBOL, Reason.NOT_CONFIGURED})
_PATIENCE = 1.5


@dataclass(slots=True)
class Flight:
    """A request under way. `sent_at` is None until it leaves; `late` once it took too long."""

    lane: Lane
    symbols: tuple[str, ...]
    started_at: datetime
    lost_at: float
    late_after: float
    sent_at: float | None = None
    late: bool = False

    def overdue_at(self, share: float = 1.0) -> float:
        """When that share of the time is over after which its answer is late.

        Where its lane answers others meanwhile it is given half as much again: a slow answer is
        then likelier than none, and asking elsewhere for a whole batch is dear.
        """
        if self.sent_at is None:
            return math.inf
        patience = _PATIENCE if self.lane.answered_at > self.sent_at else 1.0
        return self.sent_at + share * patience * self.late_after


@dataclass(slots=True)
class Seeker:
    """A symbol without a price as yet.

    `untried` are the lanes that it may still take, best first; `waiting` those in which it stands
    in line, `flights` its requests under way. `deadline` is set with the first of them. `unusable`
    lanes are named in the end only, when all else has failed, and so are those `spared` for their
    few requests. A daily `close` is held back while a live price may come any moment.
    """

    symbol: str
    untried: list[Lane]
    waiting: set[Lane] = field(default_factory=set)
    flights: dict[Lane, Flight] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    unusable: list[tuple[Lane, Failure]] = field(default_factory=list)
    deadline: float | None = None
    close: Quote | None = None
    spared: list[Lane] = field(default_factory=list)
    _not_found: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, symbol: str, lanes: Sequence[Lane], *, sparing: bool) -> "Seeker":
        """One that has all these lanes before it; with `sparing` but for the scarce ones."""
        spared = [lane for lane in lanes if sparing and lane.provider.scarce]
        return cls(symbol, [lane for lane in lanes if lane not in spared], spared=spared)

    @property
    def expects_soon(self) -> bool:
        """Whether an answer may come any moment: something is in line, or under way in time."""
        return bool(self.waiting) or any(not flight.late for flight in self.flights.values())

    @property
    def expects_live(self) -> bool:
        """Whether a price of this moment may come soon, not a daily close."""
        coming = [flight.lane for flight in self.flights.values() if not flight.late]
        return any(not lane.method.end_of_day for lane in (*self.waiting, *coming))

    def first_of_each_source(self) -> list[Lane]:
        """The best lane of each source."""
        best: dict[str, Lane] = {}
        for lane in self._usable():
            best.setdefault(lane.source, lane)
        return list(best.values())

    def next_after_failure(self, source: str | None = None) -> Lane | None:
        """The next lane, or the next of that source; None when there is none."""
        return next((lane for lane in self._usable() if source in (None, lane.source)), None)

    def next_as_hedge(self) -> Lane | None:
        """The next lane while others are late.

        Of the cheapest tier that is left: batches first, then sources that are not late. A source
        of which two methods are late, or were too late, has its others asked last.
        """
        late = Counter(lane.source for lane in self.flights)
        late.update(a.source for a in self.attempts if a.reason is Reason.TIMEOUT)

        def rank(lane: Lane) -> tuple[bool, int, bool, bool]:
            hung = late[lane.source] >= _ENOUGH_LATE
            return hung, lane.tier, lane.method.batch_size == 1, lane.source in late

        return min(self._usable(), key=rank, default=None)

    def other_sources(self, source: str) -> int:
        """How many sources besides that one are still to be tried."""
        return len({lane.source for lane in self._usable()} - {source})

    def take(self, lane: Lane) -> None:
        """Stand in line there."""
        self.untried.remove(lane)
        self.waiting.add(lane)

    def _usable(self) -> Iterator[Lane]:
        for lane in tuple(self.untried):
            failure = lane.unusable(self.symbol)
            if failure is None:
                yield lane
            else:
                self.untried.remove(lane)
                self.unusable.append((lane, failure))

    def obstacle(self, lane: Lane) -> Failure | None:
        """Why this symbol should not be asked for there, after what the source said already."""
        if self._not_found[lane.source] < _ENOUGH_NOT_FOUND:
            return None
        detail = f"Not asked: {self._not_found[lane.source]} other methods do not know the symbol."
        return Failure(Reason.NOT_FOUND, detail)

    def note(
        self,
        lane: Lane,
        outcome: Outcome,
        started_at: datetime,
        elapsed_seconds: float,
        failure: Failure | None = None,
    ) -> None:
        """An attempt ended, or was skipped."""
        self.waiting.discard(lane)
        self.flights.pop(lane, None)
        attempt = Attempt(
            lane.source, lane.method.name, started_at, elapsed_seconds * 1000, outcome
        )
        if failure:
            attempt = replace(
                attempt,
                reason=failure.reason,
                detail=failure.detail,
                retry_after_seconds=failure.retry_after_seconds,
            )
            if outcome is Outcome.FAILED and failure.reason is Reason.NOT_FOUND:
                self._not_found[lane.source] += 1
        self.attempts.append(attempt)

    def end_race(self, winner: Quote, now: datetime) -> None:
        """All others lost: requests under way, and a close that was held back."""
        for lane, flight in list(self.flights.items()):
            elapsed = (now - flight.started_at).total_seconds()
            self.note(lane, Outcome.LOST_RACE, flight.started_at, elapsed)
        good = [i for i, attempt in enumerate(self.attempts) if attempt.outcome is Outcome.OK]
        # The first close is the one held back; a live price is the last that came.
        lost = good[1:] if winner is self.close else good[:-1]
        for i in lost:
            self.attempts[i] = replace(self.attempts[i], outcome=Outcome.LOST_RACE)

    def give_up(self, now: datetime, allowed: str) -> None:
        """Its time is over: say of each lane how far it came. `allowed` is that time in words."""
        for lane, flight in list(self.flights.items()):
            late = f"No answer before the {allowed} for {self.symbol} were over."
            elapsed = (now - flight.started_at).total_seconds()
            failure = Failure(Reason.TIMEOUT, late)
            self.note(lane, Outcome.FAILED, flight.started_at, elapsed, failure)
        not_asked = f"Not asked: the {allowed} for {self.symbol} were over."
        for lane in (*self.waiting, *self._usable()):
            failure = Failure(Reason.TIMEOUT, not_asked)
            self.note(lane, Outcome.SKIPPED, now, 0.0, failure)

    def note_not_asked(self, now: datetime) -> None:
        """Name those that were no use, and those that were spared though they might have been."""
        for lane in self.spared:
            failure = lane.unusable(self.symbol)
            if failure:
                self.unusable.append((lane, failure))
                continue
            self.attempts.append(
                Attempt(
                    lane.source,
                    lane.method.name,
                    now,
                    0.0,
                    Outcome.SKIPPED,
                    detail=f"{lane.provider.title} allows few requests: they are kept for"
                    " refreshes that somebody asks for.",
                )
            )
        for lane, failure in self.unusable:
            self.note(lane, Outcome.SKIPPED, now, 0.0, failure)

    def verdict(self) -> Failure:
        """The failure that tells people most: who knows better outranks a network error."""
        failed = [attempt for attempt in self.attempts if attempt.reason]
        spared = any(attempt.spared for attempt in self.attempts)
        if spared and all(attempt.reason in _OF_NO_USE for attempt in failed):
            detail = f"Only sources with few requests cover {self.symbol}; refresh it yourself."
            return Failure(Reason.QUOTA_EXHAUSTED, detail)
        if not failed:
            return Failure(Reason.UNSUPPORTED_SYMBOL, f"No source covers {self.symbol}.")
        told = min(failed, key=self._rank)
        return Failure(told.reason or Reason.INTERNAL, told.detail or "", told.retry_after_seconds)

    def _rank(self, attempt: Attempt) -> tuple[int, bool]:
        reason = attempt.reason or Reason.INTERNAL
        # Another source than the first may simply not cover the symbol.
        if reason is Reason.NO_DATA and attempt.source != self.attempts[0].source:
            reason = Reason.CIRCUIT_OPEN
        return _RANK.get(reason, len(_RANK)), attempt.outcome is Outcome.SKIPPED


def in_order(lanes: Sequence[Lane]) -> list[Lane]:
    """Lanes, given in the order of preference, in the order of asking.

    Batches come before single symbols, and scarce sources last.
    """
    return sorted(lanes, key=lambda lane: (lane.tier, lane.method.batch_size == 1))


# A source that says it has no such symbol could tell; a failed request could not.
_RANK = {
    reason: rank
    for rank, reason in enumerate(
        (
            Reason.NOT_FOUND,
            Reason.NO_DATA,
            Reason.RATE_LIMITED,
            Reason.UNAUTHORIZED,
            Reason.BLOCKED,
            Reason.ACCESS_DENIED,
            Reason.CONNECT_FAILED,
            Reason.TLS_FAILED,
            Reason.TIMEOUT,
            Reason.UPSTREAM_ERROR,
            Reason.BAD_RESPONSE,
            Reason.CIRCUIT_OPEN,
            Reason.QUOTA_EXHAUSTED,
            Reason.INTERNAL,
            Reason.UNSUPPORTED_SYMBOL,
            Reason.NOT_CONFIGURED,
        )
    )
}
