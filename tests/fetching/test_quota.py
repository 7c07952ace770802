"""Quotas: counted before a request is sent, for all workers, by day, month and second."""

from datetime import UTC, datetime

import pytest

from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.fetching.quota import Quotas
from stockapp.providers.base import Method, Period, Quota, quotas

from ..contract.backends import SetClock
from .scripted import MemoryState, Scripted, Threads, Track, answers, fails, gatekeepers, single


class World:
    def __init__(self) -> None:
        self.clock = SetClock()
        self.shared = MemoryState()
        self.here, self.there = (Quotas(self.shared, self.clock) for _ in range(2))


@pytest.fixture
def world() -> World:
    return World()


def source(*, key: str = "first", **limits: int) -> Scripted:
    options = {"quotas": quotas(**limits), "key_name": "K", "key": key}
    return single("metered", answers("single"), **options)


def reason_of(outcome: float | Failure) -> Reason | None:
    return outcome.reason if isinstance(outcome, Failure) else None


def test_two_workers_count_together(world: World) -> None:
    metered = source(day=3)
    outcomes = [
        reason_of(keeper.reserve(metered, 1))
        for keeper in (world.here, world.there, world.here, world.there)
    ]
    assert outcomes == [None, None, None, Reason.QUOTA_EXHAUSTED]
    assert [entry.left for entry in world.there.left(metered)] == [0]


def test_a_day_begins_anew_at_midnight_and_a_month_on_its_first(world: World) -> None:
    metered = source(day=1, month=2)
    world.clock.at = datetime(2026, 11, 29, 23, 59, 0, tzinfo=UTC)
    assert reason_of(world.here.reserve(metered, 1)) is None
    refused = world.here.reserve(metered, 1)
    assert isinstance(refused, Failure)
    assert refused.retry_after_seconds == 60
    world.clock.advance(60)
    assert reason_of(world.here.reserve(metered, 1)) is None
    world.clock.advance(86_300)
    assert reason_of(world.here.reserve(metered, 1)) is Reason.QUOTA_EXHAUSTED
    world.clock.advance(100)
    assert world.clock.at.month == 12
    assert reason_of(world.here.reserve(metered, 1)) is None


def test_another_key_is_another_account(world: World) -> None:
    assert reason_of(world.here.reserve(source(day=1), 1)) is None
    assert reason_of(world.here.reserve(source(day=1), 1)) is Reason.QUOTA_EXHAUSTED
    assert reason_of(world.here.reserve(source(key="second", day=1), 1)) is None


def test_what_is_refused_is_not_counted(world: World) -> None:
    metered = source(day=10)
    assert reason_of(world.here.reserve(metered, 11)) is Reason.QUOTA_EXHAUSTED
    (left,) = world.here.left(metered)
    assert (left.used, left.left) == (0, 10)


def test_requests_of_one_second_wait_for_their_turn_and_too_many_are_refused(
    world: World,
) -> None:
    metered = source(second=2)
    turns = [world.here.reserve(metered, 1) for _ in range(8)]
    assert turns[:7] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3])
    assert reason_of(turns[7]) is Reason.QUOTA_EXHAUSTED
    world.clock.advance(10)
    assert world.here.reserve(metered, 1) == 0


def test_a_limit_of_nought_is_none(world: World) -> None:
    assert quotas(second=0, day=0, month=0) == ()
    assert world.here.reserve(source(), 1_000_000) == 0


@pytest.mark.parametrize(
    ("limits", "scarce"),
    [({"day": 25}, True), ({"month": 100}, True), ({"day": 50_000}, False), ({"second": 1}, False)],
)
def test_a_source_is_scarce_by_its_days_and_months(limits: dict[str, int], scarce: bool) -> None:
    assert single("metered", answers("single"), quotas=quotas(**limits)).scarce is scarce


class TestInARace:
    def test_an_exhausted_quota_is_a_skipped_attempt(self, executor: Threads) -> None:
        metered = single("metered", answers("single"), quotas=[Quota(Period.DAY, 1)])
        track = Track(executor, metered)
        assert track.run("A").quote("A")
        heard = track.run("B")
        assert heard.by_source("B") == [("metered", Outcome.SKIPPED, Reason.QUOTA_EXHAUSTED)]
        assert len(metered.requests["single"]) == 1

    def test_it_is_kept_across_restarts(self, executor: Threads) -> None:
        shared = MemoryState()
        metered = single("metered", answers("single"), quotas=[Quota(Period.DAY, 1)])
        Track(executor, metered, keepers=gatekeepers(shared)).run("A")
        heard = Track(executor, metered, keepers=gatekeepers(shared)).run("A")
        assert heard.error("A") is Reason.QUOTA_EXHAUSTED

    def test_a_source_that_counts_symbols_is_charged_for_each(self, executor: Threads) -> None:
        class CountsSymbols(Scripted):
            counts_symbols = True

        metered = CountsSymbols(
            {"batch": (Method("batch", 50, 2), answers("batch"))}, quotas=[Quota(Period.MONTH, 100)]
        )
        track = Track(executor, metered)
        track.run("A", "B", "C")
        (left,) = track.keepers.quotas.left(metered)
        assert left.used == 3

    def test_scarce_requests_are_kept_for_what_nothing_else_gave(self, executor: Threads) -> None:
        plenty = single("plenty", answers("single", unknown=["B"]))
        scarce = single("scarce", answers("single"), quotas=[Quota(Period.DAY, 25)])
        heard = Track(executor, scarce, plenty).run("A", "B", "C")
        assert scarce.requests["single"] == [("B",)]
        assert [entry.source for entry in heard.fetched["B"].attempts] == ["plenty", "scarce"]

    def test_a_late_answer_does_not_cost_a_scarce_request_while_another_source_is_left(
        self, executor: Threads
    ) -> None:
        down = single("down", fails(Reason.UPSTREAM_ERROR))
        scarce = single("scarce", answers("single"), quotas=[Quota(Period.DAY, 25)])
        plenty = single("plenty", answers("single"))
        Track(executor, scarce, down, plenty).run("A")
        assert not scarce.requests
