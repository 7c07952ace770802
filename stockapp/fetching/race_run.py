"""One run of a race: everything but the requests happens on the calling thread."""

import itertools
import logging
import queue
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from stockapp.domain.agreement import disagreement
from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.domain.quote import Quote
from stockapp.domain.symbol import is_simulated
from stockapp.fetching.course import Course, OnCancel
from stockapp.fetching.lane import Lane, Sent
from stockapp.fetching.news import Fetched, News, Started
from stockapp.fetching.seeker import Flight, Seeker
from stockapp.ports import StoreTrouble
from stockapp.providers.base import all_failed

logger = logging.getLogger(__name__)

# Requests end within their time-out; so much later one is given up for lost.
_LOST_AFTER_SECONDS = 2.0
# How often to look whether a lane without room is stuck.
_LOOK_SECONDS = 0.1
_LONGEST_SLEEP = 60.0
# A flight that has this share of its time behind it is late when another of its lane is.
_NEARLY = 0.9
# A request just before a deadline still needs a time-out above 0.
_LEAST_TIMEOUT = 0.05


@dataclass(frozen=True, slots=True)
class _Ended:
    number: int
    sent: Sent


class Run:
    """The state of one run."""

    def __init__(
        self,
        course: Course,
        symbols: Sequence[str],
        tell: Callable[[News], None],
        *,
        sparing: bool = False,
    ) -> None:
        self._course = course
        self._rules = course.rules
        self._clock = course.clock
        self._audience = tell
        # Real and simulated sources and symbols never mix.
        lanes = {
            simulated: [lane for lane in course.lanes if lane.provider.simulated is simulated]
            for simulated in (False, True)
        }
        self._seekers = {
            symbol: Seeker.of(symbol, lanes[is_simulated(symbol)], sparing=sparing)
            for symbol in symbols
        }
        self._won: dict[str, Fetched] = {}
        self._lines: dict[Lane, deque[str]] = {lane: deque() for lane in course.lanes}
        self._flights: dict[int, Flight] = {}
        self._futures: dict[int, Future[Sent]] = {}
        self._numbers = itertools.count()
        # Of those asked first, first.
        self._deadlines: deque[tuple[float, str]] = deque()
        self._mailbox: queue.SimpleQueue[_Ended | StoreTrouble | str] = queue.SimpleQueue()
        self._started: list[Started] = []
        self._fetched: list[Fetched] = []

    def go(self, on_cancel: OnCancel) -> None:
        """Run until every symbol has ended, or until cancelled."""
        take_back = on_cancel(lambda: self._mailbox.put("cancelled"))
        try:
            self._race()
        finally:
            # What has not begun need not begin; what has is noted by its lane.
            for future in self._futures.values():
                future.cancel()
            for lane in self._lines:
                lane.room.leave(self._wake)
            take_back()

    def _race(self) -> None:
        self._course.keepers.breakers.refresh(now=True)
        for seeker in list(self._seekers.values()):
            self._enter(seeker)
        while True:
            self._dispatch()
            self._tell()
            if not self._seekers:
                break
            if not self._collect(self._patience()):
                return
            self._course.keepers.breakers.refresh()
            self._look_at_the_clock()
        if self._rules.all_at_once:
            self._compare()

    def _enter(self, seeker: Seeker) -> None:
        first = (
            seeker.first_of_each_source()
            if self._rules.all_at_once
            else [lane for lane in (seeker.next_after_failure(),) if lane]
        )
        for lane in first:
            self._line_up(seeker, lane)
        self._end_if_hopeless(seeker)

    def _line_up(self, seeker: Seeker, lane: Lane) -> None:
        seeker.take(lane)
        self._lines[lane].append(seeker.symbol)

    def _go_on(self, seeker: Seeker, lane: Lane) -> None:
        """After a lane gave nothing: take the next, unless an answer may come any moment."""
        if self._settle(seeker):
            return
        if self._rules.all_at_once:
            following = seeker.next_after_failure(lane.source)
        else:
            following = None if seeker.expects_soon else seeker.next_after_failure()
        if following:
            self._line_up(seeker, following)
        self._end_if_hopeless(seeker)

    def _hedge(self, seeker: Seeker) -> None:
        """While an answer is late: ask another besides."""
        following = None if seeker.expects_soon else seeker.next_as_hedge()
        if following:
            self._line_up(seeker, following)

    def _settle(self, seeker: Seeker) -> bool:
        """Take the daily close that was held back, where no better price can be expected soon."""
        if seeker.close is None or seeker.expects_live:
            return False
        self._win(seeker, seeker.close)
        return True

    def _end_if_hopeless(self, seeker: Seeker) -> None:
        if not seeker.waiting and not seeker.flights and not seeker.next_after_failure():
            self._lose(seeker)

    def _dispatch(self) -> None:
        """Send what can be sent. A skipped symbol may line up where the pass has been: again."""
        going = True
        while going:
            going = False
            for lane, line in self._lines.items():
                while self._has_seekers(line):
                    if not lane.room.take(self._wake):
                        going |= lane.is_stuck() and self._skip_stuck(lane)
                        break
                    obstacle = lane.obstacle()
                    if obstacle is not None:
                        lane.room.give_back()
                        self._skip(lane, obstacle)
                    elif not self._send(lane):
                        lane.room.give_back()
                    going = True
                if not line:
                    lane.room.leave(self._wake)

    def _has_seekers(self, line: deque[str]) -> bool:
        """Whether somebody in line still wants a price; those in front who do not, leave it."""
        while line and line[0] not in self._seekers:
            line.popleft()
        return bool(line)

    def _wake(self) -> None:
        self._mailbox.put("room")

    def _skip_stuck(self, lane: Lane) -> bool:
        detail = f"Not asked: {lane.label} is not answering the requests before."
        return self._skip(lane, Failure(Reason.TIMEOUT, detail))

    def _skip(self, lane: Lane, why: Failure) -> bool:
        """Do not ask a method for any symbol in its line; say so in each one's attempts."""
        symbols = [symbol for symbol in self._lines[lane] if symbol in self._seekers]
        self._lines[lane].clear()
        now = self._clock.now()
        logger.info(
            "not asked",
            extra={
                "source": lane.source,
                "method": lane.method.name,
                "symbols": symbols,
                "reason": why.reason.value,
                "detail": why.detail,
            },
        )
        for symbol in symbols:
            seeker = self._seekers[symbol]
            seeker.note(lane, Outcome.SKIPPED, now, 0.0, why)
            self._go_on(seeker, lane)
        return True

    def _send(self, lane: Lane) -> bool:
        """Send one request for those first in line; False when none of them wants it any more."""
        batch = tuple(self._next_in(lane))
        if not batch:
            return False
        now = self._clock.monotonic()
        left = max(_LEAST_TIMEOUT, self._time_left(batch, now))
        timeout = min(self._rules.timeout_seconds, left)
        number = next(self._numbers)
        lost_at = now + timeout + _LOST_AFTER_SECONDS
        others = self._seekers[batch[0]].other_sources(lane.source)
        late_after = lane.late_after(left, others)
        flight = Flight(lane, batch, self._clock.now(), lost_at, late_after)
        self._flights[number] = flight
        for symbol in batch:
            seeker = self._seekers[symbol]
            seeker.waiting.discard(lane)
            seeker.flights[lane] = flight
        self._started.append(Started(batch, lane.label))

        def on_sent() -> None:
            flight.sent_at = self._clock.monotonic()
            self._mailbox.put("sent")

        future = self._course.executor.submit(lane.ask, batch, timeout, on_sent)
        self._futures[number] = future
        future.add_done_callback(lambda done: self._land(number, lane, done))
        return True

    def _next_in(self, lane: Lane) -> list[str]:
        line = self._lines[lane]
        batch: list[str] = []
        while line and len(batch) < lane.method.batch_size:
            seeker = self._seekers.get(line.popleft())
            if seeker is None:
                continue
            obstacle = seeker.obstacle(lane)
            if obstacle is None:
                batch.append(seeker.symbol)
            else:
                seeker.note(lane, Outcome.SKIPPED, self._clock.now(), 0.0, obstacle)
                self._go_on(seeker, lane)
        return batch

    def _time_left(self, batch: Sequence[str], now: float) -> float:
        """Until the first deadline among these; those asked for the first time get theirs."""
        for symbol in batch:
            seeker = self._seekers[symbol]
            if seeker.deadline is None:
                seeker.deadline = now + self._rules.deadline_seconds
                self._deadlines.append((seeker.deadline, symbol))
        return min(self._seekers[symbol].deadline or now for symbol in batch) - now

    def _land(self, number: int, lane: Lane, done: "Future[Sent]") -> None:
        if done.cancelled():
            lane.room.give_back()
        elif isinstance(trouble := done.exception(), StoreTrouble):
            self._mailbox.put(trouble)
        else:
            self._mailbox.put(_Ended(number, done.result()))

    def _patience(self) -> float:
        """Seconds until something must be looked at, whether or not anything happens."""
        times = [self._clock.monotonic() + _LONGEST_SLEEP]
        for flight in self._flights.values():
            times.append(flight.lost_at)
            if not flight.late:
                times.append(flight.overdue_at())
        if self._deadlines:
            times.append(self._deadlines[0][0])
        if any(self._lines.values()):
            times.append(self._clock.monotonic() + _LOOK_SECONDS)
        return max(0.0, min(times) - self._clock.monotonic())

    def _collect(self, seconds: float) -> bool:
        """Take in all that has come, waiting for the first; False when cancelled.

        Raises StoreTrouble.
        """
        try:
            message = self._mailbox.get(timeout=seconds)
            while True:
                if message == "cancelled":
                    return False
                if isinstance(message, StoreTrouble):
                    raise message
                if isinstance(message, _Ended):
                    self._absorb(message)
                message = self._mailbox.get_nowait()
        except queue.Empty:
            return True

    def _absorb(self, ended: _Ended) -> None:
        flight = self._flights.pop(ended.number, None)
        self._futures.pop(ended.number, None)
        if flight is None:
            return
        for symbol in flight.symbols:
            outcome = ended.sent.parsed[symbol]
            seeker = self._seekers.get(symbol)
            if seeker is not None and flight.lane in seeker.flights:
                self._note(seeker, flight.lane, ended.sent, outcome)
            elif symbol in self._won and isinstance(outcome, Quote):
                self._compare_with_winner(self._won[symbol], outcome)

    def _note(self, seeker: Seeker, lane: Lane, sent: Sent, outcome: Quote | Failure) -> None:
        elapsed = sent.elapsed_seconds
        if isinstance(outcome, Quote):
            seeker.note(lane, Outcome.OK, sent.started_at, elapsed)
            if outcome.end_of_day and seeker.expects_live:
                seeker.close = seeker.close or outcome
            else:
                self._win(seeker, outcome)
            return
        how = Outcome.FAILED if sent.asked else Outcome.SKIPPED
        seeker.note(lane, how, sent.started_at, elapsed, outcome)
        self._go_on(seeker, lane)

    def _win(self, seeker: Seeker, quote: Quote) -> None:
        seeker.end_race(quote, self._clock.now())
        self._finish(seeker, quote, None)
        self._won[seeker.symbol] = self._fetched[-1]

    def _lose(self, seeker: Seeker) -> None:
        now = self._clock.now()
        seeker.note_not_asked(now)
        self._finish(seeker, None, seeker.verdict())

    def _finish(self, seeker: Seeker, quote: Quote | None, error: Failure | None) -> None:
        del self._seekers[seeker.symbol]
        self._course.keepers.ledger.note_attempts(seeker.attempts)
        self._fetched.append(Fetched(seeker.symbol, quote, error, tuple(seeker.attempts)))

    def _look_at_the_clock(self) -> None:
        """Hedge for what is late, give up what is lost, and end what is past its deadline."""
        now = self._clock.monotonic()
        for number, flight in list(self._flights.items()):
            if flight.lost_at <= now:
                failure = Failure(Reason.TIMEOUT, f"{flight.lane.label} never came back.")
                elapsed = (self._clock.now() - flight.started_at).total_seconds()
                parsed = all_failed(flight.symbols, failure)
                self._absorb(_Ended(number, Sent(flight.started_at, elapsed, parsed)))
        for flight in self._late_flights(now):
            flight.late = True
            for symbol in flight.symbols:
                seeker = self._seekers.get(symbol)
                if seeker and not self._settle(seeker) and not self._rules.all_at_once:
                    self._hedge(seeker)
        while self._deadlines and self._deadlines[0][0] <= now:
            seeker = self._seekers.get(self._deadlines.popleft()[1])
            if seeker is not None:
                self._give_up(seeker)

    def _late_flights(self, now: float) -> list[Flight]:
        """Flights that have become late, with those of their lane that are so in a moment.

        Together their symbols fill the batches of the next lane.
        """
        fresh = [flight for flight in self._flights.values() if not flight.late]
        lanes = {flight.lane for flight in fresh if flight.overdue_at() < now}
        return [f for f in fresh if f.lane in lanes and f.overdue_at(_NEARLY) < now]

    def _give_up(self, seeker: Seeker) -> None:
        """End a symbol whose time is over, with what there is."""
        if seeker.close:
            self._win(seeker, seeker.close)
        else:
            seeker.give_up(self._clock.now(), f"{self._rules.deadline_seconds:g} s")
            self._lose(seeker)

    def _compare(self) -> None:
        """Wait a little for sources that have not answered yet, only to see whether they agree."""
        until = self._clock.monotonic() + self._rules.compare_seconds
        while self._flights and (left := until - self._clock.monotonic()) > 0:
            if not self._collect(min(left, self._patience())):
                return
            self._tell()

    def _compare_with_winner(self, winner: Fetched, other: Quote) -> None:
        """Tell the winner again, if the other disagrees."""
        if winner.quote is None:
            return
        found = disagreement(winner.quote, other)
        if found is None:
            return
        quote = replace(winner.quote, disagreeing=(*winner.quote.disagreeing, found))
        self._won[winner.symbol] = replace(winner, quote=quote)
        self._fetched.append(self._won[winner.symbol])

    def _tell(self) -> None:
        if self._started or self._fetched:
            news = News(self._started, self._fetched)
            self._started, self._fetched = [], []
            self._audience(news)
