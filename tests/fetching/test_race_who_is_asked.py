"""The race: which sources it asks for a symbol, and which not."""

import threading

from stockapp.domain.attempt import Failure, Outcome, Reason

from .scripted import (
    Listener,
    Threads,
    Track,
    answers,
    fails,
    gatekeepers,
    single,
    source,
    takes,
)


class TestWhoIsAsked:
    def test_a_source_that_does_not_cover_a_symbol_costs_no_request(
        self, executor: Threads
    ) -> None:
        narrow = single("narrow", answers("single"), supported=lambda symbol: symbol != "A")
        down = single("down", fails(Reason.UPSTREAM_ERROR))
        heard = Track(executor, narrow, down).run("A")
        assert not narrow.requests
        assert heard.by_source("A") == [
            ("down", Outcome.FAILED, Reason.UPSTREAM_ERROR),
            ("narrow", Outcome.SKIPPED, Reason.UNSUPPORTED_SYMBOL),
        ]
        assert heard.error("A") is Reason.UPSTREAM_ERROR

    def test_a_source_without_its_key_is_named_with_what_to_set(self, executor: Threads) -> None:
        keyed = single("keyed", answers("single"), key_name="SOME_API_KEY")
        heard = Track(executor, keyed).run("A")
        (attempt,) = heard.fetched["A"].attempts
        assert (attempt.outcome, attempt.reason) == (Outcome.SKIPPED, Reason.NOT_CONFIGURED)
        assert "SOME_API_KEY" in (attempt.detail or "")
        assert not keyed.requests

    def test_simulated_and_real_sources_do_not_mix(self, executor: Threads) -> None:
        heard = Track(executor, source(answers("batch"), answers("single"))).run("X.SIM")
        assert heard.error("X.SIM") is Reason.UNSUPPORTED_SYMBOL

    def test_batches_come_first_whatever_the_order_and_closes_of_the_day_last(
        self, executor: Threads
    ) -> None:
        down = fails(Reason.UPSTREAM_ERROR)
        daily = single("daily", down, end_of_day=True)
        heard = Track(executor, daily, single("ones", down), source(down, down)).run("A")
        asked = [(a.source, a.method) for a in heard.fetched["A"].attempts]
        assert asked == [
            ("scripted", "batch"),
            ("ones", "single"),
            ("scripted", "single"),
            ("daily", "single"),
        ]

    def test_a_short_key_that_a_source_sends_back_is_hidden_too(self, executor: Threads) -> None:
        def echoes(symbols):
            return {s: Failure(Reason.UNAUTHORIZED, "the key demo is bad") for s in symbols}

        track = Track(executor, single("echo", echoes), keepers=gatekeepers(secrets=["demo"]))
        (attempt,) = track.run("A").fetched["A"].attempts
        assert attempt.detail == "the key [hidden] is bad"

    def test_a_defect_in_a_provider_is_an_internal_failure_and_the_next_method_is_asked(
        self, executor: Threads
    ) -> None:
        def breaks(symbols):
            raise ZeroDivisionError

        heard = Track(executor, source(breaks, answers("single"))).run("A")
        assert heard.attempts("A")[0] == ("batch", Outcome.FAILED, Reason.INTERNAL)
        assert heard.quote("A")

    def test_runs_share_the_limit_of_requests_under_way(self, executor: Threads) -> None:
        symbols = [f"S{i}" for i in range(30)]
        scripted = source(answers("batch", unknown=symbols), takes(0.005, answers("single")))
        track = Track(executor, scripted)
        heard: list[Listener] = []
        threads = [
            threading.Thread(target=lambda: heard.append(track.run(*symbols))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(listener.fetched) for listener in heard] == [30, 30, 30]
        assert scripted.most_at_once["single"] <= 3
