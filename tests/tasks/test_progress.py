"""Progress and the time left."""

from datetime import UTC, datetime

import pytest

from stockapp.tasks.progress import ProgressMeter


class SteppingClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_no_time_left_is_shown_before_it_means_something() -> None:
    clock = SteppingClock()
    meter = ProgressMeter(100, 0, clock)
    assert meter.progress("").eta_seconds is None
    clock.seconds = 1.0
    meter.advance(10)
    assert meter.progress("").eta_seconds is None


def test_the_time_left_follows_the_rate() -> None:
    clock = SteppingClock()
    meter = ProgressMeter(100, 0, clock)
    for second in range(1, 6):
        clock.seconds = float(second)
        meter.advance(10)
    assert meter.progress("").eta_seconds == pytest.approx(5.0)


def test_items_that_had_ended_before_are_no_pace() -> None:
    clock = SteppingClock()
    meter = ProgressMeter(100, 50, clock)
    for second in range(1, 5):
        clock.seconds = float(second)
        meter.advance(5)
    progress = meter.progress("")
    assert (progress.done, progress.percent) == (70, 70.0)
    assert progress.eta_seconds == pytest.approx(6.0)


def test_old_pace_is_forgotten() -> None:
    clock = SteppingClock()
    meter = ProgressMeter(1000, 0, clock)
    for second in range(1, 101):
        clock.seconds = float(second)
        meter.advance(1)
    for second in range(101, 131):
        clock.seconds = float(second)
        meter.advance(10)
    assert meter.progress("").eta_seconds == pytest.approx(60.0, rel=0.05)


def test_nothing_left_takes_no_time() -> None:
    clock = SteppingClock()
    meter = ProgressMeter(2, 0, clock)
    meter.advance(2)
    progress = meter.progress("Done")
    assert (progress.percent, progress.eta_seconds) == (100.0, 0.0)
