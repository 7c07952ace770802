"""Progress and the time left."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stockapp.tasks.progress import Pace, ProgressMeter


class SteppingClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class Line:
    """Items that are done some at a time, each in the same time."""

    def __init__(self, total: int, *, done: int = 0, pace: Pace | None = None) -> None:
        self.clock = SteppingClock()
        self.meter = ProgressMeter(total, done, self.clock, pace)
        self._keys = iter([f"S{number}" for number in range(total - done)])

    def wave(self, count: int, seconds: float) -> None:
        """So many beside each other."""
        keys = list(self._next(count))
        self.meter.begin(keys)
        self.clock.seconds += seconds
        self.meter.end(keys)

    def begin(self, count: int) -> None:
        self.meter.begin(self._next(count))

    def eta(self) -> float | None:
        return self.meter.progress("").eta_seconds

    def _next(self, count: int) -> Iterator[str]:
        return (next(self._keys) for _ in range(count))


def test_no_time_left_is_shown_before_it_means_something() -> None:
    line = Line(1000)
    assert line.eta() is None
    line.wave(10, 1.0)
    assert line.eta() is None


def test_the_time_left_follows_the_rate() -> None:
    line = Line(100)
    for _ in range(5):
        line.wave(10, 1.0)
    assert line.eta() == pytest.approx(5.0)


def test_what_is_under_way_counts_in_part() -> None:
    line = Line(40)
    line.wave(10, 2.0)
    line.begin(10)
    line.clock.seconds += 1.0
    assert line.eta() == pytest.approx(5.0, rel=0.05)


def test_what_others_took_tells_how_long_the_first_wave_takes() -> None:
    pace = Pace()
    pace.note([2.8, 3.0, 3.2])
    line = Line(50, pace=pace)
    line.begin(50)
    line.clock.seconds = 1.5
    assert line.eta() == pytest.approx(1.5, rel=0.2)


def test_what_waits_behind_others_does_not_count_as_under_way() -> None:
    line = Line(100)
    line.begin(90)
    line.clock.seconds = 30.0
    for _ in range(10):
        line.wave(1, 0.3)
    assert line.eta() == pytest.approx(27, rel=0.15)


def test_items_that_had_ended_before_are_no_pace() -> None:
    line = Line(100, done=50)
    for _ in range(4):
        line.wave(5, 1.0)
    progress = line.meter.progress("")
    assert (progress.done, progress.percent) == (70, 70.0)
    assert progress.eta_seconds == pytest.approx(6.0)


def test_old_pace_is_forgotten() -> None:
    line = Line(1000)
    for _ in range(100):
        line.wave(1, 1.0)
    for _ in range(100):
        line.wave(4, 1.0)
    assert line.eta() == pytest.approx(125.0, rel=0.05)


def test_a_last_item_that_takes_long_is_not_said_to_be_nearly_done() -> None:
    line = Line(100)
    for _ in range(11):
        line.wave(9, 0.1)
    line.begin(1)
    told = []
    for _ in range(8):
        line.clock.seconds += 1.0
        told.append(line.eta() or 0.0)
    assert told == sorted(told)
    assert told[-1] >= 4.0


def test_the_time_left_is_never_below_nothing() -> None:
    line = Line(60)
    for number in range(30):
        line.wave(2, (number % 7) * 0.3)
        eta = line.eta()
        assert eta is None or eta >= 0


def test_nothing_left_takes_no_time() -> None:
    line = Line(2)
    line.wave(2, 0.1)
    progress = line.meter.progress("Done")
    assert (progress.percent, progress.eta_seconds) == (100.0, 0.0)
