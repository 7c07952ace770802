"""The race: every symbol ends with a price or with each reason why not."""

import dataclasses
import threading
import time
from collections.abc import Sequence

import pytest

from stockapp.domain.attempt import Failure, Outcome, Reason
from stockapp.fetching.quota import Quotas
from stockapp.ports import StoreTrouble
from stockapp.providers.base import Method, Parsed, Provider, quotas
from stockapp.tasks.cancellation import CancelToken

from .scripted import (
    Behaviour,
    MemoryState,
    RealClock,
    Scripted,
    Threads,
    Track,
    a_quote,
    answers,
    fails,
    gatekeepers,
    hangs,
    single,
    source,
    takes,
)


def closes(price: float) -> Behaviour:
    """Knows the close of the day alone."""

    def behave(symbols: Sequence[str]) -> Parsed:
        return {s: a_quote(s, "single", price, source="daily", end_of_day=True) for s in symbols}

    return behave


def test_one_batch_answers_for_all_symbols_and_nothing_else_is_asked(executor: Threads) -> None:
    scripted = source(answers("batch"), answers("single"))
    heard = Track(executor, scripted).run("A", "B", "C")
    assert {s: f.quote.price for s, f in heard.fetched.items() if f.quote} == dict.fromkeys(
        "ABC", 10.0
    )
    assert dict(scripted.requests) == {"batch": [("A", "B", "C")]}


def test_more_symbols_than_a_batch_holds_go_out_as_several_batches_at_once(
    executor: Threads,
) -> None:
    gate = threading.Barrier(4)

    def wait_for_the_others(symbols):
        gate.wait(10)
        return answers("batch")(symbols)

    scripted = source(wait_for_the_others, answers("single"), batch_size=2)
    heard = Track(executor, scripted).run(*(f"S{i}" for i in range(8)))
    assert len(heard.fetched) == 8
    assert scripted.most_at_once["batch"] == 4


def test_what_the_batch_did_not_know_is_asked_of_the_next_method(executor: Threads) -> None:
    scripted = source(answers("batch", unknown=["B"]), answers("single"))
    heard = Track(executor, scripted).run("A", "B")
    assert heard.quote("B").method == "single"
    assert heard.attempts("B") == [
        ("batch", Outcome.FAILED, Reason.NOT_FOUND),
        ("single", Outcome.OK, None),
    ]
    assert scripted.requests["single"] == [("B",)]


def test_a_symbol_nobody_knows_ends_as_not_found_with_every_attempt(executor: Threads) -> None:
    scripted = source(answers("batch", unknown=["B"]), answers("single", unknown=["B"]))
    heard = Track(executor, scripted).run("B")
    assert heard.error("B") is Reason.NOT_FOUND
    assert [a.method for a in heard.fetched["B"].attempts] == ["batch", "single"]


def test_after_two_methods_did_not_know_a_symbol_its_source_is_not_asked_further(
    executor: Threads,
) -> None:
    nowhere = {
        name: (Method(name, 1, 3), answers(name, unknown=["B"])) for name in ("one", "two", "three")
    }
    scripted, other = Scripted(nowhere), single("other", answers("single"))
    heard = Track(executor, scripted, other).run("B")
    assert heard.attempts("B") == [
        ("one", Outcome.FAILED, Reason.NOT_FOUND),
        ("two", Outcome.FAILED, Reason.NOT_FOUND),
        ("three", Outcome.SKIPPED, Reason.NOT_FOUND),
        ("single", Outcome.OK, None),
    ]


def test_a_rate_limit_never_makes_a_symbol_unknown(executor: Threads) -> None:
    scripted = source(fails(Reason.RATE_LIMITED), fails(Reason.RATE_LIMITED))
    heard = Track(executor, scripted).run("A")
    assert heard.error("A") is Reason.RATE_LIMITED


def test_a_price_comes_as_long_as_any_source_has_it(executor: Threads) -> None:
    sources = [single(f"down{n}", fails(Reason.UPSTREAM_ERROR)) for n in range(4)]
    heard = Track(executor, *sources, single("up", answers("single"))).run("A")
    assert heard.quote("A").price == 10
    assert [outcome for _, outcome, _ in heard.by_source("A")] == [Outcome.FAILED] * 4 + [
        Outcome.OK
    ]


def test_a_method_that_fails_again_and_again_is_left_alone_and_each_symbol_says_so(
    executor: Threads,
) -> None:
    scripted = source(fails(Reason.CONNECT_FAILED), fails(Reason.CONNECT_FAILED))
    symbols = [f"S{i}" for i in range(40)]
    heard = Track(executor, scripted).run(*symbols)
    assert set(heard.fetched) == set(symbols)
    assert len(scripted.requests["single"]) <= 8
    skipped = [s for s in symbols if heard.attempts(s)[-1][1] is Outcome.SKIPPED]
    assert len(skipped) >= 32
    assert heard.attempts(skipped[0])[-1][2] is Reason.CIRCUIT_OPEN
    assert "connect_failed of the whole request" in (
        heard.fetched[skipped[0]].attempts[-1].detail or ""
    )


def test_unknown_symbols_do_not_count_against_a_source(executor: Threads) -> None:
    symbols = [f"S{i}" for i in range(20)]
    scripted = source(answers("batch", unknown=symbols), answers("single", unknown=symbols))
    track = Track(executor, scripted)
    track.run(*symbols)
    assert len(scripted.requests["single"]) == 20
    assert track.keepers.breakers.all() == {}


class TestHedging:
    def test_a_late_answer_is_not_waited_for(self, executor: Threads) -> None:
        release = threading.Event()
        first, second = single("slow", hangs(release)), single("quick", answers("single"))
        heard = Track(executor, first, second, late=(0.05, 0.05), timeout_seconds=20).run("A")
        release.set()
        assert heard.quote("A").price == 10
        assert heard.by_source("A") == [
            ("quick", Outcome.OK, None),
            ("slow", Outcome.LOST_RACE, None),
        ]

    def test_the_late_one_still_wins_when_it_comes_first(self, executor: Threads) -> None:
        release = threading.Event()
        first = single("late", takes(0.3, answers("single", price=11)))
        second = single("hung", hangs(release))
        heard = Track(executor, first, second, late=(0.05, 0.05), timeout_seconds=20).run("A")
        release.set()
        assert heard.quote("A").price == 11
        assert heard.by_source("A") == [
            ("late", Outcome.OK, None),
            ("hung", Outcome.LOST_RACE, None),
        ]

    def test_an_answer_in_time_costs_no_second_request(self, executor: Threads) -> None:
        first, second = single("first", answers("single")), single("second", answers("single"))
        Track(executor, first, second).run(*(f"S{n}" for n in range(20)))
        assert len(first.requests["single"]) == 20
        assert not second.requests

    def test_all_of_many_hung_sources_are_in_flight_at_once(self, executor: Threads) -> None:
        release = threading.Event()
        hung = [single(f"hung{n}", hangs(release)) for n in range(4)]
        up = single("up", answers("single"))
        heard = Track(executor, *hung, up, late=(0.05, 0.05), timeout_seconds=20).run("A")
        assert heard.quote("A").price == 10
        assert all(source._at_once["single"] == 1 for source in hung)
        release.set()

    def test_what_stands_in_line_behind_hung_requests_goes_elsewhere(
        self, executor: Threads
    ) -> None:
        release = threading.Event()
        first, second = single("hung", hangs(release)), single("up", answers("single"))
        symbols = [f"S{n}" for n in range(12)]
        heard = Track(executor, first, second, late=(0.05, 0.05), timeout_seconds=20).run(*symbols)
        release.set()
        assert len(first.requests["single"]) == 4
        assert all(heard.quote(symbol) for symbol in symbols)
        assert heard.by_source("S11")[0] == ("hung", Outcome.SKIPPED, Reason.TIMEOUT)

    def test_a_hedge_takes_another_source_than_the_late_one(self, executor: Threads) -> None:
        release = threading.Event()
        two = Scripted(
            {
                "one": (Method("one", 1, 3), hangs(release)),
                "two": (Method("two", 1, 3), answers("two")),
            },
            name="two_ways",
        )
        other = single("other", answers("single"))
        heard = Track(executor, two, other, late=(0.05, 0.05), timeout_seconds=20).run("A")
        release.set()
        assert heard.quote("A").method == "single"
        assert not two.requests["two"]

    def test_a_slow_answer_is_given_longer_where_the_method_answers_others(
        self, executor: Threads
    ) -> None:
        def behave(symbols: Sequence[str]) -> Parsed:
            return takes(2.4 if symbols[0] == "SLOW" else 0.1, answers("single"))(symbols)

        first, second = single("first", behave), single("second", answers("single"))
        heard = Track(executor, first, second, late=(2, 2)).run("SLOW", "QUICK")
        assert heard.quote("SLOW")
        assert not second.requests
        Track(executor, first, second, late=(2, 2)).run("SLOW")
        assert second.requests["single"] == [("SLOW",)]

    @pytest.mark.parametrize("daily", [False, True])
    def test_hung_sources_leave_time_for_the_last_one(self, executor: Threads, daily: bool) -> None:
        release = threading.Event()
        names = ("one", "two", "three", "four", "five")
        many = Scripted({n: (Method(n, 1, 3), hangs(release)) for n in names}, name="many")
        other = single("other", hangs(release))
        last = single("last", answers("single"), quotas=quotas(day=25), end_of_day=daily)
        track = Track(
            executor,
            many,
            other,
            last,
            late=(0.2, 2.0),
            timeout_seconds=1.2,
            deadline_seconds=2.4,
        )
        for lane in track.race.lanes:
            lane.learn([2_000.0] * 10)
        heard = track.run("A")
        release.set()
        assert heard.quote("A").source == "scripted"
        asked = [attempt.source for attempt in heard.fetched["A"].attempts]
        assert asked.count("many") <= 3


class TestAllAtOnce:
    def test_every_source_is_asked_and_the_first_price_wins(self, executor: Threads) -> None:
        release = threading.Event()
        slow, quick = single("slow", hangs(release)), single("quick", answers("single"))
        track = Track(executor, slow, quick, all_at_once=True, compare_seconds=0)
        heard = track.run("A")
        release.set()
        assert heard.quote("A").price == 10
        assert set(heard.by_source("A")) == {
            ("quick", Outcome.OK, None),
            ("slow", Outcome.LOST_RACE, None),
        }

    def test_a_daily_close_waits_for_a_live_price_that_may_come_any_moment(
        self, executor: Threads
    ) -> None:
        daily = single("daily", closes(100), end_of_day=True)
        live = single("live", takes(0.2, answers("live", price=101)))
        heard = Track(executor, daily, live, all_at_once=True, compare_seconds=0).run("A")
        assert heard.quote("A").price == 101
        assert heard.by_source("A") == [
            ("daily", Outcome.LOST_RACE, None),
            ("live", Outcome.OK, None),
        ]

    def test_a_daily_close_is_taken_when_the_live_ones_fail_or_are_late(
        self, executor: Threads
    ) -> None:
        release = threading.Event()
        daily = single("daily", closes(100), end_of_day=True)
        for other in (takes(0.1, fails(Reason.UPSTREAM_ERROR)), hangs(release)):
            live = single("live", other)
            track = Track(executor, daily, live, late=(0.3, 0.3), all_at_once=True)
            assert track.run("A").quote("A").price == 100
        release.set()

    def test_sources_that_disagree_are_both_shown(self, executor: Threads) -> None:
        one = single("one", answers("single", price=100))
        other = single("other", takes(0.1, answers("single", price=103)))
        heard = Track(executor, one, other, all_at_once=True).run("A")
        quote = heard.quote("A")
        assert quote.price == 100
        assert [found.price for found in quote.disagreeing] == [103]
        assert len(heard.told) == 2

    def test_sources_that_agree_are_told_once(self, executor: Threads) -> None:
        one = single("one", answers("single", price=100))
        other = single("other", takes(0.1, answers("single", price=101)))
        heard = Track(executor, one, other, all_at_once=True).run("A")
        assert heard.quote("A").disagreeing == ()
        assert len(heard.told) == 1


class TestDeadline:
    def test_nothing_adds_up_beyond_it_and_every_lane_says_how_far_it_came(
        self, executor: Threads
    ) -> None:
        release = threading.Event()
        hung = [single(f"hung{n}", hangs(release)) for n in range(2)]
        never = single("never", answers("single"), key_name="SOME_KEY")
        track = Track(
            executor,
            *hung,
            never,
            late=(0.2, 0.2),
            timeout_seconds=30,
            deadline_seconds=0.3,
        )
        start = time.monotonic()
        heard = track.run("A")
        release.set()
        assert time.monotonic() - start < 10
        assert heard.error("A") is Reason.TIMEOUT
        assert "the 0.3 s for A were over" in (heard.fetched["A"].attempts[0].detail or "")
        assert [(who, reason) for who, _, reason in heard.by_source("A")] == [
            ("hung0", Reason.TIMEOUT),
            ("hung1", Reason.TIMEOUT),
            ("never", Reason.NOT_CONFIGURED),
        ]

    def test_a_request_that_never_comes_back_is_given_up(self, executor: Threads) -> None:
        release = threading.Event()
        scripted = source(hangs(release), answers("single"))
        heard = Track(executor, scripted, timeout_seconds=0.05, deadline_seconds=30).run("A")
        release.set()
        assert heard.attempts("A")[0] == ("batch", Outcome.FAILED, Reason.TIMEOUT)
        assert heard.quote("A")

    def test_a_cancel_ends_the_race_while_a_source_hangs(self, executor: Threads) -> None:
        release = threading.Event()
        scripted = source(hangs(release), answers("single"))
        token = CancelToken()
        threading.Timer(0.05, token.cancel).start()
        heard = Track(executor, scripted, timeout_seconds=25).run("A", token=token)
        release.set()
        assert heard.fetched == {}


def test_requests_that_cannot_be_counted_are_no_failure_of_their_source(
    executor: Threads,
) -> None:
    keepers = gatekeepers()

    class Uncounted(Quotas):
        def reserve(self, provider: Provider, cost: int) -> float | Failure:
            raise StoreTrouble("Redis does not answer")

    uncounted = dataclasses.replace(keepers, quotas=Uncounted(MemoryState(), RealClock()))
    track = Track(executor, single("one", answers("single")), keepers=uncounted)
    with pytest.raises(StoreTrouble, match="Redis does not answer"):
        track.run("A")
    # The place of the request is free again, and nothing is held against the source.
    again = Track(executor, single("one", answers("single")), keepers=keepers)
    assert again.run("A").quote("A").source == "scripted"
