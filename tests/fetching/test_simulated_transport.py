"""The simulated exchange's wire: as slow and as faulty as it is told to be."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.simulated_transport import SimulatedTransport
from stockapp.fetching.transport import TransportError
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import Simulated

from .scripted import NOW

EXECUTOR = EmbeddedExecutor(1)


def ask(failure_rate: float, latency_ms: float = 0, timeout: float = 5) -> Quote | Failure:
    provider = Simulated()
    transport = SimulatedTransport(
        Exchange(7), SystemClock(), EXECUTOR, latency_ms=latency_ms, failure_rate=failure_rate
    )
    try:
        answer = transport.send(provider.request("quote", ["LARK.SIM"]), timeout)
    except TransportError as error:
        return error.failure
    return provider.parse("quote", ["LARK.SIM"], answer)["LARK.SIM"]


def test_without_a_failure_rate_nothing_fails() -> None:
    before = datetime.now(UTC)
    for _ in range(50):
        quote = ask(0)
        assert isinstance(quote, Quote)
        assert quote.fetched_at >= before


def test_with_a_failure_rate_of_one_everything_does_in_several_ways() -> None:
    outcomes = [ask(1) for _ in range(60)]
    reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, Failure)}
    assert all(isinstance(outcome, Failure) for outcome in outcomes)
    assert reasons == {Reason.RATE_LIMITED, Reason.UPSTREAM_ERROR, Reason.TIMEOUT}


def test_a_rate_between_fails_sometimes() -> None:
    failed = sum(isinstance(ask(0.5), Failure) for _ in range(100))
    assert 10 < failed < 90


def test_it_times_out_when_it_is_slower_than_one_waits() -> None:
    failure = ask(0, latency_ms=60_000, timeout=0.01)
    assert isinstance(failure, Failure)
    assert failure.reason is Reason.TIMEOUT
    assert "simulated" in failure.detail


@pytest.mark.parametrize("symbol", ["LARK.SIM"])
def test_the_request_never_names_a_host_of_the_network(symbol: str) -> None:
    assert Simulated().request("quote", [symbol]).url.startswith("simulated://")


class StoppedClock:
    """It is always the same time."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept, without sleeping them."""
    slept: list[float] = []
    here, sleep = threading.get_ident(), time.sleep

    def nap(seconds: float) -> None:
        # Applications of other tests in this process sleep as they always do.
        if threading.get_ident() == here:
            slept.append(seconds)
        else:
            sleep(seconds)

    monkeypatch.setattr(time, "sleep", nap)
    return slept


def test_it_takes_the_time_it_is_told_to_give_or_take_a_half(naps: list[float]) -> None:
    for _ in range(400):
        assert isinstance(ask(0, latency_ms=200), Quote)
    assert len(naps) == 400
    assert all(0.1 <= nap <= 0.3 for nap in naps)
    assert sum(naps) / len(naps) == pytest.approx(0.2, rel=0.1)
    assert max(naps) - min(naps) > 0.1


def test_without_a_latency_it_answers_at_once(naps: list[float]) -> None:
    assert isinstance(ask(0, latency_ms=0), Quote)
    assert sum(naps) == 0


def test_it_never_takes_longer_than_one_waits(naps: list[float]) -> None:
    for _ in range(20):
        ask(0, latency_ms=60_000, timeout=2)
        ask(1, latency_ms=60_000, timeout=2)
    assert set(naps) == {2}


def test_failures_take_their_time_too(naps: list[float]) -> None:
    assert isinstance(ask(1, latency_ms=200), Failure)
    assert len(naps) == 1 and naps[0] >= 0.1


def test_its_failures_say_that_they_are_simulated() -> None:
    details = {
        outcome.detail for outcome in (ask(1) for _ in range(60)) if isinstance(outcome, Failure)
    }
    assert len(details) == 3
    assert all("simulated" in detail for detail in details)


def test_prices_are_those_of_the_clocks_present_moment() -> None:
    transport = SimulatedTransport(
        Exchange(7), StoppedClock(), EXECUTOR, latency_ms=0, failure_rate=0
    )
    symbols = ["LARK.SIM", "QUIL.SIM"]
    answer = transport.send(Simulated().request("quote", symbols), 5)
    assert answer.received_at == NOW
    for symbol, outcome in Simulated().parse("quote", symbols, answer).items():
        trade = Exchange(7).trade(symbol, NOW)
        assert isinstance(outcome, Quote) and trade
        assert outcome.price == trade.price
        assert NOW - timedelta(seconds=1) < outcome.as_of <= NOW == outcome.fetched_at
