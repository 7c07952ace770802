"""What every Flights does."""

from concurrent.futures import ThreadPoolExecutor

from stockapp.ports import Flights

from .backends import Backends


class FlightsContract:
    def test_what_is_claimed_cannot_be_claimed_again_until_released(
        self, backends: Backends
    ) -> None:
        flights: Flights = backends.flights
        assert flights.claim(["a", "b"]) == {"a", "b"}
        assert flights.claim(["a", "b", "c"]) == {"c"}
        flights.release({"a", "c"})
        assert flights.claim(["a", "b", "c"]) == {"a", "c"}

    def test_nothing_is_claimed_and_released_without_harm(self, backends: Backends) -> None:
        assert backends.flights.claim([]) == set()
        backends.flights.release([])

    def test_of_many_that_claim_at_once_one_does(
        self, backends: Backends, threads: ThreadPoolExecutor
    ) -> None:
        claimed = list(threads.map(lambda _: backends.flights.claim(["a"]), range(50)))
        assert claimed.count({"a"}) == 1
