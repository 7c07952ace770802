"""Wishes for the same keys at the same time, in one worker."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stockapp.backends.embedded.clock import SystemClock
from stockapp.backends.embedded.executor import EmbeddedExecutor
from stockapp.backends.embedded.flights import FileFlights
from stockapp.caching.policy import Landed, SingleFlight
from stockapp.caching.tally import Tally


class Wishes:
    """Answers are kept in a dict; a fetch of a key waits until the test opens its gate."""

    def __init__(self, folder: Path, patience_seconds: float = 60) -> None:
        executor = EmbeddedExecutor(8)
        self.flights = FileFlights(folder / "flights", executor)
        self.tally = Tally()
        self.flight = SingleFlight(
            self.flights,
            executor,
            SystemClock(),
            self.tally,
            patience_seconds=patience_seconds,
        )
        self.answers: dict[str, int] = {}
        self.fetched: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self.stopped = False

    def known(self, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if key in self.answers]

    def fetch(self, keys: Sequence[str], landed: Landed) -> None:
        self.fetched += keys
        for key in keys:
            if key in self.gates:
                self.gates[key].wait(20)
            if key == "defect":
                raise RuntimeError("a defect")
            self.answers[key] = len(self.fetched)
            landed([key])

    def want(self, *keys: str) -> None:
        self.flight.run(keys, self.known, self.fetch, lambda: self.stopped)


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    return Wishes(tmp_path)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def until(condition: object) -> None:
    assert callable(condition)
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not come about")


def test_what_is_known_is_not_fetched(wishes: Wishes) -> None:
    wishes.answers["a"] = 1
    wishes.want("a", "b", "b")
    assert wishes.fetched == ["b"]
    assert wishes.tally.take() == {}
    assert wishes.flights.claim(["a", "b"]) == {"a", "b"}


def test_of_overlapping_wishes_each_key_is_fetched_once(
    wishes: Wishes, threads: ThreadPoolExecutor
) -> None:
    wishes.gates["quote:b"] = threading.Event()
    first = threads.submit(wishes.want, "quote:a", "quote:b")
    until(lambda: "quote:a" in wishes.answers)
    second = threads.submit(wishes.want, "quote:b", "quote:c")
    # What nobody else fetches does not wait for what another does.
    until(lambda: "quote:c" in wishes.answers)
    assert not second.done()
    wishes.gates["quote:b"].set()
    first.result(20)
    second.result(20)
    assert sorted(wishes.fetched) == ["quote:a", "quote:b", "quote:c"]
    assert wishes.tally.take() == {("quote", "coalesced"): 1}


def test_what_landed_can_be_had_before_the_rest_of_that_fetch(
    wishes: Wishes, threads: ThreadPoolExecutor
) -> None:
    wishes.gates["b"] = threading.Event()
    first = threads.submit(wishes.want, "a", "b")
    until(lambda: "a" in wishes.answers)
    wishes.want("a")
    assert not first.done()
    wishes.gates["b"].set()
    first.result(20)


def test_when_a_fetch_gives_nothing_who_waited_fetches(
    wishes: Wishes, threads: ThreadPoolExecutor
) -> None:
    wishes.gates["defect"] = threading.Event()
    first = threads.submit(wishes.want, "defect")
    until(lambda: wishes.fetched)
    second = threads.submit(wishes.want, "defect")
    wishes.gates["defect"].set()
    for future in (first, second):
        with pytest.raises(RuntimeError, match="a defect"):
            future.result(20)
    assert wishes.fetched == ["defect", "defect"]
    assert wishes.flights.claim(["defect"]) == {"defect"}


def test_who_is_stopped_waits_no_longer(wishes: Wishes) -> None:
    wishes.flights.claim(["a"])
    threading.Timer(0.1, lambda: setattr(wishes, "stopped", True)).start()
    wishes.want("a")
    assert wishes.fetched == []


def test_who_waited_long_enough_fetches_without_a_claim(tmp_path: Path) -> None:
    wishes = Wishes(tmp_path, patience_seconds=0.1)
    wishes.flights.claim(["a"])
    wishes.want("a")
    assert wishes.fetched == ["a"]
    # That claim is still another's.
    assert wishes.flights.claim(["a"]) == set()


def test_nothing_stays_claimed_when_looking_for_what_is_known_fails(wishes: Wishes) -> None:
    def broken(keys: Sequence[str]) -> list[str]:
        raise ValueError(keys)

    with pytest.raises(ValueError, match="a"):
        wishes.flight.run(["a"], broken, wishes.fetch, lambda: False)
    assert wishes.flights.claim(["a"]) == {"a"}


def test_what_another_has_not_begun_with_is_fetched_by_one_of_those_who_wait(
    tmp_path: Path, threads: ThreadPoolExecutor
) -> None:
    wishes = Wishes(tmp_path)
    wishes.flights.claim(["a", "b"])

    def want(*keys: str) -> None:
        begun = {"b"} | set(wishes.fetched)
        wishes.flight.run(
            keys,
            wishes.known,
            wishes.fetch,
            lambda: wishes.stopped,
            lambda asked: [key for key in asked if key not in begun],
        )

    small = [threads.submit(want, "a") for _ in range(3)]
    for future in small:
        future.result(20)
    assert wishes.fetched == ["a"]
    waits = threads.submit(want, "b")
    with pytest.raises(TimeoutError):
        waits.result(2)
    wishes.flights.release(["b"])
    waits.result(20)
    assert wishes.fetched == ["a", "b"]
