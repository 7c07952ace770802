"""The race: every symbol ends with a price or with each reason why not."""

import threading
from collections.abc import Iterator

import pytest

from stockapp.domain.attempt import Outcome, Reason
from stockapp.fetching.lane import Lane
from stockapp.fetching.race import Asked, Fetched, News, Race
from stockapp.providers.base import Method
from stockapp.tasks.cancellation import CancelToken

from .scripted import Behaviour, RealClock, Scripted, Threads, answers, fails, hangs


@pytest.fixture
def executor() -> Iterator[Threads]:
    threads = Threads()
    yield threads
    threads.close()


class Listener:
    """Keeps what a race tells."""

    def __init__(self) -> None:
        self.fetched: dict[str, Fetched] = {}
        self.asked: list[Asked] = []
        self.started: list[str] = []

    def __call__(self, news: News) -> None:
        self.fetched.update({entry.symbol: entry for entry in news.fetched})
        self.asked += news.asked
        self.started += [symbol for entry in news.started for symbol in entry.symbols]

    def attempts(self, symbol: str) -> list[tuple[str, Outcome, Reason | None]]:
        return [(a.method, a.outcome, a.reason) for a in self.fetched[symbol].attempts]


def source(batch: Behaviour, single: Behaviour, *, batch_size: int = 50) -> Scripted:
    return Scripted(
        {
            "batch": (Method("batch", batch_size, 4), batch),
            "single": (Method("single", 1, 3), single),
        }
    )


def run(
    scripted: Scripted,
    executor: Threads,
    symbols: list[str],
    *,
    timeout: float = 5.0,
    token: CancelToken | None = None,
) -> Listener:
    clock = RealClock()
    lanes = [Lane(scripted, method, scripted, clock) for method in scripted.methods]
    race = Race(lanes, executor, clock, timeout_seconds=timeout, deadline_seconds=2 * timeout)
    listener = Listener()
    race.run(symbols, listener, (token or CancelToken()).on_cancel)
    return listener


def test_one_batch_answers_for_all_symbols_and_nothing_else_is_asked(executor: Threads) -> None:
    scripted = source(answers("batch"), answers("single"))
    heard = run(scripted, executor, ["A", "B", "C"])
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
    heard = run(scripted, executor, [f"S{i}" for i in range(8)])
    assert len(heard.fetched) == 8
    assert scripted.most_at_once["batch"] == 4


def test_what_the_batch_did_not_know_is_asked_of_the_next_method(executor: Threads) -> None:
    scripted = source(answers("batch", unknown=["B"]), answers("single"))
    heard = run(scripted, executor, ["A", "B"])
    assert heard.fetched["B"].quote and heard.fetched["B"].quote.method == "single"
    assert heard.attempts("B") == [
        ("batch", Outcome.FAILED, Reason.NOT_FOUND),
        ("single", Outcome.OK, None),
    ]
    assert scripted.requests["single"] == [("B",)]


def test_a_symbol_nobody_knows_ends_as_not_found_with_every_attempt(executor: Threads) -> None:
    scripted = source(answers("batch", unknown=["B"]), answers("single", unknown=["B"]))
    heard = run(scripted, executor, ["B"])
    failed = heard.fetched["B"]
    assert failed.quote is None
    assert failed.error and failed.error.reason is Reason.NOT_FOUND
    assert [a.method for a in failed.attempts] == ["batch", "single"]


def test_a_rate_limit_never_makes_a_symbol_unknown(executor: Threads) -> None:
    scripted = source(fails(Reason.RATE_LIMITED), fails(Reason.RATE_LIMITED))
    heard = run(scripted, executor, ["A"])
    error = heard.fetched["A"].error
    assert error and error.reason is Reason.RATE_LIMITED


def test_a_method_that_fails_for_everybody_is_left_alone_and_each_symbol_says_so(
    executor: Threads,
) -> None:
    scripted = source(fails(Reason.CONNECT_FAILED), fails(Reason.CONNECT_FAILED))
    symbols = [f"S{i}" for i in range(40)]
    heard = run(scripted, executor, symbols)
    assert set(heard.fetched) == set(symbols)
    assert len(scripted.requests["single"]) <= 6
    skipped = [s for s in symbols if heard.attempts(s)[-1][1] is Outcome.SKIPPED]
    assert len(skipped) >= 34
    assert heard.attempts(skipped[0])[-1][2] is Reason.CIRCUIT_OPEN
    assert "connect_failed of the whole request" in (
        heard.fetched[skipped[0]].attempts[-1].detail or ""
    )


def test_unknown_symbols_do_not_count_against_a_source(executor: Threads) -> None:
    symbols = [f"S{i}" for i in range(20)]
    scripted = source(answers("batch", unknown=symbols), answers("single", unknown=symbols))
    heard = run(scripted, executor, symbols)
    assert len(scripted.requests["single"]) == 20
    assert all(entry.failure is None for entry in heard.asked)


def test_a_request_that_never_comes_back_is_given_up(executor: Threads) -> None:
    release = threading.Event()
    scripted = source(hangs(release), answers("single"))
    heard = run(scripted, executor, ["A"], timeout=0.05)
    release.set()
    assert heard.attempts("A")[0] == ("batch", Outcome.FAILED, Reason.TIMEOUT)


def test_a_cancel_ends_the_race_while_a_source_hangs(executor: Threads) -> None:
    release = threading.Event()
    scripted = source(hangs(release), answers("single"))
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    heard = run(scripted, executor, ["A"], timeout=25, token=token)
    release.set()
    assert heard.fetched == {}


def test_a_symbol_that_no_source_covers_says_so(executor: Threads) -> None:
    heard = run(source(answers("batch"), answers("single")), executor, ["X.SIM"])
    error = heard.fetched["X.SIM"].error
    assert error and error.reason is Reason.UNSUPPORTED_SYMBOL


def test_a_defect_in_a_provider_is_an_internal_failure_and_the_next_method_is_asked(
    executor: Threads,
) -> None:
    def breaks(symbols):
        raise ZeroDivisionError

    heard = run(source(breaks, answers("single")), executor, ["A"])
    assert heard.attempts("A")[0] == ("batch", Outcome.FAILED, Reason.INTERNAL)
    assert heard.fetched["A"].quote


def test_runs_share_the_limit_of_requests_under_way(executor: Threads) -> None:
    scripted = source(answers("batch", unknown=[f"S{i}" for i in range(30)]), answers("single"))
    clock = RealClock()
    lanes = [Lane(scripted, method, scripted, clock) for method in scripted.methods]
    race = Race(lanes, executor, clock, timeout_seconds=5, deadline_seconds=10)
    listeners = [Listener() for _ in range(3)]
    threads = [
        threading.Thread(
            target=race.run,
            args=([f"S{i}" for i in range(30)], listener, CancelToken().on_cancel),
        )
        for listener in listeners
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(listener.fetched) == 30 for listener in listeners)
    assert scripted.most_at_once["single"] <= 3
