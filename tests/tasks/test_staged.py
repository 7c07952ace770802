"""Progress of tasks whose items are stages."""

import pytest

from stockapp.domain.task import Item, ItemState, Progress
from stockapp.tasks.staged import Plan, StagedMeter, StagePace

from .test_progress import SteppingClock

PLAN = Plan(({"price": 1.0, "accounts": 3.0}, {"value": 2.0}))
STAGES = ("price", "accounts", "value")


class Course:
    """One run of the three stages."""

    def __init__(self, pace: StagePace | None = None, ended: tuple[str, ...] = ()) -> None:
        self.clock = SteppingClock()
        self.pace = pace or StagePace(PLAN)
        items = [Item(key, ItemState.OK if key in ended else ItemState.QUEUED) for key in STAGES]
        self.meter: StagedMeter = self.pace.meter(items, self.clock)

    def passed(self, seconds: float) -> "Course":
        self.clock.seconds += seconds
        return self

    @property
    def now(self) -> Progress:
        return self.meter.progress("")


def test_the_time_left_is_known_from_the_start_as_each_stage_has_its_usual_time() -> None:
    assert Course().now.eta_seconds == 5.0


def test_of_stages_beside_each_other_the_longest_counts() -> None:
    course = Course()
    course.meter.begin(["price", "accounts"])
    assert course.passed(1.0).now.eta_seconds == 4.0
    course.meter.end(["accounts"])
    # The price is a second late by now: half as long again is expected.
    assert course.now.eta_seconds == pytest.approx(2.5)


def test_what_is_done_weighs_by_its_usual_time() -> None:
    course = Course()
    course.meter.begin(["accounts"])
    course.passed(3.0).meter.end(["accounts"])
    assert (course.now.done, course.now.total) == (1, 3)
    assert course.now.percent == 50.0


def test_a_stage_under_way_counts_in_part_but_never_as_done() -> None:
    course = Course()
    course.meter.begin(["accounts"])
    assert course.passed(1.5).now.percent == 25.0
    assert course.passed(100.0).now.percent < 50.0


def test_the_median_of_the_latest_runs_comes_before_the_plan() -> None:
    pace = StagePace(PLAN)
    for seconds in (9.0, 10.0, 60.0):
        pace.note("accounts", seconds)
    assert Course(pace).now.eta_seconds == 12.0


def test_progress_never_goes_back_when_a_stage_proves_to_take_longer() -> None:
    course = Course()
    course.meter.begin(["price"])
    course.passed(1.0).meter.end(["price"])
    before = course.now.percent
    course.pace.note("value", 500.0)
    course.pace.note("value", 500.0)
    assert course.now.percent == before


def test_what_another_worker_did_is_done_and_tells_nothing_of_the_pace() -> None:
    course = Course(ended=("price", "accounts"))
    assert course.now.eta_seconds == 2.0
    assert course.now.percent == pytest.approx(66.7)


def test_at_the_end_all_is_done() -> None:
    course = Course()
    course.meter.begin(STAGES)
    course.passed(0.1).meter.end(STAGES)
    assert (course.now.eta_seconds, course.now.percent) == (0.0, 100.0)


def test_a_stage_that_takes_no_time_at_all_does_not_break_the_counting() -> None:
    pace = StagePace(Plan(({"a": 0.0},)))
    assert pace.meter([Item("a", ItemState.QUEUED)], SteppingClock()).progress("").percent == 0.0
