"""How long a method takes to answer, to know when an answer is late."""

from collections import deque
from dataclasses import dataclass

_SAMPLES = 100
# Fewer say nothing of a 95th percentile.
_LEAST_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class LateBounds:
    """Seconds before which no answer is called late, and after which every one is."""

    least: float
    most: float


class Latency:
    """The recent answers of one method in this worker."""

    def __init__(self, bounds: LateBounds) -> None:
        self._bounds = bounds
        self._seconds: deque[float] = deque(maxlen=_SAMPLES)

    @property
    def is_known(self) -> bool:
        """Whether there are enough answers to tell when one is late."""
        return len(self._seconds) >= _LEAST_SAMPLES

    def note(self, seconds: float) -> None:
        """An answer came after so many seconds."""
        self._seconds.append(seconds)

    @property
    def least(self) -> float:
        """Seconds before which no answer is called late."""
        return self._bounds.least

    @property
    def late_after(self) -> float:
        """Seconds after which an answer is late: the 95th percentile, within the bounds.

        Before there are enough answers: twice the least, for the first may take longer.
        """
        bounds = self._bounds
        if not self.is_known:
            return min(2 * bounds.least, bounds.most)
        usual = percentile(list(self._seconds), 0.95)
        return min(max(usual, bounds.least), bounds.most)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies. Needs one value at least."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
