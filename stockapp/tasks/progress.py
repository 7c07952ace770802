"""How far a task is, and how long it will still take."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import accumulate

from stockapp.domain.task import Item, Progress
from stockapp.ports import Clock

# An estimate from less than this is a guess, and is not shown.
_MIN_SHARE = 0.05
_MIN_SECONDS = 0.5
# The rate is that of the later half of the time, and of so many seconds at least.
_RECENT_SECONDS = 5.0
_SAMPLE_SECONDS = 0.05
_MOST_SAMPLES = 2_000
# Part of an item that is under way, at most: only its end makes it whole.
_MOST_CREDIT = 0.95
# An item that takes this many times as long as the slowest waits for something, it seems.
_STALLED = 1.25
# So many of the latest items tell how long the next one takes.
_REMEMBERED = 100
# Nothing for so long: about half as long again is the least that is to be expected.
_SILENCE = 0.5


class Pace:
    """How long items of a kind take, from the latest ones of all this worker's tasks."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=_REMEMBERED)
        self._ranked: list[float] = []
        # By rank: how long this one and all slower ones took together.
        self._sums: list[float] = []

    def note(self, seconds: Iterable[float]) -> None:
        """Items took so long."""
        self._latest.extend(seconds)
        self._ranked = sorted(self._latest)
        self._sums = list(accumulate(reversed(self._ranked)))[::-1]

    def meter(self, items: Sequence[Item], clock: Clock) -> "ProgressMeter":
        """Counts one run of these items."""
        ended = sum(item.state.ended for item in items)
        return ProgressMeter(len(items), ended, clock, self)

    @property
    def mean(self) -> float:
        """How long one takes; 0 while nothing is known."""
        return self._sums[0] / len(self._sums) if self._sums else 0.0

    def longest_of(self, count: int) -> float:
        """How long the slowest of so many takes; 0 while nothing is known."""
        rank = round((len(self._ranked) - 1) * count / (count + 1))
        return self._ranked[rank] if self._ranked else 0.0

    def share_done(self, seconds: float) -> float:
        """The part of an item's work that is behind it when it has taken so long.

        1 less what those that took longer had still before them then, in the mean.
        """
        if not self.mean or seconds > _STALLED * self._ranked[-1]:
            return 0.0
        rank = bisect_right(self._ranked, seconds)
        if rank == len(self._ranked):
            return _MOST_CREDIT
        left = self._sums[rank] / (len(self._ranked) - rank) - seconds
        return min(_MOST_CREDIT, max(0.0, 1 - left / self.mean))


class ProgressMeter:
    """Counts ended items, and estimates the seconds left from the recent rate of work.

    Work is what has ended and, in part, what is under way: of ten items that run beside each other
    none may have ended, and yet half of the work is done. Items that had ended before this run
    (fresh ones, or another worker's) do not count as pace.
    """

    def __init__(self, total: int, done: int, clock: Clock, pace: Pace | None = None) -> None:
        self._total = total
        self._done = done
        self._before = done
        self._clock = clock
        self._pace = pace or Pace()
        self._start = self._work_began = self._last_end = clock.monotonic()
        self._begun: dict[str, float] = {}
        self._samples: deque[tuple[float, float]] = deque([(self._start, 0.0)], _MOST_SAMPLES)

    def begin(self, keys: Iterable[str]) -> None:
        """Something is being done about these items now."""
        now = self._clock.monotonic()
        self._begun.update(dict.fromkeys(keys, now))

    def end(self, keys: Iterable[str]) -> None:
        """These items have ended just now."""
        now = self._clock.monotonic()
        took = [now - self._begun.pop(key, self._start) for key in keys]
        if took:
            if self._done == self._before:
                # What was before the first that came to an end, such as methods that failed for
                # all, is not to come again.
                self._work_began = now - max(took)
                self._samples = deque([(self._work_began, 0.0)], _MOST_SAMPLES)
            self._done += len(took)
            self._last_end = now
            self._pace.note(took)
            self._sample(now)

    def progress(self, message: str) -> Progress:
        """The state now, with an estimate once it means something."""
        return Progress(self._done, self._total, message, self._eta())

    def _eta(self) -> float | None:
        if self._done == self._total:
            return 0.0
        now = self._clock.monotonic()
        self._sample(now)
        work = self._samples[-1][1]
        if now - self._start < _MIN_SECONDS or work < _MIN_SHARE * (self._total - self._before):
            return None
        since, work_then = self._recent(now)
        if work <= work_then:
            since, work_then = self._work_began, 0.0
        rate = (work - work_then) / (now - since)
        left = (self._total - self._before - work) / rate + self._tail()
        return round(max(left, _SILENCE * (now - self._last_end)), 1)

    def _tail(self) -> float:
        """How much longer the last ones take, which have nobody beside them, than the rate says."""
        return max(0.0, self._pace.longest_of(len(self._begun)) - self._pace.mean)

    def _sample(self, now: float) -> None:
        work = self._done - self._before + sum(map(self._pace.share_done, self._begun_since(now)))
        if len(self._samples) > 1 and now - self._samples[-2][0] < _SAMPLE_SECONDS:
            self._samples.pop()
        self._samples.append((now, work))

    def _begun_since(self, now: float) -> list[float]:
        return [now - begun for begun in self._begun.values()]

    def _recent(self, now: float) -> tuple[float, float]:
        """The sample from which on the rate is taken."""
        span = max(_RECENT_SECONDS, (now - self._work_began) / 2)
        for sample in self._samples:
            if now - sample[0] <= span:
                return sample
        return self._samples[0]
