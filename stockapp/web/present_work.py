"""The system page's tasks, workers, streams and memory, for templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.task import Task
from stockapp.domain.worker_names import names, parts
from stockapp.services.system_samples import GAP_SECONDS, KEEP_SECONDS, SAMPLE_SECONDS, SystemSample
from stockapp.web import present_tasks, words
from stockapp.web.charts import Chart, Measured, Point, Window, chart
from stockapp.web.present_cache import size
from stockapp.web.present_tasks import TaskView

# A worker whose hub is late by this much, once in a hundred times, answers noticeably late.
LAGGING_MS = 250.0
_FEW_MS = 10.0
_LITTLE_MEMORY = 1_000_000.0


@dataclass(frozen=True, slots=True)
class WorkView:
    """Tasks: those under way, as many as are shown, and those that ended lately."""

    charts: tuple[Chart, ...]
    under_way: tuple[TaskView, ...]
    more: str
    ended: tuple[TaskView, ...]


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker. `part`: what it does, where not all do the same; `lagging`: it answers late."""

    name: str
    part: str
    since: str
    since_at: str
    memory: str
    lag_median: str
    lag_late: str
    lag_most: str
    lagging: bool
    tasks: str
    streams: str
    cached: str
    cached_note: str


@dataclass(frozen=True, slots=True)
class WorkersView:
    """All workers, and what they do and use together."""

    count: str
    workers: tuple[WorkerView, ...]
    lag: Chart
    streams: Chart
    streams_note: str
    memory: Chart
    memory_note: str


def work_view(
    present: SystemSample,
    samples: Sequence[SystemSample],
    under_way: Sequence[Task],
    ended: Sequence[Task],
) -> WorkView:
    """Tasks as they are and were; `under_way` may be some of them only."""
    window, now = _window(present.at), present.at
    more = present.running + present.waiting - len(under_way)
    return WorkView(
        charts=(
            _tasks_chart(present, samples, window),
            counted_chart("Items ended", [(s.at, s.items) for s in samples], window),
        ),
        under_way=tuple(present_tasks.task_view(task, now) for task in under_way),
        more=f"and {more:,} more" if more > 0 else "",
        ended=tuple(present_tasks.task_view(task, now) for task in ended),
    )


def workers_view(
    workers: Sequence[Mapping[str, Any]], present: SystemSample, samples: Sequence[SystemSample]
) -> WorkersView:
    """The workers as they told of themselves last."""
    window, every = _window(present.at), [*samples, present]
    limits = [limit for worker in workers if (limit := int(worker["stream_limit"]))]
    limit = sum(limits)
    lag, memory = present.hub_lag_ms, present.memory_bytes
    return WorkersView(
        count=words.count(len(workers), "worker"),
        workers=tuple(
            _worker(worker, name, part, present.at)
            for worker, name, part in zip(workers, names(workers), parts(workers), strict=True)
        ),
        lag=chart(
            "Hub lag",
            "not known" if lag is None else _ms(lag),
            [Measured("busy", "", [(s.at, s.hub_lag_ms) for s in every])],
            window,
            _ms,
            least_top=_FEW_MS,
        ),
        streams=chart(
            "Open streams",
            f"{present.streams:,}",
            [Measured("busy", "", [(s.at, s.streams) for s in every])],
            window,
            _number,
        ),
        streams_note=f"at most {limit:,}, {_each(limit, len(limits))}" if limit else "",
        memory=chart(
            "Memory of all workers",
            "not known" if memory is None else size(memory),
            [Measured("busy", "", [(s.at, s.memory_bytes) for s in every])],
            window,
            lambda count: size(round(count)),
            least_top=_LITTLE_MEMORY,
        ),
        memory_note="in RAM; what workers share is counted for each",
    )


def requests_chart(samples: Sequence[SystemSample], now: datetime) -> Chart:
    """How many requests went to sources lately."""
    points: list[Point] = [(sample.at, sample.requests) for sample in samples]
    return counted_chart("Requests to sources", points, _window(now))


def counted_chart(title: str, points: Sequence[Point], window: Window) -> Chart:
    """A chart of how often something happened from sample to sample; in words, how often in all."""
    total = sum(value for _, value in points if value is not None)
    return chart(
        title,
        f"{total:,.0f} in {window.words}",
        [Measured("count", f"in {SAMPLE_SECONDS:.0f} s", points)],
        window,
        _number,
        least_top=5,
    )


def _tasks_chart(present: SystemSample, samples: Sequence[SystemSample], window: Window) -> Chart:
    every = [*samples, present]
    return chart(
        "Tasks",
        _under_way(present),
        [
            Measured("waiting", "waiting", [(s.at, s.waiting) for s in every]),
            Measured("busy", "running", [(s.at, s.running) for s in every]),
        ],
        window,
        _number,
        least_top=2,
    )


def _window(now: datetime) -> Window:
    return Window(now, KEEP_SECONDS, GAP_SECONDS, f"{KEEP_SECONDS / 60:.0f} min")


def _under_way(present: SystemSample) -> str:
    return f"{present.running:,} running, {present.waiting:,} waiting"


def _worker(worker: Mapping[str, Any], name: str, part: str, now: datetime) -> WorkerView:
    since, lag, layer = (
        moment.from_text(worker["started_at"]),
        worker["hub_lag_ms"],
        worker["cache"],
    )
    memory = worker["resident_bytes"]
    return WorkerView(
        name=name,
        part=part,
        since=words.ago((now - since).total_seconds()),
        since_at=worker["started_at"],
        memory="not known" if memory is None else size(memory),
        lag_median=_ms(lag["p50"]),
        lag_late=_ms(lag["p99"]),
        lag_most=_ms(lag["max"]),
        lagging=lag["p99"] >= LAGGING_MS,
        tasks=f"{worker['running_tasks']:,}",
        streams=f"{worker['open_streams']:,}",
        cached=f"{layer['entries']:,}",
        cached_note=f"{size(layer['bytes'])} of {size(layer['limit_bytes'])}",
    )


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.{1 if milliseconds < _FEW_MS else 0}f} ms"


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _each(limit: int, workers: int) -> str:
    return f"{limit // workers:,} for each worker"
