"""Looking after the cache: what it holds, how it was used lately, clearing and checking it."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stockapp.caching.layered import LayeredCache
from stockapp.domain import moment
from stockapp.domain.cache_statistics import CacheCheck, CacheStatistics
from stockapp.ports import CacheTrouble, Clock, SharedState, StoreTrouble
from stockapp.services.vitals import Vitals
from stockapp.tasks.periodic import Periodic

# The kinds of entry there are, by the prefix of their keys, as people call them.
KINDS = {
    "quote": "Quotes",
    "search": "Searches",
    "failure": "Failed fetches",
    "profile": "Names and currencies",
    "sessions": "Trading hours",
    "company": "Companies",
    "income": "Income statements",
    "balance": "Balance sheets",
    "cash_flow": "Cash flows",
    "history": "Price histories",
    "chart": "Charts",
    "analysis": "Analyses",
    "verdict": "Verdicts",
    "trend": "Sparklines",
}

_SAMPLE = "cache_use:"
_SAMPLE_SECONDS = 30.0
_KEEP_SAMPLES = 3600.0
_UPKEEP_SECONDS = 1.0
_SWEEP_SECONDS = 60.0


class NoSuchKind(LookupError):
    """There is no kind of entry of that name; the message says which ones there are."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How full the cache was, and the counts of hits and misses up to then."""

    at: datetime
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True, slots=True)
class CacheReport:
    """All that is told of the cache. `workers`: each one's layer in memory, and which one it is."""

    statistics: CacheStatistics
    workers: Sequence[Mapping[str, Any]]
    samples: Sequence[Sample]

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON interface shows it."""
        return {
            **self.statistics.to_json(),
            "workers": list(self.workers),
        }


class CacheAdmin:
    """Any worker can tell of all, and clear for all."""

    def __init__(
        self, cache: LayeredCache, shared: SharedState, vitals: Vitals, clock: Clock
    ) -> None:
        self._cache = cache
        self._shared = shared
        self._vitals = vitals
        self._clock = clock

    def report(self) -> CacheReport:
        """The cache as it is. Raises CacheTrouble while it cannot be asked."""
        statistics = self._cache.statistics()
        if statistics is None:
            raise CacheTrouble(self._cache.trouble)
        return CacheReport(statistics, self._layers(), self._samples())

    def troubles(self) -> list[str]:
        """Why workers cannot store entries at present; empty when all is well."""
        try:
            layers = [worker["cache"] for worker in self._workers()]
        except StoreTrouble:
            # What the others have told cannot be read.
            layers = []
        told = [str(layer["trouble"]) for layer in layers if layer.get("trouble")]
        own = [self._cache.trouble] if self._cache.trouble else []
        return list(dict.fromkeys(own + told))

    def clear(self, kind: str | None) -> int:
        """Delete all entries of a kind, or all. Returns how many it was.

        Raises NoSuchKind and CacheTrouble.
        """
        if kind is not None and kind not in KINDS:
            raise NoSuchKind(f"There is no such kind of entry; there are {', '.join(KINDS)}.")
        return self._cache.clear(kind)

    def verify(self) -> CacheCheck:
        """Check every entry and delete what is damaged. Raises CacheTrouble."""
        return self._cache.verify()

    def take_sample(self) -> None:
        """Note how full the cache is; one note a while is kept for all workers."""
        statistics = self._cache.statistics()
        if statistics is None:
            return
        now = self._clock.now()
        total = statistics.total
        value = {
            "at": moment.to_text(now),
            "bytes": total.bytes,
            "hits": total.hits,
            "misses": total.misses,
        }
        slot = int(now.timestamp() / _SAMPLE_SECONDS) % int(_KEEP_SAMPLES / _SAMPLE_SECONDS)
        self._shared.put_many({f"{_SAMPLE}{slot}": value}, _KEEP_SAMPLES)

    def _samples(self) -> list[Sample]:
        oldest = self._clock.now() - timedelta(seconds=_KEEP_SAMPLES)
        samples = [
            Sample(moment.from_text(value["at"]), value["bytes"], value["hits"], value["misses"])
            for value in self._shared.scan(_SAMPLE).values()
        ]
        return sorted(
            (sample for sample in samples if sample.at > oldest), key=lambda sample: sample.at
        )

    def _layers(self) -> list[dict[str, Any]]:
        return [
            {
                "host": worker["host"],
                "pid": worker["pid"],
                **{name: n for name, n in worker["cache"].items() if name != "trouble"},
            }
            for worker in self._workers()
        ]

    def _workers(self) -> list[Mapping[str, Any]]:
        return [worker for worker in self._vitals.workers() if "cache" in worker]


class CacheUpkeep:
    """What a worker does for the cache in the background."""

    def __init__(self, cache: LayeredCache, admin: CacheAdmin) -> None:
        self._cache = cache
        self._duties = (
            Periodic("cache-upkeep", cache.upkeep, _UPKEEP_SECONDS),
            Periodic("cache-sweep", cache.sweep, _SWEEP_SECONDS),
            Periodic("cache-sample", admin.take_sample, _SAMPLE_SECONDS),
        )

    def start(self) -> None:
        """Begin, by putting right what killed processes left."""
        threading.Thread(target=self._cache.recover, name="cache-recovery", daemon=True).start()
        for duty in self._duties:
            duty.start()

    def stop(self) -> None:
        """End soon."""
        for duty in self._duties:
            duty.stop()
