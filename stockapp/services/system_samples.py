"""How all of stockapp fared lately: a sample every few seconds, taken by one of the workers."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from stockapp.domain import moment
from stockapp.domain.event import Event, EventType
from stockapp.domain.task import ItemState
from stockapp.fetching.ledger import Ledger
from stockapp.ports import Clock, SharedState, TaskStore
from stockapp.services.vitals import Vitals
from stockapp.tasks.periodic import Periodic

SAMPLE_SECONDS = 5.0
KEEP_SECONDS = 900.0
# Samples that are further apart have a gap between them: no worker was there to take one.
GAP_SECONDS = 2.5 * SAMPLE_SECONDS

_TURN = "system_turn"
_SAMPLE = "system_sample:"
_SLOTS = int(KEEP_SECONDS / SAMPLE_SECONDS)


@dataclass(frozen=True, slots=True)
class SystemSample:
    """All workers at an instant; None is what could not be told.

    `hub_lag_ms` is the 99th percentile of the worker that lags most. `items` ended, and `requests`
    went to sources, since the sample before; None where there is none shortly before.
    """

    at: datetime
    running: int
    waiting: int
    streams: int
    memory_bytes: int | None
    hub_lag_ms: float | None
    items: int | None = None
    requests: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The sample as the JSON interface shows it."""
        return {
            "at": moment.to_text(self.at),
            "tasks": {"running": self.running, "waiting": self.waiting},
            "streams": self.streams,
            "memory_bytes": self.memory_bytes,
            "hub_lag_ms": self.hub_lag_ms,
            "items": self.items,
            "requests": self.requests,
        }


class EndedItems:
    """Counts the items of all tasks that end; each worker hears of all of them."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def on_event(self, event: Event) -> None:
        """An event of the log."""
        if event.type is EventType.ITEM and ItemState(event.data["state"]).ended:
            with self._lock:
                self._count += 1

    def take(self) -> int:
        """How many it was since the last call."""
        with self._lock:
            count, self._count = self._count, 0
        return count


class SystemSamples:
    """Every worker looks in each slot of five seconds; the first to come takes the sample.

    So the samples go on when a worker dies, and nobody is in charge of them.
    """

    def __init__(
        self,
        shared: SharedState,
        clock: Clock,
        vitals: Vitals,
        tasks: TaskStore,
        ledger: Ledger,
        ended: EndedItems,
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._vitals = vitals
        self._tasks = tasks
        self._ledger = ledger
        self._ended = ended
        self._periodic = Periodic("system-samples", self.look, SAMPLE_SECONDS)

    def start(self) -> None:
        """Look until stopped."""
        self._periodic.start()

    def stop(self) -> None:
        """Stop soon."""
        self._periodic.stop()

    def look(self) -> None:
        """Take the sample of this slot unless another worker did. Raises StoreTrouble."""
        ended = self._ended.take()
        slot = int(self._clock.now().timestamp() // SAMPLE_SECONDS)
        if not self._claim(slot):
            return
        value = {**self.present().to_json(), "items": ended, "sent": self._ledger.requests()}
        self._shared.put_many({f"{_SAMPLE}{slot % _SLOTS}": value}, KEEP_SECONDS)

    def present(self) -> SystemSample:
        """How it is now, by what the workers told last; no items and requests."""
        workers, unended = self._vitals.workers(), self._tasks.unended()
        return SystemSample(
            self._clock.now(),
            running=unended.running,
            waiting=unended.waiting,
            streams=sum(int(worker["open_streams"]) for worker in workers),
            memory_bytes=_memory(workers),
            hub_lag_ms=max((worker["hub_lag_ms"]["p99"] for worker in workers), default=None),
        )

    def recent(self) -> list[SystemSample]:
        """The samples of the last fifteen minutes, oldest first."""
        oldest = moment.to_text(self._clock.now() - timedelta(seconds=KEEP_SECONDS))
        kept = self._shared.scan(_SAMPLE).values()
        values = sorted((v for v in kept if v["at"] > oldest), key=lambda value: str(value["at"]))
        if not values:
            return []
        first = _sample(values[0], None)
        return [first, *(_sample(value, before) for before, value in pairwise(values))]

    def _claim(self, slot: int) -> bool:
        def claim(value: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], bool]:
            # Unequal, not later: a clock may have been put back.
            return {"slot": slot}, value is None or value["slot"] != slot

        return self._shared.update(_TURN, claim, KEEP_SECONDS)


def _memory(workers: Sequence[Mapping[str, Any]]) -> int | None:
    told = [worker["resident_bytes"] for worker in workers]
    return sum(told) if told and None not in told else None


def _sample(value: Mapping[str, Any], before: Mapping[str, Any] | None) -> SystemSample:
    """A stored sample. Counts mean nothing after a gap."""
    at = moment.from_text(value["at"])
    follows = (
        before is not None and (at - moment.from_text(before["at"])).total_seconds() <= GAP_SECONDS
    )
    sent = value["sent"] - before["sent"] if before is not None and follows else None
    return SystemSample(
        at,
        running=value["tasks"]["running"],
        waiting=value["tasks"]["waiting"],
        streams=value["streams"],
        memory_bytes=value["memory_bytes"],
        hub_lag_ms=value["hub_lag_ms"],
        items=value["items"] if follows else None,
        # What the ledger forgets, such as a method nobody asked for a week, is no request.
        requests=max(0, sent) if sent is not None else None,
    )
