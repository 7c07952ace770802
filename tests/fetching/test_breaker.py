"""Breakers: what is left alone, for how long, and how it comes back."""

from datetime import timedelta

import pytest

from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.fetching.breaker import Breakers, BreakerState

from ..contract.backends import SetClock
from .scripted import (
    MemoryState,
    Threads,
    Track,
    answers,
    fails,
    gatekeepers,
    single,
)

LABEL, KEY = "source/method", "key-mark"


class World:
    """Two workers' breakers over one shared state."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.shared = MemoryState()
        self.here = Breakers(self.shared, self.clock)
        self.there = Breakers(self.shared, self.clock)

    def fail(self, reason: Reason, retry_after: float | None = None) -> None:
        self.here.note(LABEL, KEY, Failure(reason, "because", retry_after))

    def open_for(self) -> float:
        """Seconds until a request is let through."""
        failure = self.here.obstacle(LABEL, KEY)
        return failure.retry_after_seconds or -1 if failure else 0

    def state(self) -> BreakerState:
        found = self.here.all().get(LABEL)
        return found.state if found else BreakerState.CLOSED


@pytest.fixture
def world() -> World:
    return World()


def test_a_rate_limit_opens_at_once_for_as_long_as_the_source_says(world: World) -> None:
    world.fail(Reason.RATE_LIMITED, 77)
    assert world.open_for() == 77


def test_without_a_word_of_the_source_the_pause_doubles_up_to_a_quarter_of_an_hour(
    world: World,
) -> None:
    pauses = []
    for _ in range(7):
        world.fail(Reason.RATE_LIMITED)
        pauses.append(world.open_for())
        world.clock.advance(pauses[-1])
        assert world.open_for() == 0
    assert pauses == [30, 60, 120, 240, 480, 900, 900]


@pytest.mark.parametrize("reason", [Reason.ACCESS_DENIED, Reason.BLOCKED])
def test_a_refusal_is_tried_again_ever_more_seldom_up_to_an_hour(
    world: World, reason: Reason
) -> None:
    pauses = []
    for _ in range(9):
        world.fail(reason)
        pauses.append(world.open_for())
        world.clock.advance(pauses[-1])
        world.open_for()
    assert (pauses[0], pauses[-1]) == (30, 3600)


def test_requests_that_were_under_way_do_not_double_the_pause(world: World) -> None:
    for _ in range(10):
        world.fail(Reason.RATE_LIMITED)
    assert world.open_for() == 30


def test_a_late_success_of_an_older_request_does_not_close_it(world: World) -> None:
    world.fail(Reason.RATE_LIMITED)
    world.here.note(LABEL, KEY, None)
    assert world.open_for() == 30


@pytest.mark.parametrize(
    "reason",
    [Reason.TIMEOUT, Reason.CONNECT_FAILED, Reason.UPSTREAM_ERROR, Reason.BAD_RESPONSE],
)
def test_time_outs_open_after_five_in_a_row_for_half_a_minute(world: World, reason: Reason) -> None:
    for _ in range(4):
        world.fail(reason)
    assert world.open_for() == 0
    world.fail(reason)
    assert world.open_for() == 30


def test_an_answer_between_begins_the_count_anew(world: World) -> None:
    for _ in range(4):
        world.fail(Reason.TIMEOUT)
    world.here.note(LABEL, KEY, None)
    for _ in range(4):
        world.fail(Reason.TIMEOUT)
    assert world.open_for() == 0


def test_a_refused_key_is_left_alone_for_an_hour_or_until_it_changes(world: World) -> None:
    world.fail(Reason.UNAUTHORIZED)
    assert world.open_for() == 3600
    assert world.here.obstacle(LABEL, "another-key") is None
    assert world.state() is BreakerState.CLOSED


def test_another_key_does_not_help_against_time_outs(world: World) -> None:
    for _ in range(5):
        world.fail(Reason.TIMEOUT)
    assert world.here.obstacle(LABEL, "another-key") is not None


def test_when_the_time_is_over_one_request_tries_it_and_the_others_wait(world: World) -> None:
    world.fail(Reason.RATE_LIMITED)
    world.clock.advance(30)
    world.there.refresh(now=True)
    assert world.here.obstacle(LABEL, KEY) is None
    told = world.there.obstacle(LABEL, KEY)
    assert told and told.reason is Reason.CIRCUIT_OPEN
    assert world.here.obstacle(LABEL, KEY) is not None
    assert world.state() is BreakerState.HALF_OPEN
    world.here.note(LABEL, KEY, None)
    assert world.state() is BreakerState.CLOSED
    assert world.open_for() == 0


def test_a_failed_try_opens_it_for_longer(world: World) -> None:
    world.fail(Reason.RATE_LIMITED)
    world.clock.advance(30)
    assert world.open_for() == 0
    world.fail(Reason.RATE_LIMITED)
    assert world.open_for() == 60


def test_a_try_whose_worker_died_is_replaced(world: World) -> None:
    world.fail(Reason.RATE_LIMITED)
    world.clock.advance(30)
    assert world.open_for() == 0
    world.clock.advance(19)
    assert world.open_for() == -1
    world.clock.advance(1)
    assert world.open_for() == 0


def test_another_worker_knows_of_it_within_half_a_second_and_so_does_a_new_one(
    world: World,
) -> None:
    world.there.refresh(now=True)
    world.fail(Reason.RATE_LIMITED)
    world.clock.advance(0.6)
    world.there.refresh()
    assert world.there.obstacle(LABEL, KEY)
    new = Breakers(world.shared, world.clock)
    new.refresh()
    assert new.obstacle(LABEL, KEY)


def test_a_person_may_close_it(world: World) -> None:
    world.fail(Reason.RATE_LIMITED)
    assert world.here.close(LABEL) is True
    assert world.open_for() == 0
    assert world.here.close(LABEL) is False


def test_the_failure_says_until_when_and_why(world: World) -> None:
    world.fail(Reason.RATE_LIMITED, 60)
    told = world.here.obstacle(LABEL, KEY)
    until = world.clock.now() + timedelta(seconds=60)
    assert told and f"{until:%H:%M:%S}" in told.detail and "because" in told.detail


class TestInARace:
    def test_an_open_breaker_costs_no_request_and_is_told_as_an_attempt(
        self, executor: Threads
    ) -> None:
        limited = single("limited", fails(Reason.RATE_LIMITED, 60))
        track = Track(executor, limited, single("up", answers("single")))
        track.run("A")
        heard = track.run("B")
        assert len(limited.requests["single"]) == 1
        assert heard.by_source("B")[0] == ("limited", Outcome.SKIPPED, Reason.CIRCUIT_OPEN)
        assert heard.fetched["B"].attempts[0].retry_after_seconds == pytest.approx(60, abs=5)
        assert heard.quote("B")

    def test_it_holds_for_every_run_that_shares_the_state(self, executor: Threads) -> None:
        shared = MemoryState()
        limited = single("limited", fails(Reason.RATE_LIMITED, 60))
        Track(executor, limited, keepers=gatekeepers(shared)).run("A")
        Track(executor, limited, keepers=gatekeepers(shared)).run("A")
        assert len(limited.requests["single"]) == 1
