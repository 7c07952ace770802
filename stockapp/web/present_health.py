"""How all of stockapp is, in words: one line, and what is wrong with a link to where it shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.worker_names import names
from stockapp.services.sources import SourceReport
from stockapp.services.storage_watch import StorageReport
from stockapp.web.present_work import LAGGING_MS


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that is wrong. `mark` is warn or bad; `anchor` the section that shows more."""

    mark: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class HealthView:
    """The head of the page; `level` is good, warn or bad."""

    level: str
    line: str
    complaints: tuple[Complaint, ...]
    looked_at: str


def health_view(
    storage: StorageReport,
    cache_troubles: Sequence[str],
    sources: Sequence[SourceReport],
    workers: Sequence[Mapping[str, Any]],
    now: datetime,
) -> HealthView:
    """All that is wrong, the gravest first."""
    complaints = sorted(
        (
            *_of_storage(storage),
            *_of_cache(cache_troubles),
            *_of_sources(sources),
            *_of_workers(workers),
        ),
        key=lambda complaint: complaint.mark != "bad",
    )
    return HealthView(
        level=complaints[0].mark if complaints else "good",
        line=_line(len(complaints)),
        complaints=tuple(complaints),
        looked_at=moment.to_text(now),
    )


def unreadable(why: str, now: datetime) -> HealthView:
    """What can be said while the database cannot even be read."""
    told = StorageReport(trouble=why)
    return health_view(told, (), (), (), now)


def _line(wrong: int) -> str:
    if not wrong:
        return "All is well"
    return f"{wrong} things are not as they should be" if wrong > 1 else "One thing is wrong"


def _of_storage(report: StorageReport) -> Iterator[Complaint]:
    if report.trouble:
        yield Complaint("bad", f"The database cannot be used: {report.trouble}.", "storage")
    for name in report.set_aside:
        yield Complaint("warn", f"A damaged database was set aside as {name}.", "storage")
    for words in report.lacking:
        yield Complaint("bad", f"{words[0].upper()}{words[1:]}.", "workers")


def _of_cache(troubles: Sequence[str]) -> Iterator[Complaint]:
    for trouble in troubles:
        yield Complaint("bad", f"The cache cannot be used: {trouble}.", "cache")


def _of_sources(reports: Sequence[SourceReport]) -> Iterator[Complaint]:
    for report in reports:
        alone = [method for method in report.methods if method.breaker.state.value != "closed"]
        if report.missing or not alone:
            continue
        anchor = f"source-{report.name}"
        if len(alone) == len(report.methods):
            yield Complaint("bad", f"{report.title} fails and is left alone for now.", anchor)
        else:
            names = ", ".join(method.name for method in alone)
            yield Complaint(
                "warn", f"{report.title} fails at {names}; its other methods go on.", anchor
            )


def _of_workers(workers: Sequence[Mapping[str, Any]]) -> Iterator[Complaint]:
    for worker, name in zip(workers, names(workers), strict=True):
        late = worker["hub_lag_ms"]["p99"]
        if late >= LAGGING_MS:
            told = f"Worker {name} lags behind by up to {late:,.0f} ms."
            yield Complaint("warn", told, "workers")
