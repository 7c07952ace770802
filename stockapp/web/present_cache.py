"""The system page's cache section, for templates."""

from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.cache_statistics import CacheStatistics, PrefixStatistics
from stockapp.services.cache_admin import KINDS, CacheReport
from stockapp.web.charts import Chart, Measured, Point, Window, chart

# The unit of the bar; the style sheet stretches it.
BAR_WIDTH = 1000
_COLOURS = 6
_HOUR = 3600.0
# Samples are half a minute apart.
_GAP_SECONDS = 90.0
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
class CacheView:
    """The section."""

    use: str
    entries: str
    found: str
    bar_words: str
    chart: Chart
    kinds: tuple[CacheKindView, ...]


def cache_view(report: CacheReport, now: datetime) -> CacheView:
    """All of it."""
    statistics = report.statistics
    total = statistics.total
    return CacheView(
        use=_use(statistics),
        entries=f"{total.entries:,}",
        found=_share(statistics.prefixes.get("quote", PrefixStatistics()).hit_rate),
        bar_words=_by_kind(statistics),
        chart=_chart(report, now),
        kinds=_kinds(statistics),
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


def _by_kind(statistics: CacheStatistics) -> str:
    """What takes most of the room, in words."""
    whole = statistics.total.bytes
    if not whole:
        return "Nothing is cached"
    kinds = sorted(statistics.prefixes.items(), key=lambda kind: kind[1].bytes, reverse=True)
    told = (f"{title_of(name)} {_share(figures.bytes / whole)}" for name, figures in kinds[:4])
    return f"Room taken by kind: {', '.join(told)}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _kinds(statistics: CacheStatistics) -> tuple[CacheKindView, ...]:
    whole = statistics.total.bytes or 1
    views, left = [], 0.0
    # Quotes are told of even where there are none: everything else follows from them.
    names = [name for name in KINDS if name == "quote" or name in statistics.prefixes]
    names += [name for name in statistics.prefixes if name not in KINDS]
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
        number=(number - 1) % _COLOURS + 1,
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


def _chart(report: CacheReport, now: datetime) -> Chart:
    """Bytes used over the last hour."""
    used = size(report.statistics.total.bytes)
    points: list[Point] = [(sample.at, sample.bytes) for sample in report.samples]
    points.append((now, report.statistics.total.bytes))
    window = Window(now, _HOUR, _GAP_SECONDS, "60 min")
    return chart(
        "Bytes used",
        used,
        [Measured("busy", "", points)],
        window,
        lambda count: size(round(count)),
        least_top=_KILO,
    )


def cleared_words(kind: str | None, report: CacheReport) -> str:
    """What a clearing would delete, as the page asks before it."""
    figures = (
        report.statistics.total
        if kind is None
        else report.statistics.prefixes.get(kind, PrefixStatistics())
    )
    entries = f"{figures.entries:,} {'entry' if figures.entries == 1 else 'entries'}"
    return f"{entries}, {size(figures.bytes)}"
