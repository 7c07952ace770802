"""The system page's sources, for templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stockapp.domain import moment
from stockapp.domain.task import Task
from stockapp.services.sources import MethodReport, SourceReport
from stockapp.services.system_samples import SystemSample
from stockapp.web import words
from stockapp.web.charts import Chart
from stockapp.web.present_work import requests_chart


@dataclass(frozen=True, slots=True)
class SourceMethodView:
    """One method. `state` is in use, left alone or being tried; `may_close` offers to ask again."""

    name: str
    label: str
    state: str
    state_mark: str
    state_detail: str
    may_close: bool
    success: str
    latency: str
    last_failure: str
    last_failure_code: str
    last_failure_age: str
    last_failure_at: str


@dataclass(frozen=True, slots=True)
class SourceCardView:
    """One source. `missing` is the setting that it needs, `testing` says that a test runs."""

    name: str
    title: str
    missing: str
    scarce: bool
    simulated: bool
    quotas: tuple[str, ...]
    methods: tuple[SourceMethodView, ...]
    self_test: str
    testing: bool
    tested: str


@dataclass(frozen=True, slots=True)
class SourcesView:
    """The section: how much they are asked, and each of them, in the order of preference."""

    chart: Chart
    cards: tuple[SourceCardView, ...]


def sources_view(
    reports: Sequence[SourceReport],
    tests: Mapping[str, Task],
    samples: Sequence[SystemSample],
    now: datetime,
) -> SourcesView:
    """All of it."""
    return SourcesView(
        chart=requests_chart(samples, now),
        cards=tuple(_card(report, tests.get(report.name), now) for report in reports),
    )


def _card(report: SourceReport, test: Task | None, now: datetime) -> SourceCardView:
    testing = test is not None and not test.status.ended
    return SourceCardView(
        name=report.name,
        title=report.title,
        missing=report.missing,
        scarce=report.scarce,
        simulated=report.simulated,
        quotas=tuple(
            f"{entry.left:,} of {entry.quota.limit:,} left {_PERIODS[entry.quota.period.value]}"
            for entry in report.quotas
        ),
        methods=tuple(_method(method, report, now) for method in report.methods),
        self_test=report.self_test,
        testing=testing,
        tested="" if test is None or testing else _tested(test, now),
    )


def _tested(test: Task, now: datetime) -> str:
    at = test.finished_at or test.created_at
    return f"{test.progress.message}, {words.ago((now - at).total_seconds())}"


def _method(method: MethodReport, report: SourceReport, now: datetime) -> SourceMethodView:
    breaker, record = method.breaker, method.record
    state, mark = _STATES[breaker.state.value]
    failed = record.last_failure if record else None
    failure = failed.failure if failed else None
    return SourceMethodView(
        name=method.name,
        label=_label(method),
        state="needs a key" if report.missing else state,
        state_mark="" if report.missing else mark,
        state_detail=_why(method),
        may_close=breaker.state.value != "closed",
        success=_success(method),
        latency=_latency(method),
        last_failure=failure.detail if failure else "",
        last_failure_code=failure.reason.value if failure else "",
        last_failure_age=words.ago((now - failed.at).total_seconds()) if failed else "",
        last_failure_at=moment.to_text(failed.at) if failed else "",
    )


_PERIODS = {"day": "today", "month": "this month"}

# Breaker states as people read them, with the colour of the mark.
_STATES = {
    "closed": ("in use", "busy"),
    "open": ("left alone", "bad"),
    "half_open": ("being tried", "warn"),
}


def _label(method: MethodReport) -> str:
    size = "one symbol a request"
    if method.batch_size > 1:
        size = f"{method.batch_size} symbols a request"
    return f"{size}, end of day" if method.end_of_day else size


def _why(method: MethodReport) -> str:
    breaker = method.breaker
    if breaker.state.value == "closed" or breaker.until is None:
        return ""
    return f"until {breaker.until:%H:%M:%S} UTC. {breaker.detail}"


def _success(method: MethodReport) -> str:
    record = method.record
    if record is None or record.success_rate is None:
        return "not asked yet"
    answered = f"{100 * record.success_rate:.0f} %"
    return f"{answered} of the last {len(record.recent)}"


def _latency(method: MethodReport) -> str:
    record = method.record
    median = record.latency_ms(0.5) if record else None
    late = record.latency_ms(0.95) if record else None
    if median is None or late is None:
        return ""
    return f"{words.elapsed(median)}, p95 {words.elapsed(late)}"
