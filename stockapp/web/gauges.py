"""What all workers know alike, as metrics: told once, by whichever worker is asked."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from stockapp.domain.cache_statistics import CacheStatistics
from stockapp.services.overview import Overview
from stockapp.version import VERSION

_LAGS = {"p50": "0.5", "p99": "0.99", "max": "1"}
_CACHE_COUNTS = {
    "hits": "Look-ups that found an entry, stale ones too.",
    "misses": "Look-ups that found nothing.",
    "stale_hits": "Look-ups that found an entry that was stale.",
    "coalesced": "Look-ups that waited for another's fetch, and were served by that.",
    "evictions": "Entries that left for room.",
    "expirations": "Entries that were deleted as too old.",
    "damaged": "Entries that were not as written, and deleted.",
}


def families(seen: Overview) -> Iterator[Metric]:
    """The metrics of an overview; what could not be told is left out."""
    info = GaugeMetricFamily("stockapp_build_info", "Which stockapp this is.", labels=["version"])
    info.add_metric([VERSION], 1)
    yield info
    yield from _troubles(seen)
    yield from _folder(seen)
    yield from _workers(seen)
    yield from _work(seen)
    yield from _breakers(seen)
    if seen.cache:
        yield from _cache(seen.cache)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"stockapp_{name}", words, value=value)


def _troubles(seen: Overview) -> Iterator[Metric]:
    yield _gauge("database_up", "Whether the database can be used.", not seen.database_trouble)
    yield _gauge(
        "cache_up", "Whether all workers can store cached entries.", not seen.cache_troubles
    )
    yield _gauge(
        "database_set_aside_files",
        "Damaged database files that were set aside and are still there.",
        len(seen.set_aside),
    )
    if seen.pending_migrations is not None:
        yield _gauge(
            "database_pending_migrations",
            "Steps by which the tables are behind this stockapp.",
            seen.pending_migrations,
        )


def _folder(seen: Overview) -> Iterator[Metric]:
    yield _gauge(
        "data_folder_writable",
        "Whether the data folder can be written.",
        not seen.folder["trouble"],
    )
    if seen.folder["total_bytes"]:
        yield _gauge(
            "data_folder_free_bytes",
            "Room left on the disk of the data folder.",
            seen.folder["free_bytes"],
        )
        yield _gauge("data_folder_size_bytes", "Size of that disk.", seen.folder["total_bytes"])


def _workers(seen: Overview) -> Iterator[Metric]:
    yield _gauge("workers", "Workers that told of themselves lately.", len(seen.workers))
    lag = GaugeMetricFamily(
        "stockapp_hub_lag_seconds",
        "How late greenlets of a worker woke in its last ten seconds: quantiles.",
        labels=["host", "worker", "quantile"],
    )
    memory = GaugeMetricFamily(
        "stockapp_worker_resident_bytes", "Memory of a worker in RAM.", labels=["host", "worker"]
    )
    for worker in seen.workers:
        # In containers each machine has the same processes.
        who = [worker["host"], str(worker["pid"])]
        for name, quantile in _LAGS.items():
            lag.add_metric([*who, quantile], worker["hub_lag_ms"][name] / 1000)
        if worker["resident_bytes"] is not None:
            memory.add_metric(who, worker["resident_bytes"])
    yield from (lag, memory)


def _work(seen: Overview) -> Iterator[Metric]:
    if seen.sample:
        yield _gauge("tasks_running", "Tasks that some worker runs.", seen.sample.running)
        yield _gauge("tasks_waiting", "Tasks that wait for a worker.", seen.sample.waiting)
        yield _gauge("streams_open", "Open event streams of all workers.", seen.sample.streams)
    limit = sum(worker["stream_limit"] for worker in seen.workers)
    yield _gauge("streams_limit", "Streams that all workers together keep open at most.", limit)


def _breakers(seen: Overview) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "stockapp_source_breaker_open",
        "Whether a method of a source is left alone for now.",
        labels=["source", "method"],
    )
    for (source, method), breaker in seen.breakers.items():
        family.add_metric([source, method], breaker["state"] != "closed")
    yield family


def _cache(cache: CacheStatistics) -> Iterator[Metric]:
    entries = GaugeMetricFamily("stockapp_cache_entries", "Cached entries.", labels=["kind"])
    size = GaugeMetricFamily("stockapp_cache_bytes", "Bytes of cached entries.", labels=["kind"])
    counts = {
        name: CounterMetricFamily(f"stockapp_cache_{name}", words, labels=["kind"])
        for name, words in _CACHE_COUNTS.items()
    }
    for kind, figures in cache.prefixes.items():
        entries.add_metric([kind], figures.entries)
        size.add_metric([kind], figures.bytes)
        for name, family in counts.items():
            family.add_metric([kind], getattr(figures, name))
    yield from (entries, size, *counts.values())
    if cache.limit_bytes is not None:
        yield _gauge("cache_limit_bytes", "Bytes that the cache may take.", cache.limit_bytes)
