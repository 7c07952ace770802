"""Samples of the whole: one worker at a time takes them, and they go on when it dies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from stockapp.domain import moment
from stockapp.domain.event import Event, EventType
from stockapp.fetching.ledger import Asked, Ledger
from stockapp.services.system_samples import (
    KEEP_SECONDS,
    SAMPLE_SECONDS,
    EndedItems,
    SystemSamples,
)
from stockapp.services.vitals import HubLagMeter, Vitals
from tests.contract.backends import Backends, SetClock
from tests.contract.embedded import open_embedded
from tests.contract.tasks import LEASE, new_task


@dataclass
class Worker:
    """What of a worker the samples are made of."""

    backends: Backends
    vitals: Vitals
    ledger: Ledger
    ended: EndedItems
    samples: SystemSamples

    def item(self, state: str) -> None:
        event = Event(1, "task:t", EventType.ITEM, {"key": "A", "state": state}, NEVER)
        self.ended.on_event(event)

    def request(self, clock: SetClock) -> None:
        self.ledger.note_request("yahoo", "quote", Asked(clock.now(), 10.0, None))
        self.ledger.flush()


NEVER = SetClock().now()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def hire(tmp_path: Path, clock: SetClock) -> Iterator[Callable[[str], Worker]]:
    """One more worker on the same data, with two streams open."""
    opened: list[Backends] = []

    def make(name: str) -> Worker:
        backends = open_embedded(tmp_path, clock)
        opened.append(backends)
        gauges = {"open_streams": lambda: 2}
        vitals = Vitals(backends.state, clock, name, HubLagMeter(clock), gauges)
        ledger, ended = Ledger(backends.state, clock), EndedItems()
        samples = SystemSamples(backends.state, clock, vitals, backends.tasks, ledger, ended)
        return Worker(backends, vitals, ledger, ended, samples)

    yield make
    for backends in opened:
        backends.close()


def test_of_two_workers_that_look_one_takes_the_sample(
    hire: Callable[[str], Worker], clock: SetClock
) -> None:
    one, other = hire("one"), hire("other")
    taken = []
    for _ in range(3):
        taken.append(moment.from_text(moment.to_text(clock.now())))
        one.samples.look()
        clock.advance(1)
        # Were it to take one as well, it would stand in the place of the first.
        other.samples.look()
        clock.advance(SAMPLE_SECONDS - 1)
    assert [sample.at for sample in other.samples.recent()] == taken
    assert one.samples.recent() == other.samples.recent()


def test_another_goes_on_when_a_worker_died(hire: Callable[[str], Worker], clock: SetClock) -> None:
    one, other = hire("one"), hire("other")
    one.samples.look()
    clock.advance(SAMPLE_SECONDS)
    other.samples.look()
    first, second = other.samples.recent()
    assert (second.at - first.at) == timedelta(seconds=SAMPLE_SECONDS)


def test_a_sample_is_of_all_workers_and_tasks(
    hire: Callable[[str], Worker], clock: SetClock
) -> None:
    one, other = hire("one"), hire("other")
    for worker in (one, other):
        worker.vitals.publish()
    for task in ("t0", "t1", "t2"):
        one.backends.tasks.create(new_task(task))
    one.backends.tasks.claim("one", LEASE, "t0")
    one.samples.look()
    (sample,) = other.samples.recent()
    assert (sample.running, sample.waiting, sample.streams) == (1, 2, 4)
    assert sample.hub_lag_ms == 0
    assert sample.memory_bytes is not None
    assert sample.memory_bytes > 0


def test_items_and_requests_are_those_since_the_sample_before(
    hire: Callable[[str], Worker], clock: SetClock
) -> None:
    one, other = hire("one"), hire("other")
    one.samples.look()
    clock.advance(SAMPLE_SECONDS)
    for state in ("running", "ok", "failed"):
        one.item(state)
    one.request(clock)
    other.request(clock)
    one.samples.look()
    first, second = one.samples.recent()
    assert (first.items, first.requests) == (None, None)
    assert (second.items, second.requests) == (2, 2)


def test_after_a_gap_nothing_is_counted_as_if_it_had_just_happened(
    hire: Callable[[str], Worker], clock: SetClock
) -> None:
    one = hire("one")
    one.samples.look()
    clock.advance(60)
    one.item("ok")
    one.request(clock)
    one.samples.look()
    assert [(s.items, s.requests) for s in one.samples.recent()] == [(None, None)] * 2


def test_no_more_than_the_last_quarter_of_an_hour_is_kept(
    hire: Callable[[str], Worker], clock: SetClock
) -> None:
    one = hire("one")
    for _ in range(200):
        one.samples.look()
        clock.advance(SAMPLE_SECONDS)
    kept = one.samples.recent()
    assert len(kept) == KEEP_SECONDS / SAMPLE_SECONDS - 1
    assert len(one.backends.state.scan("system_sample:")) <= KEEP_SECONDS / SAMPLE_SECONDS
    assert [s.at for s in kept] == sorted(s.at for s in kept)


def test_a_clock_that_was_put_back_does_not_end_the_samples(
    hire: Callable[[str], Worker], clock: SetClock
) -> None:
    one = hire("one")
    one.samples.look()
    clock.advance(-60)
    one.samples.look()
    clock.advance(SAMPLE_SECONDS)
    one.samples.look()
    before = clock.now() - timedelta(seconds=1)
    assert any(sample.at > before for sample in one.samples.recent())
