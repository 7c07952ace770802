"""The system page's cache section, for templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.cache_statistics import CacheStatistics, PrefixStatistics
from stockapp.services.cache_admin import KINDS, CacheReport, Sample

# The units of the drawings; the style sheet stretches them.
BAR_WIDTH = 1000
CHART_WIDTH, CHART_HEIGHT = 1000, 100
_HOUR = 3600.0
_KILO = 1000


@dataclass(frozen=True, slots=True)
class CacheKindView:
    """One kind of entry. `number` picks its colour; `left` and `width` are its piece of the bar."""

    kind: str
    title: str
    number: int
    entries: str
    size: str
    found: str
    stale: str
    missed: str
    coalesced: str
    evicted: str
    expired: str
    damaged: str
    left: float
    width: float
    may_clear: bool


@dataclass(frozen=True, slots=True)
class CacheLayerView:
    """One worker's memory."""

    pid: int
    entries: str
    size: str
    limit: str
    hits: str


@dataclass(frozen=True, slots=True)
class CacheView:
    """The section. `area` is the path of the chart of the last hour, "" until there is one."""

    use: str
    entries: str
    found: str
    bar_words: str
    chart_words: str
    chart_top: str
    area: str
    kinds: tuple[CacheKindView, ...]
    layers: tuple[CacheLayerView, ...]
    troubles: tuple[str, ...]


def cache_view(report: CacheReport, troubles: Sequence[str], now: datetime) -> CacheView:
    """All of it."""
    statistics = report.statistics
    total = statistics.total
    peak = max((sample.bytes for sample in report.samples), default=0)
    return CacheView(
        use=_use(statistics),
        entries=f"{total.entries:,}",
        found=_share(statistics.prefixes.get("quote", PrefixStatistics()).hit_rate),
        bar_words=f"{_use(statistics)} used",
        chart_words=f"At most {size(peak)} in the last hour, {size(total.bytes)} now",
        chart_top=size(peak),
        area=_area(report.samples, peak, now),
        kinds=_kinds(statistics),
        layers=tuple(
            CacheLayerView(
                pid,
                f"{layer['entries']:,}",
                size(layer["bytes"]),
                size(layer["limit_bytes"]),
                f"{layer['hits']:,}",
            )
            for pid, layer in sorted(report.workers.items())
        ),
        troubles=tuple(troubles),
    )


def title_of(kind: str) -> str:
    """What people call a kind of entry."""
    return KINDS.get(kind, kind or "Other")


def size(count: int) -> str:
    """Bytes in the unit that suits: 912 B, 4.1 kB, 100 MB."""
    value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while round(value) >= _KILO and len(units) > 1:
        value /= _KILO
        units.pop(0)
    places = 1 if units[0] != "B" and round(value, 1) < _KILO / 10 else 0
    return f"{value:,.{places}f} {units[0]}"


def _use(statistics: CacheStatistics) -> str:
    used = size(statistics.total.bytes)
    if statistics.limit_bytes is None or statistics.utilisation is None:
        return f"{used}, without a limit"
    return f"{used} of {size(statistics.limit_bytes)}, {100 * statistics.utilisation:.1f} %"


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _kinds(statistics: CacheStatistics) -> tuple[CacheKindView, ...]:
    whole = statistics.limit_bytes or statistics.total.bytes or 1
    views, left = [], 0.0
    names = [*KINDS, *(name for name in statistics.prefixes if name not in KINDS)]
    for number, name in enumerate(names, 1):
        figures = statistics.prefixes.get(name, PrefixStatistics())
        width = BAR_WIDTH * figures.bytes / whole
        views.append(_kind(name, number, figures, left, width))
        left += width
    return tuple(views)


def _kind(
    name: str, number: int, figures: PrefixStatistics, left: float, width: float
) -> CacheKindView:
    return CacheKindView(
        kind=name,
        title=title_of(name),
        number=min(number, 4),
        entries=f"{figures.entries:,}",
        size=size(figures.bytes),
        found=f"{figures.hits:,}",
        stale=f"{figures.stale_hits:,}",
        missed=f"{figures.misses:,}",
        coalesced=f"{figures.coalesced:,}",
        evicted=f"{figures.evictions:,}",
        expired=f"{figures.expirations:,}",
        damaged=f"{figures.damaged:,}",
        left=round(left, 2),
        width=round(width, 2),
        may_clear=name in KINDS and figures.entries > 0,
    )


def _area(samples: Sequence[Sample], peak: int, now: datetime) -> str:
    """The path of an area of bytes over the last hour, ending now."""
    if len(samples) <= 1 or peak == 0:
        return ""
    points = [
        (
            CHART_WIDTH * max(0.0, 1 - (now - sample.at).total_seconds() / _HOUR),
            CHART_HEIGHT * (1 - sample.bytes / peak),
        )
        for sample in samples
    ]
    line = " ".join(f"L{x:.1f} {y:.1f}" for x, y in points)
    first, last = points[0][0], points[-1][0]
    return f"M{first:.1f} {CHART_HEIGHT} {line} L{last:.1f} {CHART_HEIGHT} Z"


def cleared_words(kind: str | None, report: CacheReport) -> str:
    """What a clearing would delete, as the page asks before it."""
    figures = (
        report.statistics.total
        if kind is None
        else report.statistics.prefixes.get(kind, PrefixStatistics())
    )
    entries = f"{figures.entries:,} {'entry' if figures.entries == 1 else 'entries'}"
    return f"{entries}, {size(figures.bytes)}"
