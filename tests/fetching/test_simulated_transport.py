"""The simulated exchange's wire: as slow and as faulty as it is told to be."""

from datetime import UTC, datetime

import pytest

from stockapp.backends.embedded.clock import SystemClock
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.fetching.simulated_transport import SimulatedTransport
from stockapp.fetching.transport import TransportError
from stockapp.providers.simulated.exchange import Exchange
from stockapp.providers.simulated.provider import Simulated


def ask(failure_rate: float, latency_ms: float = 0, timeout: float = 5) -> Quote | Failure:
    provider = Simulated()
    transport = SimulatedTransport(
        Exchange(7), SystemClock(), latency_ms=latency_ms, failure_rate=failure_rate
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
