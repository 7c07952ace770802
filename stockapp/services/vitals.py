"""How this worker is: hub lag, memory, streams; published so that any worker can tell of all."""

import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from stockapp.domain import moment
from stockapp.ports import Clock, SharedState, StoreTrouble
from stockapp.tasks.periodic import Periodic

_PREFIX = "worker:"
# Each wakes the worker: a hundred a second would be half of what an idle one costs.
_SAMPLE_SECONDS = 0.025
_SAMPLES = 400
_PUBLISH_SECONDS = 2.0
# What workers do, as they tell it.
PAGES, TASKS = "pages", "tasks"


class HubLagMeter:
    """How late a greenlet wakes: the time for which something else kept the hub to itself.

    Holds the last ten seconds or so.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lags: deque[float] = deque(maxlen=_SAMPLES)
        self._stopped = threading.Event()

    def start(self) -> None:
        """Measure until stopped."""
        threading.Thread(target=self._measure, name="hub-lag", daemon=True).start()

    def stop(self) -> None:
        """Stop soon."""
        self._stopped.set()

    def summary(self) -> dict[str, float]:
        """Median, 99th percentile and largest lag in milliseconds."""
        lags = sorted(self._lags) or [0.0]
        return {
            "p50": round(1000 * lags[len(lags) // 2], 2),
            "p99": round(1000 * lags[min(len(lags) - 1, len(lags) * 99 // 100)], 2),
            "max": round(1000 * lags[-1], 2),
        }

    def _measure(self) -> None:
        before = self._clock.monotonic()
        while not self._stopped.wait(_SAMPLE_SECONDS):
            now = self._clock.monotonic()
            self._lags.append(max(0.0, now - before - _SAMPLE_SECONDS))
            before = self._clock.monotonic()


class Vitals:
    """Publishes this worker's figures; `gauges` name further ones to be read each time."""

    def __init__(
        self,
        shared: SharedState,
        clock: Clock,
        worker: str,
        meter: HubLagMeter,
        gauges: Mapping[str, Callable[[], Any]],
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._worker = worker
        self._meter = meter
        self._gauges = gauges
        self._started_at = clock.now()
        self._does = [PAGES, TASKS]
        self._periodic = Periodic("vitals", self.publish, _PUBLISH_SECONDS)

    def start(self, *, pages: bool = True, work: bool = True) -> None:
        """Publish until stopped that this worker serves `pages`, and does tasks."""
        self._does = [does for does, so in ((PAGES, pages), (TASKS, work)) if so]
        self._periodic.start()

    def stop(self) -> None:
        """Stop soon, and be forgotten by the others."""
        self._periodic.stop()
        with suppress(StoreTrouble):
            # They forget it by themselves in time.
            self._shared.delete([_PREFIX + self._worker])

    def workers(self) -> list[Mapping[str, Any]]:
        """The figures of every live worker, a few seconds old at the most."""
        return [value for _, value in sorted(self._shared.scan(_PREFIX).items())]

    def publish(self) -> None:
        """Tell of this worker now."""
        self._shared.put_many({_PREFIX + self._worker: self._figures()}, 3 * _PUBLISH_SECONDS)

    def _figures(self) -> dict[str, Any]:
        told = {
            "worker": self._worker,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "does": self._does,
            "started_at": moment.to_text(self._started_at),
            "hub_lag_ms": self._meter.summary(),
            "resident_bytes": resident_bytes(),
            **{name: read() for name, read in self._gauges.items()},
        }
        if PAGES not in self._does:
            told["stream_limit"] = 0
        return told


def resident_bytes() -> int | None:
    """Memory of this process in RAM; None where the system does not tell (no /proc)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
