"""Asking the sources for many symbols: who is asked, when, and with what in the end.

Each symbol has a course: the methods that could know it, best first. A batch method is asked for
all symbols at once, several batches in flight; whatever a request did not give goes on to the
next method as soon as that request ends. Every question asked, or not asked, is an Attempt.
"""

import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.lane import Lane, Sent
from stockapp.ports import Clock, Executor

# Requests end within their time-out; this much later one is given up for lost.
_LOST_AFTER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """How one symbol fared: a quote, or the failure to tell people; and all attempts."""

    symbol: str
    quote: Quote | None
    error: Failure | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that ended: `failure` is set when the source gave none of its symbols."""

    source: str
    method: str
    at: datetime
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Started:
    """Symbols that are being asked for now, and where (source/method)."""

    symbols: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class News:
    """What happened in a race since it was last told."""

    started: Sequence[Started]
    fetched: Sequence[Fetched]
    asked: Sequence[Asked]


class Race:
    """The lanes of this worker; runs share each lane's limit of requests under way."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        executor: Executor,
        clock: Clock,
        *,
        timeout_seconds: float,
        deadline_seconds: float,
    ) -> None:
        self.lanes = lanes
        self.executor = executor
        self.clock = clock
        self.timeout_seconds = timeout_seconds
        self.deadline_seconds = deadline_seconds

    def run(
        self,
        symbols: Sequence[str],
        tell: Callable[[News], None],
        on_cancel: Callable[[Callable[[], None]], None],
    ) -> None:
        """Fetch all symbols, telling the news as it comes; stops at once when cancelled.

        `on_cancel` takes a call to be made when the run should stop.
        """
        _Run(self, symbols, tell).go(on_cancel)


@dataclass(slots=True)
class _Seeker:
    """One symbol on its course. `spent` is the time its requests took, waiting not counted."""

    symbol: str
    course: tuple[Lane, ...]
    position: int = 0
    spent: float = 0.0
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ended:
    number: int
    sent: Sent


class _Run:
    """The state of one run; everything but the requests happens on the calling thread."""

    def __init__(self, race: Race, symbols: Sequence[str], tell: Callable[[News], None]) -> None:
        self._race = race
        self._audience = tell
        self._seekers = {
            symbol: _Seeker(symbol, tuple(lane for lane in race.lanes if lane.supports(symbol)))
            for symbol in symbols
        }
        self._ready: dict[Lane, list[str]] = {lane: [] for lane in race.lanes}
        self._in_flight: dict[int, tuple[Lane, tuple[str, ...], float]] = {}
        self._failures_in_a_row: dict[Lane, list[Failure]] = {lane: [] for lane in race.lanes}
        self._mailbox: queue.SimpleQueue[_Ended | None] = queue.SimpleQueue()
        self._started: list[Started] = []
        self._fetched: list[Fetched] = []
        self._asked: list[Asked] = []
        self._number = 0

    def go(self, on_cancel: Callable[[Callable[[], None]], None]) -> None:
        on_cancel(lambda: self._mailbox.put(None))
        for seeker in list(self._seekers.values()):
            self._enter(seeker)
        while True:
            self._dispatch()
            self._tell()
            if not self._seekers:
                return
            if not self._collect():
                return

    def _enter(self, seeker: _Seeker) -> None:
        """Queue the symbol for its next method, or end its course."""
        if seeker.position < len(seeker.course):
            self._ready[seeker.course[seeker.position]].append(seeker.symbol)
            return
        del self._seekers[seeker.symbol]
        error = _verdict(seeker)
        self._fetched.append(Fetched(seeker.symbol, None, error, seeker.attempts))

    def _dispatch(self) -> None:
        for lane in self._race.lanes:
            while self._ready[lane] and self._under_way(lane) < lane.method.concurrency:
                out = lane.given_up(self._failures_in_a_row[lane])
                if out:
                    self._skip(lane, out)
                    break
                self._send(lane)

    def _under_way(self, lane: Lane) -> int:
        return sum(entry[0] is lane for entry in self._in_flight.values())

    def _send(self, lane: Lane) -> None:
        size = lane.method.batch_size
        batch, self._ready[lane] = tuple(self._ready[lane][:size]), self._ready[lane][size:]
        left = self._race.deadline_seconds - max(self._seekers[s].spent for s in batch)
        timeout = min(self._race.timeout_seconds, left)
        self._number += 1
        number = self._number
        given_up_at = self._race.clock.monotonic() + lane.longest_wait(timeout)
        self._in_flight[number] = (lane, batch, given_up_at + _LOST_AFTER_SECONDS)
        self._started.append(Started(batch, lane.label))
        future = self._race.executor.submit(lane.ask, batch, timeout)
        future.add_done_callback(lambda done: self._mailbox.put(_Ended(number, _sent(done))))

    def _skip(self, lane: Lane, why: Failure) -> None:
        """Do not ask a method that failed for everybody; say so in each symbol's attempts."""
        symbols, self._ready[lane] = self._ready[lane], []
        for symbol in symbols:
            seeker = self._seekers[symbol]
            now = self._race.clock.now()
            self._add_attempt(seeker, lane, now, 0.0, Outcome.SKIPPED, why)
            seeker.position += 1
            self._enter(seeker)

    def _collect(self) -> bool:
        """Take in all requests that have ended, waiting for the first; False when cancelled."""
        now = self._race.clock.monotonic()
        patience = min(entry[2] for entry in self._in_flight.values()) - now
        try:
            message = self._mailbox.get(timeout=max(0.0, patience))
            while True:
                if message is None:
                    return False
                self._absorb(message)
                message = self._mailbox.get_nowait()
        except queue.Empty:
            self._give_up_lost()
        return True

    def _give_up_lost(self) -> None:
        now = self._race.clock.monotonic()
        for number, (lane, batch, lost_at) in list(self._in_flight.items()):
            if lost_at <= now:
                failure = Failure(Reason.TIMEOUT, f"{lane.label} never came back.")
                started = self._race.clock.now()
                sent = Sent(started, started, self._race.timeout_seconds, _all(batch, failure))
                self._absorb(_Ended(number, sent))

    def _absorb(self, ended: _Ended) -> None:
        entry = self._in_flight.pop(ended.number, None)
        if entry is None:
            return
        lane, batch, _ = entry
        self._note_request(lane, batch, ended.sent)
        for symbol in batch:
            self._note_symbol(self._seekers[symbol], lane, ended.sent)

    def _note_request(self, lane: Lane, batch: tuple[str, ...], sent: Sent) -> None:
        failure = lane.failure_of_request([sent.parsed[symbol] for symbol in batch])
        if failure:
            self._failures_in_a_row[lane].append(failure)
        else:
            self._failures_in_a_row[lane].clear()
        self._asked.append(Asked(lane.source, lane.method.name, sent.ended_at, failure))

    def _note_symbol(self, seeker: _Seeker, lane: Lane, sent: Sent) -> None:
        outcome = sent.parsed[seeker.symbol]
        seeker.spent += sent.elapsed_seconds
        elapsed = sent.elapsed_seconds
        if isinstance(outcome, Quote):
            self._add_attempt(seeker, lane, sent.started_at, elapsed, Outcome.OK, None)
            del self._seekers[seeker.symbol]
            self._fetched.append(Fetched(seeker.symbol, outcome, None, seeker.attempts))
            return
        self._add_attempt(seeker, lane, sent.started_at, elapsed, Outcome.FAILED, outcome)
        seeker.position += 1
        if seeker.spent >= self._race.deadline_seconds:
            seeker.position = len(seeker.course)
        self._enter(seeker)

    def _add_attempt(
        self,
        seeker: _Seeker,
        lane: Lane,
        started_at: datetime,
        elapsed_seconds: float,
        outcome: Outcome,
        failure: Failure | None,
    ) -> None:
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
        seeker.attempts = (*seeker.attempts, attempt)

    def _tell(self) -> None:
        if self._started or self._fetched or self._asked:
            news = News(self._started, self._fetched, self._asked)
            self._started, self._fetched, self._asked = [], [], []
            self._audience(news)


def _all(symbols: Sequence[str], failure: Failure) -> Mapping[str, Quote | Failure]:
    return dict.fromkeys(symbols, failure)


def _sent(done: "Future[Sent]") -> Sent:
    return done.result()


def _verdict(seeker: _Seeker) -> Failure:
    """The failure that tells people most: a source that knows better outranks a network error."""
    failures = [
        Failure(attempt.reason, attempt.detail or "", attempt.retry_after_seconds)
        for attempt in seeker.attempts
        if attempt.reason
    ]
    if not failures:
        return Failure(Reason.UNSUPPORTED_SYMBOL, f"No source covers {seeker.symbol}.")
    return min(failures, key=lambda failure: _RANK.get(failure.reason, len(_RANK)))


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
            Reason.TIMEOUT,
        )
    )
}
