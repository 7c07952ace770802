"""Asking sources for what is known of a symbol: one after the other, each question an Attempt."""

import itertools
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.bars import Bars
from stockapp.domain.research import Finding, Part
from stockapp.fetching.desk import Desk
from stockapp.fetching.question import Questioner
from stockapp.fetching.transport import TransportError
from stockapp.providers.alpha_vantage import AlphaVantage
from stockapp.providers.alpha_vantage_research import AlphaVantageResearch
from stockapp.providers.base import Answer, Request

from .desks import KEY, NOW, Source, World, fails, hangs, knows, raises
from .inquiries import ends, error_of, source_of
from .scripted import MemoryState, Threads


@pytest.fixture
def world() -> World:
    return World()


class TestOrder:
    def test_the_first_that_has_it_is_the_last_that_is_asked(self, world: World) -> None:
        first, second = Source("first"), Source("second")
        found = world.find(first, second)
        assert source_of(found) == "first"
        assert ends(found) == [("first", Outcome.OK, None)]
        assert not second.asked and world.told == ["first"]

    def test_the_next_is_asked_after_a_failure_and_in_the_order_given(self, world: World) -> None:
        sources = [
            Source("one", fails(Reason.TIMEOUT)),
            Source("two", fails(Reason.NO_DATA)),
            Source("three"),
            Source("four"),
        ]
        found = world.find(*sources)
        assert source_of(found) == "three"
        assert ends(found) == [
            ("one", Outcome.FAILED, Reason.TIMEOUT),
            ("two", Outcome.FAILED, Reason.NO_DATA),
            ("three", Outcome.OK, None),
        ]
        assert world.told == ["one", "two", "three"]

    def test_nobody_else_is_asked_once_that_is_known_to_be_pointless(self, world: World) -> None:
        no_company = Failure(Reason.UNSUPPORTED_SYMBOL, "Not asked: it is a fund.")
        first, second = Source("first", fails(Reason.NO_DATA)), Source("second")
        found = world.find(first, second, pointless=lambda: no_company)
        assert ends(found) == [
            ("first", Outcome.FAILED, Reason.NO_DATA),
            ("second", Outcome.SKIPPED, Reason.UNSUPPORTED_SYMBOL),
        ]
        assert not second.asked and world.told == ["first"]
        assert error_of(found).reason is Reason.NO_DATA

    def test_the_first_is_asked_without_waiting_for_such_knowledge(self, world: World) -> None:
        def never() -> Failure | None:
            raise AssertionError("nothing had failed")

        assert source_of(world.find(Source("first"), pointless=never)) == "first"

    def test_each_part_is_asked_for_by_itself(self, world: World) -> None:
        def has_no_profile(part: Part, symbol: str) -> Finding | Failure:
            if part is Part.PROFILE:
                return Failure(Reason.NO_DATA, "No profile.")
            return Bars(symbol, "USD", "first", "history", NOW, [date(2026, 11, 20)], *[[1.0]] * 6)

        first, second = Source("first", has_no_profile), Source("second")
        assert source_of(world.find(first, second, part=Part.PROFILE)) == "second"
        found = world.find(first, second, part=Part.HISTORY, symbol="OTHER")
        assert (found.part, found.symbol, source_of(found)) == (Part.HISTORY, "OTHER", "first")
        assert first.asked == [(Part.PROFILE, "ACME"), (Part.HISTORY, "OTHER")]

    def test_invented_symbols_go_to_the_simulated_exchange_alone(self, world: World) -> None:
        simulated = Source("simulated", fails(Reason.NOT_FOUND), simulated=True)
        real = Source("real")
        found = world.find(simulated, real, symbol="LARK.SIM")
        assert ends(found) == [("simulated", Outcome.FAILED, Reason.NOT_FOUND)]
        assert not real.asked

    def test_real_symbols_never_go_to_the_simulated_exchange(self, world: World) -> None:
        simulated, real = Source("simulated", simulated=True), Source("real", fails(Reason.NO_DATA))
        found = world.find(simulated, real)
        assert ends(found) == [("real", Outcome.FAILED, Reason.NO_DATA)]
        assert not simulated.asked

    @pytest.mark.parametrize("symbol", ["ACME", "LARK.SIM"])
    def test_where_no_source_is_in_use_nothing_was_cancelled(
        self, world: World, symbol: str
    ) -> None:
        # As where the settings name sources that tell nothing but prices.
        error = error_of(world.find(symbol=symbol))
        assert error.reason is Reason.UNSUPPORTED_SYMBOL and symbol in error.detail


class TestAttempts:
    def test_an_attempt_says_who_was_asked_when_and_for_how_long(self, world: World) -> None:
        source = Source("source", takes_seconds=0.25)
        found = world.find(source, part=Part.BALANCE)
        # Both kinds of statements are one method.
        assert found.attempts == (Attempt("source", "statements", NOW, 250.0, Outcome.OK),)
        assert source.timeouts == [6.0]

    def test_a_failed_attempt_keeps_reason_words_and_wait(self, world: World) -> None:
        source = Source("source", fails(Reason.RATE_LIMITED, "Slow down.", 7.0), takes_seconds=0.5)
        found = world.find(source)
        assert found.attempts == (
            Attempt(
                "source",
                "profile",
                NOW,
                500.0,
                Outcome.FAILED,
                Reason.RATE_LIMITED,
                "Slow down.",
                7.0,
            ),
        )
        assert found.error == Failure(Reason.RATE_LIMITED, "Slow down.", 7.0)

    @pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.CONNECT_FAILED, Reason.TLS_FAILED])
    def test_no_answer_is_a_failure_with_its_reason(self, world: World, reason: Reason) -> None:
        def break_off() -> None:
            raise TransportError(Failure(reason, "It broke off."))

        found = world.find(Source("broken", send=break_off), Source("next"))
        assert ends(found) == [("broken", Outcome.FAILED, reason), ("next", Outcome.OK, None)]
        assert found.attempts[0].detail == "It broke off."

    def test_a_defect_in_one_source_is_internal_and_the_next_is_asked(self, world: World) -> None:
        broken = Source("broken", raises(KeyError(KEY)))
        found = world.find(broken, Source("next"))
        assert source_of(found) == "next"
        assert ends(found)[0] == ("broken", Outcome.FAILED, Reason.INTERNAL)
        # What the error says may be anything; people are told whose it is.
        assert found.attempts[0].detail == "Broken failed by an error of stockapp."

    def test_a_defect_takes_no_place_for_ever(self, world: World) -> None:
        source = Source("broken", raises(ValueError()))
        desk = world.desk(source, concurrency=1)
        looks = itertools.count()
        for _ in range(3):
            told = desk.ask(Part.PROFILE, "ACME", 6.0, lambda: next(looks) > 20)
            assert told.attempt.reason is Reason.INTERNAL
        assert len(source.asked) == 3

    @pytest.mark.parametrize("where", ["parsed", "sent"])
    def test_a_secret_that_a_source_sends_back_is_hidden(self, world: World, where: str) -> None:
        words = f"The key {KEY} is wrong."

        def refuse() -> None:
            if where == "sent":
                raise TransportError(Failure(Reason.UNAUTHORIZED, words))

        found = world.find(Source("source", fails(Reason.UNAUTHORIZED, words), send=refuse))
        assert found.attempts[0].detail == "The key [hidden] is wrong." == error_of(found).detail
        failure = world.record("source/profile").last_failure
        assert failure and failure.failure and KEY not in failure.failure.detail
        # The breaker repeats what it was told.
        again = world.find(Source("source"))
        assert error_of(again).reason is Reason.CIRCUIT_OPEN and KEY not in error_of(again).detail

    def test_a_services_own_words_with_the_key_in_them_are_hidden(self, world: World) -> None:
        class Leak(Source):
            def send(self, request: Request, timeout_seconds: float) -> Answer:
                words = (
                    f'{{"Information": "Something new about the key {request.params["apikey"]}"}}'
                )
                return Answer(200, {}, words.encode(), NOW)

        provider = AlphaVantage(KEY, a_second=0, a_day=0, bulk=False)
        desk = Desk(
            AlphaVantageResearch(KEY),
            Questioner(provider, Leak("wire"), world.clock, world.keepers),
            lambda call, *args: call(*args),
            concurrency=1,
        )
        told = desk.ask(Part.INCOME, "ACME", 6.0, lambda: False)
        words = "Alpha Vantage says: Something new about the key [hidden]"
        assert told.outcome == Failure(Reason.BAD_RESPONSE, words)
        assert told.attempt.detail == words


class TestCancelled:
    def test_who_waits_for_a_place_stops_waiting(self, world: World, executor: Threads) -> None:
        at_it, release, waiting = threading.Event(), threading.Event(), threading.Event()
        source = Source("source", hangs(at_it, release))
        desk = world.desk(source, concurrency=1)

        def stopped() -> bool:
            waiting.set()
            return cancel.is_set()

        cancel = threading.Event()
        holding = executor.submit(desk.ask, Part.PROFILE, "HELD", 6.0, lambda: False)
        assert at_it.wait(10)
        second = executor.submit(desk.ask, Part.PROFILE, "ACME", 6.0, stopped)
        assert waiting.wait(10) and not second.done()
        cancel.set()
        told = second.result(10)
        release.set()
        assert told.outcome == Failure(Reason.CANCELLED, "Not asked: cancelled.")
        assert (told.attempt.outcome, told.attempt.reason) == (Outcome.CANCELLED, Reason.CANCELLED)
        assert holding.result(10).attempt.reason is Reason.TIMEOUT
        assert source.asked == [(Part.PROFILE, "HELD")]

    def test_who_waits_for_a_place_gets_the_next_that_is_free(
        self, world: World, executor: Threads
    ) -> None:
        at_it, release, waiting = threading.Event(), threading.Event(), threading.Event()

        def say(part: Part, symbol: str) -> Finding | Failure:
            hold = hangs(at_it, release)
            return hold(part, symbol) if symbol == "HELD" else knows("source")(part, symbol)

        def stopped() -> bool:
            waiting.set()
            return False

        desk = world.desk(Source("source", say), concurrency=1)
        executor.submit(desk.ask, Part.PROFILE, "HELD", 6.0, lambda: False)
        assert at_it.wait(10)
        second = executor.submit(desk.ask, Part.PROFILE, "ACME", 6.0, stopped)
        assert waiting.wait(10)
        release.set()
        assert second.result(10).attempt.outcome is Outcome.OK

    def test_stopped_before_the_first_nobody_is_asked(self, world: World) -> None:
        source = Source("source")
        found = world.find(source, stopped=lambda: True)
        assert error_of(found).reason is Reason.CANCELLED
        assert (found.attempts, source.asked, world.told) == ((), [], [])

    def test_stopped_after_a_failure_the_next_is_not_asked(self, world: World) -> None:
        first, second = Source("first", fails(Reason.TIMEOUT)), Source("second")
        found = world.find(first, second, stopped=lambda: bool(first.asked))
        assert ends(found) == [("first", Outcome.FAILED, Reason.TIMEOUT)]
        assert error_of(found).reason is Reason.TIMEOUT
        assert not second.asked


class TestWhatPeopleAreTold:
    def told(self, world: World, *sources: Source) -> tuple[Reason, str]:
        error = error_of(world.find(*sources))
        return error.reason, error.detail

    @pytest.mark.parametrize("of_symbol", [Reason.NO_DATA, Reason.NOT_FOUND])
    def test_what_is_said_of_the_symbol_comes_before_what_is_said_of_a_source(
        self, world: World, of_symbol: Reason
    ) -> None:
        sources = [
            Source("one", fails(Reason.TIMEOUT)),
            Source("two", fails(of_symbol, "Two has none.")),
            Source("three", fails(Reason.NO_DATA, "Three has none.")),
            Source("four", fails(Reason.UPSTREAM_ERROR)),
        ]
        assert self.told(world, *sources) == (of_symbol, "Two has none.")

    def test_else_the_first_that_was_asked_at_all(self, world: World) -> None:
        sources = [
            Source("one", only=["OTHER"]),
            Source("two", key_name="TWO_API_KEY"),
            Source("three", fails(Reason.UPSTREAM_ERROR, "Three is down.")),
            Source("four", fails(Reason.TIMEOUT)),
        ]
        assert self.told(world, *sources) == (Reason.UPSTREAM_ERROR, "Three is down.")

    def test_where_none_was_asked_the_first_says_why(self, world: World) -> None:
        sources = [Source("one", only=["OTHER"]), Source("two", key_name="TWO_API_KEY")]
        assert self.told(world, *sources) == (
            Reason.UNSUPPORTED_SYMBOL,
            "One does not cover ACME.",
        )


class TestNotes:
    def test_requests_and_attempts_are_noted_by_method(self, world: World) -> None:
        source = Source("source", takes_seconds=0.25)
        world.find(source)
        world.find(Source("source", fails(Reason.UPSTREAM_ERROR, "Down.")))
        world.find(Source("source", fails(Reason.NO_DATA)))
        world.find(Source("source", only=["OTHER"]))
        record = world.record("source/profile")
        assert (record.requests, record.failed) == (3, 1)
        assert record.attempts == {
            "ok": 1,
            "failed:upstream_error": 1,
            "failed:no_data": 1,
            "skipped:unsupported_symbol": 1,
        }
        assert record.last_failure and record.last_failure.failure == Failure(
            Reason.UPSTREAM_ERROR, "Down."
        )
        assert [asked.elapsed_ms for asked in record.recent] == [250.0] * 3

    def test_a_failure_that_cannot_be_noted_is_told_all_the_same(self) -> None:
        class Stopping(MemoryState):
            def update(self, key: str, change: Callable[..., Any], keep_seconds: float) -> Any:
                raise RuntimeError("The worker is stopping.")

        down = Source("source", fails(Reason.UPSTREAM_ERROR))
        found = World(Stopping()).find(down, Source("next"))
        assert ends(found)[0] == ("source", Outcome.FAILED, Reason.UPSTREAM_ERROR)
        assert source_of(found) == "next"

    def test_a_desk_names_each_of_its_methods_once(self, world: World) -> None:
        assert world.desk(Source("source")).methods == ("profile", "statements", "history")
