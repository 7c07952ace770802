"""The ledger: how every method fares, told by any worker."""

from datetime import UTC, datetime

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.fetching.ledger import Asked, Ledger

from .scripted import MemoryState, RealClock, Threads, Track, answers, fails, single

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_two_workers_write_one_record() -> None:
    shared = MemoryState()
    here, there = Ledger(shared, RealClock()), Ledger(shared, RealClock())
    for milliseconds in range(1, 101):
        here.note_request("yahoo", "quote", Asked(AT, milliseconds, None))
    here.flush()
    there.note_request("yahoo", "quote", Asked(AT, 5, Failure(Reason.TIMEOUT, "late")))
    there.flush()
    (record,) = here.records()
    assert (record.source, record.method) == ("yahoo", "quote")
    assert (record.requests, record.failed) == (101, 1)
    assert record.success_rate == pytest.approx(0.99)
    assert record.latency_ms(0.5) == 51
    assert record.latency_ms(0.95) == 96
    assert record.last_failure and record.last_failure.failure == Failure(Reason.TIMEOUT, "late")
    assert record.last_success_at == AT


def test_nothing_noted_is_nothing_known() -> None:
    ledger = Ledger(MemoryState(), RealClock())
    ledger.flush()
    assert ledger.records() == []


def test_every_attempt_of_a_race_is_counted_by_its_outcome_and_reason(executor: Threads) -> None:
    limited = single("limited", fails(Reason.RATE_LIMITED, 60))
    up = single("up", answers("single", unknown=["C"]))
    track = Track(executor, limited, up)
    track.run("A")
    track.run("B", "C")
    counted = {record.source: dict(record.attempts) for record in track.keepers.ledger.records()}
    assert counted == {
        "limited": {"failed:rate_limited": 1, "skipped:circuit_open": 2},
        "up": {"ok": 2, "failed:not_found": 1},
    }
