"""How far a task is whose items are stages: some beside each other, some one after the other.

Unlike symbols, of which one takes as long as the next, each stage has a usual time of its own.
"""

import statistics
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stockapp.domain.task import Item, Progress
from stockapp.ports import Clock

# So many of the latest runs tell what is usual.
_REMEMBERED = 25
# What takes longer than usual is expected to go on for this part of the time it took.
_OVERDUE = 0.5
_MOST_CREDIT = 0.95
_LEAST_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages in groups, which follow one another; those of a group run beside each other.

    Each stage with the seconds that it usually takes.
    """

    groups: tuple[Mapping[str, float], ...]


class StagePace:
    """How long each stage takes: the median of the latest runs of this worker, else the plan's."""

    def __init__(self, plan: Plan) -> None:
        self.groups = tuple(tuple(group) for group in plan.groups)
        self._planned = {key: usual for group in plan.groups for key, usual in group.items()}
        self._latest: dict[str, deque[float]] = {}

    def note(self, key: str, seconds: float) -> None:
        """A stage took so long."""
        self._latest.setdefault(key, deque(maxlen=_REMEMBERED)).append(seconds)

    def usual(self, key: str) -> float:
        """Seconds that the stage takes; never 0."""
        told = self._latest.get(key)
        seconds = statistics.median(told) if told else self._planned[key]
        return max(_LEAST_SECONDS, seconds)

    def meter(self, items: Sequence[Item], clock: Clock) -> "StagedMeter":
        """Counts one run of these items."""
        return StagedMeter(self, items, clock)


class StagedMeter:
    """Counts ended stages; the share done weighs each by its usual time."""

    def __init__(self, pace: StagePace, items: Sequence[Item], clock: Clock) -> None:
        self._pace = pace
        self._clock = clock
        self._total = len(items)
        self._ended = {item.key for item in items if item.state.ended}
        self._begun: dict[str, float] = {}
        self._share = 0.0

    def begin(self, keys: Iterable[str]) -> None:
        """Work on these stages begins now."""
        self._begun.update(dict.fromkeys(keys, self._clock.monotonic()))

    def end(self, keys: Iterable[str]) -> None:
        """These stages have ended just now."""
        now = self._clock.monotonic()
        for key in keys:
            self._ended.add(key)
            begun = self._begun.pop(key, None)
            if begun is not None:
                self._pace.note(key, now - begun)

    def progress(self, message: str) -> Progress:
        """The state now."""
        done = len(self._ended)
        if done == self._total:
            return Progress(done, self._total, message, 0.0, 1.0)
        now = self._clock.monotonic()
        # What is usual may change meanwhile; what is done stays done.
        self._share = max(self._share, self._done_by(now))
        return Progress(done, self._total, message, self._left(now), self._share)

    def _left(self, now: float) -> float:
        """Of each group, what its longest stage still takes."""
        waits = (
            max((self._left_of(key, now) for key in group if key not in self._ended), default=0.0)
            for group in self._pace.groups
        )
        return round(sum(waits), 1)

    def _left_of(self, key: str, now: float) -> float:
        usual = self._pace.usual(key)
        if key not in self._begun:
            return usual
        took = now - self._begun[key]
        return usual - took if took < usual else _OVERDUE * took

    def _done_by(self, now: float) -> float:
        keys = [key for group in self._pace.groups for key in group]
        whole = sum(self._pace.usual(key) for key in keys)
        return sum(self._pace.usual(key) * self._part(key, now) for key in keys) / whole

    def _part(self, key: str, now: float) -> float:
        if key in self._ended:
            return 1.0
        if key not in self._begun:
            return 0.0
        return min(_MOST_CREDIT, (now - self._begun[key]) / self._pace.usual(key))
