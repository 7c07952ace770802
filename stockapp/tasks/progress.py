"""How far a task is, and how long it will still take."""

from collections import deque

from stockapp.domain.task import Progress
from stockapp.ports import Clock

# An estimate from less than this is a guess, and is not shown.
_MIN_STEPS = 2
_MIN_SHARE = 0.05
_MIN_SECONDS = 0.5
_WINDOW_SECONDS = 20.0


class ProgressMeter:
    """Counts ended items and estimates the seconds left from their recent rate.

    Items that had ended before this run (fresh ones, or another worker's) do not count as pace.
    """

    def __init__(self, total: int, done: int, clock: Clock) -> None:
        self._total = total
        self._done = done
        self._clock = clock
        self._todo = total - done
        self._start = clock.monotonic()
        self._steps: deque[tuple[float, int]] = deque([(self._start, done)])

    def advance(self, count: int) -> None:
        """Count items that ended just now."""
        if count == 0:
            return
        now = self._clock.monotonic()
        self._done += count
        self._steps.append((now, self._done))
        while len(self._steps) > _MIN_STEPS + 1 and now - self._steps[0][0] > _WINDOW_SECONDS:
            self._steps.popleft()

    def progress(self, message: str) -> Progress:
        """The state now, with an estimate once it means something."""
        return Progress(self._done, self._total, message, self._eta())

    def _eta(self) -> float | None:
        left = self._total - self._done
        if left == 0:
            return 0.0
        now = self._clock.monotonic()
        ended = self._todo - left
        if (
            len(self._steps) <= _MIN_STEPS
            or ended < _MIN_SHARE * self._todo
            or now - self._start < _MIN_SECONDS
        ):
            return None
        since, done_then = self._steps[0]
        rate = (self._done - done_then) / (now - since)
        return round(left / rate, 1)
